"""Each call that changes something takes an Idempotency-Key, or refuses it; none ignores it."""

from __future__ import annotations

import pytest
from django.urls import get_resolver

from livestream.api import idempotency
from livestream.models import UserTag
from tests.support.clients import client_of, said
from tests.support.endings import offering_session
from tests.support.invitations import invite
from tests.support.outbox import run_due
from tests.support.people import make_session, make_user
from wallet.selectors import balance_of

pytestmark = pytest.mark.django_db

CHANGES = ("post", "put", "patch", "delete")
# Signing in and out, what a server other than the client's sends, and a signature for a channel.
TAKES_NONE = {"token", "token-refresh", "logout", "pusher-webhook", "channel-auth"}
VALUES = {"user_id": "6" * 24, "session_id": "6" * 24, "goal_id": "6" * 24, "transfer_id": "x"}


def calls():
    """Yield name, path and HTTP method of each call of the API that may change something."""
    for pattern in get_resolver().url_patterns:
        for each in getattr(pattern, "url_patterns", [pattern]):
            view = getattr(each, "callback", None)
            if not hasattr(view, "cls"):
                continue
            methods = getattr(view, "actions", None) or {name: name for name in CHANGES if hasattr(view.cls, name)}
            for method in set(methods) & set(CHANGES):
                yield each.name, f"/{each.pattern}", method, view


def path_of(pattern):
    path = pattern
    for name, value in VALUES.items():
        for converter in ("objectid", "transfer", "str"):
            path = path.replace(f"<{converter}:{name}>", value)
    return path


def test_every_call_takes_a_key_but_those_that_are_named():
    found = list(calls())
    assert len(found) > 15
    assert {name for name, _, method, view in found if not idempotency.accepts_key(view, method)} == TAKES_NONE


def test_a_call_that_takes_no_key_is_refused_with_one_and_says_so():
    refused = 0
    for name, pattern, method, _ in calls():
        if name in TAKES_NONE:
            answer = getattr(client_of(), method)(path_of(pattern), {}, HTTP_IDEMPOTENCY_KEY="k")
            assert said(answer) == (400, "idempotency_key_not_supported"), pattern
            refused += 1
    assert refused == len(TAKES_NONE)


def test_reading_is_not_refused():
    assert client_of(make_user()).get("/sessions", HTTP_IDEMPOTENCY_KEY="k").status_code == 200


def test_a_session_is_opened_started_changed_and_ended_once_for_each_key():
    client = client_of(make_user())
    opened = [client.post("/sessions", {"title": "A"}, format="json", HTTP_IDEMPOTENCY_KEY="k") for _ in range(2)]
    assert opened[0].json() == opened[1].json()
    path = f"/sessions/{opened[0].json()['id']}"
    started = [client.post(f"{path}/start", HTTP_IDEMPOTENCY_KEY="s") for _ in range(2)]
    assert [each.status_code for each in started] == [200, 200]
    changed = client.patch(path, {"title": "B"}, format="json", HTTP_IDEMPOTENCY_KEY="k")
    assert changed.json()["title"] == "B"
    other = client.patch(path, {"title": "C"}, format="json", HTTP_IDEMPOTENCY_KEY="k")
    assert said(other) == (422, "idempotency_key_reused")
    assert said(client.delete(path, HTTP_IDEMPOTENCY_KEY="k")) == (422, "idempotency_key_reused")
    ended = [client.delete(path, HTTP_IDEMPOTENCY_KEY="e") for _ in range(2)]
    assert [(each.json()["active"], each.headers.get("Idempotency-Replayed")) for each in ended] == [
        (False, None),
        (False, "true"),
    ]


def test_an_unknown_path_is_not_found_whatever_header_comes_along():
    assert said(client_of(make_user()).post("/gaols", {}, HTTP_IDEMPOTENCY_KEY="k")) == (404, "not_found")


def test_a_refusal_that_refunds_keeps_the_refund_with_a_key_too():
    session, viewer = offering_session(), make_user(coins=1000)
    goal = invite(session, viewer)
    # The task that releases a blocked viewer has not run yet.
    UserTag.objects.create(user=viewer, tag=f"blocked-by:{session.streamer_id}")
    streamer = client_of(session.streamer)
    for _ in range(2):
        refused = streamer.delete(f"/goals/{goal.id}", {"agree": True}, format="json", HTTP_IDEMPOTENCY_KEY="k")
        assert said(refused) == (409, "goal_not_active")
        assert streamer.get(f"/goals/{goal.id}").json()["ended_because"] == "blocked"
    run_due()
    assert balance_of(user_id=viewer.pk) == 1000


def test_goals_of_two_types_are_two_requests():
    session = make_session()
    client, body = client_of(session.streamer), {"session_id": session.id, "levels": [{"title": "A", "target": 9}]}
    made = client.post("/goals?type=karaoke", body, format="json", HTTP_IDEMPOTENCY_KEY="k")
    again = client.post("/goals?type=karaoke&lang=zh-hant", body, format="json", HTTP_IDEMPOTENCY_KEY="k")
    assert (made.status_code, again.json()["id"]) == (201, made.json()["id"])
    other = client.post("/goals?type=funding", body, format="json", HTTP_IDEMPOTENCY_KEY="k")
    assert said(other) == (422, "idempotency_key_reused")


def test_a_viewer_is_blocked_once_for_a_key_and_answered_the_same():
    client, viewer = client_of(make_user()), make_user()
    answers = [client.put(f"/users/me/blocks/{viewer.pk}", HTTP_IDEMPOTENCY_KEY="k") for _ in range(2)]
    assert [each.status_code for each in answers] == [204, 204]
    assert answers[1]["Idempotency-Replayed"] == "true"
