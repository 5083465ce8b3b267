"""A load generator, in a process of its own: `python bench/http/loader.py`.

It reads jobs, one line of JSON each, and answers each with one line:

    {"port": …, "file": …, "connections": …, "seconds": …, "warm_up": …, "expect": …, "mode": "cycle"}

The file has the requests as JSON. Every connection is kept alive and has one request under way. They are sent in turn
for `seconds` after the warm-up. There are three modes:

- `cycle`: each request is a list of parts, between which a fresh key is put.
- `tagged`: each is two parts, between which the ETag of its last answer is put; what is measured begins when each
  was answered once.
- `once`: as `cycle`, but each is sent once, or as many as are answered in two minutes.

It is started by its path, since importing the package would set Django up.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import re
import secrets
import sys
import time
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length: "
_CHUNKED = b"\r\ntransfer-encoding: chunked"
_LAST_CHUNK = b"0\r\n\r\n"
_LONGEST_SECONDS, _LONGEST_ONCE = 300, 120
_NOT_MODIFIED = 304
_ETAG = re.compile(rb"^etag: (.+)\r$", re.MULTILINE | re.IGNORECASE)


class Requests:
    """What to send, and from when to when what is sent is measured."""

    def __init__(self, parts: list[list[bytes]], *, mode: str, warm_up: float, seconds: float) -> None:
        self._parts, self._mode, self._seconds = parts, mode, seconds
        self._keys = map(b"%s%012x".__mod__, zip(itertools.repeat(secrets.token_hex(6).encode()), itertools.count()))
        self._tags = [b'""'] * len(parts)
        self._sent = 0
        now = time.perf_counter()
        self.measured_from = math.inf if mode == "tagged" else now + warm_up
        self._ends = now + _LONGEST_ONCE if mode == "once" else self.measured_from + seconds

    def next(self) -> tuple[int, bytes] | None:
        """Return the next request and its number; None after the last one."""
        number = self._sent % len(self._parts)
        if self._sent >= len(self._parts):
            if self._mode == "once":
                return None
            if self.measured_from == math.inf:
                self.measured_from = time.perf_counter()
                self._ends = self.measured_from + self._seconds
        if time.perf_counter() >= self._ends:
            return None
        self._sent += 1
        parts = self._parts[number]
        if self._mode == "tagged":
            return number, self._tags[number].join(parts)
        return number, parts[0] if len(parts) == 1 else next(self._keys).join(parts)

    def keep_tag(self, number: int, answer: bytes) -> None:
        """Keep the ETag of an answer for the next time."""
        if self._mode == "tagged" and (found := _ETAG.search(answer)):
            self._tags[number] = found[1]


@dataclass(slots=True)
class Tally:
    """What came back: seconds of each answer to what was sent after the warm-up, and the first wrong answer."""

    expect: set[int]
    waits: array[float] = field(default_factory=lambda: array("d"))
    all: int = 0
    unchanged: int = 0
    wrong: int = 0
    example: str = ""
    bytes: int = 0

    def add(self, wait: float, status: int, answer: bytes, *, is_measured: bool) -> None:
        """Count an answer."""
        self.all += 1
        if status not in self.expect:
            self.wrong += 1
            self.example = self.example or answer[:2000].decode(errors="replace")
        if is_measured:
            self.waits.append(wait)
            self.unchanged += status == _NOT_MODIFIED
            self.bytes += len(answer)


class Connection(asyncio.Protocol):
    """One connection, with one request under way; the server may close it between two."""

    def __init__(self, requests: Requests, tally: Tally, done: asyncio.Future[None]) -> None:
        self.requests, self.tally, self.done = requests, tally, done
        self.received = b""
        self.number, self.under_way, self.sent = 0, b"", 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        if self.under_way:  # the server closed the connection before it read this
            self.send()
        else:
            self.send_next()

    def send_next(self) -> None:
        following = self.requests.next()
        if following is None:
            self.transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self.number, self.under_way = following
        self.send()

    def send(self) -> None:
        self.sent = time.perf_counter()
        self.transport.write(self.under_way)

    def data_received(self, data: bytes) -> None:
        self.received = self.received + data if self.received else data
        if not _is_whole(self.received):
            return
        answer, self.received, self.under_way = self.received, b"", b""
        is_measured, wait = self.sent >= self.requests.measured_from, time.perf_counter() - self.sent
        self.tally.add(wait, int(answer[9:12]), answer, is_measured=is_measured)
        self.requests.keep_tag(self.number, answer)
        self.send_next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.again = asyncio.get_running_loop().create_task(self._connect_again())

    async def _connect_again(self) -> None:
        host, port = self.transport.get_extra_info("peername")[:2]
        self.received = b""
        try:
            await asyncio.get_running_loop().create_connection(lambda: self, host, port)
        except OSError as error:
            if not self.done.done():
                self.done.set_exception(error)


def _is_whole(answer: bytes) -> bool:
    head, found, body = answer.partition(_HEAD_END)
    if not found:
        return False
    if answer[9:12] in (b"304", b"204"):
        return True
    lowered = head.lower()
    at = lowered.find(_LENGTH)
    if at >= 0:
        end = lowered.find(b"\r\n", at + 2)
        return len(body) >= int(lowered[at + len(_LENGTH) : end if end >= 0 else None])
    return _CHUNKED in lowered and body.endswith(_LAST_CHUNK)


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Carry out one job, and return what was measured; times are in ms."""
    parts = [[part.encode("latin-1") for part in request] for request in json.loads(Path(job["file"]).read_text())]
    loop, cpu = asyncio.get_running_loop(), time.process_time()
    requests = Requests(parts, mode=job["mode"], warm_up=job["warm_up"], seconds=job["seconds"])
    tally, waiting = Tally(set(job["expect"])), []
    for _ in range(job["connections"]):
        waiting.append(loop.create_future())
        connection = Connection(requests, tally, waiting[-1])
        await loop.create_connection(lambda made=connection: made, "127.0.0.1", job["port"])
    await asyncio.wait_for(asyncio.gather(*waiting), _LONGEST_SECONDS)
    seconds = time.perf_counter() - requests.measured_from
    return _report(tally, seconds=seconds, cpu=time.process_time() - cpu)


def _report(tally: Tally, *, seconds: float, cpu: float) -> dict[str, Any]:
    waits = sorted(tally.waits)
    cuts = {name: 1000 * waits[min(int(len(waits) * part), len(waits) - 1)] for name, part in _PARTS} if waits else {}
    return {
        "requests": len(waits),
        "seconds": seconds,
        "all": tally.all,
        "unchanged": tally.unchanged,
        "wrong": tally.wrong,
        "example": tally.example,
        "bytes": tally.bytes / max(len(waits), 1),
        "cpu": cpu,
        **cuts,
    }


_PARTS = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))


def main() -> None:
    """Answer jobs until stdin ends."""
    for line in sys.stdin:
        print(json.dumps(asyncio.run(run(json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
