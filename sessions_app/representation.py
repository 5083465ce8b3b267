"""A session as JSON: ids are text, times are unix seconds, prices are coins a minute (spec section 3).

Sessions say here what they embed of goals; the floor above fills it in (see `embedded`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict, cast

from livestream import cached_views, clock, release
from livestream.models import User
from sessions_app import embedded, feed_goals, selectors
from sessions_app.models import FeedEntry, Session
from sessions_app.selectors import SessionState


class LevelDocument(TypedDict):
    """A step of a goal; `target` is coins or seconds."""

    title: str
    target: int


class ShowGoalPairDocument(TypedDict):
    """A funding goal and the show it paid for."""

    funding_goal: str
    show_goal: str | None
    funding_ended: int | None
    show_ended: int | None


class TriggerPrivateGoalDocument(TypedDict):
    """An invitation to a private show (seed 003)."""

    goal: str
    goal_agreed: int | None
    goal_ended: int | None
    goal_cooldown: int | None


class ExclusiveGoalPairDocument(TypedDict):
    """A viewer's invitation to a 1-on-1 and the goal it led to (seed 001)."""

    user_name: str
    trigger_exclusive_goal: str
    trigger_exclusive_goal_agreed: int | None
    trigger_exclusive_goal_ended: int | None
    trigger_exclusive_goal_cooldown: int | None
    exclusive_goal: str | None
    exclusive_goal_ended: int | None


class KaraokeGoalDocument(TypedDict):
    """The session's karaoke; progress and levels are in seconds."""

    goal: str
    version: int
    progress: int
    level: int
    levels: list[LevelDocument]
    ended: int | None


class StatusesDocument(TypedDict):
    """When the session was created, went live and ended."""

    created: int
    started: int | None
    ended: int | None


class PlainSessionDocument(TypedDict):
    """A session by itself, as the feed shows it; of two documents, the one with the higher `version` is newer."""

    id: str
    version: int
    streamer_id: str
    streamer_name: str
    title: str
    preset: str
    active: bool
    prices: dict[str, int]
    statuses: StatusesDocument


class SessionDocument(PlainSessionDocument):
    """A session with the goals it embeds."""

    show_goal_pairs: list[ShowGoalPairDocument]
    trigger_private_goals: list[TriggerPrivateGoalDocument]
    exclusive_goal_pairs: dict[str, ExclusiveGoalPairDocument]
    karaoke_goal: KaraokeGoalDocument | None


class CachedSession(TypedDict):
    """A session as everybody may see it, its digest, and the ids of the users who see more of it."""

    document: SessionDocument
    digest: str
    concerned: list[str]


class FeedEntryDocument(TypedDict):
    """A live session with its current goals, oldest first, each as everybody may see it."""

    session: PlainSessionDocument
    goals: list[feed_goals.Document]


def version_of(session: Session) -> int:
    """Return the version of what a session shows, including its goals' entries.

    It is read with the session, before the embedded members, so a document is never older than its
    version.
    """
    return embedded.version(session)


def plain_session(session: Session) -> PlainSessionDocument:
    """Return a session by itself."""
    return {
        "id": session.id,
        "version": version_of(session),
        "streamer_id": session.streamer_id,
        "streamer_name": session.streamer.public_name,
        "title": session.title,
        "preset": session.preset,
        "active": session.active,
        "prices": session.prices,
        "statuses": {
            "created": clock.to_epoch(session.created_at),
            "started": clock.to_epoch(session.started_at),
            "ended": clock.to_epoch(session.ended_at),
        },
    }


def session_for(session: Session, *, viewer: User | None) -> SessionDocument:
    """Return a session with its goals, as `viewer` may see them; None is everybody."""
    document: dict[str, Any] = {**plain_session(session), **embedded.read_all(session, viewer)}
    return cast("SessionDocument", document)


def cached_session(state: SessionState) -> CachedSession:
    """Return a session as everybody may see it, from the cache, and who sees more of it."""
    key = f"session:{release.fingerprint(state)}"
    cached: CachedSession = cached_views.kept(key=key, build=lambda: _read_public(state.id))
    return cached


def _read_public(session_id: str) -> CachedSession:
    session = selectors.get_session(session_id=session_id)
    document = session_for(session, viewer=None)
    return {
        "document": document,
        "digest": release.fingerprint(document),
        "concerned": sorted(embedded.concerned(session)),
    }


def feed_entries(entries: Sequence[FeedEntry]) -> list[FeedEntryDocument]:
    """Return entries of the feed with the goals that are current at this moment."""
    current = feed_goals.read(goal_ids={goal_id for entry in entries for goal_id in entry.goal_ids})
    return [
        {
            "session": plain_session(entry.session),
            "goals": [current[goal_id] for goal_id in entry.goal_ids if goal_id in current],
        }
        for entry in entries
    ]
