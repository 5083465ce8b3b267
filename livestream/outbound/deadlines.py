"""HTTP requests with a deadline for all of the request, however slowly the answer arrives.

A timeout of `requests` bounds each read by itself: a server that sends a byte now and then, be it
of a header, would be waited for without end.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


@contextmanager
def session_with_deadline(*, seconds: float) -> Iterator[requests.Session]:
    """This function will lend a session whose connections are all shut down after `seconds`.

    A read that is in progress then raises a requests error, or ends as if the server had closed
    the connection; for the latter, requests.Timeout is raised when the session is given back.
    """
    deadline = _Deadline(seconds)
    try:
        with requests.Session() as session:
            for scheme in ("http://", "https://"):
                session.mount(scheme, _DeadlineAdapter(deadline))
            yield session
        if deadline.exceeded:
            raise requests.Timeout("It took too long.")
    finally:
        deadline.cancel()


class _Deadline:
    """A timer that shuts down all sockets it knows of."""

    def __init__(self, seconds: float) -> None:
        self._lock, self.exceeded = threading.Lock(), False
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, connected: socket.socket) -> socket.socket:
        with self._lock:
            # A duplicate: TLS takes over the socket itself, and its handshake can be slow too.
            self._sockets.append(connected.dup())
        if self.exceeded:
            self._expire()
        return connected

    def cancel(self) -> None:
        self._timer.cancel()
        with self._lock:
            for each in self._sockets:
                each.close()

    def _expire(self) -> None:
        with self._lock:
            self.exceeded = True
            for each in self._sockets:
                with suppress(OSError):  # it is closed already
                    each.shutdown(socket.SHUT_RDWR)


class _DeadlineHTTPConnection(HTTPConnection):
    deadline: _Deadline

    def _new_conn(self) -> socket.socket:
        return self.deadline.watch(super()._new_conn())


class _DeadlineHTTPSConnection(HTTPSConnection):
    deadline: _Deadline

    def _new_conn(self) -> socket.socket:
        return self.deadline.watch(super()._new_conn())


class _DeadlineAdapter(HTTPAdapter):
    def __init__(self, deadline: _Deadline) -> None:
        classes = (_DeadlineHTTPConnection, _DeadlineHTTPSConnection)
        http, https = (type(each.__name__, (each,), {"deadline": deadline}) for each in classes)
        self._pools = {
            "http": type("_HTTPPool", (HTTPConnectionPool,), {"ConnectionCls": http}),
            "https": type("_HTTPSPool", (HTTPSConnectionPool,), {"ConnectionCls": https}),
        }
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):  # SOCKS needs connection classes of its own
            manager.pool_classes_by_scheme = self._pools
        return manager
