"""The wallet's SQL: statements that the ORM cannot express, or not fast enough.

`HOLD`, `take_waiting` and the functions that read waiting payments and payers are for PostgreSQL. Refunds and
`fill_totals` are plain SQL for both databases. The triggers that maintain `PayerTotal` exist in a form for each.
"""

from wallet.sql.breakdowns import find_payers, find_top_payers
from wallet.sql.early import EarlyBatch, refund_batch
from wallet.sql.holds import HOLD, call_hold
from wallet.sql.refunds import RefundChunk, find_refund_chunk, pay_refund_chunk
from wallet.sql.totals import fill_totals
from wallet.sql.waiting import Taken, WaitingAmong, WaitingCoins, WaitingCoinsOf, WaitingPayments, take_waiting

__all__ = [
    "HOLD",
    "EarlyBatch",
    "RefundChunk",
    "Taken",
    "WaitingAmong",
    "WaitingCoins",
    "WaitingCoinsOf",
    "WaitingPayments",
    "call_hold",
    "fill_totals",
    "find_payers",
    "find_refund_chunk",
    "find_top_payers",
    "pay_refund_chunk",
    "refund_batch",
    "take_waiting",
]
