"""A private show is performed wherever the streamer is in their own stream (spec section 5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from goals.endings import EndedBecause
from goals.models import PerformanceMark
from goals.services import lifecycle
from livestream import clock
from sessions_app.services import ending
from tests.goals.stories import quick_show
from tests.support.endings import make_karaoke
from tests.support.invitations import agree, invite
from tests.support.matrix import events_of_goal
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_session
from tests.support.stage import PATIENCE, come_online, go_offline, go_on_stage, leave_stage

pytestmark = pytest.mark.django_db

DURATION = 120


@pytest.fixture
def streamer(session):
    return session.streamer_id


@pytest.fixture
def invitation(session, viewer):
    return invite(session, viewer, duration=DURATION, seconds=120)


def in_seconds(seconds):
    return clock.now() + timedelta(seconds=seconds)


def read(goal):
    goal.refresh_from_db()
    return goal


def test_a_streamer_who_is_in_their_stream_performs_from_the_agreement_on(moving, streamer, invitation):
    come_online(streamer)
    moving.advance(seconds=30)
    private = agree(invitation)
    assert (private.progress, private.unit, private.target) == (0, "seconds", DURATION)
    assert (private.stage_started, private.stage_paused) == (clock.now(), None)
    pass_time(moving, seconds=DURATION + PATIENCE)
    assert (read(private).progress, private.outcome, private.ended_because) == (DURATION, "agreed", "completed")
    assert private.exp == private.agreed_at + timedelta(seconds=DURATION)


def test_one_who_is_not_performs_nothing_and_the_time_runs_out(moving, streamer, invitation):
    private = agree(invitation)
    pass_time(moving, seconds=DURATION)
    assert (read(private).progress, private.outcome, private.ended_because) == (0, "refunded", "expired")
    assert private.ended_at == clock.now()


def test_pauses_are_cut_out_and_the_time_does_not_wait(moving, streamer, invitation):
    come_online(streamer)
    private = agree(invitation)
    pass_time(moving, seconds=30)
    go_offline(streamer)
    assert (read(private).progress, private.stage_paused) == (30, clock.now())
    pass_time(moving, seconds=20)
    come_online(streamer)
    pass_time(moving, seconds=DURATION - 50)
    assert (read(private).progress, private.outcome, private.ended_because) == (DURATION - 20, "split", "expired")


def test_a_leaving_that_is_late_takes_seconds_back_before_the_private_show_is_complete(moving, streamer, invitation):
    come_online(streamer)
    private = agree(invitation)
    left = in_seconds(DURATION - 10)
    pass_time(moving, seconds=DURATION + 1)
    assert read(private).state == "active"
    go_offline(streamer, at=left)
    pass_time(moving, seconds=PATIENCE + 1)
    assert (read(private).progress, private.outcome) == (DURATION - 10, "split")


def test_one_that_comes_after_the_end_is_kept_and_changes_nothing(moving, streamer, invitation):
    come_online(streamer)
    private = agree(invitation)
    left = in_seconds(DURATION - 10)
    pass_time(moving, seconds=DURATION + PATIENCE)
    go_offline(streamer, at=left, source="77")
    assert (read(private).progress, private.outcome) == (DURATION, "agreed")
    assert not PerformanceMark.objects.get(source="77").in_time


def test_the_goal_s_own_channel_is_no_stage_of_a_private_show(moving, streamer, invitation):
    private = agree(invitation)
    go_on_stage(private)
    pass_time(moving, seconds=10)
    leave_stage(private)
    assert (read(private).progress, private.stage_started) == (0, None)


def test_nothing_counts_after_the_session(moving, session, streamer, invitation):
    come_online(streamer)
    private = agree(invitation)
    pass_time(moving, seconds=30)
    ending.deactivate_session(session_id=session.id, now=clock.now())
    moving.advance(seconds=20)  # nobody is at work
    run_due()
    assert (read(private).progress, private.outcome, private.ended_because) == (30, "split", "session_ended")


@pytest.mark.parametrize(("seconds", "outcome"), [(0, "refunded"), (1, "split"), (DURATION - 1, "split")])
def test_one_that_is_cut_short_is_split_by_what_was_performed(moving, streamer, invitation, seconds, outcome):
    come_online(streamer)
    private = agree(invitation)
    pass_time(moving, seconds=seconds)
    lifecycle.deactivate_goal(goal_id=private.id, because=EndedBecause.CANCELLED, now=clock.now())
    assert (read(private).progress, private.outcome, private.ended_because) == (seconds, outcome, "cancelled")


def test_coming_and_leaving_are_published_as_changes(moving, streamer, invitation):
    private = agree(invitation)
    for act in (come_online, go_offline, go_offline):
        act(streamer)
        moving.advance(seconds=1)
    assert events_of_goal(private.id).count("goal.changed") == 2


def test_another_streamer_s_stream_is_nothing_to_it(moving, invitation):
    private = agree(invitation)
    come_online(make_session().streamer_id)
    assert not read(private).marks.exists()


def test_a_karaoke_counts_no_second_in_which_something_paid_is_performed(moving, session, streamer, invitation):
    karaoke = make_karaoke(session)
    go_on_stage(karaoke)
    pass_time(moving, seconds=5)
    come_online(streamer)
    agree(invitation)
    run_due()
    assert (read(karaoke).progress, karaoke.stage_paused) == (5, clock.now())
    pass_time(moving, seconds=50)
    assert (read(karaoke).progress, karaoke.level) == (5, 0)
    go_offline(streamer)
    run_due()
    assert (karaoke.state, read(karaoke).stage_paused) == ("active", None)
    pass_time(moving, seconds=5 + PATIENCE)
    assert (read(karaoke).progress, karaoke.level) == (10, 1)


def test_a_second_on_two_stages_counts_for_the_show_that_is_paid(moving):
    show = quick_show(target=60)
    karaoke = make_karaoke(show.session)
    for goal in (karaoke, show):
        go_on_stage(goal)
    pass_time(moving, seconds=60 + PATIENCE)
    leave_stage(karaoke)
    assert (read(show).progress, show.outcome) == (60, "completed")
    assert read(karaoke).progress <= PATIENCE


def test_a_pause_of_a_show_that_is_too_long_ends_it(moving):
    show = quick_show(target=600)
    go_on_stage(show)
    pass_time(moving, seconds=10)
    leave_stage(show)
    pass_time(moving, seconds=settings.SHOW_MAX_WAIT)
    assert (read(show).ended_because, show.outcome) == ("unperformed", "refunded")
