"""soketi, a realtime server that others wrote, from the packages of `tests/node`."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.support import node
from tests.support.ports import free_port
from tests.support.waiting import until

_REPORTED = ["channel_occupied", "channel_vacated", "member_added", "member_removed"]


@contextmanager
def soketi(*, folder: Path, webhook_url: str) -> Iterator[int]:
    """Run soketi with the app of the local profile, and return its port."""
    port = free_port()
    app = {
        "id": "1",
        "key": "local",
        "secret": "local-secret",
        "enableUserAuthentication": True,
        "webhooks": [{"url": webhook_url, "event_types": _REPORTED}],
    }
    configuration = {
        "host": "127.0.0.1",
        "port": port,
        # By default, it looks for others of its kind by broadcasting.
        "cluster": {"hostname": "127.0.0.1", "port": free_port(), "unicast": ["127.0.0.1"]},
        "appManager.array.apps": [app],
    }
    path = folder / "soketi.json"
    path.write_text(json.dumps(configuration))
    with (folder / "soketi.log").open("wb") as log:
        command = ["node", *node.bin_command("soketi", "start", f"--config={path}")]
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        until(lambda: _answers(port), what="soketi to answer", seconds=60, every=0.1)
        yield port
    finally:
        process.send_signal(signal.SIGKILL)  # it would wait for its connections
        process.wait(timeout=60)


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/", timeout=5).ok
    except requests.ConnectionError:
        return False
