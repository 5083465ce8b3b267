"""The wallet's SQL: statements that the ORM cannot express, or not fast enough.

`HOLD` is PostgreSQL's form of `services.holding.hold_by_orm`. The refund statements are
plain SQL for both databases.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from wallet import transfer_ids
from wallet.models import Transfer

# Payers share the advisory lock and so do not touch the escrow's row, which the counter
# writes a few times a second. The payer's row is debited before the transfer is inserted, so
# that a repeat which runs at the same moment waits there and then finds the first one's row.
HOLD = """
CREATE OR REPLACE FUNCTION wallet_hold(
    p_transfer_id text, p_payer text, p_escrow text, p_amount bigint, p_tags jsonb,
    p_now timestamptz
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    refusal text := 'escrow_closed';
    known wallet_transfer%ROWTYPE;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(p_escrow, 0));
    PERFORM 1 FROM wallet_escrow WHERE escrow_id = p_escrow AND state = 'open'
        AND (accepts_until IS NULL OR accepts_until > p_now);
    IF FOUND THEN
        refusal := 'insufficient_balance';
        UPDATE wallet_account SET balance = balance - p_amount
            WHERE id = p_payer AND balance >= p_amount;
        IF FOUND THEN
            INSERT INTO wallet_transfer
                (transfer_id, debit_id, credit_id, amount, kind, tags, created_at)
                VALUES (p_transfer_id, p_payer, p_escrow, p_amount, 'hold', p_tags, p_now)
                ON CONFLICT (transfer_id) DO NOTHING;
            IF FOUND THEN
                INSERT INTO wallet_pendingcredit
                    (transfer_id, account_id, payer_id, amount, created_at)
                    VALUES (p_transfer_id, p_escrow, p_payer, p_amount, p_now);
                RETURN 'held';
            END IF;
            UPDATE wallet_account SET balance = balance + p_amount WHERE id = p_payer;
        END IF;
    END IF;
    SELECT * INTO known FROM wallet_transfer WHERE transfer_id = p_transfer_id;
    IF NOT FOUND THEN
        RETURN refusal;
    ELSIF known.kind = 'hold' AND known.debit_id = p_payer AND known.credit_id = p_escrow
        AND known.amount = p_amount THEN
        RETURN 'repeated';
    END IF;
    RETURN 'reused';
END $$;
"""

_PAYERS = """
    SELECT debit_id, sum(amount) AS amount FROM wallet_transfer
    WHERE credit_id = %(escrow)s AND kind = 'hold' AND debit_id > %(after)s {upto}
    GROUP BY debit_id
"""
_UPTO_LAST = _PAYERS.format(upto="AND debit_id <= %(last)s")

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
    UPDATE wallet_account SET balance = balance + chunk.amount
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


def call_hold(wanted: Transfer) -> str:
    """Call `wallet_hold` and return held, repeated, reused or why it refused."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wallet_hold(%s, %s, %s, %s, %s, %s)",
            [
                wanted.transfer_id,
                wanted.debit_id,
                wanted.credit_id,
                wanted.amount,
                json.dumps(wanted.tags),
                wanted.created_at,
            ],
        )
        return str(cursor.fetchone()[0])


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
