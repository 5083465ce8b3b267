"""Goals: what an audience pays for or waits for, and the tickets that are sold for them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from goals import rules
from goals.endings import EndedBecause, Outcome
from goals.types import ONE_A_SESSION, SELLS_TICKETS, Facts, GoalType, Settlement, Unit, facts_of
from livestream.fields import ObjectIdField
from sessions_app.models import Session


class TicketProduct(models.Model):
    """A kind of ticket and its price in coins; its id is the one clients send."""

    id = models.CharField(primary_key=True, max_length=100)
    type = models.CharField(max_length=20, default=GoalType.SHOW.value)
    price = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0), name="product_has_a_price"),
        ]

    def __str__(self) -> str:
        return self.id


class Goal(models.Model):
    """One goal of any type; spec sections 1 and 2.

    `progress` is coins or seconds, `performed` the seconds of the stage that went into it.
    A goal is scheduled, then active, then ended: `ended_at` and `ended_because` are set together, and a
    refund after the end replaces the reason.
    """

    id = ObjectIdField(primary_key=True)
    type = models.CharField(max_length=20, choices=[(each.value, each.value) for each in GoalType])
    session = models.ForeignKey(Session, models.PROTECT, related_name="goals")
    streamer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="goals")
    active = models.BooleanField(default=False)
    nbf = models.DateTimeField(null=True)
    exp = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(
        max_length=19, choices=[(each.value, each.value) for each in EndedBecause], null=True
    )
    outcome = models.CharField(max_length=9, choices=[(each.value, each.value) for each in Outcome], null=True)
    levels = models.JSONField(default=list)
    level = models.PositiveIntegerField(default=0)
    # Incremented by a trigger at each change of the row (`livestream.storage.versions`).
    version = models.BigIntegerField(default=1, db_default=1, editable=False)
    progress = models.BigIntegerField(default=0)
    performed = models.BigIntegerField(default=0)
    stage_started = models.DateTimeField(null=True)
    stage_paused = models.DateTimeField(null=True)
    stage_updated = models.DateTimeField(null=True)
    # When the realtime server last said that the streamer was on stage.
    stage_seen = models.DateTimeField(null=True)
    ticket_product = models.ForeignKey(TicketProduct, models.PROTECT, null=True)
    ticket_price = models.BigIntegerField(null=True)
    funding_goal = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    show_goal = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")

    # The terms of a sale, copied to its show: the least length of the show (seconds), the time from the
    # end of the reached sale to the show's start (seconds), and the deadline that follows from it.
    terms_duration = models.PositiveIntegerField(null=True)
    terms_start_within = models.PositiveIntegerField(null=True)
    start_by = models.DateTimeField(null=True)

    # Invitations: who invited, to how much time, for what, and what the streamer answered.
    triggered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    prepaid_duration = models.PositiveIntegerField(null=True)
    price = models.BigIntegerField(null=True)
    rate = models.BigIntegerField(null=True)  # coins a minute at the time of the invitation
    agreed_at = models.DateTimeField(null=True)
    preset_before = models.CharField(max_length=9, blank=True)
    cooldown_until = models.DateTimeField(null=True)
    trigger_goal = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    exclusive_goal = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    rtc_sources = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "type"],
                # An ongoing invitation to a private show is joined, not made twice.
                condition=Q(type__in=tuple(sorted(each.value for each in ONE_A_SESSION)), ended_at=None),
                name="goal_one_of_its_type_at_a_time",
            ),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(active=False), name="goal_ended_is_not_active"),
            models.CheckConstraint(
                condition=Q(ended_because=None) | Q(ended_at__isnull=False),
                name="goal_no_reason_before_its_end",
            ),
            models.CheckConstraint(condition=Q(progress__gte=0), name="goal_progress_not_negative"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="goal_newest"),
            models.Index(fields=["type", "-created_at", "-id"], name="goal_of_type"),
            models.Index(fields=["outcome", "-created_at", "-id"], name="goal_by_outcome"),
            models.Index(fields=["-created_at", "-id"], condition=Q(ended_at=None), name="goal_not_over"),
            models.Index(fields=["session", "-created_at", "-id"], name="goal_of_session"),
            models.Index(fields=["streamer", "-created_at", "-id"], name="goal_of_streamer"),
            models.Index(fields=["session"], condition=Q(active=True), name="goal_active_in_session"),
            models.Index(fields=["exp"], condition=Q(active=True), name="goal_expiring"),
            models.Index(fields=["nbf"], condition=Q(active=False, ended_at=None), name="goal_scheduled"),
            models.Index(
                fields=["start_by"],
                condition=Q(
                    type__in=tuple(sorted(each.value for each in SELLS_TICKETS)),
                    outcome=Outcome.COMPLETED.value,
                    show_goal=None,
                ),
                name="goal_show_awaited",
            ),
        ]
        permissions = [("end_goal", "Can end a goal")]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"

    @property
    def kind(self) -> GoalType:
        """The goal's type, for a `match` over all types."""
        return GoalType(self.type)

    @property
    def facts(self) -> Facts:
        """What is true of every goal of this type."""
        return facts_of(self.type)

    @property
    def is_performed(self) -> bool:
        """Whether time on stage counts for this goal; for an invitation it does once the streamer has agreed."""
        return self.facts.performed and (self.agreed_at is not None or not self.facts.is_invitation)

    @property
    def unit(self) -> Unit:
        """What its progress and its targets count."""
        return self.facts.unit

    @property
    def state(self) -> str:
        """scheduled, active or ended (spec section 2)."""
        return rules.state(active=self.active, ended=self.ended_at is not None)

    @property
    def target(self) -> int:
        """The last level's target, in coins or seconds; 0 without levels."""
        return rules.target(self.levels)

    @property
    def reached(self) -> bool:
        """Whether the last level is reached."""
        return bool(self.levels) and self.level >= len(self.levels)

    @property
    def coins_a_minute(self) -> int:
        """The rate at which an invitation is paid, as it was when the invitation was made.

        A process of the previous release does not store it; then it follows from price and duration.
        """
        if self.rate is not None:
            return self.rate
        return (self.price or 0) * 60 // (self.prepaid_duration or 60)

    @property
    def escrow_id(self) -> str | None:
        """The escrow of this goal's money; a show and an exclusive goal share another goal's."""
        name = self.facts.escrow
        return name(self.funding_goal_id or self.trigger_goal_id or self.id) if name else None

    @property
    def exclusive_to(self) -> str | None:
        """The viewer whom a 1-on-1, or the invitation to one, is for."""
        return self.triggered_by_id if self.facts.settled_by == Settlement.ONE_ON_ONE else None
