"""WebSocket connections: reading, writing, and noticing clients that are gone or do not read."""

from __future__ import annotations

import asyncio
import secrets

import structlog
from aiohttp import WSMsgType, web

from livestream.realtime_server import frames
from livestream.realtime_server.frames import ProtocolError
from livestream.realtime_server.protocol import AppState, ProtocolSession

log = structlog.get_logger(__name__)

# Before version 4 a subscription was not confirmed; version 7 is the latest.
_VERSIONS = range(4, 8)
_CLOSE_SECONDS = 2
_SOCKET_ID_BELOW = 10**9


class Connection:
    """One client. Messages wait in order until the client reads them; one that does not read is disconnected."""

    def __init__(self, *, socket: web.WebSocketResponse, request: web.Request, unread: int) -> None:
        self.socket_id = f"{secrets.randbelow(_SOCKET_ID_BELOW)}.{secrets.randbelow(_SOCKET_ID_BELOW)}"
        self._socket = socket
        self._request = request
        self._waiting: asyncio.Queue[str | None] = asyncio.Queue(unread)
        self._closing: tuple[int, str] | None = None

    @property
    def is_closing(self) -> bool:
        """Whether the server ends the connection."""
        return self._closing is not None

    def send(self, message: str) -> None:
        """Queue a message."""
        if self._closing is not None:
            return
        try:
            self._waiting.put_nowait(message)
        except asyncio.QueueFull:
            log.warning("realtime_client_does_not_read", socket_id=self.socket_id)
            self._closing = (frames.OVER_CAPACITY, "")
            self.abort()

    def close(self, *, code: int, reason: str) -> None:
        """End the connection after the messages that are queued."""
        if self._closing is None:
            self._closing = (code, reason)
            try:
                self._waiting.put_nowait(None)
            except asyncio.QueueFull:
                self.abort()

    def abort(self) -> None:
        """End the connection at once, without a word."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def write(self) -> None:
        """Send what is queued until the connection ends."""
        try:
            while (message := await self._waiting.get()) is not None:
                await self._socket.send_str(message)
            code, reason = self._closing or (frames.RECONNECT, "")
            await self._socket.close(code=code, message=reason.encode()[:120])
        except ConnectionError:
            self.abort()


class Sockets:
    """All connections of a server."""

    def __init__(self, *, state: AppState) -> None:
        self._state = state
        self._connections: set[Connection] = set()

    def close_all(self) -> None:
        """Ask all clients to connect again, at once."""
        for connection in list(self._connections):
            connection.close(code=frames.RECONNECT, reason="The server is stopping.")

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve GET /app/{key}: one client, until its connection ends."""
        limits = self._state.options.limits
        socket = web.WebSocketResponse(timeout=_CLOSE_SECONDS, max_msg_size=limits.message, compress=False)
        await socket.prepare(request)
        connection = Connection(socket=socket, request=request, unread=limits.unread)
        session = ProtocolSession(state=self._state, transport=connection)
        writer = asyncio.create_task(connection.write())
        refusal = self._refusal(request)
        self._connections.add(connection)
        try:
            if refusal is not None:
                session.refuse(refusal)
            else:
                session.begin()
            await self._listen(socket, connection, session)
        finally:
            self._connections.discard(connection)
            session.end()
            if connection.is_closing:  # the client is told why, and answers
                await asyncio.wait({writer}, timeout=_CLOSE_SECONDS)
            writer.cancel()
        return socket

    def _refusal(self, request: web.Request) -> ProtocolError | None:
        """Return why a client may not connect; it learns that on the connection, as the protocol has it."""
        if request.match_info["key"] != self._state.options.key:
            return ProtocolError("There is no app with this key.", code=frames.NO_SUCH_APP, closes=True)
        version = request.query.get("protocol")
        if version is None:
            return ProtocolError("The parameter protocol is missing.", code=frames.NO_VERSION, closes=True)
        if not version.isascii() or not version.isdigit():
            return ProtocolError("The parameter protocol is no number.", code=frames.BAD_VERSION, closes=True)
        if len(version) > 1 or int(version) not in _VERSIONS:
            return ProtocolError("This server speaks protocol 7.", code=frames.UNSUPPORTED_VERSION, closes=True)
        if len(self._connections) >= self._state.options.limits.connections:
            return ProtocolError("The server has no connection left.", code=frames.OVER_CAPACITY, closes=True)
        return None

    async def _listen(self, socket: web.WebSocketResponse, connection: Connection, session: ProtocolSession) -> None:
        """Take the client's messages; after a silence ask it for a sign of life."""
        limits = self._state.options.limits
        timeout, asked = limits.activity_timeout, False
        while True:
            try:
                message = await socket.receive(timeout=timeout)
            except TimeoutError:
                if connection.is_closing:
                    connection.abort()
                    return
                if asked:
                    connection.close(code=frames.NO_PONG, reason="No pong was received.")
                connection.send(frames.write("pusher:ping", {}))
                timeout, asked = limits.pong_timeout, True
                continue
            timeout, asked = limits.activity_timeout, False
            if message.type is WSMsgType.TEXT:
                session.take(message.data)
            elif message.type is WSMsgType.BINARY:
                session.refuse(ProtocolError("Binary messages are not supported."))
            else:  # the connection is closing, closed, or broken
                return
