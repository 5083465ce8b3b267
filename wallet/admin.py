"""What support staff reads of the money: all of it, and nobody writes it by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from livestream.admin_base import ReadOnlyInline
from livestream.admin_search import LookedUpAdmin, link_to_search
from livestream.story import Subject, Thing
from livestream.story.admin import StoryAdmin
from wallet import escrow_ids, selectors
from wallet.models import Account, Earning, Escrow, PendingCredit, Transfer


@admin.register(Account)
class AccountAdmin(LookedUpAdmin):
    """Balances of users, escrows and the system."""

    list_display = ["id", "kind", "balance", "created_at"]
    fields = ["id", "kind", "balance", "movements", "created_at"]
    readonly_fields = ["movements"]
    ordering = ["id"]
    search_help_text = "Id of a user or of an escrow, or the beginning of a username"

    def wanted(self, term: str, people: list[str]) -> Q:
        return Q(pk__in=[term, *people])

    @admin.display(description="movements")
    def movements(self, account: Account) -> str:
        return link_to_search(page="wallet_transfer", term=account.id, text="Transfers of this account")


@admin.register(Transfer)
class TransferAdmin(LookedUpAdmin):
    """The ledger. Without a search it stands in the order of ids, which is quick at any size."""

    list_display = ["transfer_id", "kind", "amount", "debit_id", "credit_id", "created_at"]
    search_help_text = "Beginning of a transfer's id; id of a user or of an escrow; beginning of a username"

    def get_ordering(self, request: HttpRequest) -> list[str]:
        return ["-created_at", "-transfer_id"] if request.GET.get("q") else ["transfer_id"]

    def wanted(self, term: str, people: list[str]) -> Q:
        accounts = [term, *people]
        # Said in the words of the indexes, each of which knows some kinds of arrivals only.
        held = Q(credit_id__in=accounts, kind=Transfer.Kind.HOLD)
        arrived = Q(credit_id__in=accounts, kind__in=selectors.INCOMING)
        return Q(pk__startswith=term) | Q(debit_id__in=accounts) | held | arrived


class EarningInline(ReadOnlyInline):
    model = Earning
    fields = readonly_fields = ["id", "hour", "amount", "state", "settled_at"]
    ordering = ["hour"]


class Settling(admin.SimpleListFilter):
    """Which escrows hold money, which are on their way, and how the others ended."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("unsettled", "decided, not settled yet"), *Escrow.State.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Escrow]) -> QuerySet[Escrow]:
        if self.value() == "unsettled":
            return queryset.filter(decided_at__isnull=False, settled_at=None)
        return queryset.filter(state=self.value()) if self.value() else queryset


@admin.register(Escrow)
class EscrowAdmin(StoryAdmin, LookedUpAdmin):
    """Money that is held for goals; the newest first, since the ids of goals begin with their time."""

    list_display = ["escrow_id", "user_id", "state", "received", "opened_at", "decided_at", "settled_at"]
    list_filter = [Settling]
    readonly_fields = ["movements"]
    ordering = ["-escrow_id"]
    search_help_text = "Id of an escrow, of its goal or of its streamer, or the beginning of the streamer's name"
    inlines = [EarningInline]

    def story_subject(self, obj: Escrow) -> Subject:
        return Subject(escrow_id=obj.pk, things=(Thing(model="wallet.escrow", pk=obj.pk, name="escrow"),))

    def wanted(self, term: str, people: list[str]) -> Q:
        return Q(pk__in=[term, escrow_ids.show_funding(term)]) | Q(user_id__in=people)

    @admin.display(description="movements")
    def movements(self, escrow: Escrow) -> str:
        return link_to_search(page="wallet_transfer", term=escrow.escrow_id, text="Transfers of this escrow")


@admin.register(Earning)
class EarningAdmin(LookedUpAdmin):
    """What streamers earned, the newest first."""

    list_display = ["id", "user_id", "escrow_id", "hour", "amount", "state", "settled_at"]
    ordering = ["-id"]
    search_help_text = "Id of an earning, of an escrow or of a streamer, or the beginning of the streamer's name"

    def wanted(self, term: str, people: list[str]) -> Q:
        return Q(pk=term) | Q(escrow_id=term) | Q(user_id__in=people)


@admin.register(PendingCredit)
class PendingCreditAdmin(LookedUpAdmin):
    """Payments that wait to be counted: rows that stay for longer than a second are stuck."""

    list_display = ["id", "transfer_id", "account_id", "payer_id", "amount", "created_at"]
    fields = ["transfer", "account", "payer_id", "amount", "created_at"]
    ordering = ["id"]
    search_help_text = "Id of an escrow"

    def wanted(self, term: str, people: list[str]) -> Q:
        return Q(account_id=term)
