"""Refunding a whole escrow: finding the next chunk of payers, and paying it in a few statements."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from wallet import transfer_ids

# The coins that are left of each payer, without early refunds.
_PAYERS = """
    SELECT t.debit_id, sum(t.amount - coalesce(r.amount - r.kept, 0)) AS amount
    FROM wallet_transfer t LEFT JOIN wallet_earlyrefund r ON r.hold_id = t.transfer_id
    WHERE t.credit_id = %(escrow)s AND t.kind = 'hold' AND t.debit_id > %(after)s {upto}
    GROUP BY t.debit_id HAVING sum(t.amount - coalesce(r.amount - r.kept, 0)) > 0
"""
_UPTO_LAST = _PAYERS.format(upto="AND t.debit_id <= %(last)s")

FIND_CHUNK = f"""
    SELECT min(debit_id), max(debit_id), count(*), sum(amount)
    FROM ({_PAYERS.format(upto="")} ORDER BY debit_id LIMIT %(size)s) AS chunk
"""
LOCK_PAYERS = f"""
    SELECT id FROM wallet_account WHERE id IN (SELECT debit_id FROM ({_UPTO_LAST}) AS chunk)
    ORDER BY id FOR UPDATE
"""
INSERT_REFUNDS = f"""
    INSERT INTO wallet_transfer
        (transfer_id, debit_id, credit_id, amount, kind, tags, created_at)
    SELECT %(prefix)s || debit_id, %(escrow)s, debit_id, amount, 'refund', %(tags)s, %(now)s
    FROM ({_UPTO_LAST}) AS chunk
"""
CREDIT_PAYERS = f"""
    UPDATE wallet_account SET balance = balance + chunk.amount, version = wallet_account.version + 1
    FROM ({_UPTO_LAST}) AS chunk WHERE wallet_account.id = chunk.debit_id
"""
DEBIT_ESCROW = """
    UPDATE wallet_account SET balance = balance - %(amount)s WHERE id = %(escrow)s
"""


@dataclass(frozen=True, slots=True)
class RefundChunk:
    """The next payers of an escrow, by id; `after` is where the one before ended."""

    after: str
    first: str
    last: str
    payers: int
    amount: int


def find_refund_chunk(escrow_id: str, after: str, size: int) -> RefundChunk:
    """Find up to `size` payers of an escrow whose ids come after `after`."""
    with connection.cursor() as cursor:
        cursor.execute(FIND_CHUNK, {"escrow": escrow_id, "after": after, "size": size})
        first, last, payers, amount = cursor.fetchone()
    return RefundChunk(after, first or "", last or "", payers, int(amount or 0))


def pay_refund_chunk(escrow_id: str, chunk: RefundChunk, now: datetime) -> None:
    """Give every payer of the chunk what they paid, and take it from the escrow."""
    values = {
        "escrow": escrow_id,
        "after": chunk.after,
        "last": chunk.last,
        "prefix": transfer_ids.refund_prefix(escrow_id),
        "tags": json.dumps([transfer_ids.tag(escrow_id)]),
        "now": connection.ops.adapt_datetimefield_value(now),
        "amount": chunk.amount,
    }
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(LOCK_PAYERS, values)
        for statement in (INSERT_REFUNDS, CREDIT_PAYERS, DEBIT_ESCROW):
            cursor.execute(statement, values)
