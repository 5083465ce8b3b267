"""A server's life: where it listens, how it starts and stops, and what it costs those who do not start it."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading

import pytest
import requests

from livestream.realtime_server.options import Options
from livestream.realtime_server.server import NotLoopback, RealtimeServer
from settings.environment import BASE_DIR


def options(**chosen) -> Options:
    return Options(app_id="7", key="key", secret="secret", **chosen)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "example.org", ""])  # noqa: S104 - refused
def test_it_listens_to_its_own_machine_only(host):
    with pytest.raises(NotLoopback):
        RealtimeServer(options(host=host))


def test_a_port_that_is_taken_is_reported_before_anything_starts():
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(OSError, match="in use"):
        RealtimeServer(options(port=other.getsockname()[1]))


def test_it_stops_without_a_trace_and_its_port_is_free_again():
    before = set(threading.enumerate())
    with RealtimeServer(options()) as server:
        port = server.port
        assert requests.get(f"http://127.0.0.1:{port}/", timeout=20).ok
    assert set(threading.enumerate()) <= before
    with RealtimeServer(options(port=port)) as again:
        assert requests.get(f"http://127.0.0.1:{again.port}/", timeout=20).ok


def test_the_secret_is_not_in_its_representation():
    assert "secret" not in repr(options()).replace("secret=", "")


def test_web_workers_and_relays_do_not_load_its_library():
    code = "import sys, livestream.wsgi, livestream.urls, notifications.receivers; sys.exit('aiohttp' in sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=BASE_DIR, capture_output=True, text=True, timeout=120, check=False
    )
    assert loaded.returncode == 0, loaded.stderr
