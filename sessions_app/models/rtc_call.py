"""What a provider of real-time communication was asked, and what it said."""

from __future__ import annotations

from django.db import models


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
