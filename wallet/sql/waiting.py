"""The queue of payments that wait to be counted: adding them up for readers, and taking them out.

The table has few live rows and many dead ones, so only an index scan stays short. The planner cannot know this, and
the plan of a prepared statement may have been made while nobody paid. So the table is read by functions that disable
other scans.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import connection
from django.db.models import BigIntegerField, Func, TextField

Taken = tuple[str, datetime, int, int]

# Rows are addressed by `ctid`: the caller holds the escrow's lock, so nobody else deletes or changes them. By primary
# key, the planner might scan the whole table.
_TAKE = """
    WITH taken AS (
        DELETE FROM wallet_pendingcredit WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM wallet_pendingcredit WHERE account_id = %s ORDER BY id LIMIT %s
        )) RETURNING payer_id, amount, created_at
    )
    SELECT payer_id, date_trunc('hour', created_at, 'UTC'), sum(amount)::bigint, count(*) FROM taken GROUP BY 1, 2
"""


_ADD_UP = """
    CREATE OR REPLACE FUNCTION {name}({parameters}) RETURNS bigint LANGUAGE plpgsql STABLE
    SET enable_seqscan = off SET enable_bitmapscan = off AS $$
    BEGIN
        RETURN (SELECT {total} FROM wallet_pendingcredit WHERE {condition});
    END $$
"""


class _AddedUp(Func):
    """A sum over the waiting payments into an account, which is 0 where there are none."""

    output_field = BigIntegerField()
    total: ClassVar[str]
    condition: ClassVar[str] = "account_id = {}"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return a subquery: SQLite plans each time, and has no functions of its own."""
        compiled = [compiler.compile(each) for each in self.get_source_expressions()]
        condition = self.condition.format(*(text for text, _ in compiled))
        found = f"(SELECT {self.total} FROM wallet_pendingcredit WHERE {condition})"
        return found, [each for _, parameters in compiled for each in parameters]


class WaitingCoins(_AddedUp):
    """`WaitingCoins(account)`: the coins that wait to be counted into an account."""

    function, arity = "wallet_waiting_coins", 1
    total = "coalesce(sum(amount), 0)"


class WaitingPayments(_AddedUp):
    """`WaitingPayments(account)`: how many payments wait to be counted into an account."""

    function, arity = "wallet_waiting_payments", 1
    total = "count(*)"


class WaitingCoinsOf(_AddedUp):
    """`WaitingCoinsOf(account, payer)`: the coins of one payer that wait to be counted into an account."""

    function, arity = "wallet_waiting_coins_of", 2
    total = "coalesce(sum(amount), 0)"
    condition = "account_id = {} AND payer_id = {}"


# One line per account: its id, how many payments wait, and their coins.
_LINES = """
    SELECT account_id || ' ' || count(*) || ' ' || sum(amount) AS line FROM wallet_pendingcredit
    WHERE {condition} GROUP BY account_id ORDER BY account_id
"""
_CREATE_AMONG = """
    CREATE OR REPLACE FUNCTION wallet_waiting_among(p_accounts text) RETURNS text LANGUAGE plpgsql STABLE
    SET enable_seqscan = off SET enable_bitmapscan = off AS $$
    BEGIN
        RETURN (SELECT string_agg(line, ',') FROM ({lines}) AS lines);
    END $$
""".format(lines=_LINES.format(condition="account_id = ANY(string_to_array(p_accounts, ','))"))


class WaitingAmong(Func):
    """`WaitingAmong(accounts)`: a text that changes with the payments that wait for any of these accounts.

    `accounts` is a text of ids, separated by commas. A call costs PostgreSQL as much as reading ten rows, so one call
    reads all accounts.
    """

    function, arity = "wallet_waiting_among", 1
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return a subquery over all accounts: SQLite allows no aggregate of the outer query in a subquery."""
        return f"(SELECT group_concat(line) FROM ({_LINES.format(condition='true')}))", []


CREATE_AMONG = {"postgresql": (_CREATE_AMONG,)}
DROP_AMONG = {"postgresql": ("DROP FUNCTION IF EXISTS wallet_waiting_among(text)",)}


def _create_function(sums: type[_AddedUp], *parameters: str) -> str:
    return _ADD_UP.format(
        name=sums.function,
        parameters=", ".join(f"{each} text" for each in parameters),
        total=sums.total,
        condition=sums.condition.format(*parameters),
    )


CREATE_SUMS = {
    "postgresql": (
        _create_function(WaitingCoins, "p_account"),
        _create_function(WaitingPayments, "p_account"),
        _create_function(WaitingCoinsOf, "p_account", "p_payer"),
    ),
}
DROP_SUMS = {
    "postgresql": (
        "DROP FUNCTION IF EXISTS wallet_waiting_coins(text)",
        "DROP FUNCTION IF EXISTS wallet_waiting_payments(text)",
        "DROP FUNCTION IF EXISTS wallet_waiting_coins_of(text, text)",
    ),
}


def take_waiting(escrow_id: str, limit: int) -> list[Taken]:
    """Delete up to `limit` waiting payments of a locked escrow, the oldest first.

    Return by payer and hour their coins, and how many payments they were.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [escrow_id, limit])
        return list(cursor.fetchall())
