"""Browsers of other origins, by real HTTP: preflights, and answers that a page may read, refusals among them."""

import re

import pytest
import requests

from livestream import admission
from livestream.models import User
from settings.api import PAGES_OF_THIS_MACHINE
from tests.support.clients import issue_access_token

pytestmark = pytest.mark.django_db(transaction=True)
ORIGIN = "https://player.example.com"
SENT = {"authorization", "content-type", "idempotency-key", "x-client-id", "if-none-match"}
READ = {"retry-after", "x-request-id", "idempotency-replayed", "etag", "date", "ratelimit", "ratelimit-policy"}


@pytest.fixture
def allowed(settings):
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]


@pytest.fixture
def call(live_server, allowed):
    def send(method, path, *, origin=ORIGIN, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.request(method, live_server.url + path, headers={"Origin": origin, **named}, timeout=60)

    return send


def names(header):
    return {name.strip().lower() for name in header.split(",")}


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE"])
def test_a_preflight_of_an_authenticated_call_is_answered_without_a_token(call, method):
    answer = call(
        "OPTIONS",
        "/sessions",
        Access_Control_Request_Method=method,
        Access_Control_Request_Headers=",".join(sorted(SENT)),
    )
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert method in answer.headers["Access-Control-Allow-Methods"]
    assert names(answer.headers["Access-Control-Allow-Headers"]) >= SENT
    assert int(answer.headers["Access-Control-Max-Age"]) > 0
    assert "origin" in names(answer.headers["Vary"])


def test_an_answer_may_be_read_with_its_headers(call):
    token = issue_access_token(user=User.objects.create(username="mei"))
    answer = call("GET", "/users/me", Authorization=f"Bearer {token}")
    assert (answer.status_code, answer.json()["username"]) == (200, "mei")
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert names(answer.headers["Access-Control-Expose-Headers"]) >= READ
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_refusals_may_be_read_too(call, settings, monkeypatch):
    statuses = [
        call("GET", "/users/me"),
        call("GET", "/nothing/here"),
        call("GET", "/config", X_Client_Id="no spaces, please"),
    ]
    settings.THROTTLES = {"read": 1}
    statuses += [call("GET", "/config"), call("GET", "/config")]
    full = admission.Admission()
    full.reserve_one_of(2)
    monkeypatch.setattr(full, "_budget", 0.0)
    monkeypatch.setattr(full, "_running", 1)
    monkeypatch.setattr(admission, "requests", full)
    statuses.append(call("GET", "/config"))
    assert [answer.status_code for answer in statuses] == [401, 404, 400, 200, 429, 503]
    for answer in statuses:
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "retry-after" in names(answer.headers["Access-Control-Expose-Headers"])


def test_other_origins_and_the_admin_are_not_open(call):
    assert "Access-Control-Allow-Origin" not in call("GET", "/config", origin="https://other.example.com").headers
    assert "Access-Control-Allow-Origin" not in call("GET", "/admin/login/").headers


@pytest.mark.parametrize(
    ("origin", "opens"),
    [
        ("http://localhost:5173", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:3000", True),
        ("https://localhost", True),
        ("http://localhost.example.com", False),
        ("http://example.com/localhost", False),
        ("null", False),
    ],
)
def test_the_local_profile_opens_to_pages_of_this_machine(origin, opens):
    assert (re.match(PAGES_OF_THIS_MACHINE, origin) is not None) == opens
