"""A proxy between the service and its broker, which can hang, refuse connections, and cut them."""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading
from enum import Enum

from tests.support.ports import free_port

_CUT = struct.pack("ii", 1, 0)  # closing sends a reset, and nothing that still waits
_AT_ONCE = 65_536
_PAUSE_SECONDS = 0.05


class Mode(Enum):
    """What happens to connections, both existing and new ones."""

    FORWARDS = "forwards"
    HANGS = "hangs"  # all are accepted and kept, but nothing is read: as with a broker that blocks, or a pulled cable
    REFUSES = "refuses"  # nobody listens: as with a broker that was stopped
    RESETS = "resets"  # all are accepted and cut: as with a load balancer whose broker is gone


class Proxy:
    """Listens on its own port; a context manager."""

    def __init__(self, *, host: str, port: int) -> None:
        self._target = (host, port)
        self._mode = Mode.FORWARDS
        self._peers: dict[socket.socket, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self.port = free_port()  # no ephemeral one: somebody could take it while the proxy refuses connections
        self._server = socket.create_server(("127.0.0.1", self.port))
        self._ends = False
        self._switched = threading.Event()
        self._thread = threading.Thread(target=self._run, name="proxy")

    def __enter__(self) -> Proxy:
        self._selector.register(self._server, selectors.EVENT_READ)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends = True
        self._switched.set()
        self._thread.join()

    def switch(self, mode: Mode) -> None:
        """Behave like this from now on."""
        self._mode = mode
        self._switched.set()

    def _run(self) -> None:
        now = Mode.FORWARDS
        while not self._ends:
            self._switched.clear()
            if self._mode is not now:
                now = self._turn(now, self._mode)
            if now is Mode.HANGS:
                self._switched.wait(_PAUSE_SECONDS)
                continue
            for key, _ in self._selector.select(timeout=_PAUSE_SECONDS):
                self._serve(key.fileobj, now)  # type: ignore[arg-type]
        self._cut_all()
        self._server.close()
        self._selector.close()

    def _turn(self, before: Mode, mode: Mode) -> Mode:
        if before is Mode.REFUSES:
            self._server = socket.create_server(("127.0.0.1", self.port))
            self._selector.register(self._server, selectors.EVENT_READ)
        if mode is Mode.REFUSES:
            self._selector.unregister(self._server)
            self._server.close()
        if mode in (Mode.REFUSES, Mode.RESETS):
            self._cut_all()
        return mode

    def _serve(self, ready: socket.socket, mode: Mode) -> None:
        if ready is self._server:
            client, _ = self._server.accept()
            if mode is Mode.RESETS:
                self._reset_on_close(client)
                client.close()
            else:
                self._connect(client)
        elif ready in self._peers:
            self._forward(ready)

    def _connect(self, client: socket.socket) -> None:
        server = socket.create_connection(self._target)
        for one, other in ((client, server), (server, client)):
            self._peers[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _forward(self, source: socket.socket) -> None:
        try:
            data = source.recv(_AT_ONCE)
            if data:
                self._peers[source].sendall(data)
                return
        except OSError:
            pass
        self._part(source)

    def _part(self, one: socket.socket) -> None:
        for each in (one, self._peers[one]):
            self._peers.pop(each)
            self._selector.unregister(each)
            each.close()

    def _cut_all(self) -> None:
        for each in self._peers:
            self._reset_on_close(each)
        while self._peers:
            self._part(next(iter(self._peers)))

    @staticmethod
    def _reset_on_close(one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CUT)
