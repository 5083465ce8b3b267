"""Who is put out of which rooms: a streamer when a session or what was paid for is over (seed 000, section 5)."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction

from goals.endings import EndedBecause
from goals.services import lifecycle
from goals.types import GoalType
from livestream import clock
from livestream.models import OutboxMessage
from livestream.outbox import Delivery, enqueue
from sessions_app.models import RtcCall
from sessions_app.services import bans, ending, opening
from tests.sessions_app.recordings import ROOM, broadcast_through_byteplus, work
from tests.support import endings
from tests.support.invitations import agree, disagree, exclusive_of, invite
from tests.support.people import make_funding, make_show, make_user
from tests.support.shows import buy

pytestmark = pytest.mark.django_db


def end(session):
    ending.deactivate_session(session_id=session.id, now=clock.now())


def open_another(session):
    return opening.open_session(streamer_id=session.streamer_id, now=clock.now())


@pytest.mark.parametrize("room_id", [ROOM, None])
def test_the_streamer_is_put_out_and_may_come_back(byteplus_server, at_eight, session, room_id):
    broadcast_through_byteplus(session.streamer_id, room_id)
    end(session)
    work()
    assert byteplus_server.kicked == [(room_id or session.id, session.streamer_id)]
    assert byteplus_server.calls("BanRoomUser")[0]["ForbiddenInterval"] == 0
    assert RtcCall.objects.get(subject=session.id).outcome == "done"


def test_a_vendor_that_is_away_is_asked_again(byteplus_server, at_eight, session):
    broadcast_through_byteplus(session.streamer_id)
    byteplus_server.faults.extend(["internal in 200", "done, silence"])
    end(session)
    for _ in range(3):
        work()
    assert byteplus_server.kicked == [(ROOM, session.streamer_id)] * 2
    assert not OutboxMessage.objects.filter(actor="BanRoomUser").exists()


def test_who_is_live_again_in_the_same_room_by_then_stays(byteplus_server, at_eight, session):
    broadcast_through_byteplus(session.streamer_id)
    byteplus_server.faults.append("reset")
    end(session)
    work()
    open_another(session)
    work(at_eight, after=60)
    assert byteplus_server.kicked == []
    assert not OutboxMessage.objects.filter(actor="BanRoomUser").exists()


def test_who_is_live_again_in_another_room_is_put_out_of_the_old_one(byteplus_server, at_eight, session):
    broadcast_through_byteplus(session.streamer_id, room_id=None)
    byteplus_server.faults.append("reset")
    end(session)
    work()
    open_another(session)
    work(at_eight, after=60)
    assert byteplus_server.kicked == [(session.id, session.streamer_id)]


def test_a_call_that_an_earlier_release_stored_without_a_room_is_carried_out(byteplus_server, at_eight, session):
    source = broadcast_through_byteplus(session.streamer_id, room_id=None)
    kwargs = {"room_id": None, "user_id": session.streamer_id, "source_id": source.id, "session_id": session.id}
    with transaction.atomic():
        enqueue(bans.ban_room_user, Delivery(key=session.id), **kwargs)
    session.active, session.ended_at = False, clock.now() + timedelta(seconds=1)
    session.save()
    work()
    assert byteplus_server.kicked == [(session.id, session.streamer_id)]


def test_what_the_vendor_refuses_is_not_asked_again(byteplus_server, at_eight, session, settings):
    settings.BYTEPLUS_APP_ID = "another"
    broadcast_through_byteplus(session.streamer_id)
    end(session)
    work()
    assert RtcCall.objects.get().outcome == "refused"
    assert not OutboxMessage.objects.filter(actor="BanRoomUser").exists()


def kicked_from(server, session, *goals):
    """Return whether the streamer was put out of these goals' rooms, and from nowhere else."""
    return server.kicked == [(f"{ROOM}.{goal.id}", session.streamer_id) for goal in goals]


@pytest.fixture
def paying(session):
    """A session in which a private show and a 1-on-1 can be paid for."""
    session.prices = {"sd": 60, "exclusive": 60}
    session.save()
    broadcast_through_byteplus(session.streamer_id)
    return session


def performed_show(session):
    funding, viewer = make_funding(session, target=200), make_user(coins=1000)
    buy(funding, viewer)
    work()
    show = make_show(funding, target=60)
    work()
    return show


def private_show(session):
    return agree(invite(session, make_user(coins=1000)))


def one_on_one(session):
    return exclusive_of(agree(invite(session, make_user(coins=1000), kind=GoalType.TRIGGER_EXCLUSIVE)))


@pytest.mark.parametrize("perform", [performed_show, private_show, one_on_one])
def test_the_streamer_is_put_out_of_the_room_of_what_is_over_while_the_session_goes_on(
    byteplus_server, at_eight, paying, perform
):
    goal = perform(paying)
    work()
    assert byteplus_server.kicked == []
    lifecycle.deactivate_goal(goal_id=goal.id, because=EndedBecause.CANCELLED, now=clock.now())
    work()
    assert kicked_from(byteplus_server, paying, goal)


@pytest.mark.parametrize("perform", [private_show, one_on_one])
def test_the_end_of_a_session_ends_what_runs_and_puts_the_streamer_out_of_both_rooms(
    byteplus_server, at_eight, paying, perform
):
    goal = perform(paying)
    end(paying)
    work()
    assert set(byteplus_server.kicked) == {(ROOM, paying.streamer_id), (f"{ROOM}.{goal.id}", paying.streamer_id)}


def test_a_show_that_goes_on_after_its_session_keeps_its_room_until_it_is_over(byteplus_server, at_eight, paying):
    show = performed_show(paying)
    end(paying)
    work()
    assert byteplus_server.kicked == [(ROOM, paying.streamer_id)]
    work(at_eight, after=settings.SHOW_END_GRACE)
    assert byteplus_server.kicked == [(ROOM, paying.streamer_id), (f"{ROOM}.{show.id}", paying.streamer_id)]


def test_of_two_shows_in_a_row_each_has_its_own_room_and_the_end_of_the_session_closes_both(
    byteplus_server, at_eight, paying
):
    shows = []
    for _ in range(2):
        shows.append(performed_show(paying))
        endings.cancel(shows[-1])
        work(at_eight, after=1)
    assert kicked_from(byteplus_server, paying, *shows)
    end(paying)
    work()
    # A token of up to an hour may have brought the streamer back.
    assert {room for room, _ in byteplus_server.kicked[2:]} == {ROOM, *(f"{ROOM}.{show.id}" for show in shows)}


def test_no_token_of_a_show_that_ended_an_hour_ago_is_left(byteplus_server, at_eight, paying):
    endings.cancel(performed_show(paying))
    work()
    byteplus_server.kicked.clear()
    at_eight.advance(seconds=3601)
    end(paying)
    work()
    assert byteplus_server.kicked == [(ROOM, paying.streamer_id)]


@pytest.mark.parametrize("answer", [disagree, lambda goal: None])
def test_an_invitation_that_was_not_agreed_to_had_no_room(byteplus_server, at_eight, paying, answer):
    goal = invite(paying, make_user(coins=1000))
    answer(goal)
    work(at_eight, after=121)
    assert byteplus_server.kicked == []


def test_a_viewer_is_kept_out_until_their_tokens_have_ended(byteplus_server, at_eight, paying):
    with transaction.atomic():
        until = at_eight.at + timedelta(seconds=300)
        bans.ban_viewer(session=paying, goal_id=None, user_id="a" * 24, until=until)
        bans.ban_viewer(session=paying, goal_id="b" * 24, user_id="a" * 24, until=at_eight.at + timedelta(seconds=9))
        bans.ban_viewer(session=paying, goal_id="c" * 24, user_id="a" * 24, until=at_eight.at + timedelta(days=9))
    work()
    asked = {each["RoomId"]: each["ForbiddenInterval"] for each in byteplus_server.calls("BanRoomUser")}
    assert asked == {ROOM: 300, f"{ROOM}.{'b' * 24}": 60, f"{ROOM}.{'c' * 24}": 259_200}


def test_nobody_is_kept_out_by_a_call_that_comes_after_their_tokens_have_ended(byteplus_server, at_eight, paying):
    byteplus_server.away = "500"
    with transaction.atomic():
        bans.ban_viewer(session=paying, goal_id=None, user_id="a" * 24, until=at_eight.at + timedelta(seconds=60))
    work()
    byteplus_server.away = None
    work(at_eight, after=61)
    assert byteplus_server.kicked == []
    assert not OutboxMessage.objects.filter(actor="BanRoomUser").exists()


def test_a_worker_of_the_release_before_can_put_a_streamer_out(at_eight, paying):
    end(paying)
    [message] = OutboxMessage.objects.filter(actor="BanRoomUser")
    assert set(message.kwargs) == {"room_id", "user_id", "source_id", "session_id"}
