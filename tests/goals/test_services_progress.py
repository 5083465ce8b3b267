"""Progress moves once for each key, stops at a performance's target, and reaches levels."""

from __future__ import annotations

from functools import partial

import pytest

from goals.endings import EndedBecause
from goals.errors import GoalNotFound
from goals.models import Goal, ProgressStep
from goals.services import lifecycle, progress
from livestream import clock, ids
from livestream.models import EventRecord
from tests.goals.stories import count, quick_show
from tests.support.matrix import events_of_goal, last_event
from tests.support.people import make_funding, make_session
from tests.support.shows import buy
from tests.support.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def show(session):
    return quick_show(session, target=60)


def increment(goal, amount, key):
    return progress.increment_goal_progress(goal_id=goal.id, amount=amount, key=key, now=clock.now())


def with_levels(goal, *targets):
    levels = [{"title": f"Step {number}", "target": target} for number, target in enumerate(targets)]
    Goal.objects.filter(pk=goal.pk).update(levels=levels)


def completions(goal):
    rows = EventRecord.objects.filter(name="goal.completed", goal_id=goal.id).order_by("position")
    return [(row.payload["level"], row.payload["progress"]) for row in rows]


def test_a_key_counts_once(show):
    assert [increment(show, 10, key) for key in ("a", "a", "b", "a")] == [True, False, True, False]
    show.refresh_from_db()
    assert show.progress == 20
    assert list(ProgressStep.objects.order_by("key").values_list("key", "amount")) == [("a", 10), ("b", 10)]
    assert events_of_goal(show.id).count("goal.progressed") == 2


def test_a_key_belongs_to_its_goal(show):
    other = quick_show(make_session())
    assert (increment(show, 10, "a"), increment(other, 10, "a")) == (True, True)


def test_performed_seconds_stop_at_the_target_and_complete_the_goal(show):
    increment(show, 50, "a")
    increment(show, 50, "b")
    show.refresh_from_db()
    assert (show.progress, show.level, show.state, show.outcome) == (60, 1, "ended", "completed")
    assert last_event("goal.progressed", goal_id=show.id).amount == 10


def test_coins_do_not_stop_at_the_target(session, viewer):
    funding = make_funding(session, target=400)
    buy(funding, viewer, 5)
    count(funding)
    assert (funding.progress, funding.level, funding.outcome) == (1000, 1, "completed")


def test_a_goal_that_ended_is_left_as_it_is(show):
    lifecycle.deactivate_goal(goal_id=show.id, because=EndedBecause.SESSION_ENDED, now=clock.now())
    assert not increment(show, 60, "a")
    show.refresh_from_db()
    assert (show.progress, show.outcome) == (0, "refunded")


def test_a_goal_that_does_not_exist_is_an_error(moving):
    with pytest.raises(GoalNotFound):
        increment(Goal(id=ids.new_id()), 1, "a")


def test_of_several_levels_reached_at_once_each_is_told_and_the_last_ends_the_goal(session, viewer):
    funding = make_funding(session)
    with_levels(funding, 200, 400, 600)
    buy(funding, viewer, 3)
    count(funding)
    assert completions(funding) == [(1, 600), (2, 600), (3, 600)]
    assert (funding.level, funding.state) == (3, "ended")
    assert events_of_goal(funding.id)[-5:] == ["goal.progressed", *["goal.completed"] * 3, "goal.ended"]


def test_levels_are_told_one_by_one_as_they_are_reached(session, viewer):
    funding = make_funding(session)
    with_levels(funding, 200, 400, 1000)
    for quantity, reached, told in ((1, 1, 1), (1, 2, 2), (2, 2, 2), (1, 3, 3)):
        buy(funding, viewer, quantity)
        count(funding)
        assert (funding.level, len(completions(funding))) == (reached, told)
        assert funding.active is (reached < 3)
    assert completions(funding) == [(1, 200), (2, 400), (3, 1000)]


def test_a_sale_whose_first_level_is_reached_goes_on(session, viewer):
    funding = make_funding(session)
    with_levels(funding, 200, 1000)
    buy(funding, viewer)
    count(funding)
    assert session.show_goal_pairs.get().funding_ended is None
    assert buy(funding, viewer).progress == 400


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_steps_at_once_are_all_counted_and_each_key_once(moving):
    show = quick_show(target=1000)
    did_it = at_once(*[partial(increment, show, 10, key) for key in "abcabc"])
    assert sorted(did_it) == [False] * 3 + [True] * 3
    show.refresh_from_db()
    assert show.progress == 30
