"""A server in Pusher's place, in a process of its own: `python bench/fanout/sink.py SECONDS`.

It answers each call after SECONDS and keeps what it was sent. Asked for `/report`, it checks
every signature and counts, which must not cost a processor while something is measured.
It is started by its path, since importing the package would set Django up.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import sys
from urllib.parse import parse_qsl, urlsplit

KEY, SECRET, APP_ID = "local", "local-secret", "1"
_taken: list[tuple[str, bytes]] = []


class Connection(asyncio.Protocol):
    """One connection that stays open, one request after the other."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, found, rest = bytes(self.received).partition(b"\r\n\r\n")
        if not found or len(rest) < (length := _length(head)):
            return
        del self.received[: len(head) + 4 + length]
        method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        if method == "GET":
            self.answer(json.dumps(report()).encode())
        else:
            _taken.append((path, rest[:length]))
            asyncio.get_running_loop().call_later(self.seconds, self.answer, b"{}")

    def answer(self, body: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


def report() -> dict[str, int]:
    """Count calls, events, channels and what Pusher would refuse: unsigned, or more than ten events."""
    events, channels, refused = 0, set(), 0
    for path, body in _taken:
        batch = json.loads(body)["batch"]
        refused += len(batch) > 10 or not is_signed(path, body)
        events += len(batch)
        channels |= {each["channel"] for each in batch}
    return {"calls": len(_taken), "events": events, "channels": len(channels), "refused": refused}


def is_signed(path: str, body: bytes) -> bool:
    address = urlsplit(path)
    query = dict(parse_qsl(address.query))
    given = query.pop("auth_signature", "")
    text = "\n".join(["POST", address.path, "&".join(f"{name}={query[name]}" for name in sorted(query))])
    wanted = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    says_so = query.get("auth_key") == KEY and query.get("body_md5") == hashlib.md5(body).hexdigest()  # noqa: S324
    return says_so and address.path == f"/apps/{APP_ID}/batch_events" and hmac.compare_digest(given, wanted)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def serve(seconds: float) -> None:
    """Take calls on a free port, whose number is the first line on stdout."""
    server = await asyncio.get_running_loop().create_server(lambda: Connection(seconds), "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
