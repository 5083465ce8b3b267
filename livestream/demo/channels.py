"""A client of the realtime server: one user's connection, which comes back and joins its channels again by itself."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from livestream.demo.errors import NoServer, Refused

# As long as the demo waits for the service: it may be restarting.
_LONGEST_SECONDS = 60.0
_ANSWER_SECONDS = 10.0
_PAUSE_SECONDS = 0.2

Headers = Callable[[], Mapping[str, str]]
Hear = Callable[[dict[str, Any]], None]


@dataclass(slots=True)
class _Wanted:
    """A channel to be in: whether the client is, and why it may not be."""

    joined: asyncio.Event = field(default_factory=asyncio.Event)
    refusal: str = ""


class ChannelClient:
    """Connects in a thread. `headers` authenticate the user at `auth_url`; `hear` gets each event, in that thread."""

    def __init__(self, *, address: str, auth_url: str, headers: Headers, hear: Hear | None = None) -> None:
        self._address = address
        self._auth_url = auth_url
        self._headers = headers
        self._hear = hear
        self._wanted: dict[str, _Wanted] = {}
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._socket_id = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="channels", daemon=True)
        self._thread.start()
        self._living: Future[None] = asyncio.run_coroutine_threadsafe(self._live(), self._loop)

    def join(self, channel: str) -> None:
        """Join a channel, and return once the server says so; raises Refused, NoServer."""
        self._run(self._join(channel), f"the realtime server at {self._address}")

    def leave(self, channel: str) -> None:
        """Leave a channel."""
        self._run(self._leave(channel), f"the realtime server at {self._address}")

    def close(self) -> None:
        """Disconnect, and end the thread."""
        self._living.cancel()
        with suppress(BaseException):
            self._run(self._finish(), "")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=_ANSWER_SECONDS)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None], what: str) -> None:
        waiting = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            waiting.result(timeout=_LONGEST_SECONDS)
        except TimeoutError as error:
            waiting.cancel()
            raise NoServer(f"Waited {_LONGEST_SECONDS:.0f} seconds in vain for {what}.") from error

    async def _join(self, channel: str) -> None:
        wanted = self._wanted[channel] = _Wanted()
        if self._socket is not None and self._socket_id:
            with suppress(aiohttp.ClientError, ConnectionError, TimeoutError):  # it is asked again after a reconnect
                await self._ask(channel)
        await wanted.joined.wait()
        if wanted.refusal:
            del self._wanted[channel]
            raise Refused(wanted.refusal)

    async def _leave(self, channel: str) -> None:
        self._wanted.pop(channel, None)
        await self._say("pusher:unsubscribe", {"channel": channel})

    async def _finish(self) -> None:
        """Disconnect, and end all tasks: asyncio complains about tasks that are pending when its loop closes."""
        while self._socket is not None:
            await self._socket.close()
            await asyncio.sleep(0)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _live(self) -> None:
        async with aiohttp.ClientSession(trust_env=False, timeout=aiohttp.ClientTimeout(_ANSWER_SECONDS)) as http:
            self._http = http
            while True:
                with suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
                    await self._connect()
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _connect(self) -> None:
        async with self._http.ws_connect(self._address) as socket:
            self._socket = socket
            try:
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.TEXT:
                        await self._take(json.loads(message.data))
            finally:
                self._socket, self._socket_id = None, ""
                for wanted in self._wanted.values():
                    wanted.joined.clear()

    async def _take(self, message: dict[str, Any]) -> None:
        event, channel = message["event"], message.get("channel", "")
        if event == "pusher:connection_established":
            self._socket_id = json.loads(message["data"])["socket_id"]
            for each in list(self._wanted):
                await self._ask(each)
        elif event == "pusher:ping":
            await self._say("pusher:pong", {})
        elif event == "pusher_internal:subscription_succeeded" and channel in self._wanted:
            self._wanted[channel].joined.set()
        elif event == "pusher:subscription_error" and channel in self._wanted:
            self._refuse(channel, str(message.get("data")))
        if self._hear is not None:
            self._hear(message)

    async def _ask(self, channel: str) -> None:
        """Have the service sign the subscription, and subscribe."""
        body = {"socket_id": self._socket_id, "channel_name": channel}
        async with self._http.post(self._auth_url, json=body, headers=self._headers()) as answer:
            said = await answer.json(content_type=None)
            if answer.status in (401, 403):
                self._refuse(channel, f"{answer.status} {said.get('code')}: {said.get('detail') or said.get('title')}")
                return
            answer.raise_for_status()
        await self._say("pusher:subscribe", {"channel": channel, **said})

    def _refuse(self, channel: str, why: str) -> None:
        if wanted := self._wanted.get(channel):
            wanted.refusal = f"{channel} may not be joined: {why}"
            wanted.joined.set()

    async def _say(self, event: str, data: Mapping[str, Any]) -> None:
        if self._socket is not None:
            await self._socket.send_json({"event": event, "data": data})
