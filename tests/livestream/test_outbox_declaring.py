"""A function that cannot be a task is refused where it is declared, not when it first runs."""

from __future__ import annotations

from datetime import datetime

import dramatiq
import pytest

from livestream.outbox import durable, external
from livestream.outbox.registry import task_names
from tests.support.probes import probe_in_transaction, probe_outside


def of_positional(goal_id: str) -> None: ...


def of_moment_by_keyword(*, goal_id: str, now: datetime) -> None: ...


def of_moment_first_by_keyword(*, now: datetime) -> None: ...


def of_anything(**anything: str) -> None: ...


def without_subject(*, escrow_id: str) -> None: ...


def with_optional_subject(*, goal_id: str = "") -> None: ...


UNFIT = [
    (of_positional, "goal_id by keyword only"),
    (of_moment_by_keyword, "now first"),
    (of_moment_first_by_keyword, "now as its first, positional parameter"),
    (of_anything, "anything by keyword only"),
    (without_subject, "no required parameter goal_id"),
    (with_optional_subject, "no required parameter goal_id"),
]


@pytest.mark.parametrize(("function", "said"), UNFIT)
@pytest.mark.parametrize("kind", [durable, external])
def test_parameters_that_cannot_be_stored_are_refused(function, said, kind):
    with pytest.raises(TypeError, match=said):
        kind(subject="goal_id" if "subject" in function.__name__ else None)(function)
    assert function.__name__ not in task_names()
    assert function.__name__ not in dramatiq.get_broker().actors


@pytest.mark.parametrize("kind", [durable, external])
def test_two_tasks_cannot_have_one_name(kind):
    with pytest.raises(RuntimeError, match="two tasks are called probe_outside"):
        kind(name=probe_outside.__name__)(probe_in_transaction)
