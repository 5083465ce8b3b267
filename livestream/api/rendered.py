"""An LRU cache of rendered JSON in this process, by ETag, for documents that all readers share.

An ETag stands for one document, so an entry is never stale. It can only be evicted.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from rest_framework.renderers import JSONRenderer

# Some 250 pages of the feed, of 30 KB each.
_MOST_BYTES = 8_000_000

_kept: OrderedDict[str, bytes] = OrderedDict()
_size = 0
_lock = threading.Lock()


def rendered(etag: str, make: Callable[[], Any]) -> bytes:
    """Return the document with this ETag as JSON; `make` returns the document where it is not cached."""
    with _lock:
        found = _kept.get(etag)
        if found is not None:
            _kept.move_to_end(etag)
            return found
    text: bytes = JSONRenderer().render(make())
    _keep(etag, text)
    return text


def _keep(etag: str, text: bytes) -> None:
    global _size
    with _lock:
        if etag not in _kept:
            _kept[etag] = text
            _size += len(text)
        while _size > _MOST_BYTES:
            _, evicted = _kept.popitem(last=False)
            _size -= len(evicted)
