"""An LRU cache of rendered JSON in this process, by ETag, for documents that all readers share.

An ETag stands for one document, so an entry is not stale. Should one be, because the feed changed twice while a page
was made, it is kept no longer than in the shared cache.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

# Some 60 pages of the feed, of 30 KB each: most documents are read within the second in which they are made.
_MOST_BYTES = 2_000_000
# What an entry takes beside its text.
_BYTES_AN_ENTRY = 400
# Seconds for which an entry is kept, as long as in the shared cache.
_LONGEST_KEPT = 60.0
# Seconds for which a thread waits for another one that makes the same document.
_LONGEST_WAIT = 1.0

_kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
_making: dict[str, threading.Lock] = {}
_size = 0
_lock = threading.Lock()


def get(etag: str) -> bytes | None:
    """Return the document with this ETag as JSON; None if it is not cached."""
    with _lock:
        kept_at, found = _kept.get(etag, (0.0, None))
        if found is None:
            return None
        if time.monotonic() - kept_at > _LONGEST_KEPT:
            _forget(etag)
            return None
        _kept.move_to_end(etag)
        return found


def keep(etag: str, text: bytes) -> None:
    """Cache a document, unless it is huge; evict the ones that were not read for longest, if there are too many."""
    global _size
    if len(text) > _MOST_BYTES // 4:
        return
    with _lock:
        if etag not in _kept:
            _kept[etag] = time.monotonic(), text
            _size += len(text) + _BYTES_AN_ENTRY
        while _size > _MOST_BYTES:
            _forget(next(iter(_kept)))


def _forget(etag: str) -> None:
    global _size
    _, text = _kept.pop(etag)
    _size -= len(text) + _BYTES_AN_ENTRY


@contextmanager
def made_once(etag: str) -> Iterator[None]:
    """Surround the making of a document: other threads that need it wait until it is made, for a second at most.

    A show on stage changes the feed each second. Without this, each thread of the process would read the whole page.
    """
    with _lock:
        making = _making.setdefault(etag, threading.Lock())
    is_first = making.acquire(timeout=_LONGEST_WAIT)
    try:
        yield
    finally:
        with _lock:
            _making.pop(etag, None)
        if is_first:
            making.release()
