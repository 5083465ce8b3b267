"""A streamer sells tickets, performs, and is paid; or does not, and everybody is refunded."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goals.endings import EndedBecause
from goals.models import Goal
from goals.services import contributions, lifecycle
from livestream import clock
from livestream.events import publish
from livestream.events.contracts import CHANNEL_OCCUPIED, CHANNEL_VACATED, ChannelOccupied, ChannelVacated
from tests.support.outbox import pass_time, pending_actors, run_due
from tests.support.people import make_funding, make_session, make_show, make_user
from tests.support.stage import PATIENCE
from wallet.models import Earning, Escrow
from wallet.selectors import balance_of
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db


def go_on_stage(goal: Goal, source: str = "1") -> None:
    publish(CHANNEL_OCCUPIED, ChannelOccupied(**_of_stage(goal, source)))


def leave_stage(goal: Goal, source: str = "2") -> None:
    publish(CHANNEL_VACATED, ChannelVacated(**_of_stage(goal, source)))


def _of_stage(goal, source):
    return {
        "channel": f"presence-enc-goal@{goal.id}",
        "user_id": goal.streamer_id,
        "time": clock.now(),
        "room": "goal",
        "subject_id": goal.id,
        "source": source,
    }


def buy(goal, viewer, quantity=1):
    return contributions.contribute(goal_id=goal.id, payer_id=viewer.pk, quantity=quantity, now=clock.now())


def reached_funding(moving, viewers):
    funding = make_funding(make_session(), target=400)
    for viewer in viewers:
        buy(funding, viewer)
    run_due()
    funding.refresh_from_db()
    moving.advance(seconds=1)
    return funding


def test_the_show_is_paid_out_while_the_streamer_is_still_on_stage(moving):
    viewers = [make_user(coins=1000) for _ in range(2)]
    funding = reached_funding(moving, viewers)
    assert (funding.state, funding.outcome, funding.progress) == ("ended", "completed", 400)

    show = make_show(funding, target=60)
    go_on_stage(show)
    late = make_user(coins=1000)
    buy(funding, late)
    pass_time(moving, seconds=59)
    show.refresh_from_db()
    assert show.state == "active"
    pass_time(moving, seconds=1 + PATIENCE)

    show.refresh_from_db()
    assert (show.state, show.outcome, show.progress) == ("ended", "completed", 60)
    assert balance_of(user_id=show.streamer_id) == 600
    assert [balance_of(user_id=v.pk) for v in [*viewers, late]] == [800, 800, 800]
    escrow = Escrow.objects.get(pk=show.escrow_id)
    assert (escrow.state, escrow.settled_at is not None) == ("completed", True)
    assert set(Earning.objects.values_list("state", flat=True)) == {"settled"}
    assert verify_ledger() == []


def test_missed_tickets_are_refunded_at_exp(moving):
    viewer = make_user(coins=1000)
    funding = make_funding(make_session(), target=1000, seconds=100)
    buy(funding, viewer, 2)
    buy(funding, viewer, 1)
    pass_time(moving, seconds=99)
    assert balance_of(user_id=viewer.pk) == 400
    pass_time(moving, seconds=1)
    funding.refresh_from_db()
    assert (funding.outcome, funding.progress) == ("refunded", 600)
    assert balance_of(user_id=viewer.pk) == 1000
    assert verify_ledger() == []
    assert pending_actors() == []


def test_a_show_that_nobody_performs_gives_the_money_back(moving):
    viewers = [make_user(coins=1000) for _ in range(3)]
    funding = reached_funding(moving, viewers)
    show = make_show(funding, nbf=clock.now() + timedelta(seconds=30))
    assert show.state == "scheduled"
    pass_time(moving, seconds=30)
    show.refresh_from_db()
    assert show.state == "active"
    pass_time(moving, seconds=1800)
    show.refresh_from_db()
    funding.refresh_from_db()
    assert (show.outcome, funding.outcome) == ("refunded", "refunded")
    assert [balance_of(user_id=v.pk) for v in viewers] == [1000] * 3
    assert verify_ledger() == []


def test_a_funding_goal_without_a_show_is_refunded_when_the_session_ends(moving):
    from sessions_app.services import ending

    viewers = [make_user(coins=1000) for _ in range(3)]
    funding = reached_funding(moving, viewers)
    ending.deactivate_session(session_id=funding.session_id, now=clock.now())
    run_due()
    funding.refresh_from_db()
    assert funding.outcome == "refunded"
    assert [balance_of(user_id=v.pk) for v in viewers] == [1000] * 3


def test_a_running_show_may_finish_within_the_grace_of_an_ended_session(moving):
    from sessions_app.services import ending

    viewers = [make_user(coins=1000) for _ in range(2)]
    show = make_show(reached_funding(moving, viewers), target=100)
    go_on_stage(show)
    pass_time(moving, seconds=10)
    ending.deactivate_session(session_id=show.session_id, now=clock.now())
    pass_time(moving, seconds=90 + PATIENCE)
    show.refresh_from_db()
    assert show.outcome == "completed"
    assert balance_of(user_id=show.streamer_id) == 400


def test_pauses_add_up(moving):
    viewers = [make_user(coins=1000) for _ in range(2)]
    show = make_show(reached_funding(moving, viewers), target=100)
    for number in range(3):
        go_on_stage(show, f"in{number}")
        pass_time(moving, seconds=20)
        leave_stage(show, f"out{number}")
        leave_stage(show, f"out{number}")
        pass_time(moving, seconds=300)
    show.refresh_from_db()
    assert (show.progress, show.state) == (60, "active")
    assert lifecycle.deactivate_goal(goal_id=show.id, because=EndedBecause.SESSION_ENDED, now=clock.now())
    run_due()
    assert balance_of(user_id=viewers[0].pk) == 1000
