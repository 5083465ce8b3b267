"""What people, relays and workers do, one after another in this thread. After a death or an error, they try again."""

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
# Everything that a flow leaves to be done is done by then.
_LONG = timedelta(days=2)


class Player:
    """Plays a flow: does what people do, lets time pass, and meanwhile does what relays and workers do."""

    def __init__(self, moving: clock.MovableClock, statements: Statements) -> None:
        self._moving = moving
        self._statements = statements

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count the statements of the block; the fault happens at one of them."""
        before, self._statements.paused = self._statements.paused, False
        try:
            yield
        finally:
            self._statements.paused = before

    def act(self, do: Callable[[], Any], *, done: Callable[[], bool]) -> None:
        """Do what a person does. If they get no answer, they look whether it is done, and try again."""
        for _ in range(_ROUNDS):
            if self._completes(do) or done():
                return
        raise AssertionError(f"not done after {_ROUNDS} attempts")

    def wait(self, *, seconds: float) -> None:
        """Let time pass, and do all work when it becomes due, also after a lease or a pause has ended."""
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
                task = task_for(Urgency(urgency))
                self._completes(partial(working.work, task=task, message_id=None))
            before = due
        raise AssertionError(f"still due after {_ROUNDS} rounds: {before[:5]}")

    def _sweep(self) -> None:
        for each in sweeping.declared_sweeps():
            if each.function.__module__ == sweeps.__name__:  # those that find money and goals
                self._completes(each.function)

    def _completes(self, step: Callable[[], Any]) -> bool:
        """Run this step as a process would, and return whether it came to its end."""
        try:
            with self.counted():
                step()
        except Killed:
            self._statements.wait_until_session_ended()
            return False
        except (DatabaseError, InterfaceError):
            return False
        finally:
            close_old_connections()  # as between two requests, and between two messages of a worker
        return True


def _rows() -> Any:
    return OutboxMessage.objects.filter(failed_at=None, actor__in=task_names())


def _due() -> list[Waiting]:
    """Return urgency, id and attempts of each due message."""
    return list(_rows().filter(due_at__lte=clock.now()).order_by("id").values_list("urgency", "id", "attempts"))


def _next_moment(*, after: datetime) -> datetime | None:
    """Return when the next message can be claimed: when it is due, or when the claim of a dead process ends."""
    moments = (max(filter(None, pair)) for pair in _rows().values_list("due_at", "running_until"))
    return min((at for at in moments if at > after), default=None)
