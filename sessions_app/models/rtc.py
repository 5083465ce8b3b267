"""What the RTC provider does for sessions: recordings of shows, and every call that was made to it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from livestream.fields import ObjectIdField


class Recording(models.Model):
    """The recording of one show; a long show is recorded by several tasks of the vendor, one after another.

    `part` is the number of the current task, and `part_until` the limit with which it was started: after
    that it has ended, and a running show needs the next task. The first task is named by the goal's id.

    `wanted` changes in the transaction that follows the show, and never back to started. What
    was asked of the vendor follows it: `asked_at` is noted before the first call to start, so
    that whatever may have been started is also stopped. A call whose answer was lost may act
    until `unsure_until`; a stop before that is not the last. Nothing is recorded beyond `until`,
    whatever fails: that is the limit the vendor is given. `closed_at` ends our interest in it.
    """

    class Wanted(models.TextChoices):
        STARTED = "started"
        STOPPED = "stopped"

    goal_id = ObjectIdField(primary_key=True)
    session_id = ObjectIdField(db_index=True)
    streamer_id = ObjectIdField(db_index=True)
    room_id = models.CharField(max_length=128, blank=True)
    provider = models.CharField(max_length=16, blank=True)
    wanted = models.CharField(max_length=7, choices=Wanted.choices, default=Wanted.STARTED)
    created_at = models.DateTimeField()
    until = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    unsure_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    part = models.PositiveIntegerField(default=1, db_default=1)
    part_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["until"], condition=Q(closed_at=None), name="recording_open"),
            models.Index(fields=["created_at", "goal_id"], name="recording_by_age"),
        ]

    def __str__(self) -> str:
        return f"recording of {self.goal_id}"

    @property
    def task_id(self) -> str:
        """The vendor's id of the current task."""
        return self.goal_id if self.part == 1 else f"{self.goal_id}.{self.part}"

    @property
    def state(self) -> str:
        """The state as support sees it, in a few words."""
        if self.refused_at:
            return "refused"
        if self.closed_at and self.stopped_at:
            return "stopped"
        if self.closed_at:
            return "ran into its limit" if self.asked_at else "not recorded"
        if self.wanted == self.Wanted.STOPPED:
            return "stopping"
        return "recording" if self.started_at else "starting"


class RtcCall(models.Model):
    """One call that was made; with the local provider, this is where it arrives.

    `asked` are the arguments, without keys and without where recordings are stored. `subject`
    is the goal's id, or the session's for a ban.
    """

    class Outcome(models.TextChoices):
        DONE = "done"
        REFUSED = "refused"
        UNAVAILABLE = "unavailable"

    id = models.BigAutoField(primary_key=True)
    action = models.CharField(max_length=32)
    provider = models.CharField(max_length=16)
    subject = models.CharField(max_length=64)
    asked = models.JSONField(default=dict)
    outcome = models.CharField(max_length=11, choices=Outcome.choices)
    said = models.TextField(blank=True)
    took_ms = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = "RTC call"
        indexes = [
            models.Index(fields=["subject", "id"], name="rtc_call_of_subject"),
            models.Index(fields=["action", "id"], name="rtc_call_by_action"),
            models.Index(fields=["outcome", "id"], name="rtc_call_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.action} #{self.pk}"
