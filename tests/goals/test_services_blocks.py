"""Each payer of an invitation has a block of time of their own, and pays for what was performed of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goals.endings import EndedBecause
from goals.errors import LivestreamTriggerQuotaExceeded, PriceChanged, StageTaken
from goals.models import Block, Goal
from goals.services import blocks, lifecycle
from goals.types import GoalType
from livestream import clock
from sessions_app.services import ending, opening
from tests.support.endings import offering_session
from tests.support.invitations import agree, end, exclusive_of, invite
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_user
from tests.support.stage import come_online, go_offline, go_on_stage, leave_stage
from tests.support.unchanged import nothing_changes
from wallet.models import Escrow, Transfer
from wallet.selectors import balance_of
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db

PRIVATE, EXCLUSIVE = GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE
ENOUGH = 100_000


@pytest.fixture
def session(moving):
    """A session at 60 coins a minute, 100 for a 1-on-1, whose streamer is on air."""
    session = offering_session()
    come_online(session.streamer_id)
    return session


@pytest.fixture
def first(moving):
    return make_user(coins=ENOUGH)


@pytest.fixture
def second(moving):
    return make_user(coins=ENOUGH)


def paid(viewer):
    return ENOUGH - balance_of(user_id=viewer.pk)


def earned(session):
    return balance_of(user_id=session.streamer_id)


def finish(moving):
    """Let everything come to its end, and see that every coin is somewhere."""
    pass_time(moving, seconds=60)
    assert verify_ledger() == []
    assert not Escrow.objects.exclude(settled_at__isnull=False).exists()


def test_who_joins_pays_for_the_time_that_they_ask_for(session, first, second):
    goal = invite(session, first, duration=3600)
    assert invite(session, second, duration=60).id == goal.id
    assert (paid(first), paid(second)) == (3600, 60)
    goal.refresh_from_db()
    assert (goal.prepaid_duration, goal.price, goal.rate) == (3600, 3600, 60)


def test_the_rate_is_that_of_the_invitation_whatever_the_session_asks_by_now(session, first, second):
    invite(session, first)
    whose = {"session_id": session.id, "caller_id": session.streamer_id}
    opening.change_session(**whose, changes={"prices": {"sd": 60_000, "exclusive": 100}})
    invite(session, second, duration=60, max_price=60)
    assert paid(second) == 60


@pytest.mark.parametrize("kind", [PRIVATE, EXCLUSIVE])
def test_nobody_pays_more_than_they_agreed_to(session, first, kind):
    price = {PRIVATE: 120, EXCLUSIVE: 200}[kind]
    with nothing_changes(), pytest.raises(PriceChanged) as refusal:
        invite(session, first, kind=kind, max_price=price - 1)
    assert refusal.value.extra == {"price": price}
    invite(session, first, kind=kind, max_price=price)
    assert paid(first) == price


def test_a_price_that_is_too_high_is_said_before_a_balance_that_is_too_low(session):
    with pytest.raises(PriceChanged):
        invite(session, make_user(coins=1), max_price=1)


def test_each_payment_has_a_name_of_its_own(session, first):
    goal = invite(session, first)
    for _ in range(2):
        invite(session, first, duration=60)
    name = f"session:trigger-private:{goal.id}:{first.pk}"
    assert set(Transfer.objects.filter(kind="hold").values_list("pk", flat=True)) == {name, f"{name}:2", f"{name}:3"}
    assert set(Block.objects.values_list("hold", "duration", "amount")) == {
        (name, 120, 120),
        (f"{name}:2", 60, 60),
        (f"{name}:3", 60, 60),
    }


def test_asking_again_before_the_answer_makes_the_own_block_longer(moving, session, first, second):
    goal = invite(session, first, duration=60)
    invite(session, second, duration=90)
    invite(session, first, duration=60)
    agree(goal)
    assert goal.exp == clock.now() + timedelta(seconds=120)
    assert goal.levels == [{"title": "trigger-private", "target": 120}]
    assert blocks.watches_until(goal=goal, user_id=first.pk) == goal.exp
    assert blocks.watches_until(goal=goal, user_id=second.pk) == clock.now() + timedelta(seconds=90)
    pass_time(moving, seconds=120)
    finish(moving)
    goal.refresh_from_db()
    assert (goal.outcome, paid(first), paid(second), earned(session)) == ("agreed", 120, 90, 210)
    assert Escrow.objects.get().state == "completed"


def test_asking_again_for_a_1_on_1_makes_it_longer(moving, session, first):
    trigger = invite(session, first, kind=EXCLUSIVE, duration=60)
    assert invite(session, first, kind=EXCLUSIVE, duration=90).prepaid_duration == 150
    goal = exclusive_of(agree(trigger))
    assert (goal.target, paid(first)) == (150, 250)
    go_on_stage(goal)
    pass_time(moving, seconds=100)
    leave_stage(goal)
    end(goal)
    finish(moving)
    assert (earned(session), paid(first)) == (100 + 66, 166)  # of the second block, 40 of 90 s at 150 coins


def test_who_joins_a_running_show_pays_for_their_own_time_from_then_on(moving, session, first, second):
    goal = agree(invite(session, first, duration=100))
    pass_time(moving, seconds=60)
    invite(session, second, duration=120)
    goal.refresh_from_db()
    assert (goal.exp, goal.target) == (clock.now() + timedelta(seconds=120), 180)
    assert Escrow.objects.get().accepts_until == goal.exp
    pass_time(moving, seconds=120)
    finish(moving)
    goal.refresh_from_db()
    assert (goal.outcome, paid(first), paid(second), earned(session)) == ("agreed", 100, 120, 220)


def test_a_short_block_in_a_long_show_moves_no_end(moving, session, first, second):
    goal = agree(invite(session, first, duration=100))
    until = goal.exp
    invite(session, second, duration=60)
    goal.refresh_from_db()
    assert goal.exp == until
    assert blocks.watches_until(goal=goal, user_id=second.pk) == clock.now() + timedelta(seconds=60)


def test_an_extension_follows_the_own_block_or_starts_now(moving, session, first, second):
    goal = agree(invite(session, first, duration=200))
    invite(session, second, duration=60)
    began = clock.now()
    pass_time(moving, seconds=30)
    invite(session, second, duration=60)  # from second 60 on
    pass_time(moving, seconds=120)
    invite(session, second, duration=60)  # that was over: from second 150 on
    starts = Block.objects.filter(payer=second).order_by("created_at").values_list("starts_at", flat=True)
    assert [(at - began).total_seconds() for at in starts] == [0, 60, 150]
    goal.refresh_from_db()
    assert goal.exp == began + timedelta(seconds=210)


def test_once_it_is_over_nobody_extends(moving, session, first):
    goal = agree(invite(session, first, duration=60))
    moving.move_to(goal.exp)
    with nothing_changes(), pytest.raises(StageTaken):
        invite(session, first, duration=60)
    pass_time(moving, seconds=10)
    assert invite(session, first, duration=60).id != goal.id


@pytest.mark.parametrize("how", ["by the streamer", "with the session"])
def test_a_show_that_ends_early_is_paid_by_the_second_block_by_block(moving, session, first, second, how):
    goal = agree(invite(session, first, duration=3600))
    pass_time(moving, seconds=30)
    invite(session, second, duration=60)
    pass_time(moving, seconds=15)
    if how == "by the streamer":
        end(goal)
    else:
        ending.deactivate_session(session_id=session.id, now=clock.now())
    run_due()
    finish(moving)
    goal.refresh_from_db()
    because = {"by the streamer": "cancelled", "with the session": "session_ended"}[how]
    assert (goal.ended_because, goal.outcome) == (because, "split")
    assert (paid(first), paid(second), earned(session)) == (45, 15, 60)
    assert set(Block.objects.values_list("cut_at", flat=True)) == {goal.ended_at}


def test_what_the_streamer_was_away_for_is_given_back(moving, session, first, second):
    goal = agree(invite(session, first, duration=120))
    invite(session, second, duration=60)
    pass_time(moving, seconds=40)
    go_offline(session.streamer_id)
    pass_time(moving, seconds=30)
    come_online(session.streamer_id)
    pass_time(moving, seconds=50)
    finish(moving)
    goal.refresh_from_db()
    assert (goal.outcome, paid(first), paid(second), earned(session)) == ("split", 90, 40, 130)


def test_a_show_that_nobody_performs_costs_nothing(moving, session, first):
    go_offline(session.streamer_id)
    goal = agree(invite(session, first, duration=60))
    pass_time(moving, seconds=60)
    finish(moving)
    goal.refresh_from_db()
    assert (goal.outcome, paid(first), earned(session)) == ("refunded", 0, 0)
    assert Escrow.objects.get().state == "refunded"


def test_what_has_gone_on_without_its_task_is_not_joined(moving, session, first, second):
    goal = invite(session, first, seconds=60)
    moving.move_to(goal.exp)
    with pytest.raises(LivestreamTriggerQuotaExceeded):
        invite(session, second)
    assert Goal.objects.get().ended_because == EndedBecause.UNANSWERED
    assert paid(second) == 0


def test_a_payment_of_the_release_before_counts_for_what_it_was_taken_for(moving, session, first, second):
    goal = invite(session, first)
    Block.objects.all().delete()
    Goal.objects.update(rate=None)
    goal.refresh_from_db()
    assert goal.coins_a_minute == 60
    invite(session, second, duration=60)
    assert paid(second) == 60
    agree(goal)
    pass_time(moving, seconds=30)
    lifecycle.cancel_goal(goal_id=goal.id, caller_id=session.streamer_id, triggerer=None, now=clock.now())
    finish(moving)
    assert (paid(first), paid(second), earned(session)) == (30, 30, 60)
