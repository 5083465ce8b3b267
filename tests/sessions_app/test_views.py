"""Sessions over HTTP, as a streamer and as others (spec section 3)."""

from datetime import timedelta

import pytest

from livestream import ids
from livestream.models import EventRecord
from sessions_app.models import Session
from sessions_app.services import ending, opening

pytestmark = pytest.mark.django_db

EIGHT = 1777665600


def test_opening_answers_with_the_session(api, streamer, at_eight):
    body = {"title": "Evening", "preset": "private", "prices": {"sd": 60}}
    response = api.post("/sessions", body)
    session = Session.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": session.id,
        "version": 1,
        "streamer_id": streamer.id,
        "streamer_name": streamer.username,
        "title": "Evening",
        "preset": "private",
        "active": True,
        "prices": {"sd": 60},
        "statuses": {"created": EIGHT, "started": None, "ended": None},
        "show_goal_pairs": [],
        "trigger_private_goals": [],
        "exclusive_goal_pairs": {},
        "karaoke_goal": None,
    }


def test_everything_about_a_new_session_has_a_default(api):
    session = api.post("/sessions").json()
    assert (session["title"], session["preset"], session["prices"]) == ("", "public", {})


def test_a_second_opening_is_refused_with_a_code(api, session):
    problem = api.post("/sessions", {})
    assert (problem.status_code, problem.json()["code"]) == (409, "session_already_active")
    assert problem.json()["session_id"] == session.id


def test_starting_goes_live_once(api, session, at_eight):
    first, second = (api.post(f"/sessions/{session.id}/start") for _ in range(2))
    assert (first.status_code, first.json()["statuses"]["started"]) == (200, EIGHT)
    assert (second.status_code, second.json()["code"]) == (409, "session_already_started")


def test_starting_what_is_over_is_refused(api, session, now):
    ending.deactivate_session(session_id=session.id, now=now)
    problem = api.post(f"/sessions/{session.id}/start")
    assert (problem.status_code, problem.json()["code"]) == (409, "session_not_active")


def test_changing_answers_with_the_session_as_it_is_now(api, session):
    response = api.patch(f"/sessions/{session.id}", {"title": "Night", "prices": {}})
    assert response.status_code == 200
    assert (response.json()["title"], response.json()["prices"]) == ("Night", {})
    assert response.json()["preset"] == "public"


def test_changing_nothing_changes_nothing(api, session):
    assert api.patch(f"/sessions/{session.id}", {}).json()["title"] == "Evening"


@pytest.mark.django_db(transaction=True)
def test_ending_answers_when_it_is_done_and_a_second_time_the_same(api, session, at_eight):
    first = api.delete(f"/sessions/{session.id}")
    at_eight.advance(seconds=60)
    second = api.delete(f"/sessions/{session.id}")
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["active"] is False
    assert first.json()["statuses"]["ended"] == EIGHT
    assert second.json() == first.json()
    assert EventRecord.objects.filter(name="session.ended").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_calling_app_is_recorded_on_what_its_call_causes(api, session):
    api.delete(f"/sessions/{session.id}", headers={"X-Client-Id": "studio"})
    assert EventRecord.objects.get(name="session.ended").triggerer == "studio"


@pytest.mark.parametrize(("verb", "path"), [("patch", ""), ("delete", ""), ("post", "/start")])
def test_nobody_writes_to_the_session_of_another(client_of, stranger, session, verb, path):
    problem = getattr(client_of(stranger), verb)(f"/sessions/{session.id}{path}", {})
    assert (problem.status_code, problem.json()["code"]) == (403, "not_your_session")
    session.refresh_from_db()
    assert session.active
    assert session.started_at is None


@pytest.mark.parametrize(("verb", "path"), [("get", ""), ("patch", ""), ("delete", ""), ("post", "/start")])
def test_an_unknown_session_is_not_found(api, verb, path):
    problem = getattr(api, verb)(f"/sessions/{ids.new_id()}{path}")
    assert (problem.status_code, problem.json()["code"]) == (404, "session_not_found")


def test_everybody_who_is_signed_in_may_look(client_of, stranger, session):
    assert client_of(stranger).get(f"/sessions/{session.id}").json()["id"] == session.id


@pytest.mark.parametrize(("verb", "path"), [("get", "/sessions"), ("post", "/sessions")])
def test_nobody_else_may(client, verb, path):
    assert getattr(client, verb)(path).status_code == 401


def test_a_list_is_newest_first_and_can_be_narrowed(api, client_of, stranger, session, now):
    ending.deactivate_session(session_id=session.id, now=now)
    other = opening.open_session(streamer_id=stranger.id, now=now + timedelta(seconds=1))

    def listed(query=""):
        return [each["id"] for each in api.get(f"/sessions{query}").json()["results"]]

    assert listed() == [other.id, session.id]
    assert listed("?active=true") == [other.id]
    assert listed("?active=false") == [session.id]
    assert listed(f"?streamer={session.streamer_id}") == [session.id]
    assert listed(f"?streamer={session.streamer_id}&active=true") == []


def test_a_list_goes_on_where_its_page_ended(api, streamer, now):
    opened = []
    for seconds in (1, 2, 3):
        at = now + timedelta(seconds=seconds)
        opened.append(opening.open_session(streamer_id=streamer.id, now=at).id)
        ending.deactivate_session(session_id=opened[-1], now=now)
    first = api.get("/sessions?page_size=2").json()
    second = api.get("/sessions" + first["next"]).json()
    found = [each["id"] for page in (first, second) for each in page["results"]]
    assert found == opened[::-1]
    assert second["next"] is None
