"""Webhooks: what Pusher has reported."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import Q

from livestream.desk.lists import Choice, ChoiceFilter, age_filter, by_position
from livestream.desk.relations import relate, searched
from livestream.desk.search import LookedUpAdmin
from notifications import channels
from notifications.models import Webhook

_NAMES = ("member_added", "member_removed", "channel_occupied", "channel_vacated")
_BY_TIME = ("time_ms", "id")


class ProcessingFilter(ChoiceFilter):
    """What became of a webhook, whether it waits, or failed so far."""

    title = "state"
    parameter_name = "processing"
    offered = (
        *(Choice(end, end, lambda now, end=end: Q(result=end)) for end in Webhook.Result.values),  # type: ignore[misc]
        Choice("waiting", "waiting", lambda now: Q(processed_at=None), _BY_TIME),
        Choice("failing", "failing", lambda now: Q(processed_at=None, attempts__gt=0), _BY_TIME),
    )


class ConcernFilter(ChoiceFilter):
    """Whether a waiting webhook is about a stage or an audience; processed ones have no index for it."""

    title = "waiting, by concern"
    parameter_name = "concern"
    offered = (
        Choice("stage", "a stage or streamer", lambda now: Q(processed_at=None, is_stage=True), _BY_TIME),
        Choice("audience", "an audience", lambda now: Q(processed_at=None, is_stage=False), _BY_TIME),
    )


class NameFilter(ChoiceFilter):
    title = "type"
    parameter_name = "name"
    offered = tuple(Choice(name, name, lambda now, name=name: Q(name=name)) for name in _NAMES)  # type: ignore[misc]


@admin.register(Webhook)
class WebhookAdmin(LookedUpAdmin):
    """The inbox, newest first."""

    list_display = ["id", "name", "channel", "user_id", "is_stage", "received_at", "processed_at", "result", "attempts"]
    list_filter = [ProcessingFilter, ConcernFilter, NameFilter, age_filter(by_position(Webhook, "received_at"))]
    ordering = ["-id"]
    search_help_text = "Id of a goal or of a user, beginning of a username, a channel, or the hash of a webhook's body"

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        found = [Q(channel=term), Q(channel=channels.stage(term)), Q(body_hash=term)]
        for each in people or [term]:
            own = [*channels.targets(each), *channels.with_snapshots(each)]
            found += [Q(user_id=each), Q(channel__in=own)]
        return found


def _event_id(webhook: Webhook) -> str:
    return webhook.event_id


def _room(webhook: Webhook, room: str) -> str | None:
    channel = channels.parse(webhook.channel)
    return channel.subject_id if channel and channel.room == room else None


relate("goals.goal", "Webhooks", to="notifications.webhook", find=searched(lambda goal: goal.id))
relate("livestream.user", "Webhooks", to="notifications.webhook", find=searched(lambda user: user.pk))
relate("notifications.webhook", "Event", to="livestream.eventrecord", find=searched(_event_id))
relate("notifications.webhook", "User", to="livestream.user", find=searched(lambda webhook: webhook.user_id or None))
relate("notifications.webhook", "Goal", to="goals.goal", find=searched(lambda webhook: _room(webhook, "goal")))
