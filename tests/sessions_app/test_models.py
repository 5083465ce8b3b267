"""What a session's row promises by itself."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from sessions_app import rules
from sessions_app.models import Session

OFFERED = Session(prices={"sd": 50, "exclusive": 199})


@pytest.mark.parametrize(
    ("quality", "duration", "coins"),
    [
        ("sd", 60, 50),
        ("sd", 1, 1),
        ("sd", 61, 51),
        ("sd", 90, 75),
        ("sd", 0, 0),
        ("exclusive", 30, 100),
        ("exclusive", 3600, 11_940),
    ],
)
def test_a_price_is_the_rate_by_the_minute_rounded_up(quality, duration, coins):
    assert OFFERED.get_price(quality, duration) == coins


def test_a_price_without_a_duration_is_that_of_a_minute():
    assert OFFERED.get_price("exclusive") == 199


def test_a_quality_that_is_not_offered_has_no_price():
    assert Session(prices={"sd": 50}).get_price("exclusive", 60) is None


@given(rate=st.integers(1, rules.HIGHEST_RATE), duration=st.integers(0, 10**7))
def test_a_price_covers_the_time_and_exceeds_it_by_less_than_a_coin(rate, duration):
    coins = rules.price_of(rate=rate, duration=duration)
    assert 0 <= coins * 60 - rate * duration < 60


def test_statuses_go_by_the_names_of_the_seeds(now):
    session = Session(created_at=now)
    assert session.statuses == {"created": now, "started": None, "ended": None}


@pytest.mark.django_db
def test_the_database_refuses_a_second_active_session_of_one_streamer(session, now):
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.create(streamer_id=session.streamer_id, created_at=now)


@pytest.mark.django_db
@pytest.mark.parametrize("active", [True, False])
def test_the_database_refuses_a_session_that_is_both_active_and_over_or_neither(streamer, now, active):
    ended_at = now if active else None
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.create(streamer=streamer, created_at=now, active=active, ended_at=ended_at)
