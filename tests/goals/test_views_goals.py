"""Goals over HTTP: made, read, listed and ended (spec section 3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goals.models import Goal
from livestream import clock, ids
from sessions_app.services import ending
from tests.goals.bodies import funding_body, show_body
from tests.goals.snapshot import assert_refused, everything
from tests.goals.stories import count, quick_show, sold_out
from tests.support.matrix import last_event
from tests.support.people import create_ticket_products, make_funding, make_session, make_show
from tests.support.shows import buy

pytestmark = pytest.mark.django_db

EIGHT = 1777665600


@pytest.fixture
def sold(session):
    return sold_out(session)


def test_opening_a_sale_answers_with_the_goal(api, session):
    create_ticket_products()
    response = api.post("/goals?type=funding", funding_body(session))
    goal = Goal.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": goal.id,
        "version": 1,
        "type": "funding",
        "active": True,
        "state": "active",
        "progress": 0,
        "unit": "coins",
        "level": 0,
        "levels": [{"title": "Tickets", "target": 400}],
        "nbf": None,
        "exp": EIGHT + 600,
        "remaining": None,
        "due_at": None,
        "server_time": None,
        "conditions": {"session_id": session.id},
        "context": {
            "type": "funding",
            "ticket_product_id": "livestream-show-ticket_200",
            "ticket_product_type": "show",
        },
        "metadata": {"user_id": session.streamer_id, "user_name": session.streamer.username},
        "terms": {"price": 200, "duration": 60, "start_within": 900},
        "outcome": None,
        "ended_because": None,
        "breakdown": {},
        "breakdown_names": {},
    }


def test_making_a_show_answers_with_the_goal_as_in_seed_004(api, sold):
    response = api.post("/goals?lang=zh-hant&type=show", show_body(sold))
    show = Goal.objects.get(type="show")
    assert response.status_code == 201
    assert response["Content-Language"] == "zh-hant"
    answer = response.json()
    assert (answer["id"], answer["state"], answer["unit"]) == (show.id, "scheduled", "seconds")
    assert (answer["nbf"], answer["exp"], answer["outcome"]) == (EIGHT + 60, None, None)
    assert answer["levels"] == [{"title": "Proceed", "target": 60}]
    assert answer["terms"] == {"price": 200, "duration": 1, "start_within": 900, "start_by": EIGHT + 900}
    assert answer["context"] == {
        "type": "show",
        "session_id": sold.session_id,
        "funding_goal_id": sold.id,
        "ticket_product_id": "livestream-show-ticket_200",
        "ticket_product_type": "show",
    }
    assert api.get(f"/goals/{sold.id}").json()["context"]["show_goal_id"] == show.id


@pytest.mark.parametrize("nbf", ["absent", None, EIGHT - 60, EIGHT])
def test_a_show_without_a_future_nbf_is_active_at_once(api, sold, nbf):
    body = {name: value for name, value in show_body(sold).items() if name != "nbf"}
    answer = api.post("/goals?type=show", body if nbf == "absent" else body | {"nbf": nbf}).json()
    assert (answer["active"], answer["state"]) == (True, "active")
    assert answer["nbf"] == (None if nbf == "absent" else nbf)


REFUSED_SHOWS = {
    "funding_not_closed": (409, lambda session: make_funding(session)),
    "funding_not_reached": (409, lambda session: missed(session)),
    "show_already_created": (409, lambda session: quick_show(session).funding_goal),
    "goal_not_found": (404, lambda session: Goal(id=ids.new_id(), session=session)),
    "not_your_goal": (403, lambda session: foreign(session)),
    "session_not_found": (404, lambda session: Goal(id=sold_out(session).id, session_id=ids.new_id())),
    "not_your_session": (403, lambda session: sold_out(make_session())),
    "session_not_active": (409, lambda session: after_the_end(session)),
}


def missed(session):
    funding = make_funding(session)
    Goal.objects.filter(pk=funding.pk).update(exp=clock.now())
    return funding


def foreign(session):
    return Goal(id=sold_out(make_session()).id, session=session)


def after_the_end(session):
    funding = sold_out(session)
    ending.deactivate_session(session_id=session.id, now=clock.now())
    return funding


@pytest.mark.parametrize("code", REFUSED_SHOWS)
def test_a_show_that_cannot_be_is_refused_with_a_code(api, session, code):
    status, story = REFUSED_SHOWS[code]
    funding, before = story(session), everything()
    assert_refused(api.post("/goals?type=show", show_body(funding)), status, code)
    assert everything() == before


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"session_id": ids.new_id()}, 404, "session_not_found"),
        ({"exp": EIGHT}, 422, "exp_in_the_past"),
        ({"context": {"ticket_product_id": "x", "ticket_product_type": "show"}}, 422, "unknown_ticket_product"),
    ],
)
def test_a_sale_that_cannot_be_is_refused_with_a_code(api, session, changed, status, code):
    before = everything()
    assert_refused(api.post("/goals?type=funding", funding_body(session) | changed), status, code)
    assert everything() == before


def test_another_ticket_than_the_sale_s_is_refused(api, sold):
    body = show_body(sold)
    body["context"]["ticket_product_id"] = "vip"
    assert_refused(api.post("/goals?type=show", body), 422, "ticket_product_mismatch")


def test_a_refusal_is_told_in_the_language_asked_for_under_the_same_code(api, funding):
    english, chinese = (
        api.post(f"/goals?type=show&lang={lang}", show_body(funding)).json() for lang in ("en", "zh-hant")
    )
    assert (english["title"], chinese["title"]) == (
        "The tickets of this show are still on sale",
        "此表演的門票仍在販售中",
    )
    assert english["code"] == chinese["code"]


def test_ending_a_goal_answers_with_it_and_names_the_calling_app(api, funding):
    answer = api.delete(f"/goals/{funding.id}", headers={"X-Client-Id": "studio"})
    assert answer.status_code == 200
    assert {"active": False, "state": "ended", "outcome": "cancelled", "exp": EIGHT}.items() <= answer.json().items()
    assert last_event("goal.ended", goal_id=funding.id).triggerer == "studio"
    assert_refused(api.delete(f"/goals/{funding.id}"), 409, "goal_not_active")


def test_a_scheduled_show_can_be_ended_before_it_starts(api, sold):
    show = make_show(sold, nbf=clock.now() + timedelta(seconds=60))
    assert api.delete(f"/goals/{show.id}", {}).json()["state"] == "ended"


def test_an_unknown_goal_is_not_found(api, session):
    for verb, path in (("get", ""), ("delete", ""), ("get", "/events"), ("get", "/contributions")):
        assert_refused(getattr(api, verb)(f"/goals/{ids.new_id()}{path}"), 404, "goal_not_found")


def test_tickets_show_at_once_whether_they_are_counted_or_not(buyer, funding, viewer):
    buy(funding, viewer, 2)
    fresh = buyer.get(f"/goals/{funding.id}").json()
    assert (fresh["progress"], fresh["level"]) == (400, 0)
    count(funding)
    counted = buyer.get(f"/goals/{funding.id}").json()
    assert counted.pop("version") > fresh.pop("version")
    assert counted == fresh
