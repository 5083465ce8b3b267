"""Waiting for the next event: one poll of the log for all who wait in this process, twice a second.

A poll costs three short queries, however many wait, and nobody waits inside of a transaction or with a
connection. PostgreSQL's NOTIFY would be heard sooner, but it lets only one transaction commit at a time
(docs/decisions/0021-following-events.md).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import structlog
from django.db import Error, connection

from goals.event_log.reading import Cursor, end_of_log, settled_after
from livestream import admission
from livestream.models import EventRecord
from wallet.models import Transfer

LONGEST_WAIT = 30
POLL_SECONDS = 0.5
_log = structlog.get_logger(__name__)


@dataclass(eq=False, slots=True)
class _Waiter:
    user_id: str
    seen: Cursor
    woken: threading.Event = field(default_factory=threading.Event)


class EventPoller:
    """Wakes users who wait when the log has an event for them; its thread runs only while somebody waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiters: set[_Waiter] = set()
        self._thread: threading.Thread | None = None

    def wait(self, *, user_id: str, seen: Cursor, seconds: float) -> None:
        """Return once there may be an event of the user after `seen`, after `seconds`, or when the process ends."""
        waiter = _Waiter(user_id, seen)
        with self._lock:
            self._waiters.add(waiter)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="events", daemon=True)
                self._thread.start()
        try:
            waiter.woken.wait(seconds)
        finally:
            with self._lock:
                self._waiters.discard(waiter)

    def _run(self) -> None:
        while True:
            time.sleep(POLL_SECONDS)
            with self._lock:
                waiters = list(self._waiters)
                if not waiters:
                    self._thread = None
                    return
            try:
                self._wake(waiters)
            except BaseException:
                with self._lock:
                    self._thread = None  # the next who waits starts another one
                    for each in self._waiters:
                        each.woken.set()
                raise

    def _wake(self, waiters: list[_Waiter]) -> None:
        """Wake the waiters who have a new event; if the poll fails or the process stops, all: each looks for itself."""
        news = {each.user_id for each in waiters}
        try:
            if not admission.requests.is_stopping():
                news = _poll(waiters)
        except Error:  # each waiter's own query then fails, and is answered with 503
            _log.warning("events_not_looked_for", exc_info=True)
        finally:
            connection.close()
            for each in waiters:
                if each.user_id in news:
                    each.woken.set()


def _poll(waiters: Collection[_Waiter]) -> set[str]:
    """Return the users with a new event, and move each waiter to the end of the log."""
    end = end_of_log()
    news = users_with_new_events(user_ids={each.user_id for each in waiters}, after=min(each.seen for each in waiters))
    for each in waiters:
        each.seen = max(each.seen, end)
    return news


def users_with_new_events(*, user_ids: Collection[str], after: Cursor) -> set[str]:
    """Return those of the users who run or paid for something that an event after the cursor is about."""
    recent = settled_after(after).order_by()
    # Most polls find nothing at all, so that this is their only query of the log.
    found = list(recent.values_list("user_id", "escrow_id").distinct())
    streamers = {user_id for user_id, _ in found if user_id} & set(user_ids)
    escrows = {escrow_id for _, escrow_id in found if escrow_id}
    held = Transfer.objects.filter(kind=Transfer.Kind.HOLD, credit_id__in=escrows, debit_id__in=user_ids)
    payers = set(held.order_by().values_list("debit_id", flat=True).distinct()) if escrows else set()
    return streamers | payers


poller = EventPoller()


def follow(read: Callable[[], list[EventRecord]], *, user_id: str, seconds: float) -> tuple[list[EventRecord], bool]:
    """Read until there is an event, for at most `seconds`; return what was read, and whether it could wait.

    If too many wait in this process already, or two of this user, it reads once.
    """
    if found := read():
        return found, True
    with admission.requests.waiting(user_id=user_id) as may_wait:
        deadline = time.monotonic() + seconds
        while may_wait and not admission.requests.is_stopping():
            seen = end_of_log()  # before the events are read, so that none falls between the two
            if found := read():
                break
            if (left := deadline - time.monotonic()) <= 0:
                break
            _let_go_of_connection()
            poller.wait(user_id=user_id, seen=seen, seconds=left)
        return found, may_wait


def _let_go_of_connection() -> None:
    if not connection.in_atomic_block:
        connection.close()
