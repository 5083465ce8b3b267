"""Tickets: what was bought, and what they cost, the one thing that is set by hand."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.contrib import admin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.http import HttpRequest

from goals import escrow_ids
from goals.models import Contribution, TicketProduct
from livestream.desk.pages import ModelAdmin
from livestream.desk.relations import relate, searched
from livestream.desk.search import LookedUpAdmin

# The largest purchase of the dearest ticket is still far within 64 bits.
DEAREST_TICKET = 10**12


@admin.register(Contribution)
class ContributionAdmin(LookedUpAdmin):
    """Tickets that were bought. Without a search they stand by goal, the newest goal first."""

    list_display = ["transfer_id", "goal_id", "payer", "quantity", "amount", "created_at"]
    fields = ["transfer", "goal", "payer", "quantity", "amount", "progress", "created_at"]
    list_select_related = ["payer"]
    search_help_text = "Id of a transfer, goal or escrow; id of a payer or the beginning of their name"

    def get_ordering(self, request: HttpRequest) -> list[str]:
        return ["-created_at", "-transfer_id"] if request.GET.get("q", "").strip() else ["-transfer_id"]

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        if people:  # through the ledger, which knows what each has paid
            return [Q(transfer__debit_id=each) for each in people]
        return [Q(pk=term), Q(goal_id=escrow_ids.goal_of(term))]


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


relate("goals.contribution", "Goal", to="goals.goal", find=lambda ticket: ticket.goal_id)
relate("goals.contribution", "Payer", to="livestream.user", find=lambda ticket: ticket.payer_id)
relate("goals.contribution", "Transfer", to="wallet.transfer", find=lambda ticket: ticket.transfer_id)
relate("wallet.transfer", "Ticket", to="goals.contribution", find=searched(lambda transfer: transfer.pk))
