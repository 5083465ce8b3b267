"""The pusher package against a real server that checks what it is sent."""

import threading
from types import SimpleNamespace

import pytest
from pusher import errors

from notifications import provider, pusher_backend
from notifications.provider import LocalProvider, Outgoing, PusherProvider, Refused, Unavailable
from notifications.pusher_backend import PooledBackend
from tests.support.threads import at_once


def one(channel="private-user@1", event="goal.added", data='{"n":1}'):
    return Outgoing((channel,), event, data)


def many(count, **changes):
    return Outgoing(tuple(f"private-user@{n}" for n in range(count)), "goal.added", changes.get("data", '{"n":1}'))


def test_one_event_for_many_channels_is_one_trigger(pusher_server):
    PusherProvider().send([many(100)])
    (call,) = pusher_server.calls
    assert call.path == "/apps/77/events"
    assert call.told == [(f"private-user@{n}", "goal.added", {"n": 1}) for n in range(100)]


def test_several_events_are_one_batch_in_their_order(pusher_server):
    PusherProvider().send([many(3), one(event="goal.started", data='{"n":2}'), many(6)])
    (call,) = pusher_server.calls
    assert call.path == "/apps/77/batch_events"
    assert [channel for channel, _, _ in call.told] == [
        *(f"private-user@{n}" for n in range(3)),
        "private-user@1",
        *(f"private-user@{n}" for n in range(6)),
    ]
    assert call.told[3] == ("private-user@1", "goal.started", {"n": 2})


def test_more_than_ten_entries_are_sent_ten_at_a_time(pusher_server):
    PusherProvider().send([one(channel=f"private-user@{n}") for n in range(23)])
    assert [len(call.told) for call in pusher_server.calls] == [10, 10, 3]


def test_letters_of_all_alphabets_arrive_as_they_are(pusher_server):
    PusherProvider().send([one(data='{"title":"開演 🎤"}')])
    assert pusher_server.told[0][2] == {"title": "開演 🎤"}


@pytest.mark.parametrize("letter", ["x", "🎤"])
@pytest.mark.parametrize("channels", [1, 2, 100])
def test_ten_kilobytes_arrive_although_the_package_measures_memory(pusher_server, letter, channels):
    text = letter + "x" * (10_000 - len(letter.encode()))
    PusherProvider().send([many(channels, data=f'{{"text":"{text}"}}')])
    assert len(pusher_server.told) == channels
    assert pusher_server.told[-1][2] == {"text": text}


def test_what_is_too_large_is_refused(pusher_server):
    with pytest.raises(Refused, match="413"):
        PusherProvider().send([one(data='"' + "票" * 5000 + '"')])


def test_what_pusher_finds_wrong_is_refused(pusher_server):
    pusher_server.answers = [400]
    with pytest.raises(Refused, match="400"):
        PusherProvider().send([one()])


def test_what_the_package_finds_wrong_is_refused_too(pusher_server):
    with pytest.raises(Refused, match="Channel"):
        PusherProvider().send([one(channel="no:channel")])
    assert pusher_server.calls == []


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 502, 503])
def test_an_outage_is_no_refusal(pusher_server, status):
    pusher_server.answers = [status]
    with pytest.raises(Unavailable):
        PusherProvider().send([one()])


def test_a_wrong_secret_is_an_outage_until_somebody_mends_it(pusher_server, settings):
    settings.PUSHER_SECRET = "wrong"
    with pytest.raises(Unavailable, match="BadAuth"):
        PusherProvider().send([one()])


def test_a_connection_that_breaks_off_is_an_outage(pusher_server):
    pusher_server.answers = [None]
    with pytest.raises(Unavailable):
        PusherProvider().send([one()])
    PusherProvider().send([one()])
    assert len(pusher_server.calls) == 1


def test_no_answer_in_time_is_an_outage(pusher_server, monkeypatch):
    monkeypatch.setattr(provider, "_TIMEOUT_SECONDS", 0.2)
    provider._client.cache_clear()
    pusher_server.delay = threading.Event()
    with pytest.raises(Unavailable, match="Timeout"):
        PusherProvider().send([one()])
    provider._client.cache_clear()


def test_nobody_there_is_an_outage(pusher_server, settings):
    settings.PUSHER_PORT = 1
    with pytest.raises(Unavailable):
        PusherProvider().send([one()])


@pytest.mark.parametrize("answer", [b"<html>sign in to the wifi</html>", b'{"error": "over quota"}'])
def test_an_answer_that_is_not_pushers_is_an_outage(pusher_server, answer):
    pusher_server.raw_answer = answer
    with pytest.raises(Unavailable):
        PusherProvider().send([one()])


def test_the_connection_is_kept_open(pusher_server):
    assert provider.client() is provider.client()
    for _ in range(5):
        PusherProvider().send([one()])
    assert (len(pusher_server.calls), pusher_server.connections) == (5, 1)


def test_many_threads_share_as_few_connections_as_they_can(pusher_server):
    outcomes = at_once(*[lambda: PusherProvider().send([one()])] * 40)
    assert outcomes == [None] * 40
    assert len(pusher_server.calls) == 40
    assert pusher_server.connections <= pusher_backend.CONNECTIONS


def test_the_proxy_of_the_environment_is_used(pusher_server, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{pusher_server.port}")
    monkeypatch.setenv("no_proxy", "")
    through = PooledBackend(SimpleNamespace(scheme="http", host="pusher.example", port=80, ssl=False, timeout=5))
    said = SimpleNamespace(method="POST", url="http://pusher.example:80/apps/77/events", body=b"{}", headers={})
    with pytest.raises(errors.PusherBadAuth):  # the proxy answers, which asks for a signature
        through.send_request(said)
    assert pusher_server.connections == 1


def test_the_setting_chooses_the_provider(settings):
    settings.PUSHER_PROVIDER = "local"
    assert isinstance(provider.get_provider(), LocalProvider)
    settings.PUSHER_PROVIDER = "pusher"
    assert isinstance(provider.get_provider(), PusherProvider)


def test_the_local_provider_sends_nothing_anywhere():
    LocalProvider().send([many(3)])
