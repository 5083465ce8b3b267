"""An escrow that many people have paid into, made by SQL."""

from __future__ import annotations

from django.db import connection, transaction

from bench import world
from goals import escrow_ids
from livestream import clock, ids
from wallet import sql
from wallet.services import posting

ESCROW = escrow_ids.show_funding(world.goal_id(0))

_HOLDS = """
    INSERT INTO wallet_transfer (transfer_id, debit_id, credit_id, amount, kind, tags, created_at)
    SELECT 'hold:' || n, lpad(to_hex(n), 24, '0'), %(escrow)s, %(price)s, 'hold', '[]', %(now)s
    FROM generate_series(1, %(payers)s) AS n
"""
_PAID = """
    UPDATE wallet_account SET balance = balance - %(price)s
    WHERE kind = 'user' AND id <> %(streamer)s
"""
_RECEIVED = "UPDATE wallet_account SET balance = %(payers)s * %(price)s WHERE id = %(escrow)s"
_COUNTED = "UPDATE wallet_escrow SET received = %(payers)s * %(price)s WHERE escrow_id = %(escrow)s"
_EARNED = """
    INSERT INTO wallet_earning (id, escrow_id, user_id, hour, amount, state)
    VALUES (%(earning)s, %(escrow)s, %(streamer)s, %(hour)s, %(payers)s * %(price)s, 'pending')
"""


def gather(*, payers: int) -> None:
    """Make a world in which each of `payers` viewers has bought one ticket, all of them counted."""
    now = clock.now()
    world.build(viewers=payers, goals=1, now=now)
    values = {
        "payers": payers,
        "price": world.PRICE,
        "escrow": ESCROW,
        "streamer": world.goal_id(0),
        "earning": ids.new_id(),
        "hour": posting.hour_of(now),
        "now": now,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (_HOLDS, _PAID, _RECEIVED, _COUNTED, _EARNED):
            cursor.execute(statement, values)
        sql.fill_totals([ESCROW])
    world.settle_down()
