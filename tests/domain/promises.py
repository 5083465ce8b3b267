"""What must hold at every moment, and what in the end (spec section 10)."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q

from goals import escrow_ids
from goals.models import Goal
from goals.rules import lives_until
from goals.types import ONE_A_SESSION, GoalType, facts_of
from livestream import clock
from livestream.models import OutboxMessage, User
from sessions_app.models import Session
from tests.domain.world import World
from tests.support.outbox import pending_actors
from wallet.models import Account, Escrow
from wallet.verification import verify_ledger

# How long after its time a performed goal may wait for a leave that is on its way, and for two answers.
DOUBT = timedelta(seconds=15)


def check_always(world: World) -> None:
    """What holds whatever is still to be done."""
    assert verify_ledger() == []
    assert not Account.objects.filter(balance__lt=0).exclude(kind=Account.Kind.SYSTEM).exists()
    world.purse.check_decisions()
    world.witness.read_on()
    world.versions.check()
    check_one_stage(world)
    running = Goal.objects.filter(type__in=ONE_A_SESSION, ended_at=None).values("session", "type")
    assert not running.annotate(found=Count("id")).filter(found__gt=1).exists()
    assert not Goal.objects.filter(ended_at__isnull=False, ended_because=None).exists()
    assert not OutboxMessage.objects.filter(failed_at__isnull=False).exists()


def check_caught_up(world: World) -> None:
    """What holds once everything that was due is done."""
    now = clock.now()
    assert not Goal.objects.filter(active=True, exp__lte=now - DOUBT).exists()
    assert not Goal.objects.filter(active=False, ended_at=None, nbf__lte=now).exists()
    orphans = Goal.objects.filter(ended_at=None, session__active=False).select_related("session")
    for goal in orphans:
        assert goal.session.ended_at is not None
        latest = lives_until(goal_type=goal.type, ended_at=goal.session.ended_at) + DOUBT
        assert latest > now, f"{goal} outlived its session"
    closed = User.objects.filter(is_active=False).values("pk")
    late = Escrow.objects.filter(Q(decided_at__isnull=False), settled_at=None).exclude(user_id__in=closed)
    assert not late.exists(), "an escrow was decided and not settled"
    check_no_coin_is_held_too_long()
    for session in Session.objects.exclude(pk__in=world.changed):
        assert session.preset == _preset(session), f"{session} is {session.preset}"


def check_no_coin_is_held_too_long() -> None:
    """Every coin that an escrow holds waits for something that is still to come."""
    for escrow in Escrow.objects.filter(state=Escrow.State.OPEN):
        goal = Goal.objects.get(pk=escrow_ids.goal_of(escrow.escrow_id))
        last = goal.show_goal or goal.exclusive_goal or goal
        if last.ended_at is None or not Account.objects.filter(pk=escrow.escrow_id, balance__gt=0).exists():
            continue
        waits = last.type == GoalType.FUNDING and last.start_by is not None and last.start_by > clock.now()
        assert waits, f"{last} is over, and {escrow} holds coins"


def check_one_stage(world: World) -> None:
    """A streamer performs one thing at a time that is paid for, and no second of it counts elsewhere."""
    for streamer in world.streamers:
        staged = Goal.objects.filter(streamer=streamer, ended_at=None).exclude(type__in=("funding", "karaoke"))
        taken = staged.exclude(type__in=("trigger-private", "trigger-exclusive"), agreed_at=None)
        assert taken.count() <= 1, list(taken)


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
