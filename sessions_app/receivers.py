"""What sessions do when an event is published: clips, the feed, presence, recordings and analytics."""

from __future__ import annotations

from livestream import cached_views, clock
from livestream.events import receives
from livestream.events.conditions import not_reached, reached, the_streamer_in_their_own_stream
from livestream.events.contracts import (
    ACCOUNT_CLOSED,
    CHANNEL_OCCUPIED,
    CHANNEL_VACATED,
    GOAL_ADDED,
    GOAL_COMPLETED,
    GOAL_ENDED,
    GOAL_STARTED,
    SESSION_CHANGED,
    SESSION_ENDED,
    SESSION_STARTED,
    SHOW,
    AccountClosed,
    ChannelEvent,
    ChannelOccupied,
    GoalAdded,
    GoalCompleted,
    GoalEvent,
    GoalStarted,
    SessionChanged,
    SessionEvent,
)
from livestream.outbox import Delivery, Urgency, enqueue
from sessions_app.services import ending, feed, posts, presence, recording, session_events


@receives(GOAL_COMPLETED, types={SHOW}, when=reached, effect=True, urgency=Urgency.ANALYTICS)
def produce_livestream_clip_from_goal(event: GoalCompleted) -> None:
    posts.produce_livestream_clip(event=event)


@receives(SESSION_STARTED, effect=True, urgency=Urgency.PUSHES)
@receives(SESSION_ENDED, effect=True, urgency=Urgency.PUSHES)
@receives(GOAL_ADDED, effect=True, urgency=Urgency.PUSHES)
def generate_livestream_feed(event: SessionEvent | GoalAdded) -> None:
    enqueue(feed.update_livestream_feed, Delivery(key=event.session_id), session_id=event.session_id)


@receives(CHANNEL_OCCUPIED, when=the_streamer_in_their_own_stream)
@receives(CHANNEL_VACATED, when=the_streamer_in_their_own_stream)
def trigger_online(event: ChannelEvent) -> None:
    presence.trigger_online(
        streamer_id=str(event.subject_id),
        online=isinstance(event, ChannelOccupied),
        at=event.time,
        source=int(event.source),
        emptied=event.user_id is None,
        now=clock.now(),
    )


@receives(ACCOUNT_CLOSED, effect=True)
def end_session_of_closed_account(event: AccountClosed) -> None:
    ending.end_session_of_closed_account(streamer_id=event.user_id)


@receives(GOAL_STARTED, types={SHOW}, effect=True)
@receives(GOAL_COMPLETED, types={SHOW}, when=reached, effect=True)
@receives(GOAL_ENDED, types={SHOW}, when=not_reached, effect=True)
def record_show_with_rtc(event: GoalEvent) -> None:
    want = recording.request_start if isinstance(event, GoalStarted) else recording.request_stop
    want(event=event, now=clock.now())


# The preset decides who may watch, so the invalidation commits with the change.
@receives(SESSION_CHANGED)
def invalidate_cached_session_tokens(event: SessionChanged) -> None:
    cached_views.invalidate_get_session_token_view_cache(session_id=event.session_id)


@receives(SESSION_STARTED, effect=True, urgency=Urgency.ANALYTICS)
@receives(SESSION_ENDED, effect=True, urgency=Urgency.ANALYTICS)
def track_session_status(event: SessionEvent) -> None:
    session_events.track_session_status(event=event)
