"""A server's life: bound before anything else, run in a thread with its own event loop, stopped cleanly."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from contextlib import suppress

from aiohttp import web

from livestream.realtime_server.batching import WebhookBatcher
from livestream.realtime_server.options import Options
from livestream.realtime_server.protocol import AppState
from livestream.realtime_server.rest import RestApi
from livestream.realtime_server.sockets import Sockets
from livestream.realtime_server.webhooks import Webhooks

_STOPS_WITHIN_SECONDS = 10
_CLOSING_SECONDS = 2
_BACKLOG = 1024


class NotLoopback(Exception):
    """The server is for one machine, and was asked to listen to others."""


class RealtimeServer:
    """Binds when it is made; raises OSError where the port is taken, NotLoopback for an address of the network.

    Use it as a context: it serves in between. Nothing of it survives the process; clients connect
    again and join again after a restart.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self._socket = _bound(options.host, options.port)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="realtime", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens, also if any free port was asked for."""
        return int(self._socket.getsockname()[1])

    def __enter__(self) -> RealtimeServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Serve from now on, in a thread; raises what keeps the server from starting."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Ask all clients to connect again, and return once nothing of the server runs."""
        if self._loop is not None and self._stopping is not None:
            with suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stopping.set)
        if self._thread.ident is not None:
            self._thread.join(timeout=_STOPS_WITHIN_SECONDS)
        self._socket.close()

    def wait(self) -> None:
        """Return when the server has ended."""
        while self._thread.is_alive():
            self._thread.join(timeout=1)  # without a limit, Ctrl-C would not be seen on every platform

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - raised where the server is started
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        webhooks = Webhooks(options=self.options)
        batcher = WebhookBatcher(
            deliver=webhooks.put, leave_delay=self.options.leave_delay, batch_delay=self.options.batch_delay
        )
        state = AppState(options=self.options, observer=batcher)
        sockets = Sockets(state=state)
        runner = web.AppRunner(
            _application(state, sockets), access_log=None, handle_signals=False, shutdown_timeout=_CLOSING_SECONDS
        )
        await runner.setup()
        await web.SockSite(runner, self._socket, backlog=_BACKLOG).start()
        delivering = asyncio.create_task(webhooks.deliver())
        self._ready.set()
        await self._stopping.wait()
        batcher.stop()
        delivering.cancel()
        sockets.close_all()
        await runner.cleanup()


def _application(state: AppState, sockets: Sockets) -> web.Application:
    application = web.Application(client_max_size=state.options.limits.body)
    application.add_routes(RestApi(state=state).routes())
    application.add_routes([web.get("/app/{key}", sockets.serve), web.get("/", _greet)])
    return application


async def _greet(_: web.Request) -> web.Response:
    return web.Response(text="A realtime server for development, which speaks the Pusher protocol.\n")


def _bound(host: str, port: int) -> socket.socket:
    address = "127.0.0.1" if host == "localhost" else host
    try:
        is_loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise NotLoopback(f"{host} is no loopback address such as 127.0.0.1; this server is for its own machine only.")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address, port), family=family, backlog=_BACKLOG)
