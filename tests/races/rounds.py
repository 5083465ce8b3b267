"""Rounds of a race: many small worlds one after another, and a look at all of them in the end."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings

from goals.endings import EndedBecause
from goals.models import Goal
from goals.services import answering, inviting, lifecycle
from goals.types import GoalType
from livestream import clock
from livestream.errors import DomainError
from livestream.models import User
from sessions_app.models import Session
from sessions_app.services import ending, opening
from tests.support.outbox import pass_time, pending_actors, run_due
from tests.support.people import make_user
from tests.support.rounds import rounds
from tests.support.stage import come_online
from tests.support.threads import at_once
from wallet.models import Escrow, PendingCredit
from wallet.selectors import balance_of
from wallet.verification import verify_ledger

ROUNDS = int(os.environ.get("RACE_ROUNDS") or rounds(100, few=5))
COINS = 1000
A_SHOW = 180  # seconds
NO_TIME, MOMENT = timedelta(0), timedelta(milliseconds=1)
Act = Callable[[], Any]


def make_viewers(number: int) -> list[User]:
    """Make some people with coins."""
    return [make_user(coins=COINS) for _ in range(number)]


def open_session() -> Session:
    """Open a session that offers everything, 60 coins a minute for sd, 100 for a 1-on-1; its streamer is there."""
    streamer = make_user()
    session = opening.open_session(streamer_id=streamer.pk, prices={"sd": 60, "exclusive": 100}, now=clock.now())
    come_online(streamer.pk)
    return session


def invited(kind: GoalType) -> Goal:
    """Let somebody invite in a new session."""
    goal: Goal = to_invite(open_session(), make_viewers(1)[0], kind)()
    return goal


def to_invite(session: Session, viewer: User, kind: GoalType, *, early: timedelta = NO_TIME) -> Act:
    """Return the act of inviting, to a minute and to be answered within a minute."""
    return partial(
        inviting.invite,
        kind=kind,
        session_id=session.id,
        viewer_id=viewer.pk,
        exp=clock.now() + timedelta(minutes=1),
        duration=60,
        now=clock.now() - early,
    )


def to_agree(goal: Goal, *, early: timedelta = NO_TIME) -> Act:
    """Return the streamer's act of agreeing, a moment before the clock's time."""
    return partial(answering.agree, **_by_the_streamer(goal, early))


def to_decline(goal: Goal) -> Act:
    """Return the streamer's act of declining."""
    return partial(answering.disagree, **_by_the_streamer(goal, NO_TIME))


def to_cancel(goal: Goal) -> Act:
    """Return the streamer's act of ending a goal."""
    return partial(lifecycle.cancel_goal, **_by_the_streamer(goal, NO_TIME))


def to_expire(goal: Goal) -> Act:
    """Return the act of the worker that finds the goal due."""
    return partial(lifecycle.deactivate_goal, goal_id=goal.id, because=EndedBecause.EXPIRED, now=clock.now())


def race(*acts: Act) -> list[Any]:
    """Do all of it at once. Whoever loses is refused by a rule of the product, never by the database."""
    outcomes = at_once(*acts)
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, DomainError):
            raise outcome
    return outcomes


def do_what_is_due() -> None:
    """Do what is due by now."""
    run_due(sweeps=False)


def settle(moving: clock.MovableClock) -> None:
    """Let time pass until everything is over, and see that every coin is somewhere.

    Every show lasts less than A_SHOW. What only waits after that is left alone until its wait is over.
    """
    pass_time(moving, seconds=A_SHOW)
    moving.advance(seconds=2 * settings.SHOW_MAX_WAIT)
    run_due()
    for session in Session.objects.filter(active=True):
        ending.deactivate_session(session_id=session.id, now=clock.now())
    pass_time(moving, seconds=settings.SHOW_END_GRACE)
    assert verify_ledger() == []
    assert not PendingCredit.objects.exists()
    assert not Escrow.objects.filter(settled_at=None).exists()
    assert not Goal.objects.filter(active=True).exists()
    assert pending_actors() == []


def check_that_only_the_agreed_are_paid() -> None:
    """Whoever agreed has the price of the invitation, and nobody else has anything."""
    goals = Goal.objects.all()
    assert {goal.id: coins_of(goal.streamer_id) for goal in goals} == {
        goal.id: goal.price if goal.agreed_at else 0 for goal in goals
    }


def coins_of(user: User | str) -> int:
    """Return somebody's coins."""
    return balance_of(user_id=user if isinstance(user, str) else user.pk)


def _by_the_streamer(goal: Goal, early: timedelta) -> dict[str, Any]:
    return {"goal_id": goal.id, "caller_id": goal.streamer_id, "triggerer": None, "now": clock.now() - early}
