"""Taking waiting payments out of the queue: PostgreSQL's form of `services.posting.take_by_orm`."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

Taken = tuple[str, datetime, int, int]

# The rows are named by their places, because nobody else deletes them and nobody changes them. By their keys, the
# planner may read the whole table, which is almost empty and never clean.
_TAKE = """
    WITH taken AS (
        DELETE FROM wallet_pendingcredit WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM wallet_pendingcredit WHERE account_id = %s ORDER BY id LIMIT %s
        )) RETURNING payer_id, amount, created_at
    )
    SELECT payer_id, date_trunc('hour', created_at, 'UTC'), sum(amount)::bigint, count(*) FROM taken GROUP BY 1, 2
"""


def take_waiting(escrow_id: str, limit: int) -> list[Taken]:
    """Delete up to `limit` waiting payments of a locked escrow, the oldest first.

    Return by payer and hour their coins, and how many payments they were.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [escrow_id, limit])
        return list(cursor.fetchall())
