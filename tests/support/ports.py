"""A port on which nobody listens."""

import random
import socket
from pathlib import Path

# Ports below the kernel's ephemeral range. An outgoing connection could take an ephemeral port
# before the server opens it, or while the server restarts.
_FIRST, _USUAL_EPHEMERAL = 20_000, 32_768
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port() -> int:
    """Find a port below the ephemeral range that nobody listens on."""
    for _ in range(1000):
        port = random.SystemRandom().randrange(_FIRST, _first_ephemeral())
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("every port that was tried is taken")


def _first_ephemeral() -> int:
    first = int(_RANGE.read_text().split()[0]) if _RANGE.exists() else _USUAL_EPHEMERAL
    return first if first > _FIRST else _USUAL_EPHEMERAL
