"""Waiting until the service has nothing left to do."""

from __future__ import annotations

from bench import processes
from livestream import clock
from livestream.models import OutboxMessage
from wallet.models import PendingCredit


def wait_until_idle(*, what: str, seconds: float) -> None:
    """Wait until no task is due and no payment waits to be counted; RuntimeError after `seconds`, naming `what`."""
    processes.wait_until(_is_idle, what=what, seconds=seconds)


def _is_idle() -> bool:
    due = OutboxMessage.objects.filter(due_at__lte=clock.now(), failed_at=None)
    return not PendingCredit.objects.exists() and not due.exists()
