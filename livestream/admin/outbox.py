"""The outbox: tasks that are pending or failed, their errors, and an action that retries them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django_dramatiq.models import Task

from livestream import clock, old_names, outbox
from livestream.desk.lists import Choice, ChoiceFilter
from livestream.desk.pages import confirmed_action
from livestream.desk.redaction import last_line
from livestream.desk.search import LookedUpAdmin, goals_called
from livestream.models import OutboxMessage
from livestream.outbox import states

# The task list of django_dramatiq shows payloads with their secrets; the outbox is shown instead.
admin.site.unregister(Task)

_BY_DUE = ("due_at", "id")
# The longest pause after a failure: what should have run by now is due by then.
_LONGEST_PAUSE = timedelta(minutes=5)


def _due(now: datetime) -> Q:
    return Q(failed_at=None, eta__lte=now, due_at__lte=now + _LONGEST_PAUSE)


class StateFilter(ChoiceFilter):
    """Messages that wait for their time, are due, have failed and will be retried, or are dead."""

    title = "state"
    parameter_name = "state"
    offered = (
        Choice("waiting", "Waiting", lambda now: Q(failed_at=None, eta__gt=now, due_at__gt=now), _BY_DUE),
        Choice("due", "Due", _due, _BY_DUE),
        Choice("failing", "Failing", lambda now: states.is_failing(now=now), _BY_DUE),
        Choice("dead", "Dead", lambda now: Q(failed_at__isnull=False), ("-failed_at", "-id")),
    )


def _overdue(age: timedelta) -> Choice:
    return Choice(
        f"{int(age.total_seconds())}",
        f"for over {age}",
        lambda now: states.is_idle(now=now) & Q(failed_at=None, due_at__lt=now - age),
        _BY_DUE,
    )


class OverdueFilter(ChoiceFilter):
    """Messages that have been due for a while and have not run."""

    title = "overdue"
    parameter_name = "overdue"
    offered = tuple(_overdue(timedelta(minutes=minutes)) for minutes in (1, 10, 60, 1440))


@admin.register(OutboxMessage)
class OutboxMessageAdmin(LookedUpAdmin):
    """Tasks, newest first; those of a chosen state are sorted by when they are due."""

    list_display = ["actor", "subject", "urgency", "due_at", "attempts", "last_error", "failed_at"]
    list_filter = [StateFilter, OverdueFilter]
    ordering = ["-id"]
    search_help_text = (
        "Id of a message or of its subject (a goal, an escrow, …); actor; "
        "an old name (ShowGoal finds the tasks of the newest shows)"
    )
    actions = ["retry_now"]

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        called = [Q(actor=each) for each in old_names.tasks_called(term)]
        of_goals = [Q(subject=each) for each in goals_called(term)]
        return [Q(pk=term), Q(subject=term), *called, *of_goals]

    @admin.display(description="last error")
    def last_error(self, message: OutboxMessage) -> str:
        """Return the last line of the traceback, which names the error."""
        return last_line(message.error, longest=120)

    @confirmed_action(name="task.retry", description="Retry now", permission="livestream.retry_outboxmessage")
    def retry_now(self, request: HttpRequest, messages: Sequence[OutboxMessage], *, reason: str) -> str:
        retried = outbox.retry(message_ids=[each.pk for each in messages], now=clock.now())
        return f"{retried} of {len(messages)} messages are due now"
