"""The wallet's SQL: statements that the ORM cannot express, or not fast enough.

`HOLD` is a function of PostgreSQL alone. The statements of refunds are plain SQL for both databases.
"""

from wallet.sql.early import EarlyBatch, refund_batch
from wallet.sql.holds import HOLD, call_hold
from wallet.sql.refunds import RefundChunk, find_refund_chunk, pay_refund_chunk

__all__ = [
    "HOLD",
    "EarlyBatch",
    "RefundChunk",
    "call_hold",
    "find_refund_chunk",
    "pay_refund_chunk",
    "refund_batch",
]
