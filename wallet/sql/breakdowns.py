"""Who paid into an escrow, most coins first or by id: the totals by payer, with the payments that wait."""

from __future__ import annotations

from django.db import connection

# The second half has the payers with waiting payments. The first half has the others: the first `limit` of them are
# enough, because waiting payments never lower anybody's total.
_TOP = """
    WITH waiting AS (
        SELECT payer_id, CAST(sum(amount) AS bigint) AS coins FROM wallet_pendingcredit
        WHERE account_id = {escrow} GROUP BY payer_id
    )
    SELECT found.payer_id, found.coins FROM (
        SELECT * FROM (
            SELECT t.payer_id, t.coins FROM wallet_payertotal t
            WHERE t.escrow_id = {escrow} AND t.coins > 0 AND t.payer_id NOT IN (SELECT w.payer_id FROM waiting w)
            ORDER BY t.coins DESC, t.payer_id LIMIT {limit}
        ) AS counted
        UNION ALL
        SELECT w.payer_id, w.coins + coalesce(t.coins, 0) FROM waiting w
        LEFT JOIN wallet_payertotal t ON t.escrow_id = {escrow} AND t.payer_id = w.payer_id
    ) AS found ORDER BY found.coins DESC, found.payer_id LIMIT {limit}
"""
_PAYERS = """
    SELECT found.payer_id FROM (
        SELECT * FROM (
            SELECT t.payer_id FROM wallet_payertotal t
            WHERE t.escrow_id = {escrow} AND t.payer_id > {after} AND t.coins > 0 ORDER BY t.payer_id LIMIT {limit}
        ) AS counted
        UNION
        SELECT p.payer_id FROM wallet_pendingcredit p WHERE p.account_id = {escrow} AND p.payer_id > {after}
    ) AS found ORDER BY found.payer_id LIMIT {limit}
"""

# These read rows in the order of an index and stop at the limit. After a crowd has just arrived, the statistics still
# show a few payers, and the planner would read and sort all rows. So sorts and bitmap scans are disabled. The last
# sort, of a few rows, is unavoidable; its disabled cost would trigger JIT compilation, which takes a hundred times as
# long as the query.
_IN_ORDER = """LANGUAGE sql STABLE
    SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET jit = off"""
TOP_PAYERS = f"""
CREATE OR REPLACE FUNCTION wallet_top_payers(p_escrow text, p_limit integer)
RETURNS TABLE (payer_id varchar, coins bigint) {_IN_ORDER} AS $$
    {_TOP.format(escrow="p_escrow", limit="p_limit")}
$$;
"""
PAYERS_AFTER = f"""
CREATE OR REPLACE FUNCTION wallet_payers_after(p_escrow text, p_after text, p_limit integer)
RETURNS TABLE (payer_id varchar) {_IN_ORDER} AS $$
    {_PAYERS.format(escrow="p_escrow", after="p_after", limit="p_limit")}
$$;
"""
_ESCROW, _AFTER, _LIMIT = "%(escrow)s", "%(after)s", "%(limit)s"
_FIND_TOP = {
    "postgresql": f"SELECT payer_id, coins FROM wallet_top_payers({_ESCROW}, {_LIMIT})",
    "sqlite": _TOP.format(escrow=_ESCROW, limit=_LIMIT),
}
_FIND_PAYERS = {
    "postgresql": f"SELECT payer_id FROM wallet_payers_after({_ESCROW}, {_AFTER}, {_LIMIT})",
    "sqlite": _PAYERS.format(escrow=_ESCROW, after=_AFTER, limit=_LIMIT),
}


def find_top_payers(escrow_id: str, limit: int) -> list[tuple[str, int]]:
    """Find the payers who paid most into an escrow, and their coins, most first; waiting payments are included."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND_TOP[connection.vendor], {"escrow": escrow_id, "limit": limit})
        return list(cursor.fetchall())


def find_payers(escrow_id: str, after: str, limit: int) -> list[str]:
    """Find the payers of an escrow whose ids come after `after`, in order of id; waiting payments are included."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND_PAYERS[connection.vendor], {"escrow": escrow_id, "after": after, "limit": limit})
        return [payer_id for (payer_id,) in cursor.fetchall()]
