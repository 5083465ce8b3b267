"""A server in Pusher's place that accepts everything and keeps nothing: `python bench/soak/sink.py PORT`.

It answers no queries, as a server without that part of Pusher's API, so that webhooks alone say who is on stage.
It is started by its path, since importing the package would set Django up.
"""

from __future__ import annotations

import asyncio
import sys

_ACCEPTED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
_NOT_OFFERED = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(head))
            writer.write(_ACCEPTED if head.startswith(b"POST ") else _NOT_OFFERED)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return int(value)
    return 0


async def serve(port: int) -> None:
    """Serve until the process ends."""
    server = await asyncio.start_server(answer, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
