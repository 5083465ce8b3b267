"""How much the machine can do, so that the load is a third of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.http import asking
from bench.http.asking import Request
from bench.http.servers import Loader
from bench.soak.house import House
from bench.soak.people import Member

_SECONDS, _CONNECTIONS = 5, 6


def third(house: House, members: Sequence[Member], *, folder: Path) -> float:
    """Return a third of the rate at which the service answers what viewers poll most."""
    paths = ("/feed", "/wallet", "/users/me", "/sessions")
    requests = [Request("GET", path, each.headers()) for path in paths for each in members]
    job = {
        "port": house.port,
        "file": str(asking.write(requests, folder / "capacity.json")),
        "connections": _CONNECTIONS,
        "seconds": _SECONDS,
        "warm_up": 1,
        "mode": "cycle",
        "expect": [200],
    }
    loader = Loader()
    try:
        done = loader.run(**job)
    finally:
        loader.close()
    if done["wrong"]:
        raise RuntimeError(done["example"])
    return float(done["requests"] / done["seconds"] / 3)
