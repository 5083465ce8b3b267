"""The address of a client, which only trusted proxies may name (setting TRUSTED_PROXIES)."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address
# A household or a server has a whole IPv6 network of this size.
_PREFIX = 64


def client_address(request: HttpRequest) -> str:
    """Return the address that limits are counted by: the peer's, or the last one that no trusted proxy has.

    Each proxy appends its peer to `X-Forwarded-For`. What a client wrote there itself stands before that, and is
    not believed. An IPv6 address stands for its network of 64 bits.
    """
    found = _parsed(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    while forwarded and _is_trusted(found):
        named = _parsed(forwarded.pop())
        if named is None:
            break
        found = named
    return _grouped(found)


def _parsed(text: str) -> Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_trusted(address: Address | None) -> bool:
    trusted = settings.TRUSTED_PROXIES
    if address is None:  # the peer of a Unix socket
        return bool(trusted)
    return any(address in network for network in _networks(tuple(trusted)))


@functools.lru_cache(maxsize=8)
def _networks(texts: tuple[str, ...]) -> Sequence[Any]:
    return [ip_network(text) for text in texts]


def _grouped(address: Address | None) -> str:
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, _PREFIX), strict=False))
    return str(address or "unknown")
