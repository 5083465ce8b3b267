"""Early refunds of single payers, set-based: one statement for each step, for any number of payers.

A batch is first stored as early refunds. Every further step reads the stored rows, so that all steps
move the same coins.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from wallet import transfer_ids

# ON CONFLICT instead of an anti-join, which would scan the table while it grows.
_INSERT = """
    INSERT INTO wallet_earlyrefund (hold_id, escrow_id, payer_id, amount, kept, reason, batch, created_at)
    SELECT t.transfer_id, t.credit_id, t.debit_id, t.amount, {kept}, %(reason)s, %(batch)s, %(now)s
    FROM {chosen} JOIN wallet_transfer t ON {match} WHERE t.credit_id = %(escrow)s AND t.kind = 'hold'
    ON CONFLICT (hold_id) DO NOTHING
"""
_PAYERS = {
    "postgresql": "jsonb_array_elements_text(%(chosen)s::jsonb) AS c(payer_id)",
    "sqlite": "(SELECT value AS payer_id FROM json_each(%(chosen)s)) AS c",
}
_PAYMENTS = {
    "postgresql": "jsonb_each_text(%(chosen)s::jsonb) AS c(hold_id, kept)",
    "sqlite": "(SELECT key AS hold_id, value AS kept FROM json_each(%(chosen)s)) AS c",
}
# An earning carries the hour in which its payments were made.
_HOUR = {
    "postgresql": "date_trunc('hour', t.created_at, 'UTC')",
    "sqlite": "substr(t.created_at, 1, 13) || ':00:00'",
}

_BY_PAYER = """
    SELECT payer_id, sum(amount - kept) AS amount FROM wallet_earlyrefund
    WHERE batch = %(batch)s AND amount > kept GROUP BY payer_id
"""
_LOCK_PAYERS = """
    SELECT id FROM wallet_account
    WHERE id IN (SELECT payer_id FROM wallet_earlyrefund WHERE batch = %(batch)s AND amount > kept)
    ORDER BY id FOR UPDATE
"""
_INSERT_TRANSFERS = """
    INSERT INTO wallet_transfer (transfer_id, debit_id, credit_id, amount, kind, tags, created_at)
    SELECT %(prefix)s || hold_id, escrow_id, payer_id, amount - kept, 'refund', %(tags)s, created_at
    FROM wallet_earlyrefund WHERE batch = %(batch)s AND amount > kept
"""
_CREDIT_PAYERS = f"""
    UPDATE wallet_account SET balance = balance + part.amount, version = wallet_account.version + 1
    FROM ({_BY_PAYER}) AS part WHERE wallet_account.id = part.payer_id
"""
_REDUCE_EARNINGS = """
    UPDATE wallet_earning SET amount = wallet_earning.amount - part.amount
    FROM (
        SELECT {hour} AS hour, sum(r.amount - r.kept) AS amount
        FROM wallet_earlyrefund r JOIN wallet_transfer t ON t.transfer_id = r.hold_id
        WHERE r.batch = %(batch)s GROUP BY 1
    ) AS part
    WHERE wallet_earning.escrow_id = %(escrow)s AND wallet_earning.hour = part.hour
        AND wallet_earning.state = 'pending'
"""
_REDUCE_ESCROW = """
    UPDATE wallet_escrow SET refunded_early = refunded_early + %(total)s WHERE escrow_id = %(escrow)s
"""
_DEBIT_ESCROW = "UPDATE wallet_account SET balance = balance - %(total)s WHERE id = %(escrow)s"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyBatch:
    """Which payments of an escrow are refunded, and why; `batch` is the id of the event that reports it.

    `chosen` is either the payers to refund in full, or a mapping from payments (ids of transfers) to
    the coins that are kept of each.
    """

    escrow_id: str
    chosen: Collection[str] | Mapping[str, int]
    reason: str
    batch: str
    now: datetime


def refund_batch(wanted: EarlyBatch) -> dict[str, int]:
    """Refund a batch and return the coins by payer, in order of payer id.

    The caller has locked the escrow exclusively and counted its payments. A payment that was refunded
    before is left alone.
    """
    values: dict[str, str | int | None] = {
        "escrow": wanted.escrow_id,
        "chosen": json.dumps(dict(wanted.chosen) if isinstance(wanted.chosen, Mapping) else list(wanted.chosen)),
        "reason": wanted.reason,
        "batch": wanted.batch,
        "prefix": transfer_ids.EARLY_REFUND,
        "tags": json.dumps([transfer_ids.tag(wanted.escrow_id)]),
        "now": connection.ops.adapt_datetimefield_value(wanted.now),
    }
    with connection.cursor() as cursor:
        cursor.execute(_insert(of_payments=isinstance(wanted.chosen, Mapping)), values)
        cursor.execute(f"{_BY_PAYER} ORDER BY payer_id", values)
        payers = {payer_id: int(amount) for payer_id, amount in cursor.fetchall()}
        if payers:
            _move(values | {"total": sum(payers.values())})
    return payers


def _insert(*, of_payments: bool) -> str:
    if of_payments:
        kept, chosen, match = "CAST(c.kept AS bigint)", _PAYMENTS, "t.transfer_id = c.hold_id"
    else:
        kept, chosen, match = "0", _PAYERS, "t.debit_id = c.payer_id"
    return _INSERT.format(kept=kept, chosen=chosen[connection.vendor], match=match)


def _move(values: dict[str, str | int | None]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_LOCK_PAYERS, values)
        reduce_earnings = _REDUCE_EARNINGS.format(hour=_HOUR[connection.vendor])
        for statement in (_INSERT_TRANSFERS, _CREDIT_PAYERS, reduce_earnings, _REDUCE_ESCROW, _DEBIT_ESCROW):
            cursor.execute(statement, values)
