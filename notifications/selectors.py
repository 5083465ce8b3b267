"""Queries of notifications: what waits to be sent or processed, and who is to be notified."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from goals.models import Goal
from goals.types import MAY_BE_JOINED, PERFORMED, WATCHED_BY_PAYERS
from livestream.models import User, UserTag
from livestream.users import blocked_by_tag
from notifications.models import Admission, Audience, Push, Webhook
from wallet.models import Transfer

_WAITING = Q(told_at=None, failed_at=None)
_FEW = 100


def waiting_pushes() -> QuerySet[Push]:
    """Return the pushes to send, in order: what is happening now, then the bulk."""
    return Push.objects.filter(sent_at=None, failed_at=None).order_by("bulk", "id")


def due_webhooks(*, now: datetime) -> QuerySet[Webhook]:
    """Return the webhooks to process, in the order of their own time."""
    ready = Q(retry_at=None) | Q(retry_at__lte=now)
    return Webhook.objects.filter(ready, processed_at=None).order_by("time_ms", "id")


def next_of_its_channel(*, webhook_id: int, now: datetime) -> Webhook | None:
    """Lock and return a due webhook, unless it or an earlier one of its channel is being processed.

    An earlier one that has failed does not delay its channel.
    """
    before = Q(time_ms__lt=OuterRef("time_ms")) | Q(time_ms=OuterRef("time_ms"), id__lt=OuterRef("id"))
    earlier = Webhook.objects.filter(before, channel=OuterRef("channel"), processed_at=None, attempts=0)
    candidates = due_webhooks(now=now).filter(~Exists(earlier), pk=webhook_id)
    return candidates.select_for_update(of=("self",), skip_locked=True).first()


def audiences_to_notify() -> QuerySet[Audience, str]:
    """Return the ids of the audiences in which a viewer is still to be notified."""
    walking = Audience.objects.filter(closed_at=None, walked_at=None)
    joined = Admission.objects.filter(_WAITING, audience__closed_at=None)
    return walking.values_list("id", flat=True).union(joined.values_list("audience_id", flat=True))


def waiting_viewers(*, audience_id: str, limit: int) -> list[str]:
    """Return viewers of an audience who paid late and wait to be notified."""
    waiting = Admission.objects.filter(_WAITING, audience_id=audience_id).order_by("viewer_id")
    return list(waiting.values_list("viewer_id", flat=True)[:limit])


def viewers_dealt_with(*, audience_id: str, after: str, upto: str) -> set[str]:
    """Return the viewers between two ids who were notified, or could not be."""
    known = Admission.objects.filter(audience_id=audience_id, viewer_id__gt=after, viewer_id__lte=upto)
    return set(known.exclude(_WAITING).values_list("viewer_id", flat=True))


def unwelcome(*, streamer_id: str, escrow_id: str, viewers: Collection[str]) -> dict[str, str]:
    """Return the payers of an escrow who may watch nothing although they paid, each with the reason.

    Many viewers are adjacent, so the query takes the range from the first id to the last: a thousand
    ids in a query would cost more than the query. A few may be far apart, and are listed.
    """
    if not viewers:
        return {}
    between = {"debit_id__gte": min(viewers), "debit_id__lte": max(viewers)}
    payers = Transfer.objects.filter(credit_id=escrow_id, kind=Transfer.Kind.HOLD, **between)
    searched = payers.values("debit_id") if len(viewers) > _FEW else list(viewers)
    block = UserTag.objects.filter(user_id=OuterRef("id"), tag=blocked_by_tag(streamer_id=streamer_id))
    among = User.objects.filter(Exists(block) | Q(is_active=False), pk__in=searched)
    reasons = {True: "The streamer blocked this viewer.", False: "The account is closed."}
    wanted = set(viewers)
    return {user.id: reasons[user.is_active] for user in among.only("id", "is_active") if user.id in wanted}


def begun_without_audience() -> list[tuple[str, datetime]]:
    """Return the goals whose streamer came on stage without a new audience, and since when.

    The end of a grant follows from that moment: grants that were sent before would end too early.
    """
    on_stage = Goal.objects.filter(
        active=True, type__in=PERFORMED & WATCHED_BY_PAYERS, stage_paused=None, stage_started__isnull=False
    )
    opened = Audience.objects.filter(goal_id=OuterRef("id"), since=OuterRef("stage_started"))
    begun = on_stage.filter(~Exists(opened)).values_list("id", "stage_started")
    return [(goal_id, since) for goal_id, since in begun if since is not None]


def joined_privately() -> QuerySet[Audience, str]:
    """Return the running private shows that a viewer has paid for without being admitted yet."""
    running = Goal.objects.filter(active=True, type__in=MAY_BE_JOINED, agreed_at__isnull=False)
    walked = Audience.objects.filter(goal_id__in=running.values("id"), closed_at=None, walked_at__isnull=False)
    late = _not_admitted().filter(credit_id=OuterRef("escrow_id"))
    return walked.filter(Exists(late)).values_list("goal_id", flat=True)


def payers_not_admitted(*, escrow_id: str) -> list[str]:
    """Return the payers of an escrow who are in none of its audiences."""
    return list(_not_admitted().filter(credit_id=escrow_id).order_by().values_list("debit_id", flat=True).distinct())


def _not_admitted() -> QuerySet[Transfer]:
    admitted = Admission.objects.filter(viewer_id=OuterRef("debit_id"), audience__escrow_id=OuterRef("credit_id"))
    return Transfer.objects.filter(~Exists(admitted), kind=Transfer.Kind.HOLD)
