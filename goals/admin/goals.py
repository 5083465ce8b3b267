"""Goals and their pairs: all there is to see, and nothing to change by hand."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import Q

from goals import escrow_ids
from goals.admin import acts
from goals.endings import Outcome
from goals.models import Goal, PerformanceInterval, PerformanceMark, ProgressStep, ShowGoalPair
from goals.types import GoalType
from livestream import old_names
from livestream.desk.lists import Choice, ChoiceFilter, age_filter, by_time
from livestream.desk.pages import ReadOnlyInline
from livestream.desk.relations import relate, searched
from livestream.desk.search import MOST_GOALS, LookedUpAdmin, find_goals_by
from livestream.models import EventRecord, OutboxMessage
from livestream.story import Subject
from livestream.story.admin import StoryAdmin
from wallet.models import Escrow


class IntervalInline(ReadOnlyInline):
    model = PerformanceInterval
    per_page = 20


class MarkInline(ReadOnlyInline):
    model = PerformanceMark
    per_page = 20


class StepInline(ReadOnlyInline):
    """Each `increment_goal_progress` that was done, newest first."""

    model = ProgressStep
    verbose_name_plural = "steps"
    fields = readonly_fields = ["created_at", "amount", "key"]
    ordering = ["-id"]
    per_page = 20


class TypeFilter(ChoiceFilter):
    title = "type"
    parameter_name = "type"
    offered = tuple(Choice(kind.value, kind.value, lambda now, kind=kind: Q(type=kind)) for kind in GoalType)  # type: ignore[misc]


class StateFilter(ChoiceFilter):
    """Goals by state, and those that are over by what became of them."""

    title = "state"
    parameter_name = "state"
    offered = (
        Choice("scheduled", "scheduled", lambda now: Q(active=False, ended_at=None)),
        Choice("active", "active", lambda now: Q(active=True, ended_at=None)),
        *(Choice(end.value, f"ended: {end}", lambda now, end=end: Q(outcome=end)) for end in Outcome),  # type: ignore[misc]
    )


@admin.register(Goal)
class GoalAdmin(StoryAdmin, LookedUpAdmin):
    """Goals, newest first, each with what happened on its stage."""

    list_display = [
        "id",
        "type",
        "state",
        "streamer",
        "progress",
        "target",
        "outcome",
        "ended_because",
        "created_at",
        "exp",
    ]
    list_filter = [TypeFilter, StateFilter, age_filter(by_time("created_at"))]
    list_select_related = ["streamer"]
    ordering = ["-created_at", "-id"]
    search_help_text = (
        "Id of a goal, session or escrow; id or beginning of the name of a streamer or of who invited; "
        "type (trigger-private) or its old class name (TriggerPrivateGoal)"
    )
    inlines = [IntervalInline, MarkInline, StepInline]
    actions = [acts.end_goals, acts.settle_goals]

    def story_subject(self, obj: Goal) -> Subject:
        return Subject(goal_ids=(obj.id,))

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        goal_id = escrow_ids.goal_of(term)
        goal_type = term if term in list(GoalType) else old_names.goal_type_of(term)
        found = [Q(pk=goal_id), Q(funding_goal_id=goal_id), Q(trigger_goal_id=goal_id), Q(session_id=term)]
        for each in people:
            found += [Q(streamer_id=each), Q(triggered_by_id=each)]
        return [*found, Q(type=goal_type)] if goal_type else found


@admin.register(ShowGoalPair)
class ShowGoalPairAdmin(LookedUpAdmin):
    """Funding goals and their shows, newest first."""

    list_display = ["id", "session_id", "funding_goal_id", "show_goal_id", "funding_ended", "show_ended"]
    ordering = ["-id"]
    search_help_text = "Id of a session, of a funding goal or of a show"

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        return [Q(session_id=term), Q(funding_goal_id=term), Q(show_goal_id=term)]


def _newest_of_class(name: str) -> list[str]:
    goal_type = old_names.goal_type_of(name)
    if goal_type is None:
        return []
    newest = Goal.objects.filter(type=goal_type).order_by("-created_at", "-id")
    return list(newest.values_list("pk", flat=True)[:MOST_GOALS])


find_goals_by(_newest_of_class)


def _sold_by(goal: Goal) -> str | None:
    return goal.funding_goal_id or (goal.id if goal.ticket_product_id else None)


def _goal_of(escrow: Escrow) -> str:
    return escrow_ids.goal_of(escrow.escrow_id)


def _event_s_goal(event: EventRecord) -> str | None:
    return event.goal_id


def _subject(message: OutboxMessage) -> str | None:
    return message.subject or None


relate("goals.goal", "Session", to="sessions_app.session", find=lambda goal: goal.session_id)
relate("goals.goal", "Streamer", to="livestream.user", find=lambda goal: goal.streamer_id)
relate("goals.goal", "Invited by", to="livestream.user", find=lambda goal: goal.triggered_by_id)
relate("goals.goal", "Escrow", to="wallet.escrow", find=lambda goal: goal.escrow_id)
relate("goals.goal", "Transfers", to="wallet.transfer", find=searched(lambda goal: goal.escrow_id))
relate("goals.goal", "Tickets", to="goals.contribution", find=searched(_sold_by))
relate("goals.goal", "Goals of the same money", to="goals.goal", find=searched(lambda goal: goal.escrow_id))
relate("goals.goal", "Events", to="livestream.eventrecord", find=searched(lambda goal: goal.id))
relate("goals.goal", "Tasks", to="livestream.outboxmessage", find=searched(lambda goal: goal.id))
relate("wallet.escrow", "Goal", to="goals.goal", find=_goal_of)
relate("wallet.escrow", "Tickets", to="goals.contribution", find=searched(_goal_of))
relate("livestream.user", "Goals", to="goals.goal", find=searched(lambda user: user.pk))
relate("livestream.user", "Tickets", to="goals.contribution", find=searched(lambda user: user.pk))
relate("livestream.eventrecord", "Goal", to="goals.goal", find=_event_s_goal)
relate("livestream.outboxmessage", "Goals", to="goals.goal", find=searched(_subject))
relate("livestream.outboxmessage", "Escrow", to="wallet.escrow", find=searched(_subject))
relate("sessions_app.session", "Goals", to="goals.goal", find=searched(lambda session: session.id))
