"""`manage.py serve`: one process, which takes its port first and stops when it is told to."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.process.house import House

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("options", [(), ("--prepare",)])
def test_a_second_server_on_the_port_is_refused_before_it_touches_anything(house: House, options: list[str]) -> None:
    second = house.manage("serve", *options)

    assert second.returncode == 1
    assert f"cannot listen on 127.0.0.1:{house.port}" in second.stderr
    assert "Traceback" not in second.stderr
    assert second.stdout == ""


def test_it_prepares_serves_and_stops_on_ctrl_c(empty_house: House) -> None:
    with empty_house.popen("serve", "--prepare") as server:
        told = ""
        for line in server.stdout or ():
            told += line
            if "state " in line:
                server.send_signal(signal.SIGINT)

    assert server.returncode == 0, told
    assert "Demo users: all there already" in told
    assert told.endswith("stopped\n")
    assert not Path(empty_house.var / "server.pid").exists()
