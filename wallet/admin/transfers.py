"""The ledger: accounts, transfers, and payments that are not counted yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.contrib import admin
from django.db.models import Q

from livestream.desk.lists import Choice, ChoiceFilter, age_filter, by_time
from livestream.desk.relations import relate, searched
from livestream.desk.search import LookedUpAdmin, link_to_row
from wallet import selectors, transfer_ids
from wallet.models import Account, Escrow, PendingCredit, PendingDebit, Transfer

_SLACK = timedelta(hours=1)


@admin.register(Account)
class AccountAdmin(LookedUpAdmin):
    """Balances of users, escrows and the system."""

    list_display = ["id", "kind", "balance", "created_at"]
    ordering = ["id"]
    search_help_text = "Id of a user or of an escrow, or the beginning of a username"
    readonly_fields = ["uncounted"]

    def wanted(self, term: str, people: list[str]) -> Q:
        return Q(pk__in=[term, *people])

    @admin.display(description="not counted yet")
    def uncounted(self, account: Account) -> int:
        return selectors.uncounted(account_id=account.pk)


class KindFilter(ChoiceFilter):
    title = "type"
    parameter_name = "kind"
    offered = tuple(Choice(kind, kind, lambda now, kind=kind: Q(kind=kind)) for kind in Transfer.Kind.values)  # type: ignore[misc]


@admin.register(Transfer)
class TransferAdmin(LookedUpAdmin):
    """The ledger, newest first."""

    list_display = ["transfer_id", "kind", "amount", "from_account", "to_account", "created_at"]
    list_filter = [KindFilter, age_filter(by_time("created_at"))]
    ordering = ["-created_at", "-transfer_id"]
    search_help_text = "Beginning of a transfer's id; id of a user or of an escrow; beginning of a username"

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        found = [Q(pk__startswith=term)]
        for account in people or [term]:
            # Said in the words of an index, which knows some kinds of arrivals only.
            found += [Q(debit_id=account), Q(credit_id=account, kind__in=selectors.INCOMING)]
        return found if people else [*found, _held(term)]

    @admin.display(description="from")
    def from_account(self, transfer: Transfer) -> str:
        return link_to_row(page="wallet_account", pk=transfer.debit_id)

    @admin.display(description="to")
    def to_account(self, transfer: Transfer) -> str:
        return link_to_row(page="wallet_account", pk=transfer.credit_id)


def _held(escrow_id: str) -> Q:
    """Return what finds the payments into an escrow, which has taken money in its own time alone.

    Without the times, a query for the newest payments into an old escrow would scan all transfers
    since. The clocks of the machines that wrote them may differ by less than an hour.
    """
    times = Escrow.objects.filter(pk=escrow_id).values_list("opened_at", "decided_at").first()
    if times is None:
        return Q(pk__in=[])
    opened_at, decided_at = times
    within = Q(created_at__gte=opened_at - _SLACK) & (Q(created_at__lte=decided_at + _SLACK) if decided_at else Q())
    return within & Q(credit_id=escrow_id, kind=Transfer.Kind.HOLD)


@admin.register(PendingCredit)
class PendingCreditAdmin(LookedUpAdmin):
    """Payments that wait to be counted: rows that stay for longer than a second are stuck."""

    list_display = ["id", "transfer_id", "account_id", "payer_id", "amount", "created_at"]
    fields = ["transfer", "account", "payer_id", "amount", "created_at"]
    ordering = ["id"]
    search_help_text = "Id of an escrow"

    def wanted(self, term: str, people: list[str]) -> Q:
        return Q(account_id=term)


@admin.register(PendingDebit)
class PendingDebitAdmin(LookedUpAdmin):
    """Deposits that wait to be counted: rows that stay for longer than a few seconds are stuck."""

    list_display = ["id", "transfer_id", "account_id", "amount", "created_at"]
    fields = ["transfer", "account", "amount", "created_at"]
    ordering = ["id"]
    search_help_text = "Id of a row"

    def wanted(self, term: str, people: list[str]) -> Q:
        return Q(pk=term) if term.isdecimal() else Q(pk__in=[])


def _user(account: Account) -> str | None:
    return account.id if account.kind == Account.Kind.USER else None


def _escrow(account: Account) -> str | None:
    return account.id if account.kind == Account.Kind.ESCROW else None


def _escrow_of(transfer: Transfer) -> str | None:
    held = transfer.kind == Transfer.Kind.HOLD
    return None if transfer.debit_id == transfer_ids.DEPOSITS else transfer.credit_id if held else transfer.debit_id


def _person_of(transfer: Transfer) -> str:
    return transfer.debit_id if transfer.kind == Transfer.Kind.HOLD else transfer.credit_id


relate("wallet.account", "User", to="livestream.user", find=_user)
relate("wallet.account", "Escrow", to="wallet.escrow", find=_escrow)
relate("wallet.account", "Transfers", to="wallet.transfer", find=searched(lambda account: account.pk))
relate("wallet.transfer", "User", to="livestream.user", find=_person_of)
relate("wallet.transfer", "Escrow", to="wallet.escrow", find=_escrow_of)
relate("livestream.user", "Account", to="wallet.account", find=searched(lambda user: user.pk))
relate("livestream.user", "Transfers", to="wallet.transfer", find=searched(lambda user: user.pk))
relate("livestream.user", "Paid into escrows", to="wallet.transfer", find=searched(lambda user: user.pk, kind="hold"))
