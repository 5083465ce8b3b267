"""Inviting over HTTP: what is answered, what is refused, and that a repeat pays nothing more."""

from __future__ import annotations

import pytest

from goals.models import Goal
from goals.types import GoalType
from livestream import clock, ids
from sessions_app.services import ending
from tests.support.clients import client_of, said
from tests.support.endings import offering_session
from tests.support.invitations import agree, disagree, invite
from tests.support.people import make_user
from tests.support.unchanged import nothing_changes
from wallet.models import Transfer
from wallet.selectors import balance_of

pytestmark = pytest.mark.django_db

KINDS = ["private", "exclusive"]
PRICES = {"private": 120, "exclusive": 200}
RATES = {"private": 60, "exclusive": 100}


@pytest.fixture
def session(moving):
    return offering_session()


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def press(session, viewer, kind):
    """Press the button: as the viewer where nobody else is named."""

    def post(by=viewer, key=None, raw=None, **changes):
        body = {"exp": clock.to_epoch(clock.now()) + 120, "duration": 120, **changes}
        body = {name: value for name, value in body.items() if value is not ...} if raw is None else raw
        headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        return client_of(by, **headers).post(f"/sessions/{session.id}/trigger_{kind}", body, format="json")

    return post


def test_the_inviting_viewer_is_answered_with_the_goal_and_the_own_coins(press, session, viewer, kind):
    response = press()
    goal = Goal.objects.get()
    to_one = {"exclusive_to": viewer.pk, "exclusive_to_name": viewer.username} if kind == "exclusive" else {}
    assert response.status_code == 202
    assert response.json() == {
        "id": goal.id,
        "version": 2,
        "type": f"trigger-{kind}",
        "active": True,
        "state": "active",
        "progress": 1,
        "unit": "seconds",
        "level": 0,
        "levels": [],
        "nbf": None,
        "exp": clock.to_epoch(clock.now()) + 120,
        "remaining": None,
        "due_at": None,
        "server_time": None,
        "conditions": {"session_id": session.id},
        "context": {"type": f"trigger-{kind}", **to_one},
        "metadata": {
            "user_id": session.streamer_id,
            "user_name": session.streamer.username,
            "triggered_by": viewer.pk,
            "triggered_by_name": viewer.username,
            "prepaid_duration": 120,
        },
        "price": {"rate": RATES[kind], "minimum": RATES[kind], "joining": PRICES[kind]},
        "outcome": None,
        "ended_because": None,
        "breakdown": {viewer.pk: PRICES[kind]},
        "breakdown_names": {viewer.pk: viewer.username},
    }
    assert balance_of(user_id=viewer.pk) == 1000 - PRICES[kind]


def test_another_viewer_joins_a_private_invitation_and_makes_an_own_one_to_a_1_on_1(press, kind):
    first, other = press(), make_user(coins=500)
    second = press(by=other)
    assert (second.json()["id"] == first.json()["id"]) == (kind == "private")
    assert second.json()["breakdown"] == {other.pk: PRICES[kind]}


def test_pressing_twice_asks_for_twice_the_time_and_a_repeat_of_one_request_does_not(press, viewer, kind):
    press(key="once"), press(key="once")
    assert balance_of(user_id=viewer.pk) == 1000 - PRICES[kind]
    again = press(key="again").json()
    assert again["metadata"]["prepaid_duration"] == {"private": 120, "exclusive": 240}[kind]
    assert again["breakdown"] == {viewer.pk: 2 * PRICES[kind]}
    assert balance_of(user_id=viewer.pk) == 1000 - 2 * PRICES[kind]


def test_what_joining_costs_is_in_what_everybody_reads_before_they_pay(press, session, kind):
    goal = press().json()
    session.prices = {"sd": 6000, "exclusive": 6000}
    session.save()
    read = client_of(make_user()).get(f"/goals/{goal['id']}").json()
    assert read["price"] == goal["price"]
    assert "breakdown" not in read or read["breakdown"] == {}


def test_a_price_above_the_one_that_was_seen_is_refused_and_said(press, session, kind):
    dear = {"sd": 60_000, "exclusive": 60_000}
    session.prices = dear
    session.save()
    with nothing_changes():
        response = press(max_price=PRICES[kind])
    assert said(response) == (409, "price_changed")
    assert response.json()["price"] == 120_000


@pytest.mark.parametrize(("given", "code"), [("120", "invalid"), (0, "min_value"), (True, "invalid"), (1.5, "invalid")])
def test_a_max_price_is_a_whole_number_of_coins(press, given, code):
    with nothing_changes():
        response = press(max_price=given)
    assert [(each["pointer"], each["code"]) for each in response.json()["errors"]] == [("/max_price", code)]


@pytest.mark.parametrize(("asked", "given"), [(-1000, 30), (29, 30), (31, 31), (600, 600), (10_000, 600)])
def test_exp_is_brought_between_30_seconds_and_10_minutes_from_now(press, asked, given):
    now = clock.to_epoch(clock.now())
    assert press(exp=now + asked).json()["exp"] == now + given


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"exp": ...}, "/exp", "required"),
        ({"exp": None}, "/exp", "null"),
        ({"exp": "soon"}, "/exp", "invalid_epoch"),
        ({"exp": 1e9}, "/exp", "invalid_epoch"),
        ({"exp": True}, "/exp", "invalid_epoch"),
        ({"exp": -1}, "/exp", "epoch_out_of_range"),
        ({"exp": 2**64}, "/exp", "epoch_out_of_range"),
        ({"exp": 1_777_665_600_000}, "/exp", "epoch_out_of_range"),
        ({"duration": ...}, "/duration", "required"),
        ({"duration": None}, "/duration", "null"),
        ({"duration": "120"}, "/duration", "invalid"),
        ({"duration": 120.0}, "/duration", "invalid"),
        ({"duration": False}, "/duration", "invalid"),
        ({"duration": 0}, "/duration", "min_value"),
        ({"duration": -120}, "/duration", "min_value"),
        ({"duration": 2**63}, "/duration", "max_value"),
        ({"price": 1}, "/price", "unknown_member"),
        ({"viewer_id": "a" * 24}, "/viewer_id", "unknown_member"),
    ],
)
def test_bad_members_are_pointed_at_and_nothing_happens(press, changes, pointer, code):
    with nothing_changes():
        response = press(**changes)
    assert said(response) == (400, "validation_error")
    assert [(each["pointer"], each["code"]) for each in response.json()["errors"]] == [(pointer, code)]


@pytest.mark.parametrize("body", [[], ["exp"], "text", 7])
def test_only_an_object_is_a_body(press, body):
    with nothing_changes():
        assert said(press(raw=body)) == (400, "not_an_object")


@pytest.mark.parametrize("duration", [1, 59, 3601, 10**9])
def test_an_invitation_is_for_a_minute_to_an_hour(press, duration):
    with nothing_changes():
        response = press(duration=duration)
    assert said(response) == (422, "duration_out_of_bounds")
    assert (response.json()["min"], response.json()["max"]) == (60, 3600)


def test_nobody_invites_without_signing_in(press):
    with nothing_changes():
        assert said(press(by=None)) == (401, "not_authenticated")


def test_nobody_invites_themselves(press, session):
    with nothing_changes():
        assert said(press(by=session.streamer)) == (403, "own_session")


def test_nobody_invites_into_a_session_that_is_over_or_unknown(press, session, viewer, kind):
    ending.deactivate_session(session_id=session.id, now=clock.now())
    body = {"exp": clock.to_epoch(clock.now()) + 120, "duration": 120}
    with nothing_changes():
        assert said(press()) == (409, "session_not_active")
        elsewhere = client_of(viewer).post(f"/sessions/{ids.new_id()}/trigger_{kind}", body, format="json")
    assert said(elsewhere) == (404, "session_not_found")


def test_nobody_invites_while_the_streamer_is_in_a_1_on_1(press, session):
    agree(invite(session, make_user(coins=500), kind=GoalType.TRIGGER_EXCLUSIVE))
    with nothing_changes():
        assert said(press()) == (403, "exclusive_in_progress")


def test_what_is_not_offered_cannot_be_asked_for(press, session):
    session.prices = {}
    session.save()
    with nothing_changes():
        assert said(press()) == (403, "quality_not_offered")


def test_a_declined_viewer_waits_for_a_1_on_1_and_others_need_not(session, viewer):
    disagree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE))
    body = {"exp": clock.to_epoch(clock.now()) + 120, "duration": 120}
    url = f"/sessions/{session.id}/trigger_exclusive"
    refused = client_of(viewer).post(url, body, format="json")
    assert (said(refused), refused.headers["Retry-After"]) == ((429, "livestream_trigger_quota_exceeded"), "300")
    assert client_of(make_user(coins=500)).post(url, body, format="json").status_code == 202


def test_a_repeat_with_the_same_key_is_given_the_first_answer(press, viewer, kind):
    first, again = press(key="k-1"), press(key="k-1")
    assert (first.status_code, again.status_code) == (202, 202)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert Transfer.objects.filter(kind="hold").count() == 1
    assert balance_of(user_id=viewer.pk) == 1000 - PRICES[kind]


def test_a_key_belongs_to_one_body_of_one_viewer(press):
    press(key="k-1")
    with nothing_changes():
        assert said(press(key="k-1", duration=121)) == (422, "idempotency_key_reused")
    assert press(key="k-1", by=make_user(coins=500)).status_code == 202


def test_a_key_that_was_refused_may_be_used_again(press, session, viewer, kind):
    poor = make_user(coins=PRICES[kind] - 1)
    with nothing_changes():
        assert said(press(by=poor, key="k-1")) == (403, "insufficient_balance")
    session.prices = {"sd": 1, "exclusive": 1}
    session.save()
    assert press(by=poor, key="k-1").status_code == 202
