"""The section of money: payments into an escrow, payouts and refunds, and the balance between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet, Sum

from livestream.story import (
    Curve,
    Entry,
    Fact,
    Kind,
    RowRef,
    Section,
    State,
    Subject,
    Window,
    buckets,
    timeline_section,
    users,
)
from livestream.story.buckets import Group
from livestream.story.formatting import coins, count, moment
from livestream.users import names_of
from wallet import selectors, transfer_ids
from wallet.models import EarlyRefund, Escrow, Transfer
from wallet.story.sentences import Totals, where_it_is, why

HOLD, PAYOUT, REFUND = Transfer.Kind.HOLD, Transfer.Kind.PAYOUT, Transfer.Kind.REFUND
OUT = (PAYOUT, REFUND)
_ONE = {HOLD: "{} paid in", PAYOUT: "Paid out to {}", REFUND: "Given back to {}"}
_MANY = {HOLD: ("payment", "payments"), PAYOUT: ("payout", "payouts"), REFUND: ("refund", "refunds")}
# The order at the same time: an escrow is opened, paid into, decided, emptied and settled.
_OPENED, _DECIDED, _SETTLED = (0,), (2,), (4,)
_ORDER = {HOLD: 1, PAYOUT: 3, REFUND: 3}
_DECISIONS = {
    Escrow.State.COMPLETED: "to be paid out",
    Escrow.State.REFUNDED: "to be given back",
    Escrow.State.SPLIT: "to be split",
}


@timeline_section(order=30)
def money_section(subject: Subject, window: Window, now: datetime) -> Section:
    """List what came into an escrow, what went out and what was decided, and draw its balance."""
    escrow = Escrow.objects.filter(pk=subject.escrow_id).first() if subject.escrow_id else None
    if escrow is None:
        return Section()
    inside, elsewhere = _counted(escrow.pk, window)
    names = names_of(user_ids=[escrow.user_id])
    totals, streamer = _totals([*inside, *elsewhere]), names.get(escrow.user_id, escrow.user_id)
    section = Section(
        facts=_facts(escrow, [*inside, *elsewhere], totals, users.user_ref(escrow.user_id, names)),
        headline=where_it_is(
            escrow=escrow, totals=totals, streamer=streamer, waits=selectors.waits_for_account(escrow=escrow)
        ),
        held_before=_totals([each for each in elsewhere if each["bucket"] == buckets.BEFORE]).held,
    )
    if buckets.are_few(inside) or window.is_narrow:
        _list(section, Transfer.objects.filter(_touching(escrow.pk)), window)
    else:
        section.entries = [_many(group, window) for group in inside]
    section.curves = list(_curves(section, window.start or escrow.opened_at))
    section.entries += _decisions(escrow)
    return section


def _counted(escrow_id: str, window: Window) -> tuple[list[Group], list[Group]]:
    """Count what came in and what went out, inside the window and outside it."""

    def counted(rows: QuerySet[Transfer], *by: str) -> tuple[list[Group], list[Group]]:
        return buckets.in_buckets(rows, at="created_at", window=window, by=by, after=window.after, amount=Sum("amount"))

    came, came_elsewhere = counted(Transfer.objects.filter(credit_id=escrow_id, kind=HOLD))
    went, went_elsewhere = counted(Transfer.objects.filter(debit_id=escrow_id, kind__in=OUT), "kind")
    for group in (*came, *came_elsewhere):
        group["kind"] = HOLD
    return [*came, *went], [*came_elsewhere, *went_elsewhere]


def _touching(escrow_id: str) -> Q:
    return Q(credit_id=escrow_id, kind=HOLD) | Q(debit_id=escrow_id, kind__in=OUT)


def _totals(groups: Sequence[Group]) -> Totals:
    def total(kind: str) -> int:
        return sum(each["amount"] for each in groups if each["kind"] == kind)

    return Totals(collected=total(HOLD), paid_out=total(PAYOUT), given_back=total(REFUND))


def _list(section: Section, rows: QuerySet[Transfer], window: Window) -> None:
    found = list(buckets.listed(rows, at="created_at", window=window, after=window.after))
    if len(found) > buckets.MOST_LISTED:
        del found[buckets.MOST_LISTED :]
        section.omitted, section.continue_after = "More payments follow", found[-1].pk
    names = names_of(user_ids={_user_of(each) for each in found})
    reasons = reasons_of(found)
    entries = (_one(each, names, reasons.get(each.pk)) for each in found)
    section.entries = sorted(entries, key=lambda entry: (entry.at, entry.order))


def reasons_of(transfers: Sequence[Transfer]) -> dict[str, str]:
    """Return in plain words why each of these transfers that is an early refund was made, by its id."""
    holds = {each.pk: transfer_ids.refunded_hold(each.pk) for each in transfers if each.kind == REFUND}
    named = {transfer_id: hold_id for transfer_id, hold_id in holds.items() if hold_id}
    found = dict(EarlyRefund.objects.filter(pk__in=named.values()).values_list("pk", "reason"))
    return {transfer_id: why(found[hold_id]) for transfer_id, hold_id in named.items() if hold_id in found}


def _user_of(transfer: Transfer) -> str:
    return transfer.debit_id if transfer.kind == HOLD else transfer.credit_id


def _one(transfer: Transfer, names: dict[str, str], reason: str | None) -> Entry:
    user = users.user_ref(_user_of(transfer), names)
    title = _ONE[Transfer.Kind(transfer.kind)].format(user.name)
    return Entry(
        at=transfer.created_at,
        kind=Kind.MONEY,
        title=f"{title}: {reason}" if reason else title,
        detail=transfer.pk,
        amount=transfer.amount if transfer.kind == HOLD else -transfer.amount,
        order=(_ORDER[Transfer.Kind(transfer.kind)], transfer.pk),
        ref=RowRef(model="wallet.transfer", pk=transfer.pk, name="transfer"),
        user=user,
    )


def _many(group: Group, window: Window) -> Entry:
    is_in = group["kind"] == HOLD
    return Entry(
        at=group["first"],
        until=group["last"],
        kind=Kind.MONEY,
        title=count(group["count"], *_MANY[Transfer.Kind(group["kind"])]),
        amount=group["amount"] if is_in else -group["amount"],
        order=(_ORDER[Transfer.Kind(group["kind"])],),
        bucket=window.bucket(group["bucket"]),
    )


def _curves(section: Section, began: datetime) -> Iterator[Curve]:
    """Draw the balance of the escrow, and the sum of what was collected."""
    held = collected = section.held_before
    balance, sums = [(began, held)], [(began, collected)]
    for entry in section.entries:
        held += entry.amount or 0
        collected += max(entry.amount or 0, 0)
        balance.append((entry.until or entry.at, held))
        sums.append((entry.until or entry.at, collected))
    if section.held_before == 0:
        yield Curve(name="Collected", unit="coins", points=tuple(sums), stepped=True)
    yield Curve(name="Held in escrow", unit="coins", points=tuple(balance), stepped=True)


def _decisions(escrow: Escrow) -> list[Entry]:
    ref = _ref(escrow)
    opened = Entry(
        at=escrow.opened_at, kind=Kind.MONEY, title="Escrow opened", detail=escrow.pk, order=_OPENED, ref=ref
    )
    entries = [opened]
    if escrow.decided_at:
        title = f"Decided: {_DECISIONS[Escrow.State(escrow.state)]}"
        entries.append(
            Entry(at=escrow.decided_at, kind=Kind.MONEY, title=title, order=_DECIDED, ref=ref, mark=escrow.state)
        )
    if escrow.settled_at:
        title = "Settled: all of the money has arrived"
        entries.append(Entry(at=escrow.settled_at, kind=Kind.MONEY, title=title, order=_SETTLED, ref=ref))
    return entries


def _facts(escrow: Escrow, groups: Sequence[Group], totals: Totals, streamer: RowRef) -> list[Fact]:
    def text(kind: str, amount: int, suffix: str = "") -> str:
        number = sum(each["count"] for each in groups if each["kind"] == kind)
        return f"{coins(amount)} in {count(number, *_MANY[Transfer.Kind(kind)])}{suffix}" if number else "nothing"

    waiting = selectors.pending_credit(escrow_id=escrow.pk)
    uncounted = f", of which {coins(waiting)} wait to be counted" if waiting else ""
    decided = f", decided on {moment(escrow.decided_at)}" if escrow.decided_at else ""
    return [
        Fact(label="Escrow", text=f"{escrow.state}{decided}", ref=_ref(escrow)),
        Fact(label="Collected", text=text(HOLD, totals.collected, uncounted)),
        Fact(label="Paid out", text=text(PAYOUT, totals.paid_out, f" to {streamer.name}")),
        Fact(label="Given back", text=text(REFUND, totals.given_back)),
        *_early(escrow),
        Fact(label="Still held", text=coins(totals.held), state=State.WAITING if totals.held else State.DONE),
    ]


def _early(escrow: Escrow) -> Iterator[Fact]:
    rows = escrow.early_refunds.filter(amount__gt=F("kept")).values("reason")
    by_reason = rows.annotate(back=Sum(F("amount") - F("kept")), number=Count("pk")).order_by("reason")
    parts = [
        f"{coins(each['back'])} of {count(each['number'], *_MANY[HOLD])} because {why(each['reason'])}"
        for each in by_reason
    ]
    if parts:
        yield Fact(label="Given back early", text="; ".join(parts))


def _ref(escrow: Escrow) -> RowRef:
    return RowRef(model="wallet.escrow", pk=escrow.pk, name="escrow")
