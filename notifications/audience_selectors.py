"""Queries of audiences: who is to be admitted to a stream, and who may watch it no longer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import (
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast

from goals import selectors as goals
from goals.models import Block, Goal
from goals.types import HAS_STAGE_CHANNEL, MAY_BE_JOINED, WATCHED_BY_PAYERS
from livestream.models import User, UserTag
from livestream.users import blocked_by_tag
from notifications.models import Admission, Audience
from sessions_app.models import Session
from wallet.models import EarlyRefund, Escrow, Transfer

_WAITING = Q(told_at=None, failed_at=None)
_FEW = 100
BLOCKED, CLOSED = "The streamer blocked this viewer.", "The account is closed."
GIVEN_BACK = "The payment was given back."


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
    reasons = {True: BLOCKED, False: CLOSED}
    wanted = set(viewers)
    found = {user.id: reasons[user.is_active] for user in among.only("id", "is_active") if user.id in wanted}
    return dict.fromkeys(_given_back(escrow_id, wanted), GIVEN_BACK) | found


def _given_back(escrow_id: str, viewers: Collection[str]) -> set[str]:
    """Return those of the viewers who were refunded everything that they paid into an escrow."""
    early = EarlyRefund.objects.filter(escrow_id=escrow_id, payer_id__gte=min(viewers), payer_id__lte=max(viewers))
    returned = set(early.order_by().values_list("payer_id", flat=True)) & set(viewers)
    return returned - goals.payers_who_hold(escrow_id=escrow_id, payers=returned) if returned else set()


def sessions_to_watch(*, streamer_id: str) -> list[Session]:
    """Return the sessions of a streamer that can be watched: the active one, and ended ones with a running show."""
    outliving = _running(Goal.objects.filter(streamer_id=streamer_id))
    wanted = Q(active=True) | Q(pk__in=outliving.values("session_id"))
    return list(Session.objects.filter(wanted, streamer_id=streamer_id).order_by("-created_at", "id"))


def sessions_paid_for(*, user_id: str) -> list[Session]:
    """Return the sessions with a running goal that the user paid for."""
    paid = Transfer.objects.filter(debit_id=user_id, kind=Transfer.Kind.HOLD)
    held = Escrow.objects.filter(pk__in=paid.values("credit_id"), state=Escrow.State.OPEN)
    found = [each for pk in held.order_by("pk").values_list("pk", flat=True) for each in sessions_of(escrow_id=pk)]
    return list({session.id: session for session in found}.values())


def sessions_of(*, escrow_id: str) -> list[Session]:
    """Return the sessions with a running goal that is paid from this escrow."""
    running = _running(goals.goals_of_escrow(escrow_id=escrow_id))
    return list(Session.objects.filter(pk__in=running.values("session_id")))


def _running(among: QuerySet[Goal]) -> QuerySet[Goal]:
    """Return those of the goals that payers can watch now; unanswered invitations are left out."""
    return goals.performed_for_payers(among=among.filter(active=True))


def paid_back_early(*, escrow_id: str, batch: str) -> dict[str, list[str]]:
    """Return, by reason, the payers of one batch of early refunds who have no other payment in the escrow."""
    returned: dict[str, list[str]] = {}
    rows = EarlyRefund.objects.filter(batch=batch).order_by("payer_id")
    for payer_id, reason in rows.values_list("payer_id", "reason").distinct():
        returned.setdefault(reason, []).append(payer_id)
    still = goals.payers_who_hold(escrow_id=escrow_id, payers={each for ids in returned.values() for each in ids})
    return {reason: [each for each in ids if each not in still] for reason, ids in returned.items()}


def begun_without_audience() -> list[tuple[str, datetime]]:
    """Return the goals whose streamer came on stage without a new audience, and since when.

    The end of a grant follows from that moment: grants that were sent before would end too early.
    """
    on_stage = Goal.objects.filter(
        active=True, type__in=HAS_STAGE_CHANNEL & WATCHED_BY_PAYERS, stage_paused=None, stage_started__isnull=False
    )
    opened = Audience.objects.filter(goal_id=OuterRef("id"), since=OuterRef("stage_started"))
    begun = on_stage.filter(~Exists(opened)).values_list("id", "stage_started")
    return [(goal_id, since) for goal_id, since in begun if since is not None]


def joined_privately() -> list[str]:
    """Return the running private shows with a viewer who paid for time to which they are not admitted yet."""
    walked = _walked_audiences()
    if not walked.exists():  # usual, and far cheaper to ask than what follows, which a sweep asks twice a second
        return []
    return list(lacking_viewers(walked).values_list("goal_id", flat=True))


def _walked_audiences() -> QuerySet[Audience]:
    """Return the audiences of running private shows whose first viewers have all been admitted."""
    running = Goal.objects.filter(active=True, type__in=MAY_BE_JOINED, agreed_at__isnull=False)
    return Audience.objects.filter(goal_id__in=running.values("id"), closed_at=None, walked_at__isnull=False)


def lacking_viewers(audiences: QuerySet[Audience]) -> QuerySet[Audience]:
    """Return those of these audiences that lack a viewer who paid, or have one who paid for more time."""
    late = _not_admitted().filter(credit_id=OuterRef("escrow_id"))
    behind = _behind().filter(audience=OuterRef("pk"))
    return audiences.filter(Exists(late) | Exists(behind))


def payers_not_admitted(*, escrow_id: str) -> list[str]:
    """Return the payers of an escrow who were not refunded and are in none of its audiences."""
    return list(_not_admitted().filter(credit_id=escrow_id).order_by().values_list("debit_id", flat=True).distinct())


def viewers_to_admit_again(*, audience_id: str, viewers: Collection[str]) -> list[str]:
    """Return those of these viewers of an audience who could not be notified, or were refunded since they were."""
    refunded = EarlyRefund.objects.filter(
        escrow_id=OuterRef("audience__escrow_id"), payer_id=OuterRef("viewer_id"), created_at__gte=OuterRef("told_at")
    )
    theirs = Admission.objects.filter(audience_id=audience_id, viewer_id__in=viewers)
    again = theirs.filter(Q(failed_at__isnull=False) | Exists(refunded))
    return list(again.values_list("viewer_id", flat=True))


def viewers_behind(*, audience_id: str) -> list[str]:
    """Return the viewers of an audience who paid for more time than they were admitted to."""
    return list(_behind().filter(audience_id=audience_id).order_by().values_list("viewer_id", flat=True))


def _not_admitted() -> QuerySet[Transfer]:
    admitted = Admission.objects.filter(viewer_id=OuterRef("debit_id"), audience__escrow_id=OuterRef("credit_id"))
    return Transfer.objects.filter(~Exists(admitted), early_refund=None, kind=Transfer.Kind.HOLD)


def _behind() -> QuerySet[Admission]:
    """Return admissions that end before a block of their viewer does, or failed before it was paid for."""
    blocks = Block.objects.filter(
        goal_id=OuterRef("audience__goal_id"), payer_id=OuterRef("viewer_id"), starts_at__isnull=False, cut_at=None
    )
    # On SQLite, Django can multiply a duration only by a plain integer.
    seconds = Cast("duration", IntegerField())
    length = ExpressionWrapper(seconds * Value(timedelta(seconds=1)), output_field=DurationField())
    end = ExpressionWrapper(F("starts_at") + length, output_field=DateTimeField())
    longer = blocks.annotate(end=end).filter(end__gt=OuterRef("exp"))
    later = blocks.filter(created_at__gt=OuterRef("failed_at"))
    again = blocks.filter(created_at__gt=OuterRef("told_at"))
    refunded = EarlyRefund.objects.filter(
        escrow_id=OuterRef("audience__escrow_id"), payer_id=OuterRef("viewer_id"), created_at__gt=OuterRef("told_at")
    )
    notified = Q(told_at__isnull=False, failed_at=None) & (Exists(longer) | (Exists(refunded) & Exists(again)))
    return Admission.objects.filter(notified | Exists(later))
