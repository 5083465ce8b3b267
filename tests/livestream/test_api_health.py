"""Alive, and ready: what an operator's probe sees."""

import socket
import threading
import time

import dramatiq
import pytest
from django.conf import settings as django_settings
from dramatiq.brokers.stub import StubBroker

from livestream.api import health
from tests.support.ports import free_port

IN_MEMORY = not getattr(django_settings, "BROKER_URL", "").startswith(("amqp", "redis"))


@pytest.fixture
def worker():
    """A worker in this process, as the one-process server has it."""
    running = dramatiq.Worker(dramatiq.get_broker(), worker_timeout=50, worker_threads=1)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def deaf_port():
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed_port():
    return free_port()


def test_the_process_is_alive_without_asking_anybody(anonymous, django_assert_num_queries):
    response = anonymous.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db(transaction=True)
def test_the_service_is_ready_while_database_and_broker_answer(anonymous, worker):
    response = anonymous.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "ok")
    assert {name: each["ok"] for name, each in response.json()["checks"].items()} == {
        "database": True,
        "broker": True,
        "clock": True,
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not IN_MEMORY, reason="a broker outside of this process needs no worker in it")
def test_the_one_process_server_is_not_ready_without_its_worker(anonymous):
    assert isinstance(dramatiq.get_broker(), StubBroker)
    response = anonymous.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (503, "unavailable")
    assert response.json()["checks"]["broker"] == {
        "ok": False,
        "detail": "no worker runs in this process",
    }
    assert response.json()["checks"]["database"]["ok"] is True


def test_a_database_that_is_away_is_503_and_keeps_its_address_to_itself(anonymous, monkeypatch):
    def refuse():
        raise OSError("could not connect to postgres://user:secret@db")

    monkeypatch.setitem(health.CHECKS, "database", refuse)
    response = anonymous.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == {"ok": False, "detail": "OSError"}
    assert "secret" not in response.content.decode()


def test_a_check_that_hangs_is_not_waited_for():
    release = threading.Event()
    began = time.monotonic()
    found = health.run_checks(checks={"slow": release.wait, "quick": int}, deadline=2)
    release.set()
    assert time.monotonic() - began < 10
    assert [(each.name, each.ok) for each in found] == [("slow", False), ("quick", True)]
    assert found[0].detail == "no answer in time"


@pytest.mark.parametrize("ask", [health.ping_redis, health.connect_to_rabbitmq])
@pytest.mark.parametrize("port", ["deaf_port", "closed_port"])
def test_a_broker_that_does_not_answer_is_given_up_in_time(request, ask, port):
    scheme = "redis" if ask is health.ping_redis else "amqp"
    url = f"{scheme}://127.0.0.1:{request.getfixturevalue(port)}"
    began = time.monotonic()
    with pytest.raises(Exception):  # noqa: B017, PT011 - each client has its own kinds
        ask(url=url)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_no_cache_keeps_what_a_probe_was_told(anonymous, path):
    assert "no-store" in anonymous.get(path)["Cache-Control"]
