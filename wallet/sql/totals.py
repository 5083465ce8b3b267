"""Coins by payer: the triggers that keep `PayerTotal`, and how it is filled.

The triggers belong to the database and not to the services, so that a process of the previous release, which does
not know the table, keeps it as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

# What is counted moves from the waiting payments to the totals, by the statement that deletes it. Both databases
# find the row of a payer by the primary key, whatever the planner knows of the tables.
_ADD = """
    INSERT INTO wallet_payertotal (escrow_id, payer_id, coins) {rows}
    ON CONFLICT (escrow_id, payer_id) DO UPDATE SET coins = wallet_payertotal.coins + excluded.coins
"""
# Every writer holds the lock of the escrow's row. The order by payer is a second protection from deadlocks.
_ADD_COUNTED = _ADD.format(
    rows="""SELECT account_id, payer_id, sum(amount) FROM changed
    GROUP BY account_id, payer_id ORDER BY account_id, payer_id"""
)
_SUBTRACT_EARLY = _ADD.format(
    rows="""SELECT escrow_id, payer_id, sum(kept - amount) FROM changed
    GROUP BY escrow_id, payer_id ORDER BY escrow_id, payer_id"""
)
# One statement for the whole batch on PostgreSQL; SQLite has triggers for rows only.
_POSTGRESQL = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {statement};
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER {name} AFTER {when} ON {table}
    REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""
_SQLITE = "CREATE TRIGGER IF NOT EXISTS {name} AFTER {when} ON {table} BEGIN {statement}; END"

COUNTED, REFUNDED_EARLY = "wallet_total_counted", "wallet_total_refunded_early"


def _created(name: str, table: str, when: str, rows: str, batch: str, row: str) -> dict[str, list[str]]:
    statements = {"postgresql": (_POSTGRESQL, batch), "sqlite": (_SQLITE, _ADD.format(rows=f"VALUES ({row})"))}
    return {
        vendor: [template.format(name=name, table=table, when=when, rows=rows, statement=statement)]
        for vendor, (template, statement) in statements.items()
    }


def _dropped(name: str, table: str) -> dict[str, list[str]]:
    return {
        "postgresql": [f"DROP TRIGGER {name} ON {table}", f"DROP FUNCTION {name}()"],
        "sqlite": [f"DROP TRIGGER {name}"],
    }


CREATE_COUNTED_TRIGGER = _created(
    COUNTED,
    "wallet_pendingcredit",
    when="DELETE",
    rows="OLD",
    batch=_ADD_COUNTED,
    row="OLD.account_id, OLD.payer_id, OLD.amount",
)
CREATE_EARLY_REFUND_TRIGGER = _created(
    REFUNDED_EARLY,
    "wallet_earlyrefund",
    when="INSERT",
    rows="NEW",
    batch=_SUBTRACT_EARLY,
    row="NEW.escrow_id, NEW.payer_id, NEW.kept - NEW.amount",
)
DROP_COUNTED_TRIGGER = _dropped(COUNTED, "wallet_pendingcredit")
DROP_EARLY_REFUND_TRIGGER = _dropped(REFUNDED_EARLY, "wallet_earlyrefund")

# The rows of `PayerTotal`: the counted coins of each payer in each escrow, less early refunds. A payer who has nothing
# left keeps a row, with zero coins.
_COUNTED_COINS = """
    SELECT escrow_id, payer_id, sum(coins) AS coins FROM (
        SELECT credit_id AS escrow_id, debit_id AS payer_id, amount AS coins
        FROM wallet_transfer WHERE kind = 'hold' {of_holds}
        UNION ALL
        SELECT escrow_id, payer_id, kept - amount FROM wallet_earlyrefund {of_refunds}
        UNION ALL
        SELECT account_id, payer_id, -amount FROM wallet_pendingcredit {of_waiting}
    ) AS sides GROUP BY escrow_id, payer_id
"""


def fill_totals(escrow_ids: Sequence[str]) -> None:
    """Sum the totals of these escrows from their transfers, whatever the table has of them.

    The caller holds the locks of the escrows' rows, unless they are decided: their totals no longer change.
    """
    among = "({})".format(", ".join(["%s"] * len(escrow_ids)))
    coins = _COUNTED_COINS.format(
        of_holds=f"AND credit_id IN {among}",
        of_refunds=f"WHERE escrow_id IN {among}",
        of_waiting=f"WHERE account_id IN {among}",
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO wallet_payertotal (escrow_id, payer_id, coins) {coins}"
            " ON CONFLICT (escrow_id, payer_id) DO UPDATE SET coins = excluded.coins",
            [*escrow_ids] * 3,
        )
