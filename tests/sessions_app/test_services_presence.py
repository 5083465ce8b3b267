"""trigger_online: what is told twice, late, or in the same millisecond."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from livestream import clock
from livestream.models import OutboxMessage
from sessions_app.selectors import presence_of
from sessions_app.services import presence
from tests.support.people import make_session

pytestmark = pytest.mark.django_db

CAME, LEFT = True, False


@pytest.fixture
def session():
    with clock.frozen():
        yield make_session()


def tell(session, online, at, source, **details):
    return presence.trigger_online(
        streamer_id=session.streamer_id, online=online, at=at, source=source, now=clock.now(), **details
    )


def counting_down():
    return OutboxMessage.objects.filter(actor="end_after_countdown").exists()


@pytest.mark.parametrize("facts", [[(LEFT, 1), (CAME, 2)], [(CAME, 1), (LEFT, 2)]])
@pytest.mark.parametrize("order", sorted(set(permutations([0, 1, 0, 1]))))
def test_of_one_millisecond_what_was_stored_last_counts_in_whatever_order_it_is_told(session, facts, order):
    at = clock.now()
    for number in order:
        tell(session, facts[number][0], at, facts[number][1])
    assert counting_down() is (facts[1][0] is LEFT)


def test_a_departure_that_is_told_again_alone_does_not_end_a_session_whose_streamer_is_there(session):
    at = clock.now()
    tell(session, LEFT, at, 1)
    tell(session, CAME, at, 2)
    assert tell(session, LEFT, at, 1) is False
    assert not counting_down()


def test_a_departure_counts_as_long_as_nothing_newer_is_known(session):
    at = clock.now()
    assert tell(session, LEFT, at, 1) is tell(session, LEFT, at, 1) is True
    assert counting_down()
    tell(session, CAME, at + timedelta(seconds=1), 2)
    assert tell(session, LEFT, at, 1) is False
    assert not counting_down()


def test_a_stream_that_becomes_empty_after_the_streamer_left_does_not_say_that_they_left_later(session):
    at = clock.now()
    tell(session, CAME, at, 1)
    tell(session, LEFT, at + timedelta(seconds=10), 2)
    assert tell(session, LEFT, at + timedelta(seconds=50), 3, emptied=True) is False
    assert presence_of(streamer_id=session.streamer_id).changed_at == at + timedelta(seconds=10)


def test_an_empty_stream_says_nothing_of_a_streamer_who_was_not_in_it(session):
    at = clock.now()
    assert tell(session, LEFT, at, 1, emptied=True) is False
    assert not counting_down()
    tell(session, CAME, at + timedelta(seconds=1), 2)
    assert tell(session, LEFT, at + timedelta(seconds=2), 3, emptied=True) is True
    assert counting_down()


def test_a_leave_that_arrives_before_its_join_counts_also_for_who_was_offline(session):
    at = clock.now()
    tell(session, LEFT, at, 1)
    assert tell(session, LEFT, at + timedelta(seconds=110), 3) is True
    assert tell(session, CAME, at + timedelta(seconds=100), 2) is False
    assert counting_down()
