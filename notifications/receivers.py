"""What clients and analytics hear when something happens, event by event. All are effects, none a part of the event.

Receivers of one event run in the order in which they stand here.
"""

from __future__ import annotations

from goals.types import INVITATIONS, SELLS_TICKETS, GoalType, Settlement, types_settled_by
from livestream import cached_views, clock
from livestream.events import receives
from livestream.events.conditions import agreed, not_a_completed_show
from livestream.events.contracts import (
    ACCOUNT_CLOSED,
    CHANNEL_OCCUPIED,
    CHANNEL_VACATED,
    ESCROW_COMPLETED,
    ESCROW_COMPLETED_INDIVIDUAL,
    ESCROW_REFUNDED,
    GOAL_ADDED,
    GOAL_AGREED,
    GOAL_CHANGED,
    GOAL_COMPLETED,
    GOAL_ENDED,
    GOAL_PROGRESSED,
    GOAL_STARTED,
    SESSION_CHANGED,
    SESSION_ENDED,
    SESSION_STARTED,
    USER_BLOCKED,
    AccountClosed,
    ChannelEvent,
    ChannelOccupied,
    EscrowCompleted,
    EscrowCompletedIndividual,
    EscrowEvent,
    EscrowRefunded,
    GoalAdded,
    GoalAgreed,
    GoalChanged,
    GoalCompleted,
    GoalEnded,
    GoalEvent,
    GoalProgressed,
    GoalStarted,
    SessionChanged,
    SessionEvent,
    SessionStarted,
    UserBlocked,
)
from livestream.events.signals import DomainSignal
from livestream.outbox import Urgency
from notifications.push_contracts import PushEvent
from notifications.services import (
    audiences,
    escrow_pushes,
    goal_pushes,
    revoking,
    session_pushes,
    tracking,
    wallet_pushes,
)

# Escrows (seed 002).


@receives(ESCROW_COMPLETED_INDIVIDUAL, effect=True, news=True)
def notify_escrow_completed_individual(event: EscrowCompletedIndividual) -> None:
    escrow_pushes.push_completed(name=PushEvent.ESCROW_COMPLETED_INDIVIDUAL, event=event, now=clock.now())


@receives(ESCROW_COMPLETED, effect=True, news=True)
def notify_escrow_completed(event: EscrowCompleted) -> None:
    escrow_pushes.push_completed(name=PushEvent.ESCROW_COMPLETED, event=event, now=clock.now())


@receives(ESCROW_REFUNDED, effect=True, news=True)
def notify_escrow_refunded(event: EscrowRefunded) -> None:
    escrow_pushes.enqueue_refund_pushes(
        escrow_id=event.escrow_id,
        first_payer=event.first_payer,
        last_payer=event.last_payer,
        event_id=event.event_id,
        early=event.early,
    )


@receives(ESCROW_COMPLETED_INDIVIDUAL, effect=True, urgency=Urgency.ANALYTICS)
@receives(ESCROW_COMPLETED, effect=True, urgency=Urgency.ANALYTICS)
@receives(ESCROW_REFUNDED, effect=True, urgency=Urgency.ANALYTICS)
def track_escrow(event: EscrowEvent) -> None:
    tracking.track_escrow(name=DomainSignal.of(event).name, event=event)


@receives(ESCROW_REFUNDED, effect=True, urgency=Urgency.ANALYTICS)
def record_bi_escrow_refund(event: EscrowRefunded) -> None:
    tracking.record_bi_escrow_refund(event=event)


# Goals, from their place in a session to their end (seeds 001 to 004).


@receives(GOAL_ADDED, effect=True, news=True)
def trigger_notify_goal_added(event: GoalAdded) -> None:
    goal_pushes.push_goal(goal_id=event.goal_id, event=PushEvent.GOAL_ADDED, event_id=event.event_id, now=clock.now())


@receives(GOAL_STARTED, types={GoalType.SHOW}, effect=True, news=True)
def notify_show_goal_started(event: GoalStarted) -> None:
    goal_pushes.push_goal(goal_id=event.goal_id, event=PushEvent.GOAL_STARTED, event_id=event.event_id, now=clock.now())


@receives(GOAL_ADDED, types={GoalType.SHOW}, effect=True, urgency=Urgency.PUSHES)
@receives(GOAL_STARTED, types={GoalType.SHOW}, effect=True, urgency=Urgency.PUSHES)
def notify_stream_authorized(event: GoalAdded | GoalStarted) -> None:
    """Drop the cached views of session tokens; viewers are admitted when the show starts, not before."""
    cached_views.invalidate_get_session_token_view_cache(session_id=event.session_id)
    if isinstance(event, GoalStarted):
        audiences.push_stream_authorized(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())


@receives(GOAL_STARTED, types={GoalType.KARAOKE}, effect=True, news=True)
def trigger_external_command(event: GoalStarted) -> None:
    goal_pushes.trigger_external_command(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())


@receives(GOAL_AGREED, effect=True, news=True)
def notify_goal_agreed(event: GoalAgreed) -> None:
    goal_pushes.push_goal(goal_id=event.goal_id, event=PushEvent.GOAL_AGREED, event_id=event.event_id, now=clock.now())


@receives(GOAL_PROGRESSED, effect=True, news=True)
@receives(GOAL_CHANGED, effect=True, news=True)
def notify_goal_progress_updated(event: GoalProgressed | GoalChanged) -> None:
    goal_pushes.schedule_progress(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())


@receives(GOAL_PROGRESSED, types={GoalType.FUNDING}, effect=True, urgency=Urgency.PUSHES)
def notify_viewer_change_stream_for_show(event: GoalProgressed) -> None:
    audiences.authorize_late_buyers(event=event, now=clock.now())


@receives(GOAL_PROGRESSED, types=SELLS_TICKETS | INVITATIONS, effect=True, news=True)
def notify_wallet_updated(event: GoalProgressed) -> None:
    wallet_pushes.push_wallets(event=event, now=clock.now())


@receives(GOAL_STARTED, types={GoalType.KARAOKE}, effect=True, news=True)
@receives(GOAL_PROGRESSED, types={GoalType.KARAOKE}, effect=True, news=True)
def update_and_notify_session_karaoke_goal(event: GoalStarted | GoalProgressed) -> None:
    goal_pushes.notify_session_karaoke_goal(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())


@receives(GOAL_COMPLETED, types={GoalType.FUNDING}, effect=True, news=True)
def notify_livestream_mvps(event: GoalCompleted) -> None:
    goal_pushes.push_livestream_mvps(
        goal_id=event.goal_id,
        streamer_id=event.streamer_id,
        event_id=event.event_id,
        now=clock.now(),
    )


@receives(GOAL_COMPLETED, effect=True, news=True)
def notify_goal_completed(event: GoalCompleted) -> None:
    goal_pushes.push_goal(
        goal_id=event.goal_id,
        event=PushEvent.GOAL_COMPLETED,
        event_id=event.event_id,
        level=event.level,
        now=clock.now(),
    )


# There may be many ticket holders, so they are pushed to in a separate task, and only about these events.
@receives(GOAL_ADDED, types={GoalType.SHOW}, effect=True, news=True)
@receives(GOAL_STARTED, types={GoalType.SHOW}, effect=True, news=True)
@receives(GOAL_COMPLETED, types=types_settled_by(Settlement.SHOW), effect=True, news=True)
@receives(GOAL_CHANGED, types=SELLS_TICKETS, effect=True, news=True)
@receives(GOAL_ENDED, types=types_settled_by(Settlement.SHOW), when=not_a_completed_show, effect=True, news=True)
def notify_ticket_holders(event: GoalEvent) -> None:
    goal_pushes.enqueue_pushes_to_holders(event=event)


@receives(GOAL_ENDED, when=not_a_completed_show, effect=True, news=True)
def notify_goal_ended(event: GoalEnded) -> None:
    goal_pushes.push_goal(
        goal_id=event.goal_id,
        event=PushEvent.GOAL_ENDED,
        event_id=event.event_id,
        triggerer=event.triggerer,
        now=clock.now(),
    )


# A private show runs once it is agreed to; a 1-on-1 once the invitation to it has ended.
@receives(GOAL_AGREED, types={GoalType.TRIGGER_PRIVATE}, effect=True, urgency=Urgency.PUSHES)
@receives(GOAL_ENDED, types=INVITATIONS, when=agreed, effect=True, urgency=Urgency.PUSHES)
def notify_stream_authorized_for_agreed_trigger_goal(event: GoalAgreed | GoalEnded) -> None:
    audiences.push_stream_authorized(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())


@receives(GOAL_ENDED, types=INVITATIONS, when=agreed, effect=True, news=True)
def sync_trigger_goal_session_viewer(event: GoalEnded) -> None:
    goal_pushes.sync_session_viewers(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())


@receives(GOAL_ENDED, types={GoalType.EXCLUSIVE}, effect=True, news=True)
def notify_stream_authorized_for_ended_exclusive_goal(event: GoalEnded) -> None:
    goal_pushes.open_to_the_public(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())


@receives(GOAL_ENDED, types={GoalType.EXCLUSIVE}, effect=True, news=True)
def trigger_exclusive_on_close_notification(event: GoalEnded) -> None:
    goal_pushes.push_exclusive_closed(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())


# Lost access: viewers who are blocked, whose account is closed, or who are refunded early.


@receives(USER_BLOCKED, effect=True, news=True)
def revoke_stream_from_blocked(event: UserBlocked) -> None:
    revoking.revoke_from_blocked(event=event, now=clock.now())


@receives(ACCOUNT_CLOSED, effect=True, news=True)
def revoke_streams_from_closed(event: AccountClosed) -> None:
    revoking.revoke_from_closed(event=event, now=clock.now())


def is_early(event: EscrowRefunded) -> bool:
    """Only for refunds of single payers while the escrow stays open."""
    return event.early


@receives(ESCROW_REFUNDED, when=is_early, effect=True, news=True)
def revoke_stream_from_paid_back(event: EscrowRefunded) -> None:
    revoking.revoke_from_paid_back(event=event, now=clock.now())


# Snapshots of channels. Their cache keys contain the versions of session and goals, so none is older than
# the database. This receiver invalidates them as well, because coins by payer have no version.


@receives(GOAL_ADDED, effect=True, urgency=Urgency.PUSHES)
@receives(GOAL_STARTED, effect=True, urgency=Urgency.PUSHES)
@receives(GOAL_AGREED, effect=True, urgency=Urgency.PUSHES)
@receives(GOAL_PROGRESSED, effect=True, urgency=Urgency.PUSHES)
@receives(GOAL_CHANGED, effect=True, urgency=Urgency.PUSHES)
@receives(GOAL_ENDED, effect=True, urgency=Urgency.PUSHES)
@receives(SESSION_STARTED, effect=True, urgency=Urgency.PUSHES)
@receives(SESSION_CHANGED, effect=True, urgency=Urgency.PUSHES)
@receives(SESSION_ENDED, effect=True, urgency=Urgency.PUSHES)
def invalidate_cached_pusher_channel_data(event: GoalEvent | SessionEvent) -> None:
    cached_views.invalidate_cached_pusher_channel_data(streamer_id=event.streamer_id)


# Channels and sessions: viewers join and leave a stream, and it goes live or ends (seeds 000 and 002).


@receives(CHANNEL_OCCUPIED, effect=True, urgency=Urgency.ANALYTICS)
@receives(CHANNEL_VACATED, effect=True, urgency=Urgency.ANALYTICS)
def track_channel_presence(event: ChannelEvent) -> None:
    tracking.track_channel_presence(name=DomainSignal.of(event).name, event=event)


def a_viewer_of_a_stream(event: ChannelEvent) -> bool:
    """Only for somebody else than the streamer, on a channel of the stream."""
    watching = event.room in ("stream", "viewer")
    return watching and event.user_id is not None and event.user_id != event.subject_id


@receives(CHANNEL_OCCUPIED, when=a_viewer_of_a_stream, effect=True, news=True)
@receives(CHANNEL_VACATED, when=a_viewer_of_a_stream, effect=True, news=True)
def trigger_user_enter(event: ChannelEvent) -> None:
    entered = isinstance(event, ChannelOccupied)
    name = PushEvent.USER_ENTERED if entered else PushEvent.USER_LEFT
    session_pushes.push_user_enter(name=name, event=event, now=clock.now())


@receives(SESSION_CHANGED, effect=True, news=True)
def notify_session_updated(event: SessionChanged) -> None:
    session_pushes.push_session_updated(event=event, now=clock.now())


@receives(SESSION_STARTED, effect=True, news=True)
@receives(SESSION_ENDED, effect=True, news=True)
def notify_viewers_livestream_online(event: SessionEvent) -> None:
    started = isinstance(event, SessionStarted)
    name = PushEvent.LIVESTREAM_ONLINE if started else PushEvent.LIVESTREAM_OFFLINE
    session_pushes.push_livestream(name=name, event=event, now=clock.now())
