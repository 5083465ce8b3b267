"""Who was let in, as the tests of notifications look at it."""

from __future__ import annotations

from django.db.models import Count, Q

from livestream import clock
from notifications import channels
from notifications.models import Admission, Audience

EVENT = "stream.authorized"


def let_in():
    """Return who was told since the tables were emptied, one entry for each time."""
    told = Admission.objects.filter(told_at__isnull=False)
    return sorted(told.values_list("viewer_id", flat=True))


def audiences_of(subject):
    """Return the audiences of a goal, oldest first; `told` is how many of their viewers were notified."""
    told = Count("admissions", filter=Q(admissions__told_at__isnull=False))
    mine = Audience.objects.filter(Q(subject=subject) | Q(goal_id=subject))
    return mine.annotate(told=told).order_by("created_at", "id")


def ids_of(*viewers):
    return sorted(viewer.pk for viewer in viewers)


def ends_told():
    """Return the ends of the grants that were told, in unix seconds."""
    told = Admission.objects.filter(told_at__isnull=False).values_list("exp", flat=True)
    return {clock.to_epoch(exp) for exp in told}


def heard(server):
    """Return what a server in Pusher's place was told: by viewer and quality, in order."""
    found = {}
    for name, event, data in server.told:
        channel = channels.parse(name)
        if event == EVENT and channel.room == channels.VIEWER:
            found.setdefault((channel.viewer_id, channel.quality), []).append(data)
    return found
