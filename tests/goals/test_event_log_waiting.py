"""GET /events?wait=…: the answer is held until there is an event, by one look for all who wait."""

from __future__ import annotations

import time

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from goals import event_log
from goals.event_log import waiting
from goals.event_log.reading import end_of_log
from livestream import admission
from tests.support.clients import client_of, said
from tests.support.endings import offering_session
from tests.support.invitations import invite
from tests.support.people import make_user
from tests.support.threads import in_thread
from tests.support.waiting import until

# Others write while somebody waits, hence real transactions.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(waiting, "POLL_SECONDS", 0.02)


@pytest.fixture
def gate(monkeypatch):
    """Admission of this test's own: waits may be ended, and their number be limited."""
    own = admission.Admission()
    monkeypatch.setattr(admission, "requests", own)
    return own


def wait_for(user, seconds=20, after="now"):
    """Read in another thread; return a function that gives the answer and how long it took."""
    began = time.monotonic()
    answer = in_thread(lambda: client_of(user).get("/events", {"after": after, "wait": seconds}))

    def finish():
        response = answer()
        assert response.status_code == 200, response.json()
        return response, time.monotonic() - began

    return finish


def until_somebody_waits(number=1):
    until(lambda: len(event_log.poller._waiters) >= number, what=f"{number} calls that wait", seconds=30)


def test_the_streamer_and_who_paid_hear_of_an_event_as_soon_as_it_is_committed():
    session, viewer, stranger = offering_session(), make_user(coins=1000), make_user()
    invite(session, viewer)  # a viewer hears of what they paid for before
    answers = [wait_for(user) for user in (session.streamer, viewer)]
    quiet = wait_for(stranger, seconds=1)
    until_somebody_waits(3)
    invite(session, viewer)  # the block is prolonged
    for finish in answers:
        response, seconds = finish()
        assert [each["name"] for each in response.json()["results"]] == ["goal.progressed"]
        assert seconds < 15
    assert quiet()[0].json()["results"] == []


def test_an_event_that_is_there_already_is_answered_at_once():
    session = offering_session()
    invite(session, make_user(coins=1000))
    began = time.monotonic()
    response = client_of(session.streamer).get("/events", {"wait": 30})
    assert len(response.json()["results"]) == 4
    assert time.monotonic() - began < 15


def test_an_answer_without_events_comes_at_the_end_of_the_wait_and_reads_on():
    session = offering_session()
    response, seconds = wait_for(session.streamer, seconds=1)()
    assert (response.json()["results"], response.json()["has_more"]) == ([], False)
    assert "Retry-After" not in response
    assert seconds >= 1
    invite(session, make_user(coins=1000))
    assert len(client_of(session.streamer).get("/events" + response.json()["next"]).json()["results"]) == 4


def test_a_poll_takes_as_many_queries_for_many_who_wait_as_for_one():
    session, cursor = offering_session(), event_log.end_of_log()
    payers = [make_user(coins=1000) for _ in range(5)]
    for payer in payers:
        invite(session, payer)
    counts = []
    for users in (payers[:1], [*payers, session.streamer, make_user()]):
        with CaptureQueriesContext(connection) as captured:
            found = waiting.users_with_new_events(user_ids={user.pk for user in users}, after=cursor)
        counts.append(len(captured))
        assert found == {user.pk for user in users if user in payers or user == session.streamer}
    assert counts[0] == counts[1] <= 3


def test_those_for_whom_there_is_no_room_are_answered_at_once_and_told_when_to_come_back(gate):
    gate.reserve_one_of(4)
    first = wait_for(make_user(), seconds=3)
    until_somebody_waits()
    response = client_of(make_user()).get("/events", {"after": "now", "wait": 30})
    assert (response.status_code, response.json()["results"], response["Retry-After"]) == (200, [], "5")
    assert "Retry-After" not in first()[0]


def test_one_user_cannot_take_all_places(gate):
    greedy, other = make_user(), make_user()
    waits = [wait_for(greedy, seconds=3) for _ in range(2)]
    until_somebody_waits(2)
    assert client_of(greedy).get("/events", {"after": "now", "wait": 30})["Retry-After"] == "5"
    assert "Retry-After" not in wait_for(other, seconds=1)()[0]
    assert ["Retry-After" in finish()[0] for finish in waits] == [False, False]
    assert "Retry-After" not in wait_for(greedy, seconds=1)()[0]


def test_a_process_that_is_to_stop_lets_nobody_wait(gate):
    finish, stopping = wait_for(make_user(), seconds=30), []
    gate.end_waits_when(lambda: bool(stopping))
    until_somebody_waits()
    stopping.append(True)
    assert finish()[1] < 20


def test_when_a_poll_fails_those_who_wait_read_for_themselves(monkeypatch):
    reads, user_id = [], make_user().pk

    def fail(_waiters):
        raise OperationalError

    def read():
        reads.append(1)
        return []

    monkeypatch.setattr(waiting, "_poll", fail)
    assert in_thread(lambda: waiting.follow(read, user_id=user_id, seconds=1))() == ([], True)
    assert len(reads) > 3  # that often it reads if nothing wakes it


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_exception_in_a_poll_wakes_all_waiters_and_later_waits_still_work(monkeypatch):
    user, poll = make_user(), waiting._poll

    def fail(waiters):
        raise ZeroDivisionError

    monkeypatch.setattr(waiting, "_poll", fail)
    waiting.poller.wait(user_id=user.pk, seen=end_of_log(), seconds=20)
    until(lambda: waiting.poller._thread is None, what="the thread to end", seconds=20)

    monkeypatch.setattr(waiting, "_poll", poll)
    session = offering_session()
    answer = wait_for(session.streamer)
    until_somebody_waits()
    invite(session, make_user(coins=1000))
    assert answer()[0].json()["results"]


@pytest.mark.parametrize("wait", ["31", "-1", "1.5", "", "x", "٣", "1e1", "999999"])
def test_a_wait_is_up_to_thirty_seconds(wait):
    assert said(client_of(make_user()).get("/events", {"wait": wait})) == (400, "invalid_wait")
