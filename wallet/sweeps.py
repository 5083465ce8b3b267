"""The sweep of the wallet: deposits that the system account has not counted yet."""

from __future__ import annotations

from livestream.outbox import Delivery, enqueue, sweep, sweep_transaction
from wallet import selectors
from wallet.services import posting


@sweep(every=1)
def deposits_to_count() -> None:
    """Have the waiting deposits counted: the table of them is the queue."""
    if selectors.deposits_wait():
        with sweep_transaction():
            enqueue(posting.post_deposits, Delivery(key="deposits", pending="keep"))
