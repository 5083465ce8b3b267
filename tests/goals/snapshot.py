"""What there is, to see whether a request changed it."""

from __future__ import annotations

from typing import Any

from goals.models import Contribution, Goal, PerformanceMark, ProgressStep, ShowGoalPair
from livestream.models import EventRecord, IdempotencyRecord, OutboxMessage, UserTag
from sessions_app.models import Session
from wallet.models import Account, Earning, Escrow, PendingCredit, PendingDebit, Transfer

_COUNTED = [Contribution, Earning, EventRecord, IdempotencyRecord, OutboxMessage]
_COUNTED += [PendingCredit, PendingDebit, PerformanceMark, ProgressStep, Transfer, UserTag]
_COMPARED = [Account, Escrow, Goal, Session, ShowGoalPair]


def everything() -> dict[str, Any]:
    """Return how many rows there are, and those that change, as they are."""
    counts = {model.__name__: model.objects.count() for model in _COUNTED}
    rows = {model.__name__: list(model.objects.order_by("pk").values()) for model in _COMPARED}
    return counts | rows


def assert_refused(response: Any, status: int, code: str) -> None:
    """Assert that the answer is a problem document (RFC 9457) with this status and code."""
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code), problem
    assert response["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance", "code"} <= problem.keys()
    assert problem["status"] == status
