"""livestream.mvps: who gave most is honoured, and the audience is told nothing."""

import pytest

from tests.notifications.shows import buy, pushed, told
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ranked(session):
    """Four viewers, from the most generous to the least."""
    viewers = [make_user(coins=10_000) for _ in range(4)]
    goal = make_funding(session, target=2000)
    for viewer, quantity in zip(viewers, (4, 3, 2, 1), strict=True):
        buy(goal, viewer, quantity)
    run_due()
    return viewers


def test_the_streamer_hears_the_names_and_coins_of_the_first_three(ranked, streamer):
    data = dict(pushed("livestream.mvps"))[f"private-user@{streamer.pk}"]
    assert data["mvps"] == [
        {
            "rank": rank,
            "user_id": viewer.pk,
            "user_name": viewer.public_name,
            "username": viewer.public_name,
            "amount": amount,
        }
        for rank, viewer, amount in zip((1, 2, 3), ranked, (800, 600, 400), strict=False)
    ]


def test_each_of_them_hears_only_the_own_rank(ranked):
    by_channel = dict(pushed("livestream.mvps"))
    for rank, viewer in enumerate(ranked[:3], start=1):
        (entry,) = by_channel[f"private-user@{viewer.pk}"]["mvps"]
        assert (entry["rank"], entry["user_id"]) == (rank, viewer.pk)


def test_nobody_else_hears_anything(ranked, streamer):
    assert told("livestream.mvps") == [f"private-user@{user.pk}" for user in (streamer, *ranked[:3])]


def test_a_goal_that_is_not_reached_has_no_mvps(session):
    buy(make_funding(session, target=2000))
    run_due()
    assert told("livestream.mvps") == []
