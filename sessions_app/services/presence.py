"""trigger_online: the presence of the streamer's own client, and other activity (spec sections 4 and 5)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from livestream.models import User
from sessions_app import selectors, stages
from sessions_app.models import StreamerPresence
from sessions_app.services import ending

# Webhooks know only milliseconds, and so may seem to lie before the moment that they follow.
A_WEBHOOKS_TICK = timedelta(milliseconds=1)


def trigger_online(
    *, streamer_id: str, online: bool, at: datetime, source: int, now: datetime, emptied: bool = False
) -> bool:
    """Start the countdown to `disconnect` when the streamer leaves, stop it on return.

    Returns whether this was news: an event older than the newest known one is not. All events of
    one webhook share its millisecond. Of those the one that was stored last counts, and `source`
    is the number under which it was stored. So a repeated event changes nothing. A stream that is
    only `emptied` says nothing about a streamer who is not known to be in it.
    """
    with transaction.atomic():
        if not User.objects.filter(pk=streamer_id).exists() or not _is_news(streamer_id, online, at, source, emptied):
            return False
        session = selectors.newest_session_of(streamer_id=streamer_id)
        if session is None or at <= session.created_at - A_WEBHOOKS_TICK:  # it was about the session before
            return True
        if online or stages.entered_since(streamer_id=streamer_id, at=at):
            ending.cancel_disconnect(session_id=session.id)
        elif session.active:
            ending.disconnect(
                streamer_id=streamer_id,
                session_id=session.id,
                device_disconnect_countdown=settings.DEVICE_DISCONNECT_COUNTDOWN,
                now=now,
            )
        elif stages.open_stages(streamer_id=streamer_id):  # a show goes on for the grace after its session
            ending.count_down(session_id=session.id, seconds=settings.DEVICE_DISCONNECT_COUNTDOWN, now=now)
        return True


def sign_of_life(*, streamer_id: str, now: datetime, at: datetime | None = None) -> None:
    """Stop a streamer's countdown, since they were active at `at`, or just now.

    Activity from before they left their stream does not stop it.
    """
    session = selectors.newest_session_of(streamer_id=streamer_id)
    if session is None or not ending.is_counting_down(session_id=session.id):
        return
    known = selectors.presence_of(streamer_id=streamer_id)
    if known is None or known.online or known.changed_at < (at or now):
        ending.cancel_disconnect(session_id=session.id)


def _is_news(streamer_id: str, online: bool, at: datetime, source: int, emptied: bool) -> bool:
    known = StreamerPresence.objects.filter(pk=streamer_id)
    fact = {"online": online, "changed_at": at, "source": source}
    newer = known.filter(Q(changed_at__lt=at) | Q(changed_at=at, source__lte=source))
    if emptied:
        return bool(newer.filter(online=True).update(**fact)) or known.filter(**fact).exists()
    if newer.update(**fact):
        return True
    StreamerPresence.objects.bulk_create([StreamerPresence(streamer_id=streamer_id, **fact)], ignore_conflicts=True)
    return known.filter(**fact).exists()
