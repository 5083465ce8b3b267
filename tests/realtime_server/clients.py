"""A client that speaks the protocol frame by frame, and so can also speak it badly."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from livestream.realtime_server import signatures
from livestream.realtime_server.options import Options

PATIENCE = 20
_LIMITS = aiohttp.ClientWSTimeout(ws_receive=PATIENCE, ws_close=PATIENCE)


def on_a_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run a test that is a coroutine."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


class Client:
    """One connection; it reads what it is sent in order."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, options: Options) -> None:
        self.socket = socket
        self.options = options
        self.socket_id = ""

    async def hear(self) -> tuple[str, Any]:
        """Return the next message as event and data, which is parsed."""
        said = await self.hear_all()
        return said["event"], said["data"]

    async def hear_all(self) -> dict[str, Any]:
        """Return the next message with all its members."""
        message = await self.socket.receive()
        assert message.type is aiohttp.WSMsgType.TEXT, message
        said = json.loads(message.data)
        if isinstance(said["data"], str) and said["data"]:
            said["data"] = json.loads(said["data"])
        return said

    async def hear_close(self) -> int:
        """Return the code with which the server ends the connection, after whatever it says before."""
        while (message := await self.socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
        assert message.type is aiohttp.WSMsgType.CLOSE, message
        return int(message.data)

    async def say(self, event: str, data: object = None, **members: object) -> None:
        """Send an event."""
        await self.socket.send_json({"event": event, "data": data, **members})

    async def subscribe(
        self, channel: str, *, user_id: object = None, user_info: object = None, **wrong: object
    ) -> None:
        """Ask for a subscription, rightly signed; what is `wrong` replaces a member."""
        data: dict[str, object] = {"channel": channel}
        channel_data = None
        if user_id is not None:
            info = {} if user_info is None else {"user_info": user_info}
            channel_data = data["channel_data"] = json.dumps({"user_id": user_id, **info})
        if channel.startswith(("private-", "presence-")):
            data["auth"] = self.auth(channel, channel_data)
        await self.say("pusher:subscribe", data | wrong)

    async def join(self, channel: str, **member: object) -> Any:
        """Subscribe, and return what the server says about the channel."""
        await self.subscribe(channel, **member)
        event, data = await self.hear()
        assert event == "pusher_internal:subscription_succeeded", data
        return data

    async def sign_in(self, user_id: object, **wrong: object) -> tuple[str, Any]:
        """Sign in, and return the answer."""
        user_data = json.dumps({"id": user_id})
        signature = signatures.of_user(secret=self.options.secret, socket_id=self.socket_id, user_data=user_data)
        await self.say("pusher:signin", {"auth": f"{self.options.key}:{signature}", "user_data": user_data} | wrong)
        return await self.hear()

    async def expect_silence(self) -> None:
        """Make sure that nothing else was sent: the next answer is that to a ping."""
        await self.say("pusher:ping", {})
        assert await self.hear() == ("pusher:pong", {})

    def auth(self, channel: str, channel_data: str | None = None) -> str:
        """Sign as the service does."""
        signature = signatures.of_channel(
            secret=self.options.secret, socket_id=self.socket_id, channel=channel, channel_data=channel_data
        )
        return f"{self.options.key}:{signature}"


@asynccontextmanager
async def socket_to(port: int, address: str = "/app/key?protocol=7", **options: Any) -> AsyncIterator[Any]:
    """Open a WebSocket and close it in the end."""
    async with (
        aiohttp.ClientSession(trust_env=False) as http,
        http.ws_connect(f"http://127.0.0.1:{port}{address}", timeout=_LIMITS, **options) as socket,
    ):
        yield socket


@asynccontextmanager
async def connected(server: Any) -> AsyncIterator[Client]:
    """Connect to a server, and wait until it has said so."""
    async with socket_to(server.port) as socket:
        client = Client(socket, server.options)
        event, data = await client.hear()
        assert event == "pusher:connection_established"
        client.socket_id = data["socket_id"]
        yield client
