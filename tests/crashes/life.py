"""People and processes, one after another in this thread. After a death or an error, another try follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import DatabaseError, InterfaceError, close_old_connections

from goals import sweeps
from livestream import clock
from livestream.models import OutboxMessage
from livestream.outbox import sweeping, working
from livestream.outbox.registry import task_for, task_names
from livestream.outbox.urgency import Urgency
from tests.crashes.faults import Statements
from tests.support.probes import Killed

Waiting = tuple[int, str, int]
_ROUNDS = 200
# Whatever a flow leaves to be done is done by then.
_LONG = timedelta(days=2)


class Life:
    """Plays a flow: what people do at their moments, and between them what relays and workers do."""

    def __init__(self, moving: clock.MovableClock, statements: Statements) -> None:
        self._moving = moving
        self._statements = statements

    @contextmanager
    def in_danger(self) -> Iterator[None]:
        """Count the statements of the block, and let the fault happen in it."""
        before, self._statements.paused = self._statements.paused, False
        try:
            yield
        finally:
            self._statements.paused = before

    def act(self, do: Callable[[], Any], *, done: Callable[[], bool]) -> None:
        """Let somebody do something; where they get no answer they look whether it is done, and try again."""
        for _ in range(_ROUNDS):
            if self._survives(do) or done():
                return
        raise AssertionError("nobody could do it")

    def wait(self, *, seconds: float) -> None:
        """Let time pass, in which everything is done at its moment, and again once a claim or a pause is over."""
        end = self._moving.at + timedelta(seconds=seconds)
        self._sweep()
        self._work_off()
        while (at := _next_moment(after=self._moving.at)) is not None and at <= end:
            self._moving.move_to(at)
            self._work_off()
        self._moving.move_to(end)
        self._sweep()
        self._work_off()

    def wait_until_quiet(self) -> None:
        """Let time pass until nothing is left to be done."""
        end = self._moving.at + _LONG
        while (at := _next_moment(after=self._moving.at)) is not None and at <= end:
            self.wait(seconds=(at - self._moving.at).total_seconds())

    def _work_off(self) -> None:
        """Do what can be done at this moment, until nothing changes any more."""
        before: list[Waiting] = []
        for _ in range(_ROUNDS):
            due = _due()
            if due == before:
                return
            for urgency in sorted({each[0] for each in due}):
                task = task_for(Urgency(urgency), preferred="")
                self._survives(partial(working.work, task=task, message_id=None))
            before = due
        raise AssertionError(f"still due after {_ROUNDS} rounds: {before[:5]}")

    def _sweep(self) -> None:
        for each in sweeping.declared_sweeps():
            if each.function.__module__ == sweeps.__name__:  # those that find money and goals
                self._survives(each.function)

    def _survives(self, step: Callable[[], Any]) -> bool:
        """Run this in a process; tell whether it came to its end."""
        try:
            with self.in_danger():
                step()
        except Killed:
            self._statements.bury()
            return False
        except (DatabaseError, InterfaceError):
            return False
        finally:
            close_old_connections()  # as between two requests, and between two messages of a worker
        return True


def _rows() -> Any:
    return OutboxMessage.objects.filter(failed_at=None, actor__in=task_names())


def _due() -> list[Waiting]:
    """Return urgency, id and tries of what is due."""
    return list(_rows().filter(due_at__lte=clock.now()).order_by("id").values_list("urgency", "id", "attempts"))


def _next_moment(*, after: datetime) -> datetime | None:
    at: datetime | None = _rows().filter(due_at__gt=after).order_by("due_at").values_list("due_at", flat=True).first()
    return at
