"""deactivate_session and disconnect, called as services (seed 000)."""

from datetime import timedelta

import pytest
from django.db import transaction

from livestream import clock, ids
from livestream.models import EventRecord, OutboxMessage
from livestream.outbox import enqueue
from sessions_app.errors import SessionNotActive, SessionNotFound
from sessions_app.models import Session
from sessions_app.services import ending, locking, opening
from tests.sessions_app.crowds import all_at_once
from tests.support.people import make_source

pytestmark = pytest.mark.django_db


def ended_events():
    return list(EventRecord.objects.filter(name="session.ended"))


def pending(actor):
    return list(OutboxMessage.objects.filter(actor=actor).values_list("kwargs", "eta"))


def count_down(session, now, seconds=60):
    ending.disconnect(
        streamer_id=session.streamer_id,
        session_id=session.id,
        device_disconnect_countdown=seconds,
        now=now,
    )


def test_deactivating_ends_the_session_and_tells_so(session, now):
    assert ending.deactivate_session(session_id=session.id, now=now)
    session.refresh_from_db()
    (record,) = ended_events()
    assert (session.active, session.ended_at) == (False, now)
    assert record.payload["price"] == {"sd": 60, "exclusive": 200}
    assert record.payload["streamer_id"] == session.streamer_id


def test_a_second_call_returns_quietly(session, now):
    ending.deactivate_session(session_id=session.id, now=now)
    assert not ending.deactivate_session(session_id=session.id, now=now + timedelta(hours=1))
    session.refresh_from_db()
    assert session.ended_at == now
    assert len(ended_events()) == 1


def test_deactivating_what_does_not_exist_returns_quietly(now):
    assert not ending.deactivate_session(session_id=ids.new_id(), now=now)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_calls_at_once_one_ends_the_session(session, now):
    answers = all_at_once(lambda: ending.deactivate_session(session_id=session.id, now=now), times=8)
    assert sorted(answers) == [False] * 7 + [True]
    assert len(ended_events()) == 1


def test_a_byteplus_streamer_is_put_out_of_the_room_they_play_in(session, now):
    first, _ = (
        make_source(
            user_id=session.streamer_id,
            provider="byteplus",
            metadata={"room_id": f"room-{hour}"},
            now=now + timedelta(hours=hour),
        )
        for hour in (1, 2)
    )
    ending.deactivate_session(session_id=session.id, now=now)
    ((kwargs, _),) = pending("BanRoomUser")
    assert kwargs == {
        "room_id": "room-2",
        "user_id": session.streamer_id,
        "source_id": first.id,
        "session_id": session.id,
    }


def test_others_are_not_put_out_of_any_room(session, stranger, now):
    make_source(user_id=session.streamer_id, provider="obs", now=now)
    make_source(user_id=stranger.id, provider="byteplus", now=now)
    ending.deactivate_session(session_id=session.id, now=now)
    assert pending("BanRoomUser") == []


def test_a_source_is_known_by_its_provider_twice(streamer, now):
    source = make_source(user_id=streamer.id, provider="byteplus", now=now)
    assert (source.provider, source.metadata) == ("byteplus", {"provider": "byteplus"})


def test_disconnecting_without_a_countdown_ends_the_session_now(session, at_eight, now):
    ending.disconnect(streamer_id=session.streamer_id, session_id=session.id, now=now)
    session.refresh_from_db()
    assert (session.active, session.ended_at) == (False, now)


@pytest.mark.parametrize("seconds", [0, -5])
def test_a_countdown_of_nothing_is_none(session, at_eight, now, seconds):
    count_down(session, now, seconds)
    session.refresh_from_db()
    assert (session.active, pending("end_after_countdown")) == (False, [])


def test_a_countdown_asks_for_the_end_when_it_is_over(session, at_eight, now):
    count_down(session, now, 60)
    due = now + timedelta(seconds=60)
    assert pending("end_after_countdown") == [({"session_id": session.id}, due)]


def test_a_second_countdown_does_not_prolong_the_first(session, at_eight, now):
    count_down(session, now, 60)
    count_down(session, now + timedelta(seconds=50), 60)
    assert [eta for _, eta in pending("end_after_countdown")] == [now + timedelta(seconds=60)]


def test_coming_back_stops_the_countdown_and_leaving_again_starts_a_new_one(session, at_eight, now):
    count_down(session, now, 60)
    assert ending.cancel_disconnect(session_id=session.id)
    assert pending("end_after_countdown") == []
    count_down(session, now + timedelta(seconds=50), 60)
    assert [eta for _, eta in pending("end_after_countdown")] == [now + timedelta(seconds=110)]


def test_coming_back_without_a_countdown_stops_nothing(session):
    assert not ending.cancel_disconnect(session_id=session.id)


def test_coming_back_does_not_stop_an_end_that_was_asked_for(session, at_eight, now):
    enqueue(ending.deactivate_session, session_id=session.id)
    count_down(session, now)
    assert ending.cancel_disconnect(session_id=session.id)
    assert pending("deactivate_session") == [({"session_id": session.id}, now)]


def test_an_end_takes_the_countdown_with_it(session, at_eight, now):
    count_down(session, now)
    ending.deactivate_session(session_id=session.id, now=now)
    assert pending("end_after_countdown") == []


def test_nobody_disconnects_another(session, stranger, now):
    ending.disconnect(streamer_id=stranger.id, session_id=session.id, now=now)
    session.refresh_from_db()
    assert session.active


def test_disconnecting_from_a_session_that_is_over_does_nothing(session, now):
    ending.deactivate_session(session_id=session.id, now=now)
    ending.disconnect(streamer_id=session.streamer_id, session_id=session.id, now=now)
    assert pending("deactivate_session") == []


def test_an_active_session_can_be_held(session):
    with transaction.atomic():
        assert locking.lock_active_session(session_id=session.id) == session


def test_what_is_over_or_unknown_cannot_be_held(session, now):
    ending.deactivate_session(session_id=session.id, now=now)
    with transaction.atomic(), pytest.raises(SessionNotActive):
        locking.lock_active_session(session_id=session.id)
    with transaction.atomic(), pytest.raises(SessionNotFound):
        locking.lock_active_session(session_id=ids.new_id())


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_session_does_not_end_while_somebody_holds_it(session, now):
    def add_something():
        with transaction.atomic():
            held = locking.lock_active_session(session_id=session.id)
            Session.objects.filter(pk=held.pk).update(title=f"{held.title}+")
            return Session.objects.get(pk=held.pk).active

    def act():
        if turns.pop():
            return ending.deactivate_session(session_id=session.id, now=now)
        return add_something()

    turns = [True, False] * 4
    answers = all_at_once(act, times=8)
    held = [each for each in answers if not isinstance(each, Exception)]
    refused = [each for each in answers if isinstance(each, Exception)]
    session.refresh_from_db()
    assert all(isinstance(each, SessionNotActive) for each in refused)
    assert len(held) + len(refused) == 8
    assert session.title.count("+") + len(refused) == 4


@pytest.mark.django_db(transaction=True)
def test_a_session_may_open_again_once_it_was_ended(session, now):
    ending.end_session(session_id=session.id, caller_id=session.streamer_id, now=clock.now())
    again = opening.open_session(streamer_id=session.streamer_id, now=now)
    assert Session.objects.filter(active=True).get() == again
