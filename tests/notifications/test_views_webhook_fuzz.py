"""Whatever is sent to POST /notify/pusher, it is never a crash, and only what is meant is kept."""

import json

from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from livestream import clock
from notifications import webhook_protocol
from notifications.models import Webhook
from tests.notifications.conftest import NOW
from tests.notifications.webhooks import post
from tests.support.rounds import rounds

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
LEAVE = {"name": "member_removed", "channel": "presence-enc-goal@" + "a" * 24, "user_id": "b" * 24}
# Texts of bytes that are not UTF-8, nestings that no parser follows, numbers of any length, words of no language.
texts = st.binary(max_size=20).map(lambda raw: b'"%s"' % raw.replace(b"\\", b"").replace(b'"', b'\\"'))
deep = st.integers(1, 2_000).map(lambda levels: b"[" * levels + b"{}" + b"]" * levels)
words = st.sampled_from([b"nope", b"NaN", b"-Infinity", b"7" * 5_000, b"1e999", b"", b" ", b"'x'"])
odd_values = texts | deep | words
odd_bytes = odd_values | st.lists(st.tuples(texts | st.just(b'"name"'), odd_values), max_size=4).map(
    lambda pairs: b"{%s}" % b",".join(b"%s:%s" % pair for pair in pairs)
)
headers = st.characters(min_codepoint=32, max_codepoint=255)


def told_of(read):
    """Return what is taken from a body: its time, and its events or why they are passed over."""
    time_ms, listed = read
    kept = [webhook_protocol._read_event(*each) for each in enumerate(listed)] if isinstance(listed, list) else None
    return (time_ms if isinstance(time_ms, int) else None), kept


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

    @settings(deadline=None, max_examples=rounds(150))
    @given(documents | values)
    def test_signed_json(self, document):
        response = post(self.client, json.dumps(document).encode())
        self.assert_answered(response)
        assert response.status_code != 401
        if response.status_code == 200:
            assert Webhook.objects.count() <= len(document["events"])
            assert isinstance(document["time_ms"], int)

    @settings(deadline=None, max_examples=rounds(150))
    @given(st.lists(events | values, max_size=3), st.lists(events | values, max_size=3))
    def test_the_leave_of_the_streamer_is_stored_whatever_comes_with_it(self, before, after):
        raw = [json.dumps(each).encode() for each in (*before, LEAVE, *after)]
        self.assert_leave_is_stored(raw, len(before))

    @settings(deadline=None, max_examples=rounds(150))
    @given(st.lists(odd_bytes, min_size=1, max_size=3), st.lists(odd_bytes, max_size=3))
    def test_the_same_with_what_is_hardly_json(self, before, after):
        self.assert_leave_is_stored([*before, json.dumps(LEAVE).encode(), *after], len(before))

    def assert_leave_is_stored(self, events, place):
        Webhook.objects.all().delete()
        body = b'{"events": [%s], "time_ms": %d}' % (b",".join(events), T)
        assert post(self.client, body).status_code == 200
        stored = Webhook.objects.get(index=place)
        assert (stored.name, stored.channel, stored.user_id) == (LEAVE["name"], LEAVE["channel"], LEAVE["user_id"])
        assert stored.is_stage

    @settings(deadline=None, max_examples=rounds(150))
    @given(documents)
    def test_reading_at_once_and_by_parts_is_the_same(self, document):
        body = json.dumps(document).encode()
        at_once, by_parts = webhook_protocol._read_at_once(body), webhook_protocol._read_by_parts(body)
        assert told_of(by_parts) == told_of(at_once)

    @settings(deadline=None, max_examples=rounds(150))
    @given(st.binary(max_size=300))
    def test_signed_bytes(self, body):
        response = post(self.client, body)
        self.assert_answered(response)
        assert response.status_code == 400

    @settings(deadline=None, max_examples=rounds(100))
    @given(st.text(headers, max_size=80), st.text(headers, max_size=80), documents)
    def test_signed_by_nobody(self, key, signature, document):
        body = json.dumps(document).encode()
        given_headers = {"X-Pusher-Key": key.strip(), "X-Pusher-Signature": signature.strip()}
        response = post(self.client, body, **given_headers)
        self.assert_answered(response)
        assert response.status_code == 401
