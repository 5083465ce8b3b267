"""The tables of the service that a goal's document needs."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import models


class User(AbstractBaseUser):
    """An account."""

    id = models.CharField(primary_key=True, max_length=24)
    username = models.CharField(max_length=150, unique=True)
    is_active = models.BooleanField(default=True)
    USERNAME_FIELD = "username"

    class Meta:
        managed = False
        db_table = "livestream_user"


class Session(models.Model):
    """A broadcast."""

    id = models.CharField(primary_key=True, max_length=24)
    streamer = models.ForeignKey(User, models.PROTECT, related_name="sessions")
    title = models.CharField(max_length=200)
    preset = models.CharField(max_length=9)
    prices = models.JSONField()
    active = models.BooleanField()
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "sessions_app_session"

    def __str__(self) -> str:
        return self.title


class TicketProduct(models.Model):
    """A kind of ticket."""

    id = models.CharField(primary_key=True, max_length=100)
    type = models.CharField(max_length=20)
    price = models.PositiveBigIntegerField()

    class Meta:
        managed = False
        db_table = "goals_ticketproduct"

    def __str__(self) -> str:
        return self.id


class Goal(models.Model):
    """A goal."""

    id = models.CharField(primary_key=True, max_length=24)
    type = models.CharField(max_length=20)
    session = models.ForeignKey(Session, models.PROTECT, related_name="goals")
    streamer = models.ForeignKey(User, models.PROTECT, related_name="goals")
    active = models.BooleanField()
    nbf = models.DateTimeField(null=True)
    exp = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=19, null=True)
    outcome = models.CharField(max_length=9, null=True)
    levels = models.JSONField()
    level = models.PositiveIntegerField()
    version = models.BigIntegerField()
    progress = models.BigIntegerField()
    ticket_product = models.ForeignKey(TicketProduct, models.PROTECT, null=True)
    ticket_price = models.BigIntegerField(null=True)
    terms_duration = models.PositiveIntegerField(null=True)
    terms_start_within = models.PositiveIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "goals_goal"

    def __str__(self) -> str:
        return self.id


class Contribution(models.Model):
    """A purchase."""

    transfer_id = models.CharField(primary_key=True, max_length=200)
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="contributions")
    payer = models.ForeignKey(User, models.PROTECT, related_name="+")
    amount = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "goals_contribution"

    def __str__(self) -> str:
        return self.transfer_id
