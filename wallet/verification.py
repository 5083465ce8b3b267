"""Proving the ledger: each of its rules as one query (spec section 6, conservation)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

# Every coin is on an account, or in a pending credit or debit that its account has not counted yet.
_SUM = """
    SELECT 'all accounts' AS place,
        coalesce((SELECT sum(balance) FROM wallet_account), 0)
        + coalesce((SELECT sum(amount) FROM wallet_pendingcredit), 0)
        - coalesce((SELECT sum(amount) FROM wallet_pendingdebit), 0) AS found, 0 AS wanted
"""
_BALANCES = """
    SELECT a.id, a.balance, coalesce(m.net, 0) - coalesce(p.waiting, 0) + coalesce(d.waiting, 0) AS wanted
    FROM wallet_account a
    LEFT JOIN (
        SELECT account, sum(net) AS net FROM (
            SELECT debit_id AS account, -sum(amount) AS net FROM wallet_transfer GROUP BY debit_id
            UNION ALL
            SELECT credit_id, sum(amount) FROM wallet_transfer GROUP BY credit_id
        ) AS sides GROUP BY account
    ) AS m ON m.account = a.id
    LEFT JOIN (
        SELECT account_id, sum(amount) AS waiting FROM wallet_pendingcredit GROUP BY account_id
    ) AS p ON p.account_id = a.id
    LEFT JOIN (SELECT account_id, sum(amount) AS waiting FROM wallet_pendingdebit GROUP BY account_id) AS d
        ON d.account_id = a.id
"""
_NEGATIVE = "SELECT id, balance, 0 AS wanted FROM wallet_account WHERE kind <> 'system'"
_EMPTY = """
    SELECT e.escrow_id, a.balance, 0 AS wanted FROM wallet_escrow e
    JOIN wallet_account a ON a.id = e.escrow_id WHERE e.settled_at IS NOT NULL
"""
_RECEIVED = """
    SELECT e.escrow_id, e.received, coalesce(h.held, 0) - coalesce(p.waiting, 0) AS wanted
    FROM wallet_escrow e
    LEFT JOIN (
        SELECT credit_id, sum(amount) AS held FROM wallet_transfer WHERE kind = 'hold'
        GROUP BY credit_id
    ) AS h ON h.credit_id = e.escrow_id
    LEFT JOIN (
        SELECT account_id, sum(amount) AS waiting FROM wallet_pendingcredit GROUP BY account_id
    ) AS p ON p.account_id = e.escrow_id
"""
# An escrow that an earlier release split has no early refunds; `_GIVEN_BACK` checks its refunds.
_EARNED = """
    SELECT e.escrow_id, coalesce(sum(n.amount), 0) AS found, e.received - e.refunded_early AS wanted
    FROM wallet_escrow e LEFT JOIN wallet_earning n ON n.escrow_id = e.escrow_id
    WHERE e.state <> 'split'
    GROUP BY e.escrow_id, e.received, e.refunded_early
"""
_EARLY = """
    SELECT e.escrow_id, e.refunded_early, coalesce(r.back, 0) AS wanted
    FROM wallet_escrow e
    LEFT JOIN (
        SELECT escrow_id, sum(amount - kept) AS back FROM wallet_earlyrefund GROUP BY escrow_id
    ) AS r ON r.escrow_id = e.escrow_id
"""
# These two sum both sides in one GROUP BY, for the same reason as `_TO_WHOM`.
_EARLY_OF = """
    SELECT hold_id, sum(made) AS found, sum(refunded) AS wanted
    FROM (
        SELECT hold_id, escrow_id, payer_id, amount, 0 AS made, 1 AS refunded FROM wallet_earlyrefund
        UNION ALL
        SELECT transfer_id, credit_id, debit_id, amount, 1, 0 FROM wallet_transfer WHERE kind = 'hold'
    ) AS sides GROUP BY hold_id, escrow_id, payer_id, amount HAVING sum(refunded) > 0
"""
_EARLY_MOVED = """
    SELECT refund, sum(moved) AS found, sum(back) AS wanted
    FROM (
        SELECT 'refund-of-' || hold_id AS refund, escrow_id, payer_id, 0 AS moved, amount - kept AS back
        FROM wallet_earlyrefund
        UNION ALL
        SELECT transfer_id, debit_id, credit_id, amount, 0 FROM wallet_transfer
        WHERE kind = 'refund' AND substr(transfer_id, 1, 10) = 'refund-of-'
    ) AS sides GROUP BY refund, escrow_id, payer_id
"""
_STRAY = """
    SELECT t.transfer_id, t.amount, 0 AS wanted
    FROM wallet_transfer t JOIN wallet_escrow e ON e.escrow_id = t.debit_id
    WHERE t.kind = 'refund' AND substr(t.transfer_id, 1, 10) <> 'refund-of-' AND e.state IN ('open', 'completed')
"""
_STRANDED = """
    SELECT e.escrow_id, count(*) AS found, 0 AS wanted
    FROM wallet_earning n JOIN wallet_escrow e ON e.escrow_id = n.escrow_id
    WHERE n.state = 'pending' AND e.settled_at IS NOT NULL GROUP BY e.escrow_id
"""
# A rule about an end that is still on its way asks for what is there.
_PAID_OUT = """
    SELECT e.escrow_id, coalesce(t.moved, 0) AS found, coalesce(n.settled, 0) AS wanted
    FROM wallet_escrow e
    LEFT JOIN (
        SELECT debit_id, sum(amount) AS moved FROM wallet_transfer WHERE kind = 'payout'
        GROUP BY debit_id
    ) AS t ON t.debit_id = e.escrow_id
    LEFT JOIN (
        SELECT escrow_id, sum(amount) AS settled FROM wallet_earning WHERE state = 'settled'
        GROUP BY escrow_id
    ) AS n ON n.escrow_id = e.escrow_id
"""
_GIVEN_BACK = """
    SELECT e.escrow_id, coalesce(t.moved, 0) AS found,
        CASE WHEN e.state IN ('open', 'completed') THEN e.refunded_early
            WHEN e.state = 'refunded' AND e.settled_at IS NOT NULL THEN e.received
            WHEN e.state = 'split' THEN e.received - coalesce(n.earned, 0)
            WHEN coalesce(t.moved, 0) < e.refunded_early THEN e.refunded_early
            ELSE coalesce(t.moved, 0) END AS wanted
    FROM wallet_escrow e
    LEFT JOIN (
        SELECT debit_id, sum(amount) AS moved FROM wallet_transfer WHERE kind = 'refund'
        GROUP BY debit_id
    ) AS t ON t.debit_id = e.escrow_id
    LEFT JOIN (
        SELECT escrow_id, sum(amount) AS earned FROM wallet_earning GROUP BY escrow_id
    ) AS n ON n.escrow_id = e.escrow_id
"""
# Both sides are added up together and not joined: right after a big refund the planner knows
# nothing of it, and would compare all payers with all payers.
_TO_WHOM = """
    SELECT s.place, s.back AS found,
        CASE WHEN s.back > s.paid OR (e.state = 'refunded' AND (s.rest > 0 OR e.settled_at IS NOT NULL))
            THEN s.paid ELSE s.back END AS wanted
    FROM (
        SELECT escrow_id, max(refund) AS place, sum(back) AS back, sum(paid) AS paid, sum(rest) AS rest
        FROM (
            SELECT credit_id AS escrow_id, debit_id AS payer_id, NULL AS refund, 0 AS back, amount AS paid, 0 AS rest
            FROM wallet_transfer WHERE kind = 'hold'
            UNION ALL
            SELECT debit_id, credit_id, transfer_id, amount, 0,
                CASE WHEN substr(transfer_id, 1, 10) = 'refund-of-' THEN 0 ELSE amount END
            FROM wallet_transfer WHERE kind = 'refund'
        ) AS sides GROUP BY escrow_id, payer_id
    ) AS s
    JOIN wallet_escrow e ON e.escrow_id = s.escrow_id
    WHERE s.back > 0
"""
_ENDS = """
    SELECT t.transfer_id,
        CASE WHEN d.id IS NULL THEN 0 ELSE 1 END + CASE WHEN c.id IS NULL THEN 0 ELSE 1 END AS found,
        2 AS wanted
    FROM wallet_transfer t
    LEFT JOIN wallet_account d ON d.id = t.debit_id
    LEFT JOIN wallet_account c ON c.id = t.credit_id
"""
_WAITING = """
    SELECT p.transfer_id, p.amount, coalesce(t.amount, 0) AS wanted FROM wallet_pendingcredit p
    LEFT JOIN wallet_transfer t ON t.transfer_id = p.transfer_id AND t.kind = 'hold'
        AND t.debit_id = p.payer_id AND t.credit_id = p.account_id
"""
_OWED = """
    SELECT p.transfer_id, p.amount, coalesce(t.amount, 0) AS wanted FROM wallet_pendingdebit p
    LEFT JOIN wallet_account a ON a.id = p.account_id AND a.kind = 'system'
    LEFT JOIN wallet_transfer t ON t.transfer_id = p.transfer_id AND t.kind = 'deposit' AND t.debit_id = a.id
"""
_BY_PAYER = """
    SELECT escrow_id || ' ' || payer_id AS place, sum(total) AS found, sum(coins) AS wanted FROM (
        SELECT escrow_id, payer_id, coins AS total, 0 AS coins FROM wallet_payertotal
        UNION ALL SELECT credit_id, debit_id, 0, amount FROM wallet_transfer WHERE kind = 'hold'
        UNION ALL SELECT escrow_id, payer_id, 0, kept - amount FROM wallet_earlyrefund
        UNION ALL SELECT account_id, payer_id, 0, -amount FROM wallet_pendingcredit
    ) AS sides GROUP BY escrow_id, payer_id
"""

CHECKS = {
    "all balances sum up to zero": (_SUM, "<>"),
    "each balance is the sum of its transfers": (_BALANCES, "<>"),
    "no balance of a user or an escrow is negative": (_NEGATIVE, "<"),
    "a settled escrow is empty": (_EMPTY, "<>"),
    "each escrow received what was paid into it": (_RECEIVED, "<>"),
    "the earnings of each escrow are what it received less what it refunded early, unless it was split": (
        _EARNED,
        "<>",
    ),
    "each escrow knows what it refunded early": (_EARLY, "<>"),
    "each early refund is of a payment": (_EARLY_OF, "<>"),
    "each early refund has its transfer, and each transfer of an early refund has its row": (_EARLY_MOVED, "<>"),
    "an open or completed escrow has no refunds but early ones": (_STRAY, "<>"),
    "no earning of a settled escrow is pending": (_STRANDED, "<>"),
    "each escrow paid out what is settled of its earnings": (_PAID_OUT, "<>"),
    "each escrow gave back what it refunded early, and all of it where it was refunded or split": (
        _GIVEN_BACK,
        "<>",
    ),
    "each payer was given back no more than they paid, and all of it where all was refunded": (_TO_WHOM, "<>"),
    "each transfer has both of its accounts": (_ENDS, "<>"),
    "each waiting payment is a transfer": (_WAITING, "<>"),
    "each waiting deposit is a transfer from the system account": (_OWED, "<>"),
    "the total of each payer in an escrow equals their counted payments, less early refunds": (_BY_PAYER, "<>"),
}
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One place at which a rule of the ledger does not hold; figures are coins."""

    check: str
    place: str
    found: int
    wanted: int

    def __str__(self) -> str:
        return f"{self.check}: {self.place} has {self.found}, not {self.wanted}"


def verify_ledger() -> list[Finding]:
    """Check every rule and return where they do not hold, up to 20 places each.

    It is one statement, so that all rules see the same moment while payments go on.
    """
    with connection.cursor() as cursor:
        cursor.execute(_statement())
        return [Finding(check, p, int(f), int(w)) for check, p, f, w in cursor.fetchall()]


def _statement() -> str:
    names = [f"rule{number}" for number in range(len(CHECKS))]
    parts = zip(names, CHECKS.values(), strict=True)
    rules = ", ".join(f"{name}(place, found, wanted) AS ({rows})" for name, (rows, _) in parts)
    wrong = " UNION ALL ".join(
        f"SELECT * FROM (SELECT '{check}' AS rule, place, found, wanted FROM {name}"
        f" WHERE found {wrong} wanted ORDER BY place LIMIT {_SHOWN}) AS {name}_found"
        for name, (check, (_, wrong)) in zip(names, CHECKS.items(), strict=True)
    )
    return f"WITH {rules} {wrong}"
