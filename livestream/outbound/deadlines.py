"""Requests that end at a fixed moment, whatever trickles through them.

A timeout of `requests` bounds each read by itself: a server that sends a byte now and then,
be it of a header, would be waited for without end.
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
def session_for(*, seconds: float) -> Iterator[requests.Session]:
    """This function will lend a session whose connections are all shut after `seconds`.

    What is read then raises a requests error or merely ends, as if the server had closed it;
    of the latter a requests.Timeout is made when the session is given back.
    """
    cutoff = _Cutoff(seconds)
    try:
        with requests.Session() as lent:
            for scheme in ("http://", "https://"):
                lent.mount(scheme, _Adapter(cutoff))
            yield lent
        if cutoff.over:
            raise requests.Timeout("It took too long.")
    finally:
        cutoff.release()


class _Cutoff:
    def __init__(self, seconds: float) -> None:
        self._lock, self.over = threading.Lock(), False
        self._watched: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, made: socket.socket) -> socket.socket:
        with self._lock:
            # A copy: TLS takes the socket itself over, and shakes hands as slowly as it is let.
            self._watched.append(made.dup())
        if self.over:
            self._shut()
        return made

    def release(self) -> None:
        self._timer.cancel()
        with self._lock:
            for each in self._watched:
                each.close()

    def _shut(self) -> None:
        with self._lock:
            self.over = True
            for each in self._watched:
                with suppress(OSError):  # it is closed already
                    each.shutdown(socket.SHUT_RDWR)


class _Plain(HTTPConnection):
    cutoff: _Cutoff

    def _new_conn(self) -> socket.socket:
        return self.cutoff.watch(super()._new_conn())


class _Secure(HTTPSConnection):
    cutoff: _Cutoff

    def _new_conn(self) -> socket.socket:
        return self.cutoff.watch(super()._new_conn())


class _Adapter(HTTPAdapter):
    def __init__(self, cutoff: _Cutoff) -> None:
        plain, secure = (type(each.__name__, (each,), {"cutoff": cutoff}) for each in (_Plain, _Secure))
        self._pools = {
            "http": type("_Pool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("_SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):  # those connect in a way of their own
            manager.pool_classes_by_scheme = self._pools
        return manager
