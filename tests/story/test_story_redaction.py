"""Tokens stay off the page of a story; ids and the names of errors stay on it."""

from __future__ import annotations

import pytest
from django.core import signing

from livestream.desk.redaction import last_line, redacted, without_secrets
from livestream.models import User
from tests.support.clients import issue_access_token

PLAIN = [
    "ConnectionError: HTTPConnectionPool(host='api.pusher.com', port=80): Max retries exceeded",
    "escrow-show_funding:68143584d6945d32e732cc21-68143584d6945d32e732cc22-68143584d6945d32e732cc23",
    "presence-stream-viewer@68143584d6945d32e732cc21.preview.68143584d6945d32e732cc22",
    "django.db.utils.OperationalError: could not obtain lock on row in relation wallet_account",
    "goals.services.lifecycle.GoalNotFound: There is no goal 68143584d6945d32e732cc21.",
    "2026-05-01T20:00:00.123456+00:00 for request 8e03978e-40d5-43e8-bc93-6894a57f9324",
    "KeyError: 'monkey'",
]


@pytest.mark.parametrize("text", PLAIN)
def test_what_support_needs_is_left_alone(text):
    assert redacted(text) == text


def secrets():
    user = User.objects.create(id="68143584d6945d32e732cc21", username="mei")
    return {
        "jwt": issue_access_token(user=user),
        "stream token": signing.dumps({"user_id": user.id, "exp": 1}, salt="stream-token", key="k" * 50),
        "room token": "001" + user.id + "QAA" + "b3JkaW5hcnktYmFzZTY0LW9mLWEtdG9rZW4+/8" * 3 + "==",
        "key": "ab12" * 16,
    }


@pytest.mark.parametrize("name", ["jwt", "stream token", "room token", "key"])
def test_what_looks_like_a_token_is_hidden(db, name):
    secret = secrets()[name]
    shown = last_line(f"Traceback\nRefused: 403 for {secret} at once")
    assert shown == "Refused: 403 for [hidden] at once"


SAID = ["key: %s", "app_auth_key=%s", "Authorization: Bearer %s", "Basic %s", "redis://u:%s@cache:6379/0"]


@pytest.mark.parametrize(
    "said", ['{"token": "%s"}', "?auth_signature=%s&x=1", "byteplus_token=%s", "password: %s", *SAID]
)
def test_what_is_called_a_secret_is_hidden_however_short(said):
    assert "abc123" not in redacted(said % "abc123")


@pytest.mark.parametrize("name", ["key", "auth_key", "authkey", "stream_key", "streamKey", "byteplus_token", "auth"])
def test_json_under_a_secret_s_name_is_hidden_and_what_it_stands_beside_is_not(name):
    assert without_secrets([{name: {"deep": 1}, "monkey": "shown"}]) == [{name: "[hidden]", "monkey": "shown"}]


def test_of_a_signed_address_the_host_and_the_path_stay():
    signed = "Get https://u:p4ss@cdn-02.example:8443/live/a1b2c3.m3u8?wsTime=9&sign=abc123, refused"
    assert redacted(signed) == "Get https://[hidden]@cdn-02.example:8443/live/a1b2c3.m3u8?[hidden] refused"
    assert redacted("https://x.example/" + "ab12" * 16 + "/live") == "https://x.example/[hidden]/live"
