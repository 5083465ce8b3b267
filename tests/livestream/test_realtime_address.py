"""Where clients reach the realtime server."""

from __future__ import annotations

import pytest

from livestream.realtime_address import realtime_address


@pytest.fixture
def address_of(settings):
    def given(host="", port=None, tls=True, cluster=""):
        settings.PUSHER_PROVIDER, settings.PUSHER_KEY = "pusher", "app-key"
        settings.PUSHER_HOST, settings.PUSHER_PORT = host, port
        settings.PUSHER_SSL, settings.PUSHER_CLUSTER = tls, cluster
        return realtime_address()

    return given


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ({}, "wss://ws-mt1.pusher.com"),
        ({"cluster": "eu"}, "wss://ws-eu.pusher.com"),
        ({"host": "push.example", "cluster": "eu"}, "wss://push.example"),
        ({"host": "127.0.0.1", "port": 8001, "tls": False}, "ws://127.0.0.1:8001"),
    ],
)
def test_the_address_has_the_server_and_the_key(address_of, given, origin):
    address = address_of(**given)
    assert (address.origin, address.websocket_url) == (origin, f"{origin}/app/app-key?protocol=7")


@pytest.mark.parametrize(("provider", "key"), [("local", "app-key"), ("pusher", "")])
def test_there_is_none_where_pushes_are_only_stored(settings, provider, key):
    settings.PUSHER_PROVIDER, settings.PUSHER_KEY = provider, key
    assert realtime_address() is None
