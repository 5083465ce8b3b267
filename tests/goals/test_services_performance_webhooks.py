"""Webhooks may come late, twice and in any order: no second is counted that was not performed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goals.endings import EndedBecause
from goals.services import lifecycle
from goals.stage import Mark
from livestream import clock
from tests.goals.stories import quick_show
from tests.goals.truth import seconds_on_stage
from tests.support.rounds import rounds
from tests.support.stage import go_on_stage, leave_stage

pytestmark = pytest.mark.django_db

told_many_times = settings(
    max_examples=rounds(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
milliseconds = st.integers(1, 30_000).map(lambda each: timedelta(milliseconds=each))


@dataclass(frozen=True)
class Webhook:
    """What happened when, and after how long it is told, each time."""

    after: timedelta
    joined: bool
    delay: timedelta


@st.composite
def comings_and_goings(draw):
    """Webhooks in the order of what they tell: on, off, on, …"""
    spans = draw(st.lists(milliseconds, min_size=1, max_size=6))
    delays = st.just(timedelta()) | milliseconds
    return [Webhook(sum(spans[: n + 1], timedelta()), n % 2 == 0, draw(delays)) for n in range(len(spans))]


def told_again(draw, webhooks):
    return webhooks + draw(st.lists(st.sampled_from(webhooks), max_size=3))


@pytest.fixture
def show(moving):
    return quick_show(target=10_000)


@contextmanager
def undone():
    """Let each example begin where the one before began."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def tell(show, webhook, source):
    act = go_on_stage if webhook.joined else leave_stage
    act(show, at=show.started_at + webhook.after, source=source)
    show.refresh_from_db()


def true_seconds(show, webhooks):
    marks = [Mark(show.started_at + each.after, each.joined, "") for each in set(webhooks)]
    return seconds_on_stage(marks, start=show.started_at, now=clock.now())


@told_many_times
@given(comings_and_goings(), st.data())
def test_told_late_but_in_order_the_progress_never_exceeds_the_truth(moving, show, webhooks, data):
    again = sorted(told_again(data.draw, webhooks), key=lambda each: each.after)
    with undone():
        moving.move_to(show.started_at)
        for number, each in enumerate(again):
            moving.move_to(max(moving.at, show.started_at + each.after + each.delay))
            tell(show, each, data.draw(st.sampled_from([str(each.after), str(number)])))
            assert show.progress <= true_seconds(show, webhooks)
        assert_counts_all_in_the_end(show, webhooks)


@told_many_times
@given(comings_and_goings(), st.data())
def test_told_in_any_order_the_progress_never_exceeds_what_was_told(moving, show, webhooks, data):
    told = data.draw(st.permutations(told_again(data.draw, webhooks)))
    with undone():
        moving.move_to(show.started_at + webhooks[-1].after + timedelta(seconds=1))
        for number, each in enumerate(told):
            tell(show, each, data.draw(st.sampled_from([str(each.after), str(number)])))
            assert show.progress <= true_seconds(show, told[: number + 1])
            moving.advance(seconds=0.5)
        assert_counts_all_in_the_end(show, webhooks)


def assert_counts_all_in_the_end(show, webhooks):
    if not webhooks[-1].joined:
        assert show.progress == true_seconds(show, webhooks)
    lifecycle.deactivate_goal(goal_id=show.id, because=EndedBecause.SESSION_ENDED, now=clock.now())
    show.refresh_from_db()
    assert show.progress == show.performed == true_seconds(show, webhooks)
