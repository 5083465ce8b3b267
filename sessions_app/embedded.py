"""The members of a session's representation that higher apps register, so that this app need not know them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from livestream.models import User

Lookup = str | Prefetch
# Given the session and who looks at it: None for what everybody may see.
ReadMember = Callable[[Any, User | None], Any]
ReadVersion = Callable[[Any], int]

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

    `related` is read by the same query as the session. `version` returns the version of a member whose
    rows have their own versions, from the rows in `related`.
    """

    reader: ReadMember
    prefetch: tuple[Lookup, ...]
    related: tuple[str, ...] = ()
    version: ReadVersion | None = None


_members: dict[str, Member] = {}


def register(
    name: str,
    reader: ReadMember,
    prefetch: Sequence[Lookup] = (),
    *,
    related: Sequence[str] = (),
    version: ReadVersion | None = None,
) -> None:
    """Have `reader(session, viewer)` give the member `name` as JSON; KeyError for an unknown name.

    `prefetch` are lookups on Session, so that the reader needs no query of its own; `related` are those
    to follow in the session's own query. `version(session)` is added to the session's version.
    """
    if name not in _DEFAULTS:
        raise KeyError(name)
    _members[name] = Member(reader, tuple(prefetch), tuple(related), version)


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


def version(session: Any) -> int:
    """Return the sum of the versions of the embedded members that have one."""
    return sum(member.version(session) for member in _members.values() if member.version)


def read(name: str, session: Any, viewer: User | None = None) -> Any:
    """Return the JSON value of the member `name` of `session`, as `viewer` may see it."""
    member = _members.get(name)
    return member.reader(session, viewer) if member else _DEFAULTS[name]()


def read_all(session: Any, viewer: User | None = None) -> dict[str, Any]:
    """Return all embedded members of `session`, in the order of the specification."""
    return {name: read(name, session, viewer) for name in _DEFAULTS}
