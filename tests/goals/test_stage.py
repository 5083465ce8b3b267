"""Performed time follows from comings and goings alone, whatever way they become known."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals import stage
from goals.stage import Interval, Mark
from tests.goals.truth import seconds_on_stage, time_on_stage

START = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def after(milliseconds: int) -> datetime:
    return START + timedelta(milliseconds=milliseconds)


moments = st.integers(-20_000, 120_000).map(after)
sessions_end = st.none() | st.integers(0, 100_000).map(after)


@st.composite
def stories(draw):
    """Marks at distinct moments, in the order of time."""
    times = draw(st.lists(moments, unique=True, max_size=12))
    return [Mark(at, draw(st.booleans()), f"webhook-{n}") for n, at in enumerate(sorted(times))]


def worked_out(marks, opens_until=None):
    return stage.intervals(marks, start=START, opens_until=opens_until)


@given(stories(), sessions_end, st.data())
def test_order_and_repeats_do_not_matter(marks, opens_until, data):
    told = data.draw(st.permutations(marks + data.draw(st.lists(st.sampled_from(marks))) if marks else []))
    assert worked_out(told, opens_until) == worked_out(marks, opens_until)


@given(stories(), sessions_end, moments)
def test_the_seconds_are_those_on_stage(marks, opens_until, later):
    now = max([later, *(mark.at for mark in marks)])
    found = worked_out(marks, opens_until)
    true = seconds_on_stage(marks, start=START, now=max(now, START), opens_until=opens_until)
    assert stage.performed(found, now=now) == true
    assert stage.performed(found) <= true


@given(stories(), sessions_end)
def test_intervals_follow_one_another_between_start_and_the_end_of_opening(marks, opens_until):
    found = worked_out(marks, opens_until)
    edges = [edge for each in found for edge in (each.opened_at, each.closed_at) if edge]
    assert edges == sorted(edges)
    assert all(edge >= START for edge in edges)
    assert all(each.closed_at for each in found[:-1])
    assert opens_until is None or all(each.opened_at <= opens_until for each in found)


@given(stories(), sessions_end, moments)
def test_closing_keeps_what_was_performed_until_then_and_nothing_else(marks, opens_until, at):
    found = worked_out(marks, opens_until)
    closed = stage.closed(found, at=at, by="end")
    known = [mark for mark in marks if mark.at <= at]
    true = time_on_stage(known, start=START, now=max(at, START), opens_until=opens_until)
    assert sum((each.seconds(at) for each in closed), timedelta()) == true
    assert all(each.closed_at and each.closed_at <= at for each in closed)
    assert stage.closed(closed, at=at, by="again") == closed


@given(stories(), moments, moments)
def test_closing_never_lengthens(marks, at, now):
    found = worked_out(marks)
    latest = max([at, now, *(mark.at for mark in marks)])
    assert stage.performed(stage.closed(found, at=at, by="end")) <= stage.performed(found, now=latest)


@given(stories(), st.integers(1, 200))
def test_a_target_is_reached_exactly_then(marks, more):
    found = worked_out([*marks, Mark(after(130_000), True, "the last one")])
    seconds = stage.performed(found) + more
    at = stage.reaches(found, seconds=seconds)
    assert stage.performed(found, now=at) == seconds
    assert stage.performed(found, now=at - TICK) == seconds - 1


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ([(0, True), (10, False), (10, True)], 30),  # a connection that was replaced at once
        ([(0, True), (10, True), (10, False)], 10),
    ],
)
def test_marks_of_one_moment_count_in_the_order_they_were_told(told, seconds):
    marks = [Mark(after(1000 * at), joined, str(n)) for n, (at, joined) in enumerate(told)]
    assert stage.performed(worked_out(marks), now=after(30_000)) == seconds


def test_an_open_interval_counts_for_nothing_before_it_began():
    assert Interval(after(1000), "1").seconds(START) == timedelta()


def test_who_comes_on_in_the_moment_in_which_the_session_ends_is_on():
    [opened] = worked_out([Mark(after(5000), True, "1")], opens_until=after(5000))
    assert opened.opened_at == after(5000)


@given(stories(), moments, moments)
def test_what_is_certain_is_what_was_performed_if_the_streamer_left_at_that_moment(marks, at, later):
    now = max([at, later, *(mark.at for mark in marks)])
    found = worked_out(marks)
    certain = stage.certain(found, at=at)
    assert certain <= stage.performed(found, now=max(now, START))
    if not found or found[-1].left:
        assert certain == stage.performed(found)
    else:
        assert certain == stage.performed([*found[:-1], *stage.closed(found[-1:], at=at, by="leave")])


@given(stories(), st.lists(moments, unique=True, max_size=4))
def test_the_seconds_between_moments_that_follow_one_another_are_all_seconds(marks, cuts):
    found = worked_out(marks)
    ends = [START, *sorted(cut for cut in cuts if cut > START), after(200_000)]
    parts = sum((stretch.within(a, b) for a, b in pairwise(ends) for stretch in found), timedelta())
    assert parts == sum((stretch.within(START, after(200_000)) for stretch in found), timedelta())
    assert stage.between(found, start=START, end=after(200_000)) == parts // timedelta(seconds=1)


@given(stories(), stories())
def test_the_time_of_others_is_taken_out_once(marks, others):
    mine, theirs = worked_out(marks), worked_out(others)
    end = after(200_000)
    left = stage.without(mine, theirs)
    ended = stage.closed(mine, at=end, by="end")
    on_both = sum((a.within(b.opened_at, b.closed_at or end) for a in ended for b in theirs), timedelta())
    whole = sum((each.within(START, end) for each in mine), timedelta())
    assert sum((each.within(START, end) for each in left), timedelta()) == whole - on_both
    edges = [edge for each in left for edge in (each.opened_at, each.closed_at) if edge]
    assert edges == sorted(edges)
    assert all(each.closed_at for each in left[:-1])


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ([(0, True, "1"), (10, False, "asked:1"), (30, False, "2")], 30),  # a webhook says it better
        ([(0, True, "1"), (10, False, "asked:1"), (20, True, "2"), (30, False, "3")], 20),
        ([(0, True, "1"), (10, False, "asked:1"), (30, False, "gone:1")], 10),
        ([(0, True, "1"), (10, False, "2"), (30, False, "3")], 10),
        ([(0, True, "1"), (10, False, "asked:1"), (20, False, "asked:2")], 10),
    ],
)
def test_a_webhook_says_better_than_the_realtime_server_when_the_streamer_left(told, seconds):
    marks = [Mark(after(1000 * at), joined, source) for at, joined, source in told]
    assert stage.performed(worked_out(marks)) == seconds
