"""An LRU cache of rendered JSON in this process, by ETag, for documents that all readers share.

An ETag stands for one document, so an entry is never stale. It can only be evicted.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

# Some 60 pages of the feed, of 30 KB each: most documents are read within the second in which they are made.
_MOST_BYTES = 2_000_000
# What an entry takes beside its text.
_BYTES_AN_ENTRY = 400

_kept: OrderedDict[str, bytes] = OrderedDict()
_size = 0
_lock = threading.Lock()


def get(etag: str) -> bytes | None:
    """Return the document with this ETag as JSON; None if it is not cached."""
    with _lock:
        found = _kept.get(etag)
        if found is not None:
            _kept.move_to_end(etag)
        return found


def keep(etag: str, text: bytes) -> None:
    """Cache a document under its ETag; evict those that were not read for the longest time, if they are too many."""
    global _size
    with _lock:
        if etag not in _kept:
            _kept[etag] = text
            _size += len(text) + _BYTES_AN_ENTRY
        while _size > _MOST_BYTES:
            _, evicted = _kept.popitem(last=False)
            _size -= len(evicted) + _BYTES_AN_ENTRY
