"""Durable work: what a transaction starts is stored in it, and done at least once.

Database effects happen exactly once: a task deletes its row in the transaction of its own
effects. Calls that leave the process happen at least once.
"""

from livestream.outbox.declaring import durable, external
from livestream.outbox.storing import (
    Delivery,
    Pending,
    drop_pending,
    enqueue,
    enqueue_all,
    pending_keys,
    pending_messages,
    retry,
)
from livestream.outbox.sweeping import sweep, sweep_transaction
from livestream.outbox.urgency import Urgency

__all__ = [
    "Delivery",
    "Pending",
    "Urgency",
    "drop_pending",
    "durable",
    "enqueue",
    "enqueue_all",
    "external",
    "pending_keys",
    "pending_messages",
    "retry",
    "sweep",
    "sweep_transaction",
]
