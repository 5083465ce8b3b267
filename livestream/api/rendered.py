"""Documents that everybody reads, as JSON, kept in the memory of this process by their ETags.

An ETag stands for one document, so what is kept is never out of date: it is only forgotten, the longest unread first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from rest_framework.renderers import JSONRenderer

# The feed has some 30 KB.
_MOST_BYTES = 8_000_000

_kept: OrderedDict[str, bytes] = OrderedDict()
_bytes = 0
_writing = threading.Lock()


def rendered(etag: str, make: Callable[[], Any]) -> bytes:
    """Return the document with this ETag as JSON; `make` returns the document where it is not kept."""
    with _writing:
        found = _kept.get(etag)
        if found is not None:
            _kept.move_to_end(etag)
            return found
    text: bytes = JSONRenderer().render(make())
    _keep(etag, text)
    return text


def _keep(etag: str, text: bytes) -> None:
    global _bytes
    with _writing:
        if etag not in _kept:
            _kept[etag] = text
            _bytes += len(text)
        while _bytes > _MOST_BYTES:
            _, longest_unread = _kept.popitem(last=False)
            _bytes -= len(longest_unread)
