"""The errors of the wallet."""

from __future__ import annotations

from livestream.errors import Conflict, Forbidden, NotFound, Unprocessable


class InsufficientBalance(Forbidden):
    """You have fewer coins than this costs. Nothing was paid."""

    code = "insufficient_balance"
    title = "Not enough coins"
    advice = "Show the balance, and offer to buy coins."


class EscrowClosed(Conflict):
    """The sale or the invitation accepts no more payments. Nothing was paid."""

    code = "escrow_closed"
    title = "This accepts no more payments"
    advice = "Read the goal again, and show that it is closed."


class EscrowNotFound(NotFound):
    """There is no such escrow."""

    code = "escrow_not_found"
    title = "No such escrow"


class EscrowAlreadyDecided(Conflict):
    """The escrow was paid out, refunded or split before."""

    code = "escrow_already_decided"
    title = "This escrow was settled before"


class TransferConflict(Conflict):
    """The `transfer_id` was used before for another user or amount. No coins were moved."""

    code = "transfer_id_reused"
    title = "This transfer id belongs to another transfer"
    advice = "Use a new `transfer_id` for another deposit."


class UnknownUser(Unprocessable):
    """The user whose account is to be credited does not exist."""

    code = "unknown_user"
    title = "No such user"
    advice = "Check the `user_id`."


class AmountTooLarge(Unprocessable):
    """A balance would become larger than 64 bits can hold."""

    code = "amount_too_large"
    title = "The amount is too large"
    advice = "Send a smaller amount."


class EscrowNotEmpty(AssertionError):
    """An escrow was to be marked as settled with money left in it; an error in the service, not of a caller."""
