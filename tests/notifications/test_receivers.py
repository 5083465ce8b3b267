"""Who is told of sessions, channels and money; of goals, tests/architecture holds the whole matrix."""

import pytest

from livestream.events import registry
from livestream.events.signals import DomainSignal

ALWAYS = "invalidate_cached_pusher_channel_data"


def ours(receivers):
    return [each for each in receivers if each.function.__module__.startswith("notifications.")]


@pytest.mark.parametrize(
    ("signal_name", "expected"),
    [
        ("session.started", {"notify_viewers_livestream_online", ALWAYS}),
        ("session.changed", {"notify_session_updated", ALWAYS}),
        ("session.ended", {"notify_viewers_livestream_online", ALWAYS}),
        ("channel_occupied", {"track_channel_presence", "trigger_user_enter"}),
        ("channel_vacated", {"track_channel_presence", "trigger_user_enter"}),
        ("escrow.completed.individual", {"notify_escrow_completed_individual", "track_escrow"}),
        ("escrow.completed", {"notify_escrow_completed", "track_escrow"}),
        (
            "escrow.refunded",
            {"notify_escrow_refunded", "track_escrow", "record_bi_escrow_refund", "revoke_stream_from_paid_back"},
        ),
        ("user.blocked", {"revoke_stream_from_blocked"}),
        ("account.closed", {"revoke_streams_from_closed"}),
    ],
)
def test_sessions_channels_and_money(signal_name, expected):
    receivers = registry.receivers_of(DomainSignal.registry[signal_name])
    assert {each.name for each in ours(receivers)} == expected


def test_none_of_them_is_part_of_what_happened():
    assert ours(registry.all_receivers())
    assert all(receiver.effect for receiver in ours(registry.all_receivers()))
