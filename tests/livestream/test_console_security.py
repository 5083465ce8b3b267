"""The policy of the console's page: it lets in what the page needs, and nothing else."""

from __future__ import annotations

import pytest

from livestream.console import security


def sources(name):
    directives = dict(each.split(" ", 1) for each in security.policy().split("; "))
    return directives[name].split()


@pytest.mark.parametrize("name", ["script-src", "style-src"])
def test_scripts_and_styles_are_our_own_and_in_files(name):
    assert sources(name) == ["'self'"]


def test_what_is_not_named_is_forbidden():
    assert sources("default-src") == ["'none'"]


@pytest.mark.parametrize(
    ("host", "port", "tls", "allowed"),
    [
        ("127.0.0.1", 8001, False, ["ws://127.0.0.1:8001"]),
        ("push.example", None, True, ["wss://push.example"]),
        ("", None, True, ["wss://ws-mt1.pusher.com"]),
    ],
)
def test_it_may_connect_to_the_realtime_server_that_is_set(settings, host, port, tls, allowed):
    settings.PUSHER_PROVIDER, settings.PUSHER_KEY = "pusher", "key"
    settings.PUSHER_HOST, settings.PUSHER_PORT, settings.PUSHER_SSL = host, port, tls
    assert sources("connect-src") == ["'self'", *allowed]


def test_without_a_realtime_server_it_connects_to_this_service_alone(settings):
    settings.PUSHER_PROVIDER = "local"
    assert sources("connect-src") == ["'self'"]
