"""The members of a session's representation that higher apps register, so that this app need not know them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from livestream.models import User

Lookup = str | Prefetch
# Given the session and who looks at it: None for what everybody may see.
ReadMember = Callable[[Any, User | None], Any]
ReadConcerned = Callable[[Any], Collection[str]]

# What a session shows as long as nobody registered a reader: JSON, made for each reader.
_DEFAULTS: dict[str, Callable[[], Any]] = {
    "show_goal_pairs": list,
    "trigger_private_goals": list,
    "exclusive_goal_pairs": dict,
    "karaoke_goal": lambda: None,
}
MEMBERS = tuple(_DEFAULTS)


@dataclass(frozen=True, slots=True)
class Member:
    """How one embedded member is read, and what to prefetch so that lists stay cheap.

    `related` is read by the same query as the session. `version` is the lookup of the version of a member whose
    row has its own, such as `karaoke__goal__version`. `concerned` returns the ids of the users who see more of
    the member than everybody; the streamer and support do so as well where there is one.
    """

    reader: ReadMember
    prefetch: tuple[Lookup, ...]
    related: tuple[str, ...] = ()
    version: str | None = None
    concerned: ReadConcerned | None = None


_members: dict[str, Member] = {}


def register(
    name: str,
    reader: ReadMember,
    prefetch: Sequence[Lookup] = (),
    *,
    related: Sequence[str] = (),
    version: str | None = None,
    concerned: ReadConcerned | None = None,
) -> None:
    """Have `reader(session, viewer)` give the member `name` as JSON; KeyError for an unknown name.

    `prefetch` are lookups on Session, so that the reader needs no query of its own; `related` are those
    to follow in the session's own query. What `version` leads to is added to the session's version.
    `concerned(session)` names those for whom `reader` returns more than for everybody.
    """
    if name not in _DEFAULTS:
        raise KeyError(name)
    _members[name] = Member(reader, tuple(prefetch), tuple(related), version, concerned)


def unregister(name: str) -> None:
    """Give the member `name` its default again."""
    _members.pop(name, None)


def prefetches() -> list[Lookup]:
    """Return the lookups of all registered members."""
    return [lookup for member in _members.values() for lookup in member.prefetch]


def related(*, prefix: str = "") -> list[str]:
    """Return the lookups to follow in a query of sessions, including those of their version and their streamer.

    `prefix` leads to the session from another model.
    """
    found = ["shown_version", "streamer", *(lookup for member in _members.values() for lookup in member.related)]
    return [prefix + lookup for lookup in found]


def versions(*, prefix: str = "") -> list[str]:
    """Return the lookups of the versions that make up the one of a session, that of its own row first."""
    found = ["shown_version__version", *(member.version for member in _members.values() if member.version)]
    return [prefix + lookup for lookup in found]


def version(session: Any) -> int:
    """Return the version of a session and of what it embeds, from rows that its query has read."""
    return sum(_follow(session, lookup) for lookup in versions())


def _follow(session: Any, lookup: str) -> int:
    found = session
    for name in lookup.split("__"):
        found = getattr(found, name, None)
    return found or 0


def concerned(session: Any) -> set[str]:
    """Return the ids of the users who see more of what a session embeds than everybody."""
    return {user_id for member in _members.values() if member.concerned for user_id in member.concerned(session)}


def read(name: str, session: Any, viewer: User | None = None) -> Any:
    """Return the JSON value of the member `name` of `session`, as `viewer` may see it."""
    member = _members.get(name)
    return member.reader(session, viewer) if member else _DEFAULTS[name]()


def read_all(session: Any, viewer: User | None = None) -> dict[str, Any]:
    """Return all embedded members of `session`, in the order of the specification."""
    return {name: read(name, session, viewer) for name in _DEFAULTS}
