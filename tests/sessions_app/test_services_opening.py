"""Opening, starting and changing a session."""

from datetime import timedelta

import pytest

from livestream import ids
from livestream.models import EventRecord
from sessions_app.errors import (
    NotYourSession,
    SessionAlreadyActive,
    SessionAlreadyStarted,
    SessionNotActive,
    SessionNotFound,
)
from sessions_app.models import Session
from sessions_app.services import ending, opening
from tests.sessions_app.crowds import all_at_once

pytestmark = pytest.mark.django_db

LATER = timedelta(minutes=5)


def started_events():
    return list(EventRecord.objects.filter(name="session.started"))


def test_a_session_is_opened_active_public_and_not_yet_started(streamer, now):
    session = opening.open_session(streamer_id=streamer.id, now=now)
    session.refresh_from_db()
    assert (session.active, session.preset, session.title, session.prices) == (
        True,
        "public",
        "",
        {},
    )
    assert session.statuses == {"created": now, "started": None, "ended": None}


def test_a_second_session_is_refused_while_the_first_is_active(session, now):
    with pytest.raises(SessionAlreadyActive) as refusal:
        opening.open_session(streamer_id=session.streamer_id, now=now)
    assert refusal.value.extra == {"session_id": session.id}
    assert Session.objects.count() == 1


def test_another_session_may_follow_one_that_ended(session, now):
    ending.deactivate_session(session_id=session.id, now=now)
    assert opening.open_session(streamer_id=session.streamer_id, now=now).active


def test_two_streamers_do_not_stand_in_each_others_way(session, stranger, now):
    assert opening.open_session(streamer_id=stranger.id, now=now).active


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_openings_at_once_one_wins(streamer, now):
    answers = all_at_once(lambda: opening.open_session(streamer_id=streamer.id, now=now), times=8)
    assert sum(isinstance(each, Session) for each in answers) == 1
    assert sum(isinstance(each, SessionAlreadyActive) for each in answers) == 7


def test_starting_tells_what_the_session_is(session, now):
    opening.start_session(session_id=session.id, caller_id=session.streamer_id, now=now + LATER)
    session.refresh_from_db()
    (record,) = started_events()
    assert session.started_at == now + LATER
    assert record.session_id == session.id
    assert {k: v for k, v in record.payload.items() if k != "event_id"} == {
        "session_id": session.id,
        "streamer_id": session.streamer_id,
        "preset": "public",
        "price": {"sd": 60, "exclusive": 200},
        "show_goal_pairs": [],
    }


def test_a_session_starts_once(session, now):
    call = {"session_id": session.id, "caller_id": session.streamer_id}
    opening.start_session(**call, now=now)
    with pytest.raises(SessionAlreadyStarted):
        opening.start_session(**call, now=now + LATER)
    session.refresh_from_db()
    assert session.started_at == now
    assert len(started_events()) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_starts_at_once_one_wins(session, now):
    call = {"session_id": session.id, "caller_id": session.streamer_id, "now": now}
    answers = all_at_once(lambda: opening.start_session(**call), times=6)
    assert sum(isinstance(each, Session) for each in answers) == 1
    assert sum(isinstance(each, SessionAlreadyStarted) for each in answers) == 5
    assert len(started_events()) == 1


def test_a_session_that_is_over_cannot_start(session, now):
    ending.deactivate_session(session_id=session.id, now=now)
    with pytest.raises(SessionNotActive):
        opening.start_session(session_id=session.id, caller_id=session.streamer_id, now=now)


def test_nobody_starts_or_changes_the_session_of_another(session, stranger, now):
    call = {"session_id": session.id, "caller_id": stranger.id}
    with pytest.raises(NotYourSession):
        opening.start_session(**call, now=now)
    with pytest.raises(NotYourSession):
        opening.change_session(**call, changes={"title": "Mine"})
    session.refresh_from_db()
    assert (session.title, session.started_at) == ("Evening", None)


def test_a_stranger_is_not_told_that_a_session_is_over(session, stranger, now):
    ending.deactivate_session(session_id=session.id, now=now)
    with pytest.raises(NotYourSession):
        opening.start_session(session_id=session.id, caller_id=stranger.id, now=now)


def test_an_unknown_session_is_not_found(streamer, now):
    call = {"session_id": ids.new_id(), "caller_id": streamer.id}
    with pytest.raises(SessionNotFound):
        opening.start_session(**call, now=now)
    with pytest.raises(SessionNotFound):
        opening.change_session(**call, changes={})


def test_a_change_touches_only_what_it_names(session):
    call = {"session_id": session.id, "caller_id": session.streamer_id}
    opening.change_session(**call, changes={"preset": "private", "prices": {"sd": 5}})
    session.refresh_from_db()
    assert (session.title, session.preset, session.prices) == ("Evening", "private", {"sd": 5})


def test_a_session_that_is_over_does_not_change(session, now):
    ending.deactivate_session(session_id=session.id, now=now)
    with pytest.raises(SessionNotActive):
        opening.change_session(session_id=session.id, caller_id=session.streamer_id, changes={"title": "New"})
