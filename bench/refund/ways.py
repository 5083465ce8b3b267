"""Three ways to give an escrow back, each in a process of its own so that its memory can be seen."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from django.db import transaction

from bench.refund.crowd import ESCROW
from livestream import clock
from wallet import selectors, transfer_ids
from wallet.models import Account, Earning, Escrow, Transfer
from wallet.services import early_refunds, refunds

_PROCESS = Path("/proc/self")


@dataclass(frozen=True, slots=True)
class Run:
    """One refund: its payers, the size of the crowd, seconds, and the peak of added memory in MB."""

    way: str
    payers: int
    crowd: int
    seconds: float
    grown_mb: float

    @property
    def ms_a_payer(self) -> float:
        return 1000 * self.seconds / self.payers


def measure(*, way: str, payers: int, crowd: int) -> Run:
    """Refund in a new process; `payers` limits the loop, while the service pays everybody."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (way, payers, crowd))


def _measure(way: str, payers: int, crowd: int) -> Run:
    (_PROCESS / "clear_refs").write_text("5")  # the high-water mark starts anew from here
    before, started = _memory("VmRSS"), time.monotonic()
    done = {"set-based": by_service, "single payers": by_payers, "loop": by_loop}[way](payers)
    if done != payers:
        raise RuntimeError(f"{done} of {payers} payers got their money back")
    return Run(way, payers, crowd, time.monotonic() - started, (_memory("VmHWM") - before) / 1024)


def by_service(_: int) -> int:
    """Refund as the tasks do: decide, then chunk after chunk; return how many were paid."""
    refunds.escrow_refund(escrow_id=ESCROW, now=clock.now())
    paid = 0
    while chunk := refunds.refund_escrow_chunk(escrow_id=ESCROW, now=clock.now()):
        paid += chunk
    return paid


def by_payers(_: int) -> int:
    """Refund everybody as single payers of an escrow that stays open, like a blocked crowd; return how many."""
    payers = selectors.payers_of(escrow_id=ESCROW, limit=1_000_000)
    refunds_made = early_refunds.refund_payers(escrow_id=ESCROW, payers=payers, reason="blocked", now=clock.now())
    return len(refunds_made.payers)


def by_loop(payers: int) -> int:
    """Refund one payer after the other in idiomatic Django; return how many were paid."""
    paid = 0
    Escrow.objects.filter(pk=ESCROW).update(state=Escrow.State.REFUNDED, decided_at=clock.now())
    Earning.objects.filter(escrow_id=ESCROW).update(state=Earning.State.REFUNDED)
    for payer_id, amount in islice(selectors.held_by_payer(escrow_id=ESCROW).iterator(), payers):
        with transaction.atomic():
            escrow = Account.objects.select_for_update().get(pk=ESCROW)
            payer = Account.objects.select_for_update().get(pk=payer_id)
            _, is_new = Transfer.objects.get_or_create(
                transfer_id=transfer_ids.refund_prefix(ESCROW) + payer_id,
                defaults={
                    "debit": escrow,
                    "credit": payer,
                    "amount": amount,
                    "kind": "refund",
                    "created_at": clock.now(),
                },
            )
            if is_new:
                escrow.balance -= amount
                escrow.save()
                payer.balance += amount
                payer.save()
                paid += 1
    return paid


def _memory(field: str) -> int:
    found = re.search(rf"^{field}:\s+(\d+) kB$", (_PROCESS / "status").read_text(), re.MULTILINE)
    return int(found[1]) if found else 0
