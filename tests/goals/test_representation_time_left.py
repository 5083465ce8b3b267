"""`remaining`, `due_at` and `server_time` of a goal: what a client counts down (spec section 5)."""

from datetime import timedelta

import pytest
from django.db import transaction

from goals import representation, selectors
from goals.models import Goal
from goals.services import locking, performance
from livestream import clock
from tests.support.endings import done, make_karaoke, offering_session, one_on_one_agreed, private_agreed
from tests.support.invitations import agree, exclusive_of, invite
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_user
from tests.support.shows import running_show
from tests.support.stage import PATIENCE, come_online, go_on_stage, leave_stage

pytestmark = pytest.mark.django_db

NOTHING = (None, None, None)


def seen(goal):
    """Return the members in question, with times as seconds from now, read in both ways."""
    read = [representation.public_goal(each) for each in (selectors.get_goal(goal.pk), Goal.objects.get(pk=goal.pk))]
    now = clock.to_epoch(clock.now())
    found = [(each["remaining"], *(at and at - now for at in (each["due_at"], each["server_time"]))) for each in read]
    assert found[0] == found[1]
    return found[0]


def test_a_show_runs_down_while_its_streamer_is_on_stage_and_stands_still_meanwhile(moving):
    show = running_show(moving, target=60)
    assert seen(show) == (60, None, None)
    go_on_stage(show)
    assert seen(show) == (60, 60, 0)
    moving.advance(seconds=20)
    assert seen(show) == (40, 40, 0)
    leave_stage(show)
    run_due()
    moving.advance(seconds=15)
    assert seen(show) == (40, None, None)
    go_on_stage(show)
    moving.advance(seconds=39.5)
    assert seen(show)[0] == 1
    assert seen(show)[2] == 0


@pytest.mark.parametrize("fraction", [0, 0.3, 0.999999])
def test_remaining_is_the_time_from_server_time_to_due_at_and_never_more_than_was_left(moving, fraction):
    show = running_show(moving, target=60)
    moving.advance(seconds=fraction)
    go_on_stage(show)
    run_due()
    due = set()
    for _ in range(20):
        document = representation.public_goal(selectors.get_goal(show.pk))
        assert document["server_time"] == clock.to_epoch(clock.now())
        assert document["remaining"] == min(document["due_at"] - document["server_time"], 60)
        due.add(document["due_at"])
        moving.advance(seconds=0.37)
    assert len(due) == 1


def test_it_is_due_when_it_then_completes(moving):
    show = running_show(moving, target=60)
    go_on_stage(show)
    moving.advance(seconds=7)
    due_at = representation.public_goal(selectors.get_goal(show.pk))["due_at"]
    pass_time(moving, seconds=due_at - clock.now().timestamp() + PATIENCE)
    show.refresh_from_db()
    assert show.outcome == "completed"
    assert clock.to_epoch(show.ended_at) == due_at + PATIENCE
    assert seen(show) == NOTHING


def test_between_its_target_and_its_completion_nothing_remains(moving):
    show = running_show(moving, target=10)
    go_on_stage(show)
    moving.advance(seconds=11)
    assert seen(show) == (0, -1, 0)


def test_of_more_than_the_target_nothing_is_left(moving):
    show = running_show(moving, target=60)
    came, left = clock.now() - timedelta(seconds=63), clock.now() - timedelta(seconds=1)
    show.intervals.create(opened_at=came, opened_by="came", closed_at=left, closed_by="left")
    Goal.objects.filter(pk=show.pk).update(stage_started=clock.now())
    assert seen(show) == (0, -2, 0)


def test_a_private_show_at_its_last_moment_is_due_when_it_was_before(moving):
    session = offering_session()
    goal = agree(invite(session, make_user(coins=1000), duration=120))
    come_online(session.streamer_id)
    run_due()
    due_at = representation.public_goal(selectors.get_goal(goal.pk))["due_at"]
    moving.advance(seconds=121)
    with transaction.atomic():
        performance.settle_stage(goal=locking.lock_goal(goal_id=goal.pk), now=clock.now())
    assert goal.intervals.get().closed_by == "end"
    document = representation.public_goal(selectors.get_goal(goal.pk))
    assert (document["remaining"], document["due_at"]) == (0, due_at)


def test_a_show_of_a_later_time_has_all_of_its_time_left(moving):
    assert seen(running_show(moving, target=60, nbf=clock.now() + timedelta(minutes=2))) == (60, None, None)


def test_a_song_that_was_finished_on_stage_changes_nothing_about_the_end(moving):
    karaoke = make_karaoke(offering_session())
    go_on_stage(karaoke)
    pass_time(moving, seconds=10 + PATIENCE)
    assert (done(karaoke).level, seen(karaoke)) == (1, (30 - 10 - PATIENCE, 30 - 10 - PATIENCE, 0))


def test_a_private_show_is_performed_once_it_was_agreed_to(moving):
    session = offering_session()
    come_online(session.streamer_id)
    goal = invite(session, make_user(coins=1000), duration=120)
    assert seen(goal) == NOTHING
    agree(goal)
    run_due()
    assert seen(goal) == (120, 120, 0)


def test_what_cannot_be_performed_before_its_end_has_no_time_when_it_is_due(moving):
    session = offering_session()
    goal = agree(invite(session, make_user(coins=1000), duration=120))
    run_due()
    moving.advance(seconds=30)
    come_online(session.streamer_id)
    assert seen(goal) == (120, None, 0)


def test_what_is_not_performed_or_is_over_has_no_time(moving):
    invitation = one_on_one_agreed(moving)
    assert seen(invitation) == NOTHING
    assert seen(exclusive_of(invitation)) == (120, None, None)
    assert seen(private_agreed(moving)) == NOTHING
