"""Tasks whose work a test says, and marks by which it sees how often the work was done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from livestream import ids
from livestream.models import OutboxMessage, User, UserTag
from livestream.outbox import Delivery, durable, enqueue, external, performing

_scripts: dict[str, Callable[[], Any]] = {}


@durable()
def probe_in_transaction(*, script: str) -> None:
    """Do what the test says, in the transaction of the row."""
    _scripts[script]()


@external()
def probe_outside(*, script: str) -> None:
    """Do what the test says, outside of any transaction."""
    _scripts[script]()


KINDS = [probe_in_transaction, probe_outside]


class Killed(BaseException):
    """What no code handles: stands for a process that dies at this place."""


class Probe:
    """Work for a test: `do` stores it, `marks` are the database effects that it left."""

    def __init__(self, task: Callable[..., None]) -> None:
        self.task = task
        self.actor = task.__name__
        self.calls = 0
        self._user = User.objects.create(username=f"probe-{ids.new_id()}")
        self._script = ids.new_id()
        self.work: Callable[[], Any] = self.mark
        _scripts[self._script] = self._called

    def _called(self) -> None:
        self.calls += 1
        self.work()

    def mark(self) -> None:
        """Leave an effect in the database."""
        UserTag.objects.create(user=self._user, tag=ids.new_id())

    def failing(self, error: type[BaseException] = ValueError, text: str = "") -> Callable[[], None]:
        """Return work that leaves an effect and then fails."""

        def fail() -> None:
            self.mark()
            raise error(text)

        return fail

    @property
    def marks(self) -> int:
        """How many effects there are."""
        return UserTag.objects.filter(user=self._user).count()

    def do(self, **options: Any) -> None:
        """Enqueue the work, in a transaction of its own where none is open."""
        with transaction.atomic():
            enqueue(self.task, Delivery(**options), script=self._script)

    def perform(self) -> None:
        """Deliver each of its messages, in this thread."""
        for row in self.rows():
            performing.perform(message_id=row.id)

    def rows(self) -> list[OutboxMessage]:
        """Return the rows of this work, in the order of their time."""
        return list(OutboxMessage.objects.filter(kwargs__script=self._script).order_by("eta", "id"))

    def row(self) -> OutboxMessage:
        """Return the one row of this work."""
        [row] = self.rows()
        return row

    def forget(self) -> None:
        _scripts.pop(self._script, None)


@pytest.fixture(params=KINDS)
def probe(request: pytest.FixtureRequest) -> Iterator[Probe]:
    """Work of each kind; the test asks for the database."""
    made = Probe(request.param)
    yield made
    made.forget()


@pytest.fixture
def durable_probe() -> Iterator[Probe]:
    """Work in the transaction of its row."""
    made = Probe(probe_in_transaction)
    yield made
    made.forget()


@pytest.fixture
def external_probe() -> Iterator[Probe]:
    """Work outside of any transaction."""
    made = Probe(probe_outside)
    yield made
    made.forget()
