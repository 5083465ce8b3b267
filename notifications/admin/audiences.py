"""Who was let into running shows."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import Q

from livestream.desk.lists import Choice, ChoiceFilter
from livestream.desk.relations import relate, searched
from livestream.desk.search import LookedUpAdmin
from notifications import audience_selectors
from notifications.models import Admission, Audience


class NotificationFilter(ChoiceFilter):
    """Whether a viewer of an audience is still to be notified."""

    title = "notification"
    parameter_name = "notification"
    offered = (
        Choice("waiting", "somebody waits", lambda now: Q(pk__in=audience_selectors.audiences_to_notify())),
        Choice("closed", "closed", lambda now: Q(closed_at__isnull=False)),
    )


@admin.register(Audience)
class AudienceAdmin(LookedUpAdmin):
    """Audiences, and how many of their viewers were notified."""

    list_display = ["id", "goal_id", "since", "exp", "created_at", "walked_at", "closed_at"]
    list_filter = [NotificationFilter]
    ordering = ["-id"]
    readonly_fields = ["told"]
    search_help_text = "Id of an audience, a goal or an event; its viewers are found under Admissions by its id"

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        return [Q(pk=term), Q(goal_id=term), Q(subject=term), Q(event_id=term)]

    @admin.display(description="viewers notified")
    def told(self, audience: Audience) -> str:
        return f"{audience.admissions.filter(told_at__isnull=False).count():,}"


@admin.register(Admission)
class AdmissionAdmin(LookedUpAdmin):
    """Whom each audience consists of; with the local provider, this is where their events arrive."""

    list_display = ["viewer_id", "audience_id", "told_at", "exp", "failed_at", "provider"]
    ordering = ["-id"]
    search_help_text = "Id of a viewer or of an audience, or the beginning of a viewer's name"

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        return [Q(audience_id=term), *(Q(viewer_id=each) for each in people or [term])]


relate("goals.goal", "Audiences", to="notifications.audience", find=searched(lambda goal: goal.id))
relate("livestream.user", "Let into shows", to="notifications.admission", find=searched(lambda user: user.pk))
relate("notifications.audience", "Goal", to="goals.goal", find=lambda audience: audience.goal_id)
relate("notifications.admission", "Audience", to="notifications.audience", find=lambda row: row.audience_id)
relate("notifications.admission", "Viewer", to="livestream.user", find=lambda row: row.viewer_id)
