"""The errors of the wallet."""

from __future__ import annotations

from livestream.errors import Conflict, Forbidden, NotFound, Unprocessable


class InsufficientBalance(Forbidden):
    """The payer has fewer coins than the payment takes."""

    code = "insufficient_balance"
    title = "Not enough coins"


class EscrowClosed(Conflict):
    """The escrow takes no more money."""

    code = "escrow_closed"
    title = "No more payments are taken for this"


class EscrowNotFound(NotFound):
    """There is no such escrow."""

    code = "escrow_not_found"
    title = "No such escrow"


class EscrowAlreadyDecided(Conflict):
    """What becomes of the escrow's money was decided before."""

    code = "escrow_already_decided"
    title = "This escrow was settled before"


class TransferConflict(Conflict):
    """The transfer id was used before, for another movement of money."""

    code = "transfer_id_reused"
    title = "This transfer id belongs to another transfer"


class UnknownUser(Unprocessable):
    """The account's user does not exist."""

    code = "unknown_user"
    title = "No such user"


class AmountTooLarge(Unprocessable):
    """A balance would outgrow 64 bits."""

    code = "amount_too_large"
    title = "The amount is too large"


class EscrowNotEmpty(AssertionError):
    """An escrow was to be marked as settled with money left in it; an error in the service, not of a caller."""
