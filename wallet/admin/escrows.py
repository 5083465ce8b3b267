"""Escrows and earnings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.contrib import admin
from django.db.models import Q

from livestream.desk.lists import Choice, ChoiceFilter, age_filter, by_id, by_time
from livestream.desk.pages import ReadOnlyInline
from livestream.desk.relations import relate, searched
from livestream.desk.search import LookedUpAdmin, link_to_row
from livestream.story import RowRef, Subject
from livestream.story.admin import StoryAdmin
from wallet import selectors
from wallet.models import EarlyRefund, Earning, Escrow
from wallet.story.sentences import why


class EarningInline(ReadOnlyInline):
    model = Earning
    fields = readonly_fields = ["id", "hour", "amount", "state", "settled_at"]
    ordering = ["hour"]
    per_page = 20


class EarlyRefundInline(ReadOnlyInline):
    model = EarlyRefund
    verbose_name_plural = "Payments that were given back early"
    fields = readonly_fields = ["hold_id", "payer_id", "amount", "kept", "because", "created_at"]
    ordering = ["payer_id", "pk"]
    per_page = 20

    @admin.display(description="because")
    def because(self, refund: EarlyRefund) -> str:
        return why(refund.reason)


class StateFilter(ChoiceFilter):
    """Which escrows hold money, which are on their way, and how the others ended."""

    title = "state"
    parameter_name = "state"
    offered = (
        Choice(
            "unsettled",
            "decided, not settled yet",
            lambda now: Q(decided_at__isnull=False, settled_at=None),
            ("-decided_at", "-escrow_id"),
        ),
        *(Choice(state, state, lambda now, state=state: Q(state=state)) for state in Escrow.State.values),  # type: ignore[misc]
    )


# Contributed by the app that names escrows: to the wallet their ids are opaque.
_kinds: list[Choice] = []


class TypeFilter(ChoiceFilter):
    """What escrows are for: their ids begin with it, and go on with an id that puts them in the order of time."""

    title = "type"
    parameter_name = "type"
    offered = _kinds


def register_kinds(*kinds: str) -> None:
    """Have the list of escrows filter by these kinds, and find each by the id that follows its kind and a colon."""
    for kind in kinds:
        _kinds.append(Choice(kind, kind, partial(_of_kind, kind), ("-escrow_id",)))


def _of_kind(kind: str, _now: datetime) -> Q:
    return Q(pk__startswith=f"{kind}:")


_ACCOUNT_CLOSED = (
    "The account of the streamer is closed. Their earnings wait until support chooses “Settle what is due”, or"
    " until the account is opened again."
)


@admin.register(Escrow)
class EscrowAdmin(StoryAdmin, LookedUpAdmin):
    """Money that is held for goals, newest first."""

    list_display = ["escrow_id", "streamer", "state", "received", "opened_at", "decided_at", "settled_at"]
    # The type's order is the one that stands where both have one.
    list_filter = [TypeFilter, StateFilter, age_filter(by_time("opened_at"))]
    ordering = ["-opened_at", "-escrow_id"]
    search_help_text = "Id of an escrow, of its goal or of its streamer, or the beginning of the streamer's name"
    inlines = [EarningInline, EarlyRefundInline]
    readonly_fields = ["waits_for"]

    def story_subject(self, obj: Escrow) -> Subject:
        return Subject(escrow_id=obj.pk, refs=(RowRef(model="wallet.escrow", pk=obj.pk, name="escrow"),))

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        named = Q(pk__in=[term, *(f"{kind.name}:{term}" for kind in _kinds)])
        return [named, *(Q(user_id=each) for each in people)]

    @admin.display(description="waits for")
    def waits_for(self, escrow: Escrow) -> str:
        return _ACCOUNT_CLOSED if selectors.waits_for_account(escrow=escrow) else "-"

    @admin.display(description="streamer")
    def streamer(self, escrow: Escrow) -> str:
        return link_to_row(page="livestream_user", pk=escrow.user_id)


class EarningStateFilter(ChoiceFilter):
    title = "state"
    parameter_name = "state"
    offered = tuple(Choice(state, state, lambda now, state=state: Q(state=state)) for state in Earning.State.values)  # type: ignore[misc]


@admin.register(Earning)
class EarningAdmin(LookedUpAdmin):
    """What streamers earned, the newest first."""

    list_display = ["id", "user_id", "escrow_id", "hour", "amount", "state", "settled_at"]
    list_filter = [EarningStateFilter, age_filter(by_id)]
    ordering = ["-id"]
    search_help_text = "Id of an earning, of an escrow or of a streamer, or the beginning of the streamer's name"

    def wanted(self, term: str, people: list[str]) -> Sequence[Q]:
        return [Q(pk=term), Q(escrow_id=term), *(Q(user_id=each) for each in people)]


relate("wallet.escrow", "Streamer", to="livestream.user", find=lambda escrow: escrow.user_id)
relate("wallet.escrow", "Account", to="wallet.account", find=lambda escrow: escrow.pk)
relate("wallet.escrow", "Transfers", to="wallet.transfer", find=searched(lambda escrow: escrow.pk))
relate("wallet.escrow", "Earnings", to="wallet.earning", find=searched(lambda escrow: escrow.pk))
relate("wallet.escrow", "Events", to="livestream.eventrecord", find=searched(lambda escrow: escrow.pk))
relate("wallet.escrow", "Tasks", to="livestream.outboxmessage", find=searched(lambda escrow: escrow.pk))
relate("wallet.earning", "Escrow", to="wallet.escrow", find=lambda earning: earning.escrow_id)
relate("wallet.earning", "Streamer", to="livestream.user", find=lambda earning: earning.user_id)
relate("livestream.user", "Escrows in their favour", to="wallet.escrow", find=searched(lambda user: user.pk))
relate("livestream.user", "Earnings", to="wallet.earning", find=searched(lambda user: user.pk))
relate("livestream.eventrecord", "Escrow", to="wallet.escrow", find=lambda event: event.escrow_id)
relate("wallet.pendingcredit", "Escrow", to="wallet.escrow", find=lambda waiting: waiting.account_id)
