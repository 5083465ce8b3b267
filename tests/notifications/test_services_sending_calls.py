"""Which pushes are sent in one call."""

from hypothesis import given
from hypothesis import strategies as st

from notifications.models import Push
from notifications.services import sending


def sizes(*channel_counts):
    """Return how many pushes each call holds, for pushes with that many channels."""
    pushes = [Push(pk=i, channels=[f"c{n}" for n in range(count)]) for i, count in enumerate(channel_counts)]
    return [len(call) for call in sending.calls(pushes=pushes)]


def test_ten_entries_fit_into_a_call():
    assert sizes(*[1] * 25) == [10, 10, 5]
    assert sizes(2, 1, 2, 1, 2, 1) == [6]
    assert sizes(3, 3, 3, 3) == [3, 1]


def test_a_push_for_many_channels_has_a_call_of_its_own():
    assert sizes(1, 100, 1) == [1, 1, 1]
    assert sizes(100) == [1]


def test_nothing_to_send_is_no_call():
    assert sizes() == []


@given(st.lists(st.integers(1, 100)))
def test_order_is_kept_and_no_call_is_too_large(channel_counts):
    pushes = [Push(pk=i, channels=["c"] * count) for i, count in enumerate(channel_counts)]
    calls = list(sending.calls(pushes=pushes))
    assert [push for call in calls for push in call] == pushes
    for call in calls:
        assert len(call) == 1 or sum(len(push.channels) for push in call) <= 10
