"""What goals do when something happens, subject by subject.

Receivers of one event run in the order in which they stand here.
"""

from __future__ import annotations

from goals import stage
from goals.endings import EndedBecause, Outcome
from goals.representation import privacy
from goals.services import (
    counting,
    entries,
    leaving,
    lifecycle,
    performance,
    progress,
    sales,
    session_goals,
    settlement,
    sources,
    streams,
)
from goals.types import (
    GIVEN_UP_UNPERFORMED,
    INVITATIONS,
    PERFORMED,
    SELLS_TICKETS,
    GoalType,
    Settlement,
    types_settled_by,
)
from livestream import cached_views, clock
from livestream.analytics import tracking
from livestream.events import receives
from livestream.events.conditions import (
    not_a_completed_show,
    not_reached,
    reached,
    the_streamer_in_their_own_stream,
)
from livestream.events.contracts import (
    ACCOUNT_CLOSED,
    CHANNEL_OCCUPIED,
    CHANNEL_VACATED,
    GOAL_AGREED,
    GOAL_CHANGED,
    GOAL_COMPLETED,
    GOAL_CREATED,
    GOAL_ENDED,
    GOAL_PROGRESSED,
    SESSION_ENDED,
    USER_BLOCKED,
    AccountClosed,
    ChannelEvent,
    ChannelOccupied,
    GoalAgreed,
    GoalChanged,
    GoalCompleted,
    GoalCreated,
    GoalEnded,
    GoalEvent,
    GoalProgressed,
    SessionEnded,
    UserBlocked,
)
from livestream.events.signals import DomainSignal
from livestream.outbox import Delivery, Urgency, enqueue

# A new goal takes its place in the session and gets its schedule (seeds 003, 004).


@receives(GOAL_CREATED, types={GoalType.KARAOKE})
def bind_karaoke_goal_to_session(event: GoalCreated) -> None:
    entries.bind_karaoke_goal(goal_id=event.goal_id)


@receives(GOAL_CREATED, types={GoalType.SHOW})
def bind_show_goal_to_funding_goal(event: GoalCreated) -> None:
    entries.bind_show_goal_to_funding_goal(goal_id=event.goal_id, funding_goal_id=event.context["funding_goal_id"])


@receives(GOAL_CREATED, types={GoalType.FUNDING, GoalType.SHOW})
def bind_show_goals_to_session(event: GoalCreated) -> None:
    entries.bind_show_goals_to_session(goal_id=event.goal_id)


@receives(GOAL_CREATED, types={GoalType.EXCLUSIVE})
def bind_exclusive_goal_to_trigger_exclusive_goal(event: GoalCreated) -> None:
    entries.bind_exclusive_goal_to_trigger_exclusive_goal(goal_id=event.goal_id)


@receives(GOAL_CREATED, types={GoalType.TRIGGER_EXCLUSIVE, GoalType.EXCLUSIVE})
def bind_exclusive_goals_to_session(event: GoalCreated) -> None:
    entries.bind_exclusive_goals(goal_id=event.goal_id)


@receives(GOAL_CREATED, types={GoalType.TRIGGER_PRIVATE})
def bind_trigger_private_goal_to_session(event: GoalCreated) -> None:
    entries.bind_trigger_private_goal(goal_id=event.goal_id)


@receives(GOAL_CREATED, types={GoalType.EXCLUSIVE})
@receives(GOAL_ENDED, types={GoalType.EXCLUSIVE})
def snapshot_rtc_sources(event: GoalEvent) -> None:
    sources.snapshot_rtc_sources(goal_id=event.goal_id, moment=type(event).__name__)


@receives(GOAL_CREATED)
def schedule_lifecycle_tasks(event: GoalCreated) -> None:
    if not event.active:
        enqueue(lifecycle.activate_goal, Delivery(eta=event.nbf), goal_id=event.goal_id)
    if event.exp is not None:
        delivery = Delivery(eta=event.exp)
        enqueue(lifecycle.deactivate_goal, delivery, goal_id=event.goal_id, because=EndedBecause.EXPIRED)


# Agreements and endings: the session's entry of a goal, and a session's goals.


@receives(GOAL_AGREED)
def set_embedded_goal_agreed(event: GoalAgreed) -> None:
    entries.stamp_agreed(goal_id=event.goal_id, at=clock.now())
    cached_views.invalidate_get_session_token_view_cache(session_id=event.session_id)


@receives(GOAL_COMPLETED, when=reached)
@receives(GOAL_ENDED, when=not_a_completed_show)
def set_embedded_goal_ended(event: GoalEvent) -> None:
    entries.stamp_ended(goal_id=event.goal_id, goal_type=GoalType(event.type), at=clock.now())
    cached_views.invalidate_get_session_token_view_cache(session_id=event.session_id)


@receives(GOAL_ENDED, types={GoalType.TRIGGER_EXCLUSIVE, GoalType.EXCLUSIVE}, effect=True)
def cleanup_expired_exclusive_goal_pairs(event: GoalEnded) -> None:
    session_goals.cleanup_expired_exclusive_goal_pairs(
        session_id=event.session_id,
        goal_id=event.goal_id,
        agreed=event.outcome == Outcome.AGREED,
        now=event.exp or clock.now(),  # when the goal ended: a replay drops nothing that has cooled down since
    )


@receives(GOAL_ENDED, types=SELLS_TICKETS, when=reached)
def plan_show_start(event: GoalEnded) -> None:
    sales.plan_show_start(goal_id=event.goal_id, since=event.exp or clock.now())


@receives(SESSION_ENDED)
def close_sales_of_session(event: SessionEnded) -> None:
    counting.close_sales_of_session(session_id=event.session_id)


@receives(SESSION_ENDED, effect=True)
def deactivate_goals_in_session(event: SessionEnded) -> None:
    session_goals.deactivate_goals_in_session(session_id=event.session_id)


# A viewer loses access to what they paid for, or a streamer's account is closed.


@receives(USER_BLOCKED, effect=True, urgency=Urgency.MONEY)
def release_blocked_viewer(event: UserBlocked) -> None:
    leaving.leave_streamer(user_id=event.user_id, streamer_id=event.streamer_id)


@receives(ACCOUNT_CLOSED, effect=True, urgency=Urgency.MONEY)
def end_goals_of_closed_account(event: AccountClosed) -> None:
    leaving.end_goals_of_streamer(streamer_id=event.user_id)
    leaving.leave_everything(user_id=event.user_id)


# What is paid out and what is refunded.


@receives(
    GOAL_COMPLETED,
    types=PERFORMED & types_settled_by(Settlement.SHOW),
    when=reached,
    effect=True,
    urgency=Urgency.MONEY,
)
def trigger_show_escrow_transfer(event: GoalCompleted) -> None:
    settlement.pay_show_out(goal_id=event.goal_id, now=clock.now())


@receives(GOAL_ENDED, types=types_settled_by(Settlement.SHOW), when=not_reached, effect=True, urgency=Urgency.MONEY)
def trigger_show_escrow_refund(event: GoalEnded) -> None:
    settlement.refund_show(goal_id=event.goal_id)


@receives(GOAL_ENDED, types=types_settled_by(Settlement.PRIVATE), effect=True, urgency=Urgency.MONEY)
def handle_trigger_private_goal_escrow(event: GoalEnded) -> None:
    settlement.settle_private(goal_id=event.goal_id, now=clock.now())


@receives(
    GOAL_COMPLETED,
    types=PERFORMED & types_settled_by(Settlement.ONE_ON_ONE),
    when=reached,
    effect=True,
    urgency=Urgency.MONEY,
)
def trigger_exclusive_escrow_transfer(event: GoalCompleted) -> None:
    settlement.pay_exclusive_out(goal_id=event.goal_id, now=clock.now())


@receives(
    GOAL_PROGRESSED, types=INVITATIONS & types_settled_by(Settlement.ONE_ON_ONE), effect=True, urgency=Urgency.MONEY
)
@receives(GOAL_ENDED, types=types_settled_by(Settlement.ONE_ON_ONE), effect=True, urgency=Urgency.MONEY)
def trigger_exclusive_goal_escrow_refund(event: GoalEvent) -> None:
    settlement.plan_refund_check(goal_id=event.goal_id, at=event.exp)


# Progress: levels are reached, and the last one ends the goal.


@receives(GOAL_PROGRESSED)
def trigger_goal_complete(event: GoalProgressed) -> None:
    progress.complete_levels(event=event)


@receives(GOAL_COMPLETED, when=reached)
def deactivate_goal(event: GoalCompleted) -> None:
    lifecycle.deactivate_goal(goal_id=event.goal_id, because=EndedBecause.COMPLETED, now=clock.now(), worked_off=True)


# The streamer enters and leaves the stage of a goal (seed 002). The seeds call the receiver after
# karaoke, where it began; shows and exclusive goals use it as well.


def on_a_stage(event: ChannelEvent) -> bool:
    """Only for the channels of goals."""
    return event.room == "goal" and event.subject_id is not None


@receives(CHANNEL_OCCUPIED, when=on_a_stage)
@receives(CHANNEL_VACATED, when=on_a_stage)
def karaoke_control(event: ChannelEvent) -> None:
    performance.mark_stage(
        goal_id=str(event.subject_id),
        user_id=event.user_id,
        at=event.time,
        joined=isinstance(event, ChannelOccupied),
        source=event.source,
        now=clock.now(),
    )


@receives(CHANNEL_OCCUPIED, when=the_streamer_in_their_own_stream)
@receives(CHANNEL_VACATED, when=the_streamer_in_their_own_stream)
def private_show_control(event: ChannelEvent) -> None:
    streams.mark_private_shows(
        streamer_id=str(event.subject_id),
        at=event.time,
        joined=isinstance(event, ChannelOccupied),
        source=event.source if event.user_id else f"{stage.EMPTIED}{event.source}",
        now=clock.now(),
    )


@receives(GOAL_AGREED, types=PERFORMED & INVITATIONS)
def begin_private_show(event: GoalAgreed) -> None:
    streams.begin_private(goal_id=event.goal_id, now=clock.now())


@receives(GOAL_CHANGED, types=GIVEN_UP_UNPERFORMED)
def await_return(event: GoalChanged) -> None:
    lifecycle.plan_giving_up(goal_id=event.goal_id)


# Analytics.


@receives(GOAL_CREATED, effect=True, urgency=Urgency.ANALYTICS)
@receives(GOAL_PROGRESSED, effect=True, urgency=Urgency.ANALYTICS)
@receives(GOAL_COMPLETED, effect=True, urgency=Urgency.ANALYTICS)
@receives(GOAL_AGREED, effect=True, urgency=Urgency.ANALYTICS)
@receives(GOAL_ENDED, effect=True, urgency=Urgency.ANALYTICS)
def track_goals(event: GoalEvent) -> None:
    tracking.track(
        event=DomainSignal.of(event).name,
        user_id=event.streamer_id,
        insert_id=event.event_id,  # the same at every replay, so that it is counted once
        properties=privacy.countable(event.as_json()),
    )
