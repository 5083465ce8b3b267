"""The ledger: accounts, the transfers between them, and the sides of transfers that are not counted yet."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Account(models.Model):
    """The balance of a user, of an escrow, or of the system.

    The id says whose it is: a user's id, an escrow's id, or `system:…`. Only a system
    account may be negative: coins enter through it, so that all balances sum up to zero.
    `version` grows with each change of a user's balance, so that clients know which of two is newer.
    """

    class Kind(models.TextChoices):
        USER = "user"
        ESCROW = "escrow"
        SYSTEM = "system"

    id = models.CharField(primary_key=True, max_length=64)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    balance = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField()

    class Meta:
        # A deposit creates coins: support staff who may only view have no such permission.
        permissions = [("deposit", "Can credit users with coins")]
        constraints = [
            models.CheckConstraint(condition=Q(kind="system") | Q(balance__gte=0), name="account_never_negative"),
        ]

    def __str__(self) -> str:
        return self.id


class Transfer(models.Model):
    """One movement of `amount` coins from `debit` to `credit`; `transfer_id` makes it unique.

    The accounts carry no foreign key constraint in the database: checking it would lock the
    row of an account that a whole audience pays into (docs/decisions/0003-hot-path.md).
    """

    class Kind(models.TextChoices):
        DEPOSIT = "deposit"
        HOLD = "hold"
        PAYOUT = "payout"
        REFUND = "refund"

    transfer_id = models.CharField(primary_key=True, max_length=200)
    debit = models.ForeignKey(Account, models.PROTECT, related_name="debits", db_constraint=False, db_index=False)
    credit = models.ForeignKey(Account, models.PROTECT, related_name="credits", db_constraint=False, db_index=False)
    amount = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    tags = models.JSONField(default=list)
    created_at = models.DateTimeField()

    # Why the coins came out of an escrow, where somebody asked (`wallet.representation`).
    reason: str | None = None

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_amount_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_moves"),
        ]
        indexes = [
            models.Index(fields=["debit", "created_at", "transfer_id"], name="transfer_out"),
            models.Index(
                fields=["credit", "created_at", "transfer_id"],
                condition=~Q(kind="hold"),
                name="transfer_in",
            ),
            # For the lists of support. The first costs a purchase 16 bytes at the end of an index,
            # the second nothing.
            models.Index(fields=["created_at"], name="transfer_by_age"),
            models.Index(fields=["kind", "created_at"], condition=~Q(kind="hold"), name="transfer_of_kind"),
            # Who paid into an escrow: what a refund walks along.
            models.Index(fields=["credit", "debit"], condition=Q(kind="hold"), name="transfer_held"),
        ]

    def __str__(self) -> str:
        return self.transfer_id

    @property
    def from_user_id(self) -> str | None:
        """The user who paid; None where the coins came from an escrow or from outside."""
        return _id_if(self.debit, Account.Kind.USER)

    @property
    def to_user_id(self) -> str | None:
        """The user who received the coins; None where they went into an escrow."""
        return _id_if(self.credit, Account.Kind.USER)

    @property
    def escrow_id(self) -> str | None:
        """The escrow that the coins went into or came from, or None."""
        return _id_if(self.credit, Account.Kind.ESCROW) or _id_if(self.debit, Account.Kind.ESCROW)


def _id_if(account: Account, kind: str) -> str | None:
    return account.id if account.kind == kind else None


class PendingCredit(models.Model):
    """A transfer whose credit is not yet added to the balance of its account.

    Everybody pays into one escrow, and its balance would be a row that all of them wait for.
    So a payment leaves this row instead, and `post_pending` adds up many of them at once.
    """

    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, db_constraint=False, db_index=False)
    payer_id = models.CharField(max_length=64)
    amount = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        # By payer and not by time: what a buyer has waiting lies together, and payments arrive
        # all over the index, so that PostgreSQL clears a full page of what was counted.
        indexes = [models.Index(fields=["account", "payer_id"], name="pending_credit_queue")]

    def __str__(self) -> str:
        return f"{self.amount} to {self.account_id}"


class PendingDebit(models.Model):
    """A transfer whose debit is not yet subtracted from the balance of its system account.

    Every deposit debits the same account, so all deposits would wait for the lock of its row. Instead, a
    deposit inserts this row, and `post_deposits` subtracts many of them in one update.
    """

    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    amount = models.BigIntegerField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.amount} from {self.account_id}"
