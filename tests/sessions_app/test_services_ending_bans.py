"""When a session ends its streamer is put out of the room, and out of no other (seed 000)."""

from datetime import timedelta

import pytest
from django.db import transaction

from livestream import clock
from livestream.models import OutboxMessage
from livestream.outbox import Delivery, enqueue
from sessions_app.models import RtcCall
from sessions_app.services import ending, opening
from tests.sessions_app.recordings import ROOM, broadcast_through_byteplus, work

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
        enqueue(ending.ban_room_user, Delivery(key=session.id), **kwargs)
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
