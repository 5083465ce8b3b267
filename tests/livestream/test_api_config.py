"""What a client has to know of the service first."""

import pytest

from livestream import clock

pytestmark = pytest.mark.django_db
_PUSHERS_OWN = {"PUSHER_PROVIDER": "pusher", "PUSHER_KEY": "app-key", "PUSHER_SECRET": "never shown"}


def realtime(anonymous, settings, **given):
    for name, value in given.items():
        setattr(settings, name, value)
    response = anonymous.get("/config")
    assert b"never shown" not in response.content
    return response.json()["realtime"]


def test_anybody_reads_the_time_the_languages_and_the_unit(anonymous):
    with clock.frozen():
        body = anonymous.get("/config").json()
        assert body["server_time"] == clock.to_epoch(clock.now())
    assert (body["languages"], body["currency_unit"]) == (["en", "zh-hant"], "coins")


def test_without_a_realtime_server_there_is_none(anonymous, settings):
    assert realtime(anonymous, settings, PUSHER_PROVIDER="local") is None


def test_pushers_own_servers_have_a_cluster_and_no_host(anonymous, settings):
    assert realtime(anonymous, settings, **_PUSHERS_OWN, PUSHER_CLUSTER="eu") == {
        "key": "app-key",
        "host": None,
        "port": None,
        "tls": True,
        "cluster": "eu",
        "auth_path": "/notify/pusher/auth",
    }


def test_a_server_of_its_own_has_a_host_and_no_cluster(anonymous, settings):
    found = realtime(
        anonymous, settings, **_PUSHERS_OWN, PUSHER_HOST="rt.example.com", PUSHER_PORT=6001, PUSHER_SSL=False
    )
    assert (found["host"], found["port"], found["tls"], found["cluster"]) == ("rt.example.com", 6001, False, None)


def test_clients_are_told_the_public_address_of_a_server_inside_a_network(anonymous, settings):
    inside = {"PUSHER_HOST": "soketi", "PUSHER_PORT": 6001, "PUSHER_SSL": False}
    public = {"PUSHER_PUBLIC_HOST": "rt.example.com", "PUSHER_PUBLIC_PORT": None, "PUSHER_PUBLIC_SSL": True}
    found = realtime(anonymous, settings, **_PUSHERS_OWN, **inside, **public)
    assert (found["host"], found["port"], found["tls"], found["cluster"]) == ("rt.example.com", None, True, None)


def test_a_broken_token_is_no_obstacle(anonymous):
    assert anonymous.get("/config", HTTP_AUTHORIZATION="Bearer x").status_code == 200
