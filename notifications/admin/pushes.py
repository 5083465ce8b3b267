"""Pushes: what clients were sent, and what waits to be sent."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence

from django.contrib import admin
from django.db.models import Max, Q

from livestream.desk.lists import Choice, ChoiceFilter, age_filter, by_position
from livestream.desk.relations import relate, searched
from livestream.desk.search import LookedUpAdmin
from livestream.events import contracts
from livestream.events.signals import DomainSignal
from notifications import channels
from notifications.models import Push

# Pushes that are not named after an event of the log.
_OTHERS = {"external.command", "exclusive.closed", "goal.progress.updated", "stream.authorized"}
_NAMES = sorted(_OTHERS | {signal.name for signal in vars(contracts).values() if isinstance(signal, DomainSignal)})
# Channels have no index, which every push would pay for: a name is looked for among the newest.
_SEARCHED = 10_000


class DeliveryFilter(ChoiceFilter):
    """Whether a push is sent, waits (the bulk of a crowd behind the rest), or was refused."""

    title = "delivery"
    parameter_name = "delivery"
    offered = (
        Choice("sent", "sent", lambda now: Q(sent_at__isnull=False), ("-sent_at", "-id")),
        Choice("unsent", "unsent", lambda now: Q(sent_at=None, failed_at=None, bulk=False)),
        Choice("bulk", "unsent, in bulk", lambda now: Q(sent_at=None, failed_at=None, bulk=True)),
        Choice("failed", "failed", lambda now: Q(failed_at__isnull=False), ("-failed_at", "-id")),
    )


class EventFilter(ChoiceFilter):
    title = "type"
    parameter_name = "event"
    offered = tuple(Choice(name, name, lambda now, name=name: Q(event=name)) for name in _NAMES)  # type: ignore[misc]


@admin.register(Push)
class PushAdmin(LookedUpAdmin):
    """Pushes, newest first; with the local provider, this is where they arrive."""

    list_display = ["id", "event", "channel_names", "subject", "created_at", "sent_at", "provider", "attempts"]
    list_filter = [DeliveryFilter, EventFilter, age_filter(by_position(Push, "created_at"))]
    ordering = ["-id"]
    search_help_text = (
        "Id of a goal, session or escrow, or of an event; among the newest 10,000 a user's id or name, or a channel"
    )

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        newest = Push.objects.aggregate(newest=Max("id"))["newest"] or 0
        names = [channels.user(each) for each in people] or [term]
        heard = functools.reduce(operator.or_, (Q(channels__icontains=name) for name in names))
        return [Q(subject=term), Q(event_id=term), Q(pk__gt=newest - _SEARCHED) & heard]

    @admin.display(description="channels")
    def channel_names(self, push: Push) -> str:
        first = ", ".join(push.channels[:3])
        return first if len(push.channels) <= 3 else f"{first} and {len(push.channels) - 3} more"


for _model in ("goals.goal", "wallet.escrow", "sessions_app.session", "livestream.user"):
    relate(_model, "Pushes", to="notifications.push", find=searched(lambda row: str(row.pk)))
relate("livestream.eventrecord", "Pushes", to="notifications.push", find=searched(lambda event: event.event_id))
relate("notifications.push", "Event", to="livestream.eventrecord", find=searched(lambda push: push.event_id))
relate("notifications.push", "Goals", to="goals.goal", find=searched(lambda push: push.subject or None))
relate("notifications.push", "Escrow", to="wallet.escrow", find=searched(lambda push: push.subject or None))
