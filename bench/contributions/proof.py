"""That nothing was lost or made up while it was measured."""

from __future__ import annotations

from django.db import connection

from bench.world import PRICE
from wallet.verification import verify_ledger

_FOUND = """
    SELECT (SELECT count(*) FROM wallet_transfer WHERE kind = 'hold'),
        (SELECT coalesce(sum(progress), 0) FROM goals_goal)
        + (SELECT coalesce(sum(amount), 0) FROM wallet_pendingcredit)
"""


def prove(*, made: int, way: str) -> None:
    """Raise RuntimeError unless the ledger holds, and shows the `made` purchases and no other.

    The plain ORM keeps no earnings and no totals by payer, so those rules are not asked of it.
    """
    wrong = [str(f) for f in verify_ledger() if way != "plain ORM" or not _is_extra(f.check)]
    with connection.cursor() as cursor:
        cursor.execute(_FOUND)
        found = tuple(map(int, cursor.fetchone()))
    if found != (made, made * PRICE):
        wrong.append(f"{made} purchases were made, {found} (transfers, coins) are on record")
    if wrong:
        raise RuntimeError(f"{way}: " + "; ".join(wrong))


def _is_extra(check: str) -> bool:
    return "earnings" in check or check.startswith("the total of each payer")
