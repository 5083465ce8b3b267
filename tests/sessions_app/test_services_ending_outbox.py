"""disconnect and deactivate_session, run as the outbox runs them."""

import pytest
from django.db import transaction

from livestream import clock
from livestream.models import EventRecord, OutboxMessage
from livestream.outbox import enqueue, performing
from sessions_app.models import Session
from sessions_app.services import ending
from tests.sessions_app.crowds import all_at_once
from tests.support.outbox import run_due
from tests.support.realtime import answering

pytestmark = pytest.mark.django_db(transaction=True)


def leave(session, countdown=None):
    """Store what is stored when the streamer's last device disconnects."""
    with transaction.atomic():
        enqueue(
            ending.disconnect,
            streamer_id=session.streamer_id,
            session_id=session.id,
            device_disconnect_countdown=countdown,
        )


def is_active(session):
    session.refresh_from_db()
    return session.active


def assert_ended_after(seconds, session, at_eight):
    """Let time pass, and assert that the session ends in the last of these seconds."""
    at_eight.advance(seconds=seconds - 1)
    run_due()
    assert is_active(session)
    at_eight.advance(seconds=1)
    run_due()
    assert not is_active(session)


def test_a_streamer_who_leaves_for_good_ends_the_session(session, at_eight):
    leave(session)
    run_due()
    assert not is_active(session)
    assert EventRecord.objects.filter(name="session.ended").count() == 1


def test_a_streamer_who_stays_away_ends_the_session_when_the_countdown_is_over(session, at_eight):
    leave(session, countdown=60)
    run_due()
    assert_ended_after(60, session, at_eight)
    assert session.ended_at == at_eight.at


def test_a_streamer_who_comes_back_in_time_keeps_the_session(session, at_eight):
    leave(session, countdown=60)
    run_due()
    at_eight.advance(seconds=59)
    ending.cancel_disconnect(session_id=session.id)
    at_eight.advance(seconds=600)
    run_due()
    assert is_active(session)


def test_a_streamer_who_comes_back_and_leaves_again_gets_a_new_countdown(session, at_eight):
    """A reload of the page as the countdown ends: its two webhooks are processed only before the decision."""
    leave(session, countdown=60)
    run_due()
    at_eight.advance(seconds=60)
    with answering() as server:
        server.accept(lambda: ending.cancel_disconnect(session_id=session.id))
        server.accept(lambda: leave(session, countdown=60))
        server.accept(run_due)
        run_due()
        assert is_active(session)
        assert_ended_after(60, session, at_eight)


def test_a_countdown_does_not_delay_an_end_that_is_wanted_now(session, at_eight):
    leave(session, countdown=60)
    run_due()
    ending.end_session(session_id=session.id, caller_id=session.streamer_id, now=clock.now())
    assert not is_active(session)
    at_eight.advance(seconds=61)
    run_due()
    assert EventRecord.objects.filter(name="session.ended").count() == 1


@pytest.mark.postgres
def test_a_countdown_that_is_over_and_many_ends_at_once_end_the_session_once(session, at_eight):
    leave(session, countdown=60)
    run_due()
    at_eight.advance(seconds=60)
    countdown = OutboxMessage.objects.get(actor="end_after_countdown")

    def act():
        if turns.pop():
            performing.perform(message_id=countdown.id)
        else:
            ending.end_session(session_id=session.id, caller_id=session.streamer_id, now=clock.now())
            assert not Session.objects.get(pk=session.id).active

    turns = [True, False] * 4
    assert all_at_once(act, times=8) == [None] * 8
    assert EventRecord.objects.filter(name="session.ended").count() == 1
    ends = ["disconnect", "deactivate_session", "end_after_countdown"]
    assert not OutboxMessage.objects.filter(actor__in=ends).exists()
