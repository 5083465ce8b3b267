"""`HOLD`, PostgreSQL's form of `services.holding.hold_by_orm`: a payment in one round trip."""

from __future__ import annotations

import json

from django.db import connection

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
        UPDATE wallet_account SET balance = balance - p_amount, version = version + 1
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
            UPDATE wallet_account SET balance = balance + p_amount, version = version - 1 WHERE id = p_payer;
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
