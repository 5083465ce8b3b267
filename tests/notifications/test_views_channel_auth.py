"""POST /notify/pusher/auth: channels only for whom they are, and connections that sign in."""

import hashlib
import hmac
import json

import pytest
from rest_framework.test import APIClient

from livestream import clock, users
from tests.support.people import make_funding, make_user

pytestmark = pytest.mark.django_db

SOCKET = "1234.5678"


@pytest.fixture
def people(session, streamer, viewer):
    """Everybody and everything that a channel may be named after."""
    blocked, other = make_user(), make_user()
    users.block(streamer_id=streamer.pk, user_id=blocked.pk, now=clock.now())
    return {"streamer": streamer, "viewer": viewer, "blocked": blocked, "other": other}


@pytest.fixture
def names(people, session):
    ids = {name: person.pk for name, person in people.items()}
    return ids | {"goal": make_funding(session).id, "nobody": "f" * 24}


def ask(client, channel, socket=SOCKET, **options):
    return client.post("/notify/pusher/auth", {"socket_id": socket, "channel_name": channel}, **options)


def is_signed(answer, channel):
    text = ":".join([SOCKET, channel, *([answer["channel_data"]] if "channel_data" in answer else [])])
    wanted = hmac.new(b"local-secret", text.encode(), hashlib.sha256).hexdigest()
    return answer["auth"] == f"local:{wanted}"


ALLOWED = [
    ("private-user@{streamer}", {"streamer"}),
    ("private-enc-user@{viewer}", {"viewer"}),
    ("private-user@{nobody}", set()),
    ("private-stream@{streamer}", {"streamer", "viewer", "other"}),
    ("presence-stream@{streamer}", {"streamer", "viewer", "other"}),
    ("private-enc-stream@{streamer}", {"streamer", "viewer", "other"}),
    ("private-stream@{other}", {"streamer", "viewer", "other", "blocked"}),
    ("presence-enc-goal@{goal}", {"streamer"}),
    ("presence-enc-goal@{nobody}", set()),
    ("presence-enc-goal@{viewer}", set()),
    ("presence-stream-viewer@{streamer}.preview.{viewer}", {"viewer"}),
    ("presence-stream-viewer@{streamer}.sd.{viewer}", {"viewer"}),
    ("presence-stream-viewer@{streamer}.hd.{viewer}", set()),
    ("private-enc-goal@{goal}", set()),
    ("private-encrypted-user@{viewer}", set()),
    ("private-lobby", set()),
    ("public", set()),
    ("private-user@{viewer}:x", set()),
]


@pytest.mark.parametrize(("pattern", "allowed"), ALLOWED)
def test_who_may_join_which_channel(people, names, client_of, pattern, allowed):
    channel = pattern.format(**names)
    answers = {name: ask(client_of(person), channel) for name, person in people.items()}
    assert {name for name, answer in answers.items() if answer.status_code == 200} == allowed
    for answer in answers.values():
        if answer.status_code == 200:
            assert is_signed(answer.json(), channel)
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "channel_not_allowed")


def test_a_presence_channel_shows_the_members_id_and_public_name_and_nothing_else(client_of, streamer, viewer):
    answer = ask(client_of(viewer), f"presence-stream@{streamer.pk}").json()
    name = client_of(streamer).get(f"/users/{viewer.pk}").json()["name"]
    assert json.loads(answer["channel_data"]) == {"user_id": viewer.pk, "user_info": {"name": name}}


def test_the_longest_name_fits_into_what_pusher_takes_of_a_member(client_of, streamer):
    singer = make_user(name="𠮷" * 150)
    answer = ask(client_of(singer), f"presence-stream@{streamer.pk}").json()
    assert len(answer["channel_data"].encode()) <= 1024
    assert json.loads(answer["channel_data"])["user_info"]["name"] == "𠮷" * 60


def test_a_private_channel_shows_nothing(client_of, viewer):
    assert set(ask(client_of(viewer), f"private-user@{viewer.pk}").json()) == {"auth"}


def test_pusher_js_sends_a_form(client_of, viewer):
    channel = f"private-user@{viewer.pk}"
    body = f"socket_id={SOCKET}&channel_name=private-user%40{viewer.pk}"
    response = client_of(viewer).post("/notify/pusher/auth", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 200
    assert is_signed(response.json(), channel)


def test_somebody_unblocked_is_welcome_again(people, client_of, streamer):
    channel = f"private-stream@{streamer.pk}"
    users.unblock(streamer_id=streamer.pk, user_id=people["blocked"].pk)
    assert ask(client_of(people["blocked"]), channel).status_code == 200


@pytest.mark.parametrize("form", [False, True])
def test_without_a_channel_a_connection_signs_in_as_the_callers(client_of, viewer, form):
    body, options = {"socket_id": SOCKET}, {}
    if form:
        body, options = f"socket_id={SOCKET}", {"content_type": "application/x-www-form-urlencoded"}
    response = client_of(viewer).post("/notify/pusher/auth", body, **options)
    answer = response.json()
    assert (response.status_code, set(answer)) == (200, {"auth", "user_data"})
    assert json.loads(answer["user_data"]) == {"id": viewer.pk}
    signed = f"{SOCKET}::user::{answer['user_data']}".encode()
    assert answer["auth"] == f"local:{hmac.new(b'local-secret', signed, hashlib.sha256).hexdigest()}"


@pytest.mark.parametrize(
    "socket",
    ["x", "1", "1.", ".1", "1.2.3", "1.2\n", " 1.2", "\uff11.\uff12", "-1.2", "1.2:private-user@x", "9" * 40 + ".1"],
)
def test_a_socket_id_is_two_numbers(client_of, viewer, socket):
    response = ask(client_of(viewer), f"private-user@{viewer.pk}", socket=socket)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_socket_id")
    response = client_of(viewer).post("/notify/pusher/auth", {"socket_id": socket})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_socket_id")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"channel_name": "private-user@x"},
        {"socket_id": 1.5},
        {"socket_id": 1.5, "channel_name": "x"},
        {"socket_id": SOCKET, "channel_name": 7},
        {"socket_id": SOCKET, "channel_name": None},
        {"socket_id": SOCKET, "channel_name": ["x"]},
        {"socket_id": SOCKET, "channel_name": ""},
        {"socket_id": SOCKET, "channel_name": "x" * 201},
        {"socket_id": "1" * 100, "channel_name": "x"},
    ],
)
def test_a_body_that_makes_no_sense_is_400(client_of, viewer, body):
    response = client_of(viewer).post("/notify/pusher/auth", body)
    assert (response.status_code, response.json()["code"]) == (400, "validation_error")


def test_strangers_are_401():
    response = ask(APIClient(), "private-user@" + "a" * 24)
    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")


def test_without_credentials_nothing_can_be_signed(client_of, viewer, settings):
    settings.PUSHER_SECRET = ""
    response = ask(client_of(viewer), f"private-user@{viewer.pk}")
    assert (response.status_code, response.json()["code"]) == (503, "channel_auth_unavailable")
    response = client_of(viewer).post("/notify/pusher/auth", {"socket_id": SOCKET})
    assert (response.status_code, response.json()["code"]) == (503, "channel_auth_unavailable")
