"""Draining: running what is due about one thing here and now, without waiting for a worker."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from livestream import clock
from livestream.models import OutboxMessage
from livestream.outbox import performing
from livestream.outbox.registry import find_task, task_names

_AT_ONCE = 100


def drain(*, subjects: Collection[str]) -> int:
    """Perform what is due about these subjects until nothing new is; returns how many messages.

    Workers may do the same meanwhile: each message is performed once. What calls the network,
    and what fails, is left to them.
    """
    tried: set[str] = set()
    while found := list(_due(subjects).exclude(pk__in=tried).values_list("id", flat=True)[:_AT_ONCE]):
        for message_id in found:
            performing.perform(message_id=message_id)
        tried.update(found)
    return len(tried)


def _due(subjects: Collection[str]) -> QuerySet[OutboxMessage]:
    names = [name for name in task_names() if (task := find_task(name)) and task.transactional]
    rows = OutboxMessage.objects.filter(subject__in=subjects, actor__in=names)
    return rows.filter(failed_at=None, attempts=0, eta__lte=clock.now()).order_by("eta", "id")
