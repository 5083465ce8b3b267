"""A streamer who is gone from their stream is gone from the stage; one who gives a sign of life is not gone."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.conf import settings

from livestream import clock
from livestream.models import OutboxMessage
from sessions_app.models import Session
from sessions_app.services import ending, opening
from tests.goals.stories import quick_show
from tests.support.clients import client_of
from tests.support.invitations import agree, invite
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_session, make_user
from tests.support.realtime import answering
from tests.support.stage import PATIENCE, come_online, go_offline, go_on_stage, leave_stage
from wallet.selectors import balance_of

pytestmark = pytest.mark.django_db

COUNTDOWN = settings.DEVICE_DISCONNECT_COUNTDOWN


@pytest.fixture
def show(moving):
    return quick_show(target=600)


@pytest.fixture
def server(moving):
    with answering() as server:
        yield server


def in_seconds(seconds):
    return clock.now() + timedelta(seconds=seconds)


def read(goal):
    goal.refresh_from_db()
    return goal


def is_live(session_id):
    return Session.objects.get(pk=session_id).active


def is_counting_down():
    return OutboxMessage.objects.filter(actor="end_after_countdown").exists()


def leave_for(moving, show, *, seconds):
    """Perform for 30 s, leave the stream without leaving the stage, and stay away."""
    come_online(show.streamer_id)
    go_on_stage(show)
    pass_time(moving, seconds=30)
    go_offline(show.streamer_id)
    pass_time(moving, seconds=seconds)


def test_who_stays_away_for_the_countdown_left_the_stage_when_they_left_the_stream(moving, show):
    leave_for(moving, show, seconds=COUNTDOWN)
    assert not is_live(show.session_id)
    assert (read(show).progress, show.stage_paused) == (30, in_seconds(-COUNTDOWN))
    pass_time(moving, seconds=settings.SHOW_END_GRACE)
    assert (read(show).outcome, balance_of(user_id=show.streamer_id)) == ("refunded", 0)


def test_until_then_they_may_be_on_the_stage_alone(moving, show):
    leave_for(moving, show, seconds=COUNTDOWN - 1)
    assert read(show).stage_paused is None
    come_online(show.streamer_id)
    pass_time(moving, seconds=600)
    assert (read(show).outcome, is_live(show.session_id)) == ("completed", True)


def test_who_came_on_stage_after_they_left_the_stream_is_not_gone(moving, show):
    leave_for(moving, show, seconds=10)
    leave_stage(show)
    go_on_stage(show)
    assert not is_counting_down()
    pass_time(moving, seconds=600)
    assert is_live(show.session_id)


def test_a_join_from_before_is_no_sign_of_life(moving, show):
    before = clock.now()
    leave_for(moving, show, seconds=10)
    go_on_stage(show, at=before)
    assert is_counting_down()


def test_to_leave_the_stage_is_no_sign_of_life(moving, show):
    leave_for(moving, show, seconds=1)
    leave_stage(show)
    pass_time(moving, seconds=COUNTDOWN)
    assert not is_live(show.session_id)


def authorize_a_channel(session):
    body = {"socket_id": "1.1", "channel_name": f"private-user@{session.streamer_id}"}
    return client_of(session.streamer).post("/notify/pusher/auth", body, format="json")


def get_a_token(session):
    return client_of(session.streamer).get(f"/sessions/{session.id}/token?quality=sd")


def change_the_session(session):
    return client_of(session.streamer).patch(f"/sessions/{session.id}", {"title": "Still here"}, format="json")


@pytest.mark.parametrize("sign", [authorize_a_channel, get_a_token, change_the_session])
def test_every_sign_of_life_stops_the_countdown(moving, sign):
    session = make_session()
    go_offline(session.streamer_id)
    pass_time(moving, seconds=COUNTDOWN - 1)
    assert is_counting_down()
    assert sign(session).status_code == 200
    assert not is_counting_down()
    pass_time(moving, seconds=10 * COUNTDOWN)
    assert is_live(session.id)


def test_a_viewer_s_doings_are_no_sign_of_the_streamer_s_life(moving):
    session, viewer = make_session(), make_user()
    go_offline(session.streamer_id)
    assert client_of(viewer).get(f"/sessions/{session.id}/token?quality=preview").status_code == 200
    body = {"socket_id": "1.1", "channel_name": f"private-stream@{session.streamer_id}"}
    assert client_of(viewer).post("/notify/pusher/auth", body, format="json").status_code == 200
    assert is_counting_down()


@pytest.mark.parametrize("where", ["in_stream", "on_stage"])
def test_whom_the_realtime_server_sees_is_waited_for(moving, server, show, where):
    leave_for(moving, show, seconds=0)
    setattr(server, where, True)
    pass_time(moving, seconds=3 * COUNTDOWN)
    assert is_live(show.session_id)
    server.in_stream = server.on_stage = None
    pass_time(moving, seconds=COUNTDOWN)
    assert not is_live(show.session_id)


def test_a_server_that_cannot_say_delays_no_end(moving, server, show):
    leave_for(moving, show, seconds=COUNTDOWN)
    assert show.streamer_id in server.asked
    assert not is_live(show.session_id)


def test_a_join_that_was_accepted_stops_the_countdown_though_nobody_has_worked_it_off(moving, server):
    session = make_session()
    go_offline(session.streamer_id)
    moving.advance(seconds=COUNTDOWN)
    server.accept(lambda: come_online(session.streamer_id, at=in_seconds(-5)))
    run_due()
    assert (is_live(session.id), is_counting_down()) == (True, False)
    assert {session.streamer_id} in server.worked_off


def test_a_join_that_was_accepted_before_the_session_ended_counts(moving, server, show):
    server.accept(lambda: go_on_stage(show, at=in_seconds(-10)))
    moving.advance(seconds=20)
    ending.deactivate_session(session_id=show.session_id, now=clock.now())
    run_due()
    assert read(show).stage_started == in_seconds(-10)


def test_who_leaves_their_stream_in_the_grace_is_gone_from_the_stage_as_well(moving, show):
    come_online(show.streamer_id)
    go_on_stage(show)
    pass_time(moving, seconds=10)
    ending.deactivate_session(session_id=show.session_id, now=clock.now())
    pass_time(moving, seconds=20)
    go_offline(show.streamer_id)
    left = clock.now()
    pass_time(moving, seconds=COUNTDOWN)
    assert (read(show).progress, show.stage_paused) == (30, left)


def test_who_comes_back_in_the_grace_performs_on(moving):
    show = quick_show(target=100)
    come_online(show.streamer_id)
    go_on_stage(show)
    ending.deactivate_session(session_id=show.session_id, now=clock.now())
    pass_time(moving, seconds=10)
    go_offline(show.streamer_id)
    pass_time(moving, seconds=COUNTDOWN - 1)
    come_online(show.streamer_id)
    pass_time(moving, seconds=100)
    assert read(show).outcome == "completed"


def test_a_countdown_of_the_release_before_is_stopped_as_well(moving):
    from django.db import transaction

    from livestream.outbox import Delivery, enqueue

    session = make_session()
    with transaction.atomic():
        later = Delivery(eta=in_seconds(COUNTDOWN), key=f"countdown:{session.id}")
        enqueue(ending.deactivate_session, later, session_id=session.id)
    come_online(session.streamer_id)
    pass_time(moving, seconds=COUNTDOWN)
    assert is_live(session.id)


def test_a_private_show_pauses_as_soon_as_the_streamer_leaves_their_stream(moving):
    session, viewer = make_session(), make_user(coins=1000)
    come_online(session.streamer_id)
    private = agree(invite(session, viewer, duration=120))
    pass_time(moving, seconds=20)
    go_offline(session.streamer_id)
    pass_time(moving, seconds=COUNTDOWN)
    assert (read(private).progress, private.outcome, private.ended_because) == (20, "split", "session_ended")


def test_the_next_session_is_not_ended_by_a_countdown_of_the_one_before(moving):
    session = make_session()
    go_offline(session.streamer_id)
    ending.end_session(session_id=session.id, caller_id=session.streamer_id, now=clock.now())
    run_due()
    again = opening.open_session(streamer_id=session.streamer_id, now=clock.now())
    pass_time(moving, seconds=COUNTDOWN + PATIENCE)
    assert is_live(again.id)


def test_who_entered_the_stage_after_leaving_the_stream_is_not_gone_in_whatever_order_it_is_told(moving, show):
    left = clock.now()
    moving.advance(seconds=10)
    go_on_stage(show)
    go_offline(show.streamer_id, at=left)
    assert not is_counting_down()


def test_a_coming_on_stage_that_waits_in_the_inbox_keeps_the_session(moving, show, server):
    come_online(show.streamer_id)
    moving.advance(seconds=1)
    go_offline(show.streamer_id)
    moving.advance(seconds=COUNTDOWN / 2)
    server.accept(partial(go_on_stage, show, at=clock.now()))
    pass_time(moving, seconds=COUNTDOWN)
    assert is_live(show.session_id)
    assert {show.streamer_id, show.id} <= set().union(*server.worked_off)
