"""Queries of sessions, their sources, recordings and the feed."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, TextField, prefetch_related_objects
from django.db.models.functions import Cast

from livestream.events.contracts import GOAL_ENDED
from livestream.models import EventRecord, User
from livestream.storage.compiled import CompiledQuery
from sessions_app import embedded, rules
from sessions_app.errors import SessionNotFound
from sessions_app.models import FeedEntry, Recording, Session, Source, StreamerPresence


def sessions() -> QuerySet[Session]:
    """Return all sessions, with what their representation embeds in a few queries."""
    return Session.objects.select_related(*embedded.related()).prefetch_related(*embedded.prefetches())


def find_session(*, session_id: str) -> Session:
    """Return the session alone, without what it embeds; raises SessionNotFound."""
    return _found(_ALONE.first(session_id=session_id), session_id)


_ALONE = CompiledQuery(lambda session_id: Session.objects.filter(pk=session_id))


def get_session(*, session_id: str) -> Session:
    """Return the session, ready to be represented; raises SessionNotFound."""
    session = _found(_with_embedded(tuple(embedded.related())).first(session_id=session_id), session_id)
    prefetch_related_objects([session], *embedded.prefetches())
    return session


@functools.cache
def _with_embedded(related: tuple[str, ...]) -> CompiledQuery[Session]:
    return CompiledQuery(lambda session_id: Session.objects.select_related(*related).filter(pk=session_id))


class SessionState(NamedTuple):
    """What a session's document depends on.

    `rest` has all other columns of the row, and the versions of what the session embeds. The columns are needed because
    a process of the previous release does not raise the version.
    """

    id: str
    streamer_id: str
    rest: tuple[Any, ...]


def session_state(*, session_id: str) -> SessionState:
    """Return what the session's document depends on, in one query; raises SessionNotFound."""
    row = _state_of_session(tuple(embedded.versions())).first(session_id=session_id)
    if row is None:
        raise _not_found(session_id)
    return SessionState(row[0], row[1], row[2:])


@functools.cache
def _state_of_session(versions: tuple[str, ...]) -> CompiledQuery[tuple[Any, ...]]:
    columns = [field.attname for field in Session._meta.concrete_fields if field.attname not in ("id", "streamer_id")]
    shown = _as_text(*columns, f"streamer__{User.PUBLIC_NAME}", *versions)
    return CompiledQuery(
        lambda session_id: Session.objects.filter(pk=session_id).values_list("id", "streamer_id", *shown)
    )


def _as_text(*columns: str) -> list[Cast]:
    """Return columns as text: they are only compared, and converting times and JSON takes longer than the query."""
    return [Cast(each, TextField()) for each in columns]


def active_session_of(*, streamer_id: str) -> Session | None:
    """Return the one active session of a streamer, or None."""
    return Session.objects.filter(streamer_id=streamer_id, active=True).first()


def newest_session_of(*, streamer_id: str) -> Session | None:
    """Return the session that a streamer opened most recently, or None."""
    return _NEWEST.first(streamer_id=streamer_id)


_NEWEST: CompiledQuery[Session] = CompiledQuery(
    lambda streamer_id: Session.objects.filter(streamer_id=streamer_id).order_by("-created_at", "-id")[:1]
)


def presence_of(*, streamer_id: str) -> StreamerPresence | None:
    """Return the last known presence of a streamer in their own stream, or None."""
    return StreamerPresence.objects.filter(pk=streamer_id).first()


def opened_before(*, before: datetime) -> list[str]:
    """Return active sessions that were opened before `before`, by id."""
    old = Session.objects.filter(active=True, created_at__lt=before)
    return list(old.order_by("id").values_list("id", flat=True)[:500])


def sources_of(*, user_id: str) -> QuerySet[Source]:
    """Return what the streamer broadcasts from, oldest first."""
    return Source.objects.filter(user_id=user_id).order_by("created_at", "id")


def first_source_of(*, user_id: str, provider: str) -> Source | None:
    """Return the streamer's oldest source of `provider`, or None."""
    return Source.objects.filter(user_id=user_id, provider=provider).order_by("created_at", "id").first()


def room_of(*, session: Session, goal_id: str | None = None) -> str:
    """Return the RTC room of a session, or the one in which a goal of it is performed.

    The room of a session is the one that the streamer's newest BytePlus source names, or else it
    has the session's id. A goal that is paid for has a room of its own: a viewer who still holds a
    token of a goal that was cancelled and refunded cannot watch the next one.
    """
    suffix = f".{goal_id}" if goal_id else ""
    sources = Source.objects.filter(user_id=session.streamer_id, provider=Source.BYTEPLUS)
    newest_first = sources.order_by("-created_at", "-id").values_list("metadata", flat=True)
    named = (metadata.get("room_id") for metadata in newest_first)
    return next((room_id for room_id in named if rules.is_rtc_id(room_id, longer=len(suffix))), session.id) + suffix


def playback_of(*, user_id: str) -> str | None:
    """Return where a streamer's broadcast can be read: the newest source's `playback_url`, or None.

    A BytePlus source goes before others.
    """
    newest_first = sources_of(user_id=user_id).reverse()
    found = [each for each in newest_first if isinstance(each.metadata.get("playback_url"), str)]
    found.sort(key=lambda source: source.provider != Source.BYTEPLUS)
    return next((each.metadata["playback_url"] for each in found if each.metadata["playback_url"]), None)


def is_banned_from_clips(*, user_id: str) -> bool:
    """Return whether the streamer may not have clips."""
    return User.objects.filter(pk=user_id, tag_rows__tag=rules.CLIP_BAN).exists()


def feed() -> QuerySet[FeedEntry]:
    """Return the feed's entries whose sessions are live, with those sessions."""
    return _live_entries().select_related("session", *embedded.related(prefix="session__"))


def columns_of_feed(*, limit: int) -> QuerySet[FeedEntry, Any]:
    """Return the columns that the feed's first `limit` entries depend on, except those of their goals."""
    # The columns, not only the versions: a process of the previous release does not raise the version.
    columns = [f"session__{each}" for each in ("title", "preset", "prices", "created_at", "started_at")]
    shown = ("id", "session_id", "goal_ids", "started_at", *columns, f"session__streamer__{User.PUBLIC_NAME}")
    return _first(_live_entries(), limit).values_list(*shown, *embedded.versions(prefix="session__"))


def session_ids_of_feed(*, limit: int) -> QuerySet[FeedEntry, Any]:
    """Return the session ids of the feed's first `limit` entries, for use as a subquery."""
    return _first(_live_entries(), limit).values("session_id")


def first_of_feed(*, limit: int) -> list[FeedEntry]:
    """Return the first entries of the feed, with their sessions."""
    return _first_of_feed(limit, tuple(embedded.related(prefix="session__"))).all()


@functools.cache  # `_related` only separates entries: `feed()` follows what apps have registered
def _first_of_feed(limit: int, _related: tuple[str, ...]) -> CompiledQuery[FeedEntry]:
    return CompiledQuery(lambda: _first(feed(), limit))


def _live_entries() -> QuerySet[FeedEntry]:
    return FeedEntry.objects.filter(session__active=True)


def _first(entries: QuerySet[FeedEntry], limit: int) -> QuerySet[FeedEntry]:
    return entries.order_by("-started_at", "-id")[:limit]


def goal_has_ended(*, goal_id: str) -> bool:
    """Return whether the log knows of a goal's end; this app does not know the goals themselves."""
    return EventRecord.objects.filter(goal_id=goal_id, name=GOAL_ENDED.name).exists()


def recordings_behind(*, now: datetime) -> list[Recording]:
    """Return recordings that are not yet as they are wanted, and still can be; 500 at most."""
    within_limit = Recording.objects.filter(closed_at=None, until__gt=now)
    to_start = Q(wanted=Recording.Wanted.STARTED, refused_at=None)
    to_start &= Q(started_at=None) | Q(part_until__lte=now)
    to_stop = Q(wanted=Recording.Wanted.STOPPED)
    return list(within_limit.filter(to_start | to_stop).order_by("until", "goal_id")[:500])


def _found(session: Session | None, session_id: str) -> Session:
    if session is None:
        raise _not_found(session_id)
    return session


def _not_found(session_id: str) -> SessionNotFound:
    return SessionNotFound("There is no session {session_id}.", given={"session_id": session_id})
