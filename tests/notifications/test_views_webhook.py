"""POST /notify/pusher: who is believed, what is kept, what is answered."""

import json

import pytest

from livestream.models import EventRecord
from notifications.models import Webhook
from notifications.views import PusherWebhookView
from notifications.webhook_protocol import sign
from tests.notifications.conftest import NOW
from tests.notifications.webhooks import EVENT, GOAL, KEY, SECRET, USER, body_of, member, now_ms, post
from tests.support.outbox import assert_enqueued

pytestmark = pytest.mark.django_db


def refused(response, status, code):
    assert response["Content-Type"] == "application/problem+json"
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not Webhook.objects.exists()
    return True


def test_a_signed_webhook_is_stored_and_answered_before_anything_is_done(pusher):
    body = body_of(EVENT, {"name": "member_removed", "channel": EVENT["channel"], "user_id": USER})
    response = post(pusher, body)
    assert (response.status_code, response.json()) == (200, {})
    first, second = Webhook.objects.order_by("id")
    assert (first.index, first.name, first.channel, first.user_id) == (0, "member_added", EVENT["channel"], USER)
    assert (first.time_ms, first.key, first.raw) == (now_ms(), KEY, EVENT)
    assert (first.received_at, first.processed_at) == (NOW, None)
    assert (second.index, second.name) == (1, "member_removed")
    assert not EventRecord.objects.exists()
    assert_enqueued("process_stage", subject_id=GOAL)


def test_a_repeat_is_answered_alike_and_stores_nothing(pusher):
    body = body_of(EVENT)
    assert [post(pusher, body).status_code for _ in range(3)] == [200, 200, 200]
    assert Webhook.objects.count() == 1


def test_the_same_event_twice_in_one_webhook_is_two(pusher):
    post(pusher, body_of(EVENT, EVENT))
    assert Webhook.objects.count() == 2


def test_every_configured_key_is_accepted(pusher, settings):
    settings.PUSHER_WEBHOOK_KEYS = (("new", "n-secret"), ("old", "o-secret"))
    another = member("member_added", goal_id=GOAL, user_id=USER)
    assert post(pusher, body_of(EVENT), key="old", secret="o-secret").status_code == 200
    assert post(pusher, body_of(another), key="new", secret="n-secret").status_code == 200


GOOD = body_of(EVENT, time_ms=int(NOW.timestamp() * 1000))


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Pusher-Key": None},
        {"X-Pusher-Signature": None},
        {"X-Pusher-Key": None, "X-Pusher-Signature": None},
        {"X-Pusher-Key": ""},
        {"X-Pusher-Key": "unknown"},
        {"X-Pusher-Key": "é"},
        {"X-Pusher-Signature": ""},
        {"X-Pusher-Signature": "0" * 64},
        {"X-Pusher-Signature": "é" * 64},
        {"X-Pusher-Signature": "x" * 10_000},
        {"X-Pusher-Signature": sign(body=GOOD + b" ", secret=SECRET)},
        {"X-Pusher-Signature": sign(body=GOOD, secret="other")},
        {"X-Pusher-Signature": "sha256=" + sign(body=GOOD, secret=SECRET)},
    ],
    ids=str,
)
def test_who_does_not_sign_with_our_key_is_401(pusher, headers):
    assert refused(post(pusher, GOOD, **headers), 401, "invalid_signature")


def test_without_configured_keys_nobody_is_believed(pusher, settings):
    settings.PUSHER_WEBHOOK_KEYS = ()
    assert refused(post(pusher, GOOD), 401, "invalid_signature")
    settings.PUSHER_WEBHOOK_KEYS = (("local", ""),)
    assert refused(post(pusher, GOOD, secret=""), 401, "invalid_signature")


T = int(NOW.timestamp() * 1000)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", "malformed_json"),
        (b"\xff\xfe", "malformed_json"),
        (b"{", "malformed_json"),
        (b"[]", "not_an_object"),
        (b"null", "not_an_object"),
        (b"7", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b'{"time_ms": NaN, "events": []}', "malformed_webhook"),
        (b'{"time_ms": Infinity, "events": []}', "malformed_webhook"),
        (b'{"time_ms": 1e999, "events": []}', "malformed_webhook"),
        (b'{"time_ms": 1, "time_ms": 2, "events": []}', "duplicate_member"),
        (b'{"time_ms": %s, "events": []}' % (b"7" * 5_000), "malformed_webhook"),
        (b'{"time_ms": %d, "events": [], "events": []}' % T, "duplicate_member"),
        (b'{"time_ms": %d, "events": []} {}' % T, "malformed_json"),
        (b'{"time_ms": %d, "events": [}' % T, "malformed_json"),
        (b'{"time_ms": %d, "events": ["}' % T, "malformed_json"),
        (b'{"time_ms": %d, "events": [{"name"]}' % T, "malformed_json"),
        (b'{"time_ms": %d, "events": {"a": %s}}' % (T, b"[" * 90_000 + b"]" * 90_000), "malformed_webhook"),
        (b"[" * 90_000 + b"]" * 90_000, "body_too_deep"),
        ({"events": []}, "malformed_webhook"),
        ({"time_ms": T}, "malformed_webhook"),
        ({"time_ms": None, "events": []}, "malformed_webhook"),
        ({"time_ms": True, "events": []}, "malformed_webhook"),
        ({"time_ms": str(T), "events": []}, "malformed_webhook"),
        ({"time_ms": float(T), "events": []}, "malformed_webhook"),
        ({"time_ms": [T], "events": []}, "malformed_webhook"),
        ({"time_ms": T, "events": None}, "malformed_webhook"),
        ({"time_ms": T, "events": {}}, "malformed_webhook"),
        ({"time_ms": T, "events": "[]"}, "malformed_webhook"),
        ({"time_ms": -1, "events": [EVENT]}, "webhook_too_old"),
        ({"time_ms": 0, "events": [EVENT]}, "webhook_too_old"),
        ({"time_ms": T - 900_001, "events": [EVENT]}, "webhook_too_old"),
        ({"time_ms": -(10**400), "events": [EVENT]}, "webhook_too_old"),
        ({"time_ms": T + 300_001, "events": [EVENT]}, "webhook_from_future"),
        ({"time_ms": 10**400, "events": [EVENT]}, "webhook_from_future"),
    ],
)
def test_signed_nonsense_is_400_and_nothing_is_stored(pusher, document, code):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    assert refused(post(pusher, body), 400, code)


@pytest.mark.parametrize("time_ms", [T - 900_000, T + 300_000])
def test_what_is_just_not_too_old_or_too_early_is_taken(pusher, time_ms):
    assert post(pusher, body_of(EVENT, time_ms=time_ms)).status_code == 200
    assert Webhook.objects.get().time_ms == time_ms


# Each is odd in a way of its own, or none of ours; bytes are not even JSON.
def test_ten_thousand_events_are_taken_at_once_and_no_more(pusher):
    viewers = [f"{number:024x}" for number in range(10_000)]
    events = [{**EVENT, "channel": f"presence-stream@{USER}", "user_id": viewer} for viewer in viewers]
    assert post(pusher, body_of(*events)).status_code == 200
    assert Webhook.objects.count() == 10_000
    Webhook.objects.all().delete()
    assert refused(post(pusher, body_of(*events, EVENT)), 413, "too_many_events")


def test_a_body_in_chunks_is_read_as_one_with_a_length(rf):
    """As gunicorn gives it to us: without a length, and with a stream that ends where the chunks end."""
    body = body_of(EVENT)
    signed = {"HTTP_X_PUSHER_KEY": KEY, "HTTP_X_PUSHER_SIGNATURE": sign(body=body, secret=SECRET)}
    request = rf.post("/notify/pusher", **signed)
    del request.META["CONTENT_LENGTH"]
    request.META |= {"wsgi.input": Trickle(body), "wsgi.input_terminated": True}
    assert PusherWebhookView.as_view()(request).status_code == 200
    assert Webhook.objects.count() == 1
    request.META |= {"wsgi.input": Trickle(b"x" * 5_000_000)}
    assert PusherWebhookView.as_view()(request).status_code == 413


class Trickle:
    """A stream that gives less than it is asked for, as a socket does."""

    def __init__(self, body):
        self.left = body

    def read(self, size):
        part, self.left = self.left[: min(size, 70_000)], self.left[min(size, 70_000) :]
        return part


def test_a_webhook_without_events_is_fine(pusher):
    assert post(pusher, body_of()).status_code == 200
    assert not Webhook.objects.exists()


def test_a_webhook_may_be_large_but_not_that_large(pusher):
    exact = {"name": "x", "padding": ""}
    room = 4 * 1024 * 1024 - len(body_of(exact))
    assert post(pusher, body_of({**exact, "padding": "p" * room})).status_code == 200
    assert refused(post(pusher, body_of({**exact, "padding": "p" * (room + 1)})), 413, "webhook_too_large")
    assert refused(post(pusher, b"x" * 5_000_000), 413, "webhook_too_large")


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_only_post_is_answered(pusher, method):
    response = getattr(pusher, method)("/notify/pusher")
    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")


def test_no_token_is_needed_and_a_bad_one_does_no_harm(pusher):
    assert post(pusher, GOOD, Authorization="Bearer nonsense").status_code == 200
