"""`manage.py serve`: one process, which takes its port first and stops when it is told to."""

from __future__ import annotations

import resource
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from tests.process.house import House

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("options", [(), ("--prepare",)])
def test_a_second_server_on_the_port_is_refused_before_it_touches_anything(house: House, options: list[str]) -> None:
    second = house.manage("serve", *options)

    assert second.returncode == 1
    assert f"cannot listen on 127.0.0.1:{house.port}" in second.stderr
    assert "Traceback" not in second.stderr
    assert second.stdout == ""


@contextmanager
def killed_after(process: subprocess.Popen[str], *, seconds: float) -> Iterator[None]:
    """Kill the process if the block takes longer, so that reading its output ends."""
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def test_a_port_of_the_realtime_server_that_is_taken_is_named(empty_house: House) -> None:
    empty_house.channels = True
    with socket.create_server(("127.0.0.1", empty_house.realtime_port)):
        refused = empty_house.manage("serve")

    assert refused.returncode == 1
    assert f"cannot listen on 127.0.0.1:{empty_house.realtime_port}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_realtime_server_runs_alone_and_stops_on_ctrl_c(empty_house: House) -> None:
    with empty_house.popen("realtime_server") as server, killed_after(server, seconds=120):
        told = ""
        for line in server.stdout or ():
            told += line
            if "ws://" in line:
                assert f":{empty_house.realtime_port} " in line
                assert requests.get(f"http://127.0.0.1:{empty_house.realtime_port}/", timeout=20).ok
                server.send_signal(signal.SIGINT)

    assert server.returncode == 0, told
    assert told.endswith("stopped\n")


def test_more_than_a_thousand_clients_of_the_realtime_server_do_not_stop_the_service(empty_house: House) -> None:
    empty_house.channels = True
    with more_descriptors(3_000), ExitStack() as stack:
        empty_house.start()
        for _ in range(1_100):
            stack.enter_context(socket.create_connection(("127.0.0.1", empty_house.realtime_port), timeout=20))
        for _ in range(3):
            assert requests.get(f"{empty_house.address}/config", timeout=20).status_code == 200


@contextmanager
def more_descriptors(wanted: int) -> Iterator[None]:
    """Let this process, and those that it starts, open so many files and connections."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, most), most))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))


def test_it_prepares_serves_and_stops_on_ctrl_c(empty_house: House) -> None:
    with empty_house.popen("serve", "--prepare") as server, killed_after(server, seconds=120):
        told = ""
        for line in server.stdout or ():
            told += line
            if "state " in line:
                server.send_signal(signal.SIGINT)

    assert server.returncode == 0, told
    assert "Demo users: all there already" in told
    assert told.endswith("stopped\n")
    assert not Path(empty_house.var / "server.pid").exists()
