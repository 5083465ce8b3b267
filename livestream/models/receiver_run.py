"""Which effect receivers ran, since the messages that had them run are gone afterwards."""

from __future__ import annotations

from django.db import models


class ReceiverRun(models.Model):
    """One run of one effect receiver on the event at `position` of the log, to its end.

    It commits with what the receiver did. A replay is one more row. `attempts` counts this
    one and those that failed before it. What failed for good is still an outbox message.
    """

    id = models.BigAutoField(primary_key=True)
    position = models.BigIntegerField()
    receiver = models.CharField(max_length=100)
    attempts = models.PositiveIntegerField()
    finished_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["position"], name="receiver_run_of_event")]

    def __str__(self) -> str:
        return f"{self.receiver} on #{self.position}"
