"""A port on which nobody listens."""

import random
import socket
from pathlib import Path

# Below the ports that the kernel gives to connections that go out: one of those could take the
# port between the moment it was found and the moment a server opens it, or while a server restarts.
_FIRST, _LAST = 20_000, 32_768
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port() -> int:
    """Find a port that nobody listens on, and that no outgoing connection will be given."""
    for _ in range(1000):
        port = random.SystemRandom().randrange(_FIRST, _last())
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("every port that was tried is taken")


def _last() -> int:
    first_given_away = int(_RANGE.read_text().split()[0]) if _RANGE.exists() else _LAST
    return first_given_away if first_given_away > _FIRST else _LAST
