"""What support staff sees of goals: all of it; only what tickets cost is set by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from goals.models import Contribution, Goal, PerformanceInterval, PerformanceMark, ShowGoalPair, TicketProduct
from livestream.admin_base import ModelAdmin, ReadOnlyInline
from livestream.admin_search import LookedUpAdmin, link_to_search
from livestream.story import Subject
from livestream.story.admin import StoryAdmin
from wallet import escrow_ids

# The largest purchase of the dearest ticket is still far within 64 bits.
DEAREST_TICKET = 10**12


class IntervalInline(ReadOnlyInline):
    model = PerformanceInterval
    per_page = 20


class MarkInline(ReadOnlyInline):
    model = PerformanceMark
    per_page = 20


class StateFilter(admin.SimpleListFilter):
    """Goals by state; those that are not over are found through the index of what is due."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("scheduled", "scheduled"), ("active", "active")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Goal]) -> QuerySet[Goal]:
        if self.value() == "scheduled":
            return queryset.filter(active=False, ended_at=None)
        return queryset.filter(active=True) if self.value() == "active" else queryset


@admin.register(Goal)
class GoalAdmin(StoryAdmin, LookedUpAdmin):
    """Goals, newest first, each with what happened on its stage."""

    list_display = ["id", "type", "state", "streamer", "progress", "target", "outcome", "created_at", "exp"]
    list_filter = [StateFilter]
    list_select_related = ["streamer"]
    readonly_fields = ["tickets", "money"]
    ordering = ["-created_at", "-id"]
    search_help_text = "Id of a goal, session or escrow; id of a streamer or the beginning of their name"
    inlines = [IntervalInline, MarkInline]

    def story_subject(self, obj: Goal) -> Subject:
        return Subject(goal_ids=(obj.id,))

    def wanted(self, term: str, people: list[str]) -> Q:
        goal_id = escrow_ids.goal_of(term)
        return Q(pk=goal_id) | Q(funding_goal_id=goal_id) | Q(session_id=term) | Q(streamer_id__in=people)

    @admin.display(description="tickets")
    def tickets(self, goal: Goal) -> str:
        funding_goal_id = goal.funding_goal_id or goal.id
        return link_to_search(page="goals_contribution", term=funding_goal_id, text="Tickets that were bought")

    @admin.display(description="money")
    def money(self, goal: Goal) -> str:
        if goal.escrow_id is None:
            return "-"
        return link_to_search(page="wallet_escrow", term=goal.escrow_id, text=goal.escrow_id)


@admin.register(ShowGoalPair)
class ShowGoalPairAdmin(LookedUpAdmin):
    """Funding goals and their shows, newest first."""

    list_display = ["id", "session_id", "funding_goal_id", "show_goal_id", "funding_ended", "show_ended"]
    ordering = ["-id"]
    search_help_text = "Id of a session, of a funding goal or of a show"

    def wanted(self, term: str, people: list[str]) -> Q:
        return Q(session_id=term) | Q(funding_goal_id=term) | Q(show_goal_id=term)


@admin.register(Contribution)
class ContributionAdmin(LookedUpAdmin):
    """Tickets that were bought. Without a search they stand in the order of their transfers' ids."""

    list_display = ["transfer_id", "goal_id", "payer", "quantity", "amount", "created_at"]
    fields = ["transfer", "goal", "payer", "quantity", "amount", "progress", "created_at"]
    list_select_related = ["payer"]
    search_help_text = "Id of a transfer, goal or escrow; id of a payer or the beginning of their name"

    def get_ordering(self, request: HttpRequest) -> list[str]:
        return ["-created_at", "-transfer"] if request.GET.get("q") else ["transfer"]

    def found(self, queryset: QuerySet[Any], term: str, people: list[str]) -> QuerySet[Any]:
        if people:  # through the ledger, which knows what each has paid
            return queryset.filter(transfer__debit_id__in=people)
        return queryset.filter(Q(pk=term) | Q(goal_id=escrow_ids.goal_of(term)))


class TicketProductForm(forms.ModelForm):
    """Sets a price that can be paid."""

    def clean_price(self) -> int:
        price: int = self.cleaned_data["price"]
        for refuse in (MinValueValidator(1), MaxValueValidator(DEAREST_TICKET)):
            refuse(price)
        return price


@admin.register(TicketProduct)
class TicketProductAdmin(ModelAdmin):
    """What tickets cost. A goal keeps the price it was opened with."""

    form = TicketProductForm
    list_display = ["id", "type", "price"]
    ordering = ["id"]
    search_fields = ["id__startswith"]
    search_help_text = "Beginning of the product's id"

    def get_readonly_fields(self, request: HttpRequest, obj: TicketProduct | None = None) -> Sequence[str]:
        return ["id", "type"] if obj else []
