"""Whatever is sent to POST /notify/pusher, it is never a crash, and only what is meant is kept."""

import json

from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from livestream import clock
from notifications.models import Webhook
from tests.notifications.conftest import NOW
from tests.notifications.webhooks import post

T = int(NOW.timestamp() * 1000)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
names = st.sampled_from(["member_added", "member_removed", "channel_occupied", "channel_vacated", "x", ""])
events = st.fixed_dictionaries(
    {"name": names | scalars},
    optional={
        "channel": st.sampled_from(["presence-enc-goal@" + "a" * 24, "private-user@" + "b" * 24]) | scalars,
        "user_id": st.just("b" * 24) | scalars,
        "more": values,
    },
)
documents = st.fixed_dictionaries(
    {},
    optional={
        "time_ms": st.integers(T - 1_000_000, T + 400_000) | values,
        "events": st.lists(events | values, max_size=4) | values,
    },
)
headers = st.characters(min_codepoint=32, max_codepoint=255)


class WebhookFuzz(TestCase):
    def setUp(self):
        self.client = Client(raise_request_exception=False)
        self.enterContext(clock.frozen(NOW))

    def assert_answered(self, response):
        assert response.status_code in (200, 400, 401), response.content
        if response.status_code != 200:
            assert response["Content-Type"] == "application/problem+json"
            assert response.json()["code"]
            assert not Webhook.objects.exists()

    @settings(deadline=None, max_examples=150)
    @given(documents | values)
    def test_signed_json(self, document):
        response = post(self.client, json.dumps(document).encode())
        self.assert_answered(response)
        assert response.status_code != 401
        if response.status_code == 200:
            assert Webhook.objects.count() == len(document["events"]) <= 100
            assert isinstance(document["time_ms"], int)

    @settings(deadline=None, max_examples=150)
    @given(st.binary(max_size=300))
    def test_signed_bytes(self, body):
        response = post(self.client, body)
        self.assert_answered(response)
        assert response.status_code == 400

    @settings(deadline=None, max_examples=100)
    @given(st.text(headers, max_size=80), st.text(headers, max_size=80), documents)
    def test_signed_by_nobody(self, key, signature, document):
        body = json.dumps(document).encode()
        given_headers = {"X-Pusher-Key": key.strip(), "X-Pusher-Signature": signature.strip()}
        response = post(self.client, body, **given_headers)
        self.assert_answered(response)
        assert response.status_code == 401
