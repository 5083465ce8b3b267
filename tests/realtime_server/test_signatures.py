"""Signatures: what the `pusher` package signs is accepted, and nothing else is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlsplit

import pusher
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pusher.http import GET, POST, Request

from livestream.realtime_server import signatures
from livestream.realtime_server.signatures import TIMESTAMP_TOLERANCE, WrongSignature

KEY, SECRET = "key", "secret"
CLIENT = pusher.Pusher("7", KEY, SECRET, host="127.0.0.1", port=1, ssl=False)


@dataclass(frozen=True)
class Signed:
    method: str
    path: str
    query: dict
    body: bytes

    def check(self, *, now=None, secret=SECRET):
        now = int(self.query["auth_timestamp"]) if now is None else now
        signatures.check_request(
            key=KEY, secret=secret, method=self.method, paths=(self.path,), query=self.query, body=self.body, now=now
        )


def signed(method, path, params):
    request = Request(CLIENT._pusher_client, method, path, params)
    address = urlsplit(request.url)
    return Signed(method, address.path, dict(parse_qsl(address.query, keep_blank_values=True)), request.body or b"")


texts = st.text(st.characters(min_codepoint=32, max_codepoint=0x3FF, exclude_characters="&=+%#"), max_size=20)


@given(name=texts, data=texts)
def test_what_the_package_signs_is_accepted(name, data):
    signed(POST, "/apps/7/events", {"name": name, "data": data}).check()
    signed(GET, "/apps/7/channels/presence-a@b/users", {"info": "user_count"}).check()


TRIGGER = signed(POST, "/apps/7/events", {"name": "moved", "channels": ["a"], "data": "{}"})
ASKED = signed(GET, "/apps/7/channels", {"filter_by_prefix": "presence-"})


@pytest.mark.parametrize(
    "forged",
    [
        replace(TRIGGER, method="GET"),
        replace(TRIGGER, path="/apps/7/batch_events"),
        replace(TRIGGER, body=TRIGGER.body + b" "),
        replace(TRIGGER, body=b""),
        replace(ASKED, body=b"{}"),
        replace(ASKED, query=ASKED.query | {"filter_by_prefix": "private-"}),
        replace(ASKED, query=ASKED.query | {"info": "user_count"}),
        *(
            replace(TRIGGER, query={name: value for name, value in TRIGGER.query.items() if name != left_out})
            for left_out in TRIGGER.query
            if left_out != "auth_timestamp"
        ),
        *(replace(TRIGGER, query=TRIGGER.query | {name: "é"}) for name in TRIGGER.query if name != "auth_timestamp"),
    ],
)
def test_a_request_that_was_changed_is_refused(forged):
    with pytest.raises(WrongSignature):
        forged.check()


def test_another_secret_is_refused():
    with pytest.raises(WrongSignature, match="auth_signature"):
        TRIGGER.check(secret="other")


@pytest.mark.parametrize("off", [-TIMESTAMP_TOLERANCE - 1, TIMESTAMP_TOLERANCE + 1])
def test_a_request_of_another_time_is_refused(off):
    at = int(TRIGGER.query["auth_timestamp"])
    TRIGGER.check(now=at + off * TIMESTAMP_TOLERANCE / abs(off))
    with pytest.raises(WrongSignature, match="600 seconds"):
        TRIGGER.check(now=at + off)


@pytest.mark.parametrize("text", ["", "soon", "-1", "١٢", "1e9", "9" * 5000])
def test_a_time_that_is_none_is_refused(text):
    with pytest.raises(WrongSignature, match="auth_timestamp"):
        replace(TRIGGER, query=TRIGGER.query | {"auth_timestamp": text}).check(now=0)


def test_channels_and_users_are_signed_as_the_package_signs_them():
    auth = CLIENT.authenticate("presence-a", "1.2", {"user_id": "me"})
    signature = signatures.of_channel(
        secret=SECRET, socket_id="1.2", channel="presence-a", channel_data=auth["channel_data"]
    )
    assert signatures.is_auth(auth["auth"], key=KEY, signature=signature)
    user = CLIENT.authenticate_user("1.2", {"id": "me"})
    signature = signatures.of_user(secret=SECRET, socket_id="1.2", user_data=user["user_data"])
    assert signatures.is_auth(user["auth"], key=KEY, signature=signature)


@given(st.one_of(st.none(), st.integers(), st.text(), st.lists(st.text()), st.just("key:\ud800")))
def test_whatever_else_is_no_auth(given_auth):
    assert not signatures.is_auth(given_auth, key=KEY, signature=hashlib.sha256(b"").hexdigest())
