"""Which receiver acts on which event of which type of goal: the page to look at, held to real events."""

from __future__ import annotations

import pytest

from goals.types import GoalType
from livestream.events import registry
from livestream.events.contracts import GoalEvent
from livestream.events.signals import DomainSignal
from livestream.models import EventRecord
from tests.support import endings

# x acts · . returns · and only where the last level is + reached, - not reached, a agreed to.
# Specification, section 4, line by line; `goal.agreed` is an event of our own.
MATRIX = """
                                                  funding  show  karaoke  trigger-private  trigger-exclusive  exclusive
goal.created
  bind_karaoke_goal_to_session                       .       .      x            .                 .              .
  bind_show_goal_to_funding_goal                     .       x      .            .                 .              .
  bind_show_goals_to_session                         x       x      .            .                 .              .
  bind_exclusive_goal_to_trigger_exclusive_goal      .       .      .            .                 .              x
  bind_exclusive_goals_to_session                    .       .      .            .                 x              x
  bind_trigger_private_goal_to_session               .       .      .            x                 .              .
  schedule_lifecycle_tasks                           x       x      x            x                 x              x
  snapshot_rtc_sources                               .       .      .            .                 .              x
  track_goals                                        x       x      x            x                 x              x
goal.added
  generate_livestream_feed                           x       x      x            x                 x              x
  trigger_notify_goal_added                          x       x      x            x                 x              x
  notify_stream_authorized                           .       x      .            .                 .              .
  notify_ticket_holders                              .       x      .            .                 .              .
  invalidate_cached_pusher_channel_data              x       x      x            x                 x              x
goal.started
  trigger_external_command                           .       .      x            .                 .              .
  update_and_notify_session_karaoke_goal             .       .      x            .                 .              .
  notify_show_goal_started                           .       x      .            .                 .              .
  record_show_with_rtc                               .       x      .            .                 .              .
  notify_stream_authorized                           .       x      .            .                 .              .
  notify_ticket_holders                              .       x      .            .                 .              .
  invalidate_cached_pusher_channel_data              x       x      x            x                 x              x
goal.progressed
  update_and_notify_session_karaoke_goal             .       .      x            .                 .              .
  notify_viewer_change_stream_for_show               x       .      .            .                 .              .
  trigger_exclusive_goal_escrow_refund               .       .      .            .                 x              .
  track_goals                                        x       x      x            x                 x              x
  notify_goal_progress_updated                       x       x      x            x                 x              x
  notify_wallet_updated                              x       .      .            x                 x              .
  invalidate_cached_pusher_channel_data              x       x      x            x                 x              x
  trigger_goal_complete                              x       x      x            x                 x              x
goal.completed
  trigger_exclusive_escrow_transfer                  .       .      .            .                 .              +
  notify_goal_completed                              x       x      x            x                 x              x
  notify_ticket_holders                              x       x      .            .                 .              .
  notify_livestream_mvps                             x       .      .            .                 .              .
  track_goals                                        x       x      x            x                 x              x
  set_embedded_goal_ended                            +       +      +            +                 +              +
  deactivate_goal                                    +       +      +            +                 +              +
  produce_livestream_clip_from_goal                  .       +      .            .                 .              .
  record_show_with_rtc                               .       +      .            .                 .              .
  trigger_show_escrow_transfer                       .       +      .            .                 .              .
goal.agreed
  begin_private_show                                 .       .      .            x                 .              .
  set_embedded_goal_agreed                           x       x      x            x                 x              x
  notify_goal_agreed                                 x       x      x            x                 x              x
  notify_stream_authorized_for_agreed_trigger_goal   .       .      .            x                 .              .
  track_goals                                        x       x      x            x                 x              x
  invalidate_cached_pusher_channel_data              x       x      x            x                 x              x
goal.changed
  notify_goal_progress_updated                       x       x      x            x                 x              x
  notify_ticket_holders                              x       .      .            .                 .              .
  invalidate_cached_pusher_channel_data              x       x      x            x                 x              x
  await_return                                       .       x      .            .                 .              x
goal.ended
  plan_show_start                                    +       .      .            .                 .              .
  trigger_show_escrow_refund                         -       -      .            .                 .              .
  handle_trigger_private_goal_escrow                 .       .      .            x                 .              .
  trigger_exclusive_goal_escrow_refund               .       .      .            .                 x              x
  cleanup_expired_exclusive_goal_pairs               .       .      .            .                 x              x
  set_embedded_goal_ended                            x       -      x            x                 x              x
  notify_goal_ended                                  x       -      x            x                 x              x
  notify_ticket_holders                              x       -      .            .                 .              .
  notify_stream_authorized_for_agreed_trigger_goal   .       .      .            a                 a              .
  notify_stream_authorized_for_ended_exclusive_goal  .       .      .            .                 .              x
  trigger_exclusive_on_close_notification            .       .      .            .                 .              x
  sync_trigger_goal_session_viewer                   .       .      .            a                 a              .
  record_show_with_rtc                               .       -      .            .                 .              .
  snapshot_rtc_sources                               .       .      .            .                 .              x
  track_goals                                        x       x      x            x                 x              x
  invalidate_cached_pusher_channel_data              x       x      x            x                 x              x
"""

# The whole life of a goal of each type, as it comes to each of its ends.
_BORN = ["goal.created", "goal.added", "goal.started"]
_MOVED, _LEVEL, _AGREED, _ENDED = "goal.progressed", "goal.completed", "goal.agreed", "goal.ended"
_CAME = _LEFT = "goal.changed"
LIVES = {
    endings.funding_reached: ("completed", [*_BORN, _MOVED, _LEVEL, _ENDED]),
    endings.funding_missed: ("refunded", [*_BORN, _MOVED, _ENDED]),
    endings.show_performed: ("completed", [*_BORN, _CAME, _MOVED, _LEVEL, _ENDED]),
    endings.show_cut_short: ("cancelled", [*_BORN, _CAME, _MOVED, _LEFT, _ENDED]),
    endings.karaoke_sung: ("completed", [*_BORN, _CAME, _MOVED, _LEVEL, _LEFT, _CAME, _MOVED, _LEVEL, _ENDED]),
    endings.karaoke_cut_short: ("cancelled", [*_BORN, _CAME, _MOVED, _LEVEL, _LEFT, _ENDED]),
    endings.private_agreed: ("agreed", [*_BORN, _MOVED, _AGREED, _CAME, _MOVED, _LEVEL, _ENDED]),
    endings.private_declined: ("refunded", [*_BORN, _MOVED, _ENDED]),
    endings.one_on_one_agreed: ("agreed", [*_BORN, _MOVED, _AGREED, _ENDED]),
    endings.one_on_one_declined: ("refunded", [*_BORN, _MOVED, _ENDED]),
    endings.one_on_one_performed: ("completed", [*_BORN, _CAME, _MOVED, _LEVEL, _ENDED]),
    endings.one_on_one_cut_short: ("split", [*_BORN, _CAME, _MOVED, _LEFT, _ENDED]),
    endings.one_on_one_missed: ("refunded", [*_BORN, _ENDED]),
}
OTHERS = {
    "session.started": {
        "generate_livestream_feed",
        "notify_viewers_livestream_online",
        "track_session_status",
        "invalidate_cached_pusher_channel_data",
    },
    "channel_occupied": {
        "track_channel_presence",
        "trigger_user_enter",
        "trigger_online",
        "karaoke_control",
        "private_show_control",
    },
    "escrow.completed": {"notify_escrow_completed", "track_escrow"},
    "escrow.completed.individual": {"notify_escrow_completed_individual", "track_escrow"},
    "escrow.refunded": {
        "notify_escrow_refunded",
        "track_escrow",
        "record_bi_escrow_refund",
        "revoke_stream_from_paid_back",
    },
    "user.blocked": {"release_blocked_viewer", "revoke_stream_from_blocked"},
    "account.closed": {"end_goals_of_closed_account", "end_session_of_closed_account", "revoke_streams_from_closed"},
}
OTHERS["session.changed"] = {
    "notify_session_updated",
    "invalidate_cached_session_tokens",
    "invalidate_cached_pusher_channel_data",
}
OTHERS["session.ended"] = OTHERS["session.started"] | {"deactivate_goals_in_session", "close_sales_of_session"}
OTHERS["channel_vacated"] = OTHERS["channel_occupied"]


def read_matrix():
    """Return what MATRIX says: event → receiver → type → mark."""
    head, *lines = MATRIX.strip("\n").splitlines()
    assert head.split() == [each.value for each in GoalType]
    found = {}
    for line in lines:
        name, *marks = line.split()
        if not marks:
            rows = found.setdefault(name, {})
        else:
            rows[name] = dict(zip(GoalType, marks, strict=True))
    return found


def acts(mark: str, event: GoalEvent) -> bool:
    agreed = getattr(event, "outcome", None) == "agreed"
    return {"x": True, ".": False, "+": event.reached, "-": not event.reached, "a": agreed}[mark]


def acting(signal: DomainSignal, event: GoalEvent) -> set[str]:
    return {receiver.name for receiver in registry.acting_receivers(signal, event)}


@pytest.mark.django_db
@pytest.mark.parametrize("live", LIVES, ids=lambda live: live.__name__)
def test_these_receivers_act_and_all_others_return(moving, live):
    matrix, (outcome, life) = read_matrix(), LIVES[live]
    goal = live(moving)
    records = list(EventRecord.objects.filter(goal_id=goal.id))
    assert ([record.name for record in records], goal.outcome) == (life, outcome)
    for record in records:
        signal = DomainSignal.registry[record.name]
        event = signal.payload.from_json(record.payload)
        rows = matrix[record.name].items()
        assert acting(signal, event) == {name for name, marks in rows if acts(marks[goal.type], event)}, record.name


def test_the_lives_show_each_event():
    assert {name for _, life in LIVES.values() for name in life} == set(read_matrix())


def test_no_receiver_is_missing_and_none_is_unheard_of():
    declared = {
        name: {receiver.name for receiver in registry.receivers_of(signal)}
        for name, signal in DomainSignal.registry.items()
    }
    assert declared == {name: set(rows) for name, rows in read_matrix().items()} | OTHERS
