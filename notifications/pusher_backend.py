"""The backends that send the `pusher` package's requests.

Pushes share a pool of open connections among all threads; each query has its own connection and
deadline.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

import requests
import urllib3
from pusher.http import process_response
from pusher.requests import CERT_PATH

from livestream.outbound.deadlines import session_with_deadline

# In one process; a call that finds all of them in use waits until one is free.
CONNECTIONS = 32


class SignedRequest(Protocol):
    """What the package has built and signed."""

    method: str
    url: str
    signed_path: str
    body: bytes
    headers: Mapping[str, str]


class PooledBackend:
    """Takes the place of the package's own backend, which costs three times the processor.

    Like that one it trusts the authorities that come with the package, and goes through the
    proxy that the environment names. Raises urllib3's errors, and what `process_response` does.
    """

    def __init__(self, client: Any, **options: Any) -> None:
        address = f"{client.scheme}://{client.host}:{client.port}"
        options |= {"maxsize": CONNECTIONS, "block": True, "timeout": client.timeout, "retries": False}
        if client.ssl:
            options["ssl_context"] = ssl.create_default_context(cafile=CERT_PATH)
        proxy = requests.utils.select_proxy(address, requests.utils.get_environ_proxies(address))
        # Without a proxy the pool of the server is called directly, which saves a look-up at each call.
        self._urlopen = (
            urllib3.ProxyManager(proxy, **options).urlopen
            if proxy
            else partial(urllib3.connection_from_url(address, **options).urlopen, assert_same_host=False)
        )
        self._is_proxied = bool(proxy)

    def send_request(self, request: SignedRequest) -> Any:
        """Send a request of the package's and return the decoded answer."""
        target = request.url if self._is_proxied else request.signed_path
        response = self._urlopen(request.method, target, body=request.body, headers=request.headers, redirect=False)
        return process_response(response.status, response.data.decode(errors="replace"))


class DeadlineBackend:
    """Sends one request within the client's `timeout`, however slowly the answer arrives.

    Raises errors of `requests`, and what `process_response` raises.
    """

    def __init__(self, client: Any, **_: Any) -> None:
        self._seconds = client.timeout

    def send_request(self, request: SignedRequest) -> Any:
        """Send a request of the package and return the decoded answer."""
        with session_with_deadline(seconds=self._seconds) as session:
            response = session.request(
                request.method,
                request.url,
                data=request.body,
                headers=dict(request.headers),
                timeout=self._seconds,
                verify=CERT_PATH,
                allow_redirects=False,
            )
            return process_response(response.status_code, response.text)
