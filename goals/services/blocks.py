"""Blocks of time: what each payer of an invitation paid for, and what was performed of it (spec section 6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from goals.endings import EndedBecause
from goals.models import Block, Goal
from goals.services import lifecycle, performance
from livestream.outbox import Delivery, enqueue
from wallet import selectors as wallet
from wallet.models import Transfer
from wallet.services import escrows

_A_SECOND = timedelta(seconds=1)
_BLOCKS_A_QUERY = 1_000


def add_block(*, goal: Goal, hold: Transfer, duration: int, now: datetime) -> Block:
    """Store the block that a payment is for; the goal is locked.

    In a running private show it starts now, or when the payer's earlier blocks end.
    """
    block = Block.objects.create(
        hold=hold,
        goal=goal,
        payer_id=hold.debit_id,
        duration=duration,
        amount=hold.amount,
        created_at=now,
    )
    if goal.agreed_at is not None:
        theirs = held_blocks(goal=goal, payer_id=hold.debit_id)
        block.starts_at = max([now, *(end_of(each) for each in theirs if each.hold_id != hold.pk)])
        block.save(update_fields=["starts_at"])
    return block


def start_blocks(*, goal: Goal, now: datetime) -> None:
    """Start the blocks of an invitation to which the streamer agrees now; those of one payer follow one another.

    Sets the goal's `exp` to the end of the last block, and its target; the caller saves both.
    """
    ends: dict[str, datetime] = {}
    blocks = held_blocks(goal=goal)
    for block in blocks:
        block.starts_at = ends.get(block.payer_id, now)
        ends[block.payer_id] = end_of(block)
    Block.objects.bulk_update(blocks, ["starts_at"])
    run_until(goal=goal, exp=max(ends.values(), default=now))


def prolong(*, goal: Goal, block: Block, now: datetime) -> None:
    """Extend a running private show to the end of a new block, if that is later than its `exp`."""
    if goal.exp is None or end_of(block) > goal.exp:
        move_end(goal=goal, exp=end_of(block), now=now)


def move_end(*, goal: Goal, exp: datetime, now: datetime) -> None:
    """Change the end of a locked, running private show, and update everything that depends on it."""
    run_until(goal=goal, exp=exp)
    goal.save(update_fields=["exp", "levels"])
    expect_end(goal=goal)
    performance.settle_stage(goal=goal, now=now)


def expect_end(*, goal: Goal) -> None:
    """Accept payments for an agreed private show until its `exp`, and end it then."""
    escrows.set_accepts_until(escrow_id=str(goal.escrow_id), until=goal.exp)
    expires = Delivery(eta=goal.exp)
    enqueue(lifecycle.deactivate_goal, expires, goal_id=goal.id, because=EndedBecause.EXPIRED)


def run_until(*, goal: Goal, exp: datetime) -> None:
    """Set the end of an agreed private show, and its target; the caller saves `exp` and `levels`."""
    goal.exp = exp
    seconds = (exp - (goal.agreed_at or exp)) // _A_SECOND
    goal.levels = [{"title": goal.type, "target": seconds}]


def held_blocks(*, goal: Goal, payer_id: str | None = None) -> list[Block]:
    """Return an invitation's blocks whose payments are held, of all payers or of one, oldest first.

    A payment that a process of the previous release accepted gets its block here.
    """
    payments = wallet.payments_held(escrow_id=str(goal.escrow_id), payer_id=payer_id)
    known = Block.objects.in_bulk([each.transfer_id for each in payments])
    blocks = []
    for each in payments:
        block = known.get(each.transfer_id) or _of_the_release_before(goal, each)
        if block.starts_at is None:
            block.starts_at = goal.agreed_at
        blocks.append(block)
    return sorted(blocks, key=lambda block: (block.created_at, block.hold_id))


def end_of(block: Block) -> datetime:
    """Return when a block ends; one without `starts_at` counts from its creation."""
    return (block.starts_at or block.created_at) + timedelta(seconds=block.duration)


def watches_until(*, goal: Goal, user_id: str) -> datetime | None:
    """Return until when a payer may watch an agreed private show; None for a user without a block."""
    return max(map(end_of, held_blocks(goal=goal, payer_id=user_id)), default=None)


def performed_shares(
    *, goal: Goal, blocks: Collection[Block], until: datetime, earlier: Mapping[str, datetime], now: datetime
) -> dict[str, int]:
    """Store how much of a private show's blocks was performed by `until`; return by payment the coins for it.

    `earlier` names the payers for whom only the seconds until an earlier moment count.
    """
    seconds: dict[tuple[datetime, datetime], int] = {}
    for block in blocks:
        start = block.starts_at or until
        span = start, min(end_of(block), earlier.get(block.payer_id, until))
        if span not in seconds:
            seconds[span] = _performed_within(goal, *span, now)
        block.performed = min(seconds[span], block.duration)
    return _stored_shares(blocks)


def shares_in_order(*, blocks: Collection[Block], performed: int) -> dict[str, int]:
    """Store that `performed` seconds of a 1-on-1 used up its blocks in order; return by payment the coins for it."""
    for block in blocks:
        block.performed = min(performed, block.duration)
        performed -= block.performed
    return _stored_shares(blocks)


def cut(*, blocks: Iterable[Block], at: datetime, earlier: Mapping[str, datetime]) -> None:
    """Store that those of these blocks that were still running ended at `at`, or `earlier` for some payers."""
    cut_short: dict[datetime, list[str]] = {}
    for block in blocks:
        end = earlier.get(block.payer_id, at)
        if end_of(block) > end:
            cut_short.setdefault(end, []).append(block.hold_id)
    for end, holds in cut_short.items():
        Block.objects.filter(pk__in=holds, cut_at=None).update(cut_at=end)


def _performed_within(goal: Goal, start: datetime, end: datetime, now: datetime) -> int:
    return performance.performed_between(goal=goal, start=start, end=end, now=now) if end > start else 0


def _stored_shares(blocks: Collection[Block]) -> dict[str, int]:
    Block.objects.bulk_update(blocks, ["performed"], batch_size=_BLOCKS_A_QUERY)
    return {block.hold_id: block.amount * (block.performed or 0) // block.duration for block in blocks}


def _of_the_release_before(goal: Goal, payment: wallet.Payment) -> Block:
    """Return the block of a payment without one.

    In the previous release, a viewer who joined a running show paid for the rest of it.
    """
    duration, starts_at = goal.prepaid_duration or 1, goal.agreed_at
    if goal.agreed_at and goal.exp and payment.created_at > goal.agreed_at:
        starts_at = payment.created_at
        duration = max(-((starts_at - goal.exp) // _A_SECOND), 1)
    block, _ = Block.objects.get_or_create(
        hold_id=payment.transfer_id,
        defaults={
            "goal_id": goal.id,
            "payer_id": payment.payer_id,
            "duration": duration,
            "amount": payment.amount,
            "starts_at": starts_at,
            "created_at": payment.created_at,
        },
    )
    return block
