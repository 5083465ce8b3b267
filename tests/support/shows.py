"""A show at each point of its life."""

from __future__ import annotations

from datetime import datetime

from goals.models import Goal
from goals.services import contributions, performance
from livestream import clock
from livestream.models import User
from sessions_app.models import RtcCall
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding, make_session, make_show, make_source, make_user
from tests.support.stage import PATIENCE, go_on_stage


def buy(goal: Goal, viewer: User, quantity: int = 1, key: str | None = None) -> contributions.Receipt:
    """Buy tickets of 200 coins."""
    return contributions.contribute(goal_id=goal.id, payer_id=viewer.pk, quantity=quantity, key=key, now=clock.now())


def reached_funding(moving: clock.MovableClock, *, viewers: int = 2) -> Goal:
    """Sell tickets to some viewers until the funding goal is reached and closed."""
    funding = make_funding(make_session(), target=200 * viewers)
    for _ in range(viewers):
        buy(funding, make_user(coins=1000))
    run_due()
    moving.advance(seconds=1)
    funding.refresh_from_db()
    return funding


def running_show(moving: clock.MovableClock, *, target: int = 60, nbf: datetime | None = None) -> Goal:
    """Make a funded show and start it."""
    show = make_show(reached_funding(moving), target=target, nbf=nbf)
    run_due()
    return show


def recorded_show(moving: clock.MovableClock, *, target: int = 60) -> Goal:
    """Make a funded show whose streamer broadcasts through BytePlus, and start it."""
    funding = reached_funding(moving)
    make_source(user_id=funding.streamer_id, provider="byteplus", now=clock.now())
    show = make_show(funding, target=target)
    run_due()
    return show


def asked_of_rtc(show: Goal) -> list[str]:
    """Return what the provider was asked about a show, in order."""
    return list(RtcCall.objects.filter(subject=show.id, outcome="done").order_by("id").values_list("action", flat=True))


def completed_show(moving: clock.MovableClock, *, target: int = 60) -> Goal:
    """Perform a show to its target; nothing that follows is done yet."""
    show = running_show(moving, target=target)
    go_on_stage(show)
    pass_time(moving, seconds=target + PATIENCE)
    show.refresh_from_db()
    return show


def just_completed_show(moving: clock.MovableClock, *, target: int = 60) -> Goal:
    """Perform a show to its target, with everything that follows still to be done, its payout too."""
    show = running_show(moving, target=target)
    go_on_stage(show)
    moving.advance(seconds=target + PATIENCE)
    performance.complete_performance(goal_id=show.id, now=moving.at)
    show.refresh_from_db()
    return show
