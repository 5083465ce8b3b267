"""POST /notify/pusher: which events of a webhook are taken, and whom they concern."""

import json

import pytest

from notifications import metrics
from notifications.models import Webhook
from tests.notifications.webhooks import EVENT, GOAL, USER, body_of, now_ms, post

pytestmark = pytest.mark.django_db

ODD = [
    1,
    None,
    [],
    {},
    {"name": ""},
    {"name": None, "channel": EVENT["channel"]},
    {"name": 7},
    {"name": "x" * 201},
    {**EVENT, "channel": 7},
    {**EVENT, "channel": "c" * 201},
    {**EVENT, "user_id": 7},
    {**EVENT, "user_id": []},
    {**EVENT, "user_id": "7"},
    {**EVENT, "user_id": None},
    {**EVENT, "user_id": "\0"},
    {**EVENT, "name": "\ud800"},
    {"name": "member_added"},
    {"name": "member_added", "channel": "presence-of-another-app", "user_id": 7},
    {"name": "member_added", "channel": "presence-of-another-app", "user_id": "7"},
    {"name": "cache_miss", "channel": EVENT["channel"]},
    {"name": "not_invented_yet"},
    {"name": "client_event", "channel": EVENT["channel"], "event": "client-y", "data": "{}", "socket_id": "1.1"},
    {"name": "client_event", "channel": EVENT["channel"], "data": "\0 \udfff"},
    b"nope",
    b"",
    b'{"name": "\xff\xfe"}',
    b'{"name": "member_added", "channel": "\xc3", "user_id": "%s"}' % USER.encode(),
    b'{"name": "client_event", "data": %s}' % (b"[" * 100_000 + b"]" * 100_000),
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b'{"name": "client_event", "n": %s}' % (b"7" * 5_000),
    b'{"name": "client_event", "n": NaN, "m": -Infinity, "o": 1e999}',
    b'{"name": "client_event", "name": "member_removed"}',
    b'{"name": "member_added", "channel": "%s", "user_id": "%s", "user_id": "%s"}'
    % (EVENT["channel"].encode(), USER.encode(), b"c" * 24),
]


def batch_of(*events):
    """Return the body of a webhook, of events as they are or as raw bytes."""
    raw = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in events]
    return b'{"time_ms": %d, "events": [%s]}' % (now_ms(), b", ".join(raw))


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: str(odd)[:60])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_odd_event_is_passed_over_and_keeps_no_other_from_being_taken(pusher, odd, place):
    events = [EVENT, {**EVENT, "name": "member_removed"}]
    events.insert(place, odd)
    before = passed_over()
    assert post(pusher, batch_of(*events)).status_code == 200
    assert list(Webhook.objects.order_by("id").values_list("name", flat=True)) == ["member_added", "member_removed"]
    assert set(Webhook.objects.values_list("index", flat=True)) == {0, 1, 2} - {place}
    assert passed_over() == before + 1


def passed_over():
    return sum(metrics.WEBHOOKS.labels(reason)._value.get() for reason in ("unreadable", "foreign"))


@pytest.mark.parametrize(
    "more",
    [
        b'"n": NaN',
        b'"n": 1e999',
        b'"n": %s' % (b"7" * 5_000),
        b'"n": nope',
        b'"t": "\xff"',
        b'"t": "\\u0000 \\ud800"',
        b'"t": 1, "t": 2',
        b'"t": {"name": "x", "name": "y"}',
        b'"t": "\x01"',
        b'"deep": %s' % (b"[" * 100_000 + b"]" * 100_000),
        b'"t": "a \\" quoted, [ {"',
        b'"\\u006eothing": null',
    ],
    ids=lambda more: str(more)[:40],
)
def test_a_leave_of_ours_is_taken_whatever_else_it_says(pusher, more):
    leave = {**EVENT, "name": "member_removed"}
    raw = json.dumps(leave).encode()
    for body in (batch_of(raw[:-1] + b", " + more + b"}"), batch_of(b"{" + more + b", " + raw[1:])):
        assert post(pusher, body).status_code == 200
        assert Webhook.objects.get().raw == leave
        Webhook.objects.all().delete()


def test_a_name_may_be_escaped_as_long_as_it_is_there_once(pusher):
    raw = json.dumps(EVENT).encode().replace(b'"name"', b'"\\u006eame"')
    assert post(pusher, batch_of(raw, b"nope")).status_code == 200
    assert post(pusher, batch_of(raw[:-1] + b', "name": "member_removed"}', b"nope")).status_code == 200
    assert Webhook.objects.get().name == "member_added"


@pytest.mark.parametrize("more", [b'"more": %s' % (b"[" * 90_000 + b"]" * 90_000), b'"more": NaN', b'"more": "\xff"'])
def test_what_else_a_webhook_has_may_be_anything(pusher, more):
    body = batch_of(EVENT)
    assert post(pusher, body[:-1] + b", " + more + b"}").status_code == 200
    assert post(pusher, b"{" + more + b", " + body[1:]).status_code == 200
    assert Webhook.objects.count() == 2


@pytest.mark.parametrize(
    ("event", "is_stage", "subject"),
    [
        (EVENT, True, GOAL),
        ({"name": "channel_vacated", "channel": EVENT["channel"]}, True, GOAL),
        ({"name": "member_removed", "channel": f"presence-stream@{USER}", "user_id": USER}, True, USER),
        ({"name": "channel_vacated", "channel": f"presence-stream@{USER}"}, True, USER),
        ({"name": "channel_occupied", "channel": f"presence-stream@{USER}"}, False, USER),
        ({"name": "member_removed", "channel": f"presence-stream@{USER}", "user_id": "c" * 24}, False, USER),
        ({"name": "channel_vacated", "channel": f"private-stream@{USER}"}, False, USER),
        ({"name": "channel_occupied", "channel": f"private-user@{USER}"}, False, USER),
        ({**EVENT, "channel": f"presence-stream-viewer@{USER}.sd.{'c' * 24}", "user_id": "c" * 24}, False, USER),
    ],
)
def test_whom_an_event_concerns_is_known_when_it_is_accepted(pusher, event, is_stage, subject):
    post(pusher, body_of(event))
    webhook = Webhook.objects.get()
    assert (webhook.is_stage, webhook.subject_id) == (is_stage, subject)
