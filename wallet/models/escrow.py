"""Escrows, which hold the money of viewers for one goal, and the streamer's earnings from them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from livestream.fields import ObjectIdField
from wallet.models.ledger import Transfer


class Escrow(models.Model):
    """Money held under an opaque `escrow_id`; it ends exactly once (spec sections 1 and 6).

    The coins lie on the account of the same id. `state` leaves `open` once, under lock;
    `settled_at` is when all the money had arrived. Money is taken in while the state is open
    and `accepts_until`, where set, lies ahead. `refunded_upto` is where a refund goes on.
    `received` is all coins that were ever paid in, `refunded_early` the part of them that single
    payers were given back before the escrow was settled.
    """

    class State(models.TextChoices):
        OPEN = "open"
        COMPLETED = "completed"
        REFUNDED = "refunded"
        SPLIT = "split"

    # The states in which the streamer's earnings are paid.
    PAID_OUT = (State.COMPLETED, State.SPLIT)

    escrow_id = models.CharField(primary_key=True, max_length=64)
    user_id = ObjectIdField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    received = models.BigIntegerField(default=0)
    refunded_early = models.BigIntegerField(default=0, db_default=0)
    accepts_until = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    refunded_upto = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None) | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="escrow_decided_once",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "opened_at"], name="escrow_age"),
            models.Index(fields=["opened_at", "escrow_id"], name="escrow_newest"),
            models.Index(fields=["state", "escrow_id"], name="escrow_in_state"),
            models.Index(fields=["user_id", "opened_at"], name="escrow_of_streamer"),
            models.Index(
                fields=["decided_at"],
                condition=Q(settled_at=None, decided_at__isnull=False),
                name="escrow_unsettled",
            ),
        ]
        permissions = [
            ("refund_escrow", "Can refund an escrow"),
            ("settle_escrow", "Can settle what is due of an escrow"),
        ]

    def __str__(self) -> str:
        return self.escrow_id


class Earning(models.Model):
    """What a streamer earned in one hour through one escrow, in coins (spec section 1)."""

    class State(models.TextChoices):
        PENDING = "pending"
        SETTLED = "settled"
        REFUNDED = "refunded"

    id = ObjectIdField(primary_key=True)
    user_id = ObjectIdField()
    hour = models.DateTimeField()
    escrow = models.ForeignKey(Escrow, models.PROTECT, related_name="earnings")
    amount = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["escrow", "user_id", "hour"], name="earning_one_an_hour_and_escrow"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="earning_never_negative"),
        ]
        indexes = [
            models.Index(fields=["user_id", "hour", "id"], name="earning_of_streamer"),
            models.Index(fields=["state", "id"], name="earning_in_state"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.escrow_id}"


class EarlyRefund(models.Model):
    """A payment that was given back before its escrow was settled (spec section 6).

    The payer got back `amount` less `kept` coins; the kept ones stay in the escrow as an earning of the
    streamer. `batch` is the id of the event that reports the refund; a batch may have many payers.
    There are no foreign key constraints, because every row of a batch would check the same locked escrow.
    """

    # The reason where a whole escrow is split: why, is known of its goal.
    CUT_SHORT = "cut_short"

    hold = models.OneToOneField(
        Transfer, models.PROTECT, primary_key=True, db_constraint=False, related_name="early_refund"
    )
    escrow = models.ForeignKey(
        Escrow, models.PROTECT, db_constraint=False, related_name="early_refunds", db_index=False
    )
    payer_id = models.CharField(max_length=64)
    amount = models.BigIntegerField()
    kept = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=19)
    batch = ObjectIdField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kept__gte=0, kept__lte=models.F("amount")), name="early_refund_keeps_a_part"
            ),
        ]
        indexes = [
            models.Index(fields=["escrow", "payer_id"], name="early_refund_of_payer"),
            models.Index(fields=["batch", "payer_id"], name="early_refund_of_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.amount - self.kept} of {self.hold_id}"


class PayerTotal(models.Model):
    """The coins of one payer in an escrow, as far as they are counted, less what was refunded early.

    It shows who paid how much; refunds and payouts read the transfers. Its coins and the payer's waiting payments add
    up to the payer's transfers, also after settlement; `verify_ledger` compares them. Only triggers and
    `wallet.sql.fill_totals` write it (docs/decisions/0024-coins-by-payer.md).
    """

    pk = models.CompositePrimaryKey("escrow_id", "payer_id")
    escrow_id = models.CharField(max_length=64)
    payer_id = models.CharField(max_length=64)
    coins = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["escrow_id", "-coins", "payer_id"], name="payer_total_most_first")]

    def __str__(self) -> str:
        return f"{self.coins} of {self.payer_id}"
