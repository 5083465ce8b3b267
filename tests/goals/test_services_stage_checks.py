"""The realtime server is asked who is on a stage, and holds up nobody's money (spec section 5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from goals.models import StageCheck
from livestream import clock
from tests.goals.stories import quick_show
from tests.support.invitations import agree, invite
from tests.support.outbox import pass_time, pending_actors, run_due
from tests.support.people import make_session, make_user
from tests.support.realtime import answering
from tests.support.stage import PATIENCE, come_online, go_on_stage, leave_stage
from wallet.selectors import balance_of

pytestmark = pytest.mark.django_db

CHECK, AGAIN = settings.STAGE_CHECK, 4


@pytest.fixture
def server(moving):
    with answering() as server:
        yield server


@pytest.fixture
def show(server):
    return quick_show(target=200)


def in_seconds(seconds):
    return clock.now() + timedelta(seconds=seconds)


def read(goal):
    goal.refresh_from_db()
    return goal


def answers(goal):
    return list(StageCheck.objects.filter(goal=goal).order_by("id").values_list("answer", flat=True))


def earned(goal):
    return balance_of(user_id=goal.streamer_id)


def test_who_is_not_there_any_more_left_when_they_were_last_seen(moving, server, show):
    go_on_stage(show)
    server.on_stage = True
    pass_time(moving, seconds=CHECK + 10)
    assert read(show).stage_seen == in_seconds(-10)
    server.on_stage = False  # the realtime server was killed, and nobody's leaving was reported
    pass_time(moving, seconds=CHECK)
    assert (read(show).progress, show.stage_paused) == (CHECK, in_seconds(-CHECK - 10))
    pass_time(moving, seconds=300)
    assert (show.state, earned(show)) == ("active", 0)


def test_who_was_never_seen_has_performed_nothing(moving, server, show):
    go_on_stage(show)
    server.on_stage = False
    pass_time(moving, seconds=CHECK + AGAIN)
    assert (read(show).progress, show.stage_paused) == (0, show.stage_started)


def test_a_performance_is_asked_about_before_it_completes(moving, server):
    show = quick_show(target=15)
    go_on_stage(show)
    server.on_stage = False
    pass_time(moving, seconds=15 + PATIENCE + AGAIN)
    assert (read(show).progress, show.state, earned(show)) == (0, "active", 0)
    assert server.asked == [show.id] * 2


def test_who_is_there_when_the_target_is_reached_completes(moving, server):
    show = quick_show(target=15)
    go_on_stage(show)
    server.on_stage = True
    pass_time(moving, seconds=15 + PATIENCE)
    assert (read(show).progress, show.outcome, earned(show)) == (15, "completed", 400)


def test_a_connection_that_was_being_replaced_costs_nothing(moving, server, show):
    go_on_stage(show)
    server.on_stage = False
    pass_time(moving, seconds=CHECK + AGAIN - 1)
    server.on_stage = True
    pass_time(moving, seconds=1)
    assert (read(show).stage_paused, show.stage_seen) == (None, clock.now())


def test_who_leaves_after_the_target_while_the_server_is_asked_is_paid(moving, server):
    show = quick_show(target=15)
    go_on_stage(show)
    server.on_stage = False
    pass_time(moving, seconds=15 + PATIENCE + 1)
    leave_stage(show, at=in_seconds(-2))
    run_due()
    assert (read(show).outcome, earned(show)) == ("completed", 400)


def test_a_webhook_says_better_when_the_streamer_left(moving, server, show):
    go_on_stage(show)
    left = in_seconds(50)
    server.on_stage = False
    pass_time(moving, seconds=CHECK + AGAIN)
    assert read(show).progress == 0
    leave_stage(show, at=left)
    assert (read(show).progress, show.stage_paused) == (50, left)


def test_a_join_that_was_lost_counts_from_when_the_streamer_was_seen(moving, server, show):
    server.on_stage = True
    pass_time(moving, seconds=CHECK + 30)
    assert read(show).stage_started == in_seconds(-30)
    pass_time(moving, seconds=200 - 30 + PATIENCE)
    assert (read(show).outcome, earned(show)) == ("completed", 400)


def test_nobody_comes_on_by_an_answer_after_the_session(moving, server, show):
    from sessions_app.services import ending

    ending.deactivate_session(session_id=show.session_id, now=clock.now())
    server.on_stage = True
    pass_time(moving, seconds=CHECK + 30)
    assert read(show).stage_started is None


def test_a_server_that_does_not_answer_changes_nothing_and_delays_nothing(moving, server, show):
    go_on_stage(show)
    pass_time(moving, seconds=200 + PATIENCE)
    assert (read(show).outcome, earned(show)) == ("completed", 400)
    assert answers(show) == ["unknown"]


def test_only_answers_that_differ_from_the_one_before_are_kept(moving, server, show):
    go_on_stage(show)
    for answer in (True, True, None, None, True):
        server.on_stage = answer
        pass_time(moving, seconds=CHECK / 2)
    assert answers(show) in (["there", "unknown", "there"], ["there", "unknown"])


def test_nobody_is_asked_about_a_goal_that_is_over(moving, server, show):
    go_on_stage(show)
    pass_time(moving, seconds=200 + PATIENCE)
    assert "check_stage" not in pending_actors()
    asked = len(server.asked)
    pass_time(moving, seconds=10 * CHECK)
    assert len(server.asked) == asked


def test_the_question_about_a_private_show_is_whether_the_streamer_is_in_their_stream(moving, server):
    session = make_session()
    come_online(session.streamer_id)
    private = agree(invite(session, make_user(coins=1000), duration=300))
    server.in_stream = False
    pass_time(moving, seconds=CHECK + AGAIN)
    assert (read(private).progress, private.stage_paused) == (0, private.agreed_at)
    assert set(server.asked) == {session.streamer_id}
