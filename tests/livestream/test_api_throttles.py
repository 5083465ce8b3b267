"""Throttling of calls by caller and class, and what answers say of it."""

import re

import pytest

from livestream import rate_limits
from settings import throttles
from tests.support.clients import said
from tests.support.people import make_user

pytestmark = pytest.mark.django_db
_FEW = {"read": 3, "write": 2, "pay": 1, "channel-auth": 1, "sign-in": 2}


@pytest.fixture(autouse=True)
def _few(settings):
    settings.THROTTLES = _FEW


@pytest.fixture
def viewer_api(client_of):
    return client_of(make_user())


def read(client, **headers):
    return client.get("/users/me/blocks", **headers)


def test_a_call_too_many_is_429_and_says_when_to_come_back(api):
    answers = [read(api) for _ in range(5)]
    assert [said(answer) for answer in answers] == [(200, None)] * 3 + [(429, "throttled")] * 2
    assert 1 <= int(answers[-1]["Retry-After"]) <= 20
    assert answers[-1].json()["instance"] == "/users/me/blocks"


def test_each_answer_says_what_is_left(api):
    answers = [read(api) for _ in range(4)]
    limits = [answer["RateLimit"] for answer in answers]
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"read";q=3;w=60'}
    assert [re.fullmatch(r'"read";r=(\d+);t=\d+', limit)[1] for limit in limits] == ["2", "1", "0", "0"]
    assert api.put("/users/me/blocks/1").headers.get("RateLimit") is None  # no such address, so no class


def test_users_and_classes_are_counted_apart(api, viewer_api, user):
    assert [read(api).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert read(viewer_api).status_code == 200
    assert api.delete(f"/users/me/blocks/{user.pk}").status_code == 204


def test_without_a_user_an_address_is_counted(anonymous):
    def config(address):
        return anonymous.get("/config", REMOTE_ADDR=address).status_code

    assert [config("192.0.2.1") for _ in range(4)] == [200] * 3 + [429]
    assert config("192.0.2.2") == 200


def test_paying_has_a_class_of_its_own(api):
    body = {"quantity": 1}
    addresses = ["/goals/68143584d6945d32e732cc21/contributions", "/sessions/68143584d6945d32e732cc21/trigger_private"]
    for address in addresses:
        rate_limits.reset()
        statuses = [api.post(address, body).status_code for _ in range(2)]
        assert statuses[0] != 429
        assert statuses[1] == 429


def test_joining_channels_has_a_class_of_its_own(api):
    body = {"socket_id": "1.2", "channel_name": "private-user@x"}
    assert [api.post("/notify/pusher/auth", body).status_code for _ in range(2)] == [403, 429]


def test_webhooks_are_never_throttled(anonymous):
    assert {anonymous.post("/notify/pusher", {}).status_code for _ in range(6)} == {401}


def test_no_limit_is_no_limit(api, settings):
    settings.THROTTLES = {}
    assert {read(api).status_code for _ in range(10)} == {200}
    assert "RateLimit" not in read(api)


def test_throttling_makes_no_query(api, django_assert_num_queries):
    with django_assert_num_queries(2):  # the user with their sign-in, and the page
        read(api)


def test_a_token_that_has_expired_is_refreshed_all_the_same(anonymous, settings):
    """Clients send the old access token along, and the class of sign-ins counts the address."""
    settings.THROTTLES = _FEW | {"sign-in": 10}
    response = anonymous.post("/auth/token/refresh", {"refresh": "x"}, HTTP_AUTHORIZATION="Bearer old")
    assert said(response) == (401, "refresh_invalid")
    assert said(anonymous.post("/auth/logout", {"refresh": "x"}, HTTP_AUTHORIZATION="Bearer old"))[0] == 401


def test_the_usual_limits_are_beyond_what_people_do():
    assert min(quota for name, quota in throttles.THROTTLES.items() if name != "sign-in") >= 600
    assert throttles.THROTTLES["sign-in"] >= 60  # of everybody behind one address
