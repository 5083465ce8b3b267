"""The chapter of money: in and out of an escrow, and what is held in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet, Sum

from livestream.story import Curve, Entry, Fact, Kind, State, Subject, Thing, Told, Window, people, steps, tells
from livestream.story.steps import Group
from livestream.story.wording import coins, count, moment
from wallet import selectors
from wallet.models import Escrow, Transfer
from wallet.story.words import Totals, where_it_is

HOLD, PAYOUT, REFUND = Transfer.Kind.HOLD, Transfer.Kind.PAYOUT, Transfer.Kind.REFUND
OUT = (PAYOUT, REFUND)
_ONE = {HOLD: "{} paid in", PAYOUT: "Paid out to {}", REFUND: "Given back to {}"}
_MANY = {HOLD: ("payment", "payments"), PAYOUT: ("payout", "payouts"), REFUND: ("refund", "refunds")}
# What happens at one moment: an escrow is opened, paid into, decided on, emptied and settled.
_OPENED, _DECIDED, _SETTLED = (0,), (2,), (4,)
_ORDER = {HOLD: 1, PAYOUT: 3, REFUND: 3}
_DECISIONS = {
    Escrow.State.COMPLETED: "to be paid out",
    Escrow.State.REFUNDED: "to be given back",
    Escrow.State.SPLIT: "to be split",
}


@tells(place=30)
def tell_money(subject: Subject, window: Window, now: datetime) -> Told:
    """Tell of an escrow: what came in, what went out, what is held, and what was decided."""
    escrow = Escrow.objects.filter(pk=subject.escrow_id).first() if subject.escrow_id else None
    if escrow is None:
        return Told()
    inside, elsewhere = _counted(escrow.pk, window)
    names = people.names_of([escrow.user_id])
    totals, streamer = _totals([*inside, *elsewhere]), names.get(escrow.user_id, escrow.user_id)
    told = Told(
        facts=_facts(escrow, [*inside, *elsewhere], totals, people.person(escrow.user_id, names)),
        headline=where_it_is(escrow=escrow, totals=totals, streamer=streamer),
        held_before=_totals([each for each in elsewhere if each["step"] == steps.BEFORE]).held,
    )
    if steps.are_few(inside) or window.is_narrow:
        _list(told, Transfer.objects.filter(_touching(escrow.pk)), window)
    else:
        told.entries = [_many(group, window) for group in inside]
    told.curves = list(_curves(told, window.start or escrow.opened_at))
    told.entries += _decisions(escrow)
    return told


def _counted(escrow_id: str, window: Window) -> tuple[list[Group], list[Group]]:
    """Count what came and what went, in the window and elsewhere; what came is all of one kind."""

    def counted(rows: QuerySet[Transfer], *by: str) -> tuple[list[Group], list[Group]]:
        return steps.in_steps(rows, at="created_at", window=window, by=by, after=window.after, amount=Sum("amount"))

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


def _list(told: Told, rows: QuerySet[Transfer], window: Window) -> None:
    found = list(steps.listed(rows, at="created_at", window=window, after=window.after))
    if len(found) > steps.MOST_LISTED:
        del found[steps.MOST_LISTED :]
        told.rest, told.further = "More payments follow", found[-1].pk
    names = people.names_of({_person_of(each) for each in found})
    told.entries = sorted((_one(each, names) for each in found), key=lambda entry: (entry.at, entry.order))


def _person_of(transfer: Transfer) -> str:
    return transfer.debit_id if transfer.kind == HOLD else transfer.credit_id


def _one(transfer: Transfer, names: dict[str, str]) -> Entry:
    who = people.person(_person_of(transfer), names)
    return Entry(
        at=transfer.created_at,
        kind=Kind.MONEY,
        title=_ONE[Transfer.Kind(transfer.kind)].format(who.name),
        detail=transfer.pk,
        amount=transfer.amount if transfer.kind == HOLD else -transfer.amount,
        order=(_ORDER[Transfer.Kind(transfer.kind)], transfer.pk),
        thing=Thing(model="wallet.transfer", pk=transfer.pk, name="transfer"),
        who=who,
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
        opens=window.step(group["step"]),
    )


def _curves(told: Told, began: datetime) -> Iterator[Curve]:
    """Draw what was held, and what had been collected by then."""
    held = collected = told.held_before
    path, sum_path = [(began, held)], [(began, collected)]
    for entry in told.entries:
        held += entry.amount or 0
        collected += max(entry.amount or 0, 0)
        path.append((entry.until or entry.at, held))
        sum_path.append((entry.until or entry.at, collected))
    if told.held_before == 0:
        yield Curve(name="Collected", unit="coins", points=tuple(sum_path), steps=True)
    yield Curve(name="Held in escrow", unit="coins", points=tuple(path), steps=True)


def _decisions(escrow: Escrow) -> list[Entry]:
    thing = _thing(escrow)
    opened = Entry(
        at=escrow.opened_at, kind=Kind.MONEY, title="Escrow opened", detail=escrow.pk, order=_OPENED, thing=thing
    )
    entries = [opened]
    if escrow.decided_at:
        title = f"Decided: {_DECISIONS[Escrow.State(escrow.state)]}"
        entries.append(
            Entry(at=escrow.decided_at, kind=Kind.MONEY, title=title, order=_DECIDED, thing=thing, mark=escrow.state)
        )
    if escrow.settled_at:
        title = "Settled: all of the money has arrived"
        entries.append(Entry(at=escrow.settled_at, kind=Kind.MONEY, title=title, order=_SETTLED, thing=thing))
    return entries


def _facts(escrow: Escrow, groups: Sequence[Group], totals: Totals, streamer: Thing) -> list[Fact]:
    def said(kind: str, amount: int, rest: str = "") -> str:
        number = sum(each["count"] for each in groups if each["kind"] == kind)
        return f"{coins(amount)} in {count(number, *_MANY[Transfer.Kind(kind)])}{rest}" if number else "nothing"

    waiting = selectors.pending_credit(escrow_id=escrow.pk)
    uncounted = f", of which {coins(waiting)} wait to be counted" if waiting else ""
    decided = f", decided on {moment(escrow.decided_at)}" if escrow.decided_at else ""
    return [
        Fact(label="Escrow", text=f"{escrow.state}{decided}", thing=_thing(escrow)),
        Fact(label="Collected", text=said(HOLD, totals.collected, uncounted)),
        Fact(label="Paid out", text=said(PAYOUT, totals.paid_out, f" to {streamer.name}")),
        Fact(label="Given back", text=said(REFUND, totals.given_back)),
        Fact(label="Still held", text=coins(totals.held), state=State.WAITING if totals.held else State.DONE),
    ]


def _thing(escrow: Escrow) -> Thing:
    return Thing(model="wallet.escrow", pk=escrow.pk, name="escrow")
