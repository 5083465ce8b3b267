"""What must hold at every moment, and what in the end (spec section 10)."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q

from goals.models import Goal
from goals.rules import lives_until
from goals.types import ONE_A_SESSION, GoalType, facts_of
from livestream import clock
from livestream.models import OutboxMessage
from sessions_app.models import Session
from tests.domain.world import World
from tests.support.outbox import pending_actors
from wallet.models import Account, Escrow
from wallet.verification import verify_ledger


def check_always(world: World) -> None:
    """What holds whatever is still to be done."""
    assert verify_ledger() == []
    assert not Account.objects.filter(balance__lt=0).exclude(kind=Account.Kind.SYSTEM).exists()
    world.purse.check_decisions()
    world.witness.read_on()
    running = Goal.objects.filter(type__in=ONE_A_SESSION, ended_at=None).values("session", "type")
    assert not running.annotate(found=Count("id")).filter(found__gt=1).exists()
    assert not Goal.objects.filter(ended_at__isnull=False, ended_because=None).exists()
    assert not OutboxMessage.objects.filter(failed_at__isnull=False).exists()


def check_caught_up(world: World) -> None:
    """What holds once everything that was due is done."""
    now = clock.now()
    assert not Goal.objects.filter(active=True, exp__lte=now).exists()
    assert not Goal.objects.filter(active=False, ended_at=None, nbf__lte=now).exists()
    orphans = Goal.objects.filter(ended_at=None, session__active=False).select_related("session")
    for goal in orphans:
        assert goal.session.ended_at is not None
        assert lives_until(goal_type=goal.type, ended_at=goal.session.ended_at) > now, f"{goal} outlived its session"
    late = Escrow.objects.filter(Q(decided_at__isnull=False), settled_at=None)
    assert not late.exists(), "an escrow was decided and not settled"
    for session in Session.objects.exclude(pk__in=world.changed):
        assert session.preset == _preset(session), f"{session} is {session.preset}"


def _preset(session: Session) -> str:
    """Return the preset of a session whose streamer never changed it."""
    running = session.goals.filter(ended_at=None, type__in=[each for each in GoalType if facts_of(each).preset])
    goal = running.filter(Q(agreed_at__isnull=False) | Q(type=GoalType.EXCLUSIVE)).first()
    return goal.facts.preset if goal else Session.Preset.PUBLIC


def check_the_end(world: World) -> None:
    """What holds when all sessions are over and time enough has passed."""
    check_always(world)
    check_caught_up(world)
    assert not Goal.objects.filter(ended_at=None).exists()
    assert pending_actors() == []
    world.purse.check_all_settled()


LONG_ENOUGH = timedelta(hours=3).total_seconds()
