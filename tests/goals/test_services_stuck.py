"""Stuck escrows are found by the relay, settled by a task, and looked for at a bounded cost."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals import metrics, sweeps
from goals.services import stuck
from livestream import clock
from livestream.models import OutboxMessage, User
from livestream.outbox import sweeping
from tests.goals.test_settle_escrows_command import STORIES, lose_all_tasks, show_completed
from tests.support import endings
from tests.support.escrows import coins_in, new_escrow, paid_escrow, post
from tests.support.outbox import pass_time, perform, run_due
from wallet.models import Escrow
from wallet.services import payouts, refunds
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _from_the_first_page(monkeypatch):
    monkeypatch.setattr(sweeps, "_positions", dict.fromkeys(sweeps._positions, ""))


def asked():
    return sorted(OutboxMessage.objects.filter(actor="settle_due_escrow").values_list("subject", flat=True))


def late():
    [metric] = metrics.late_escrows(clock.now())
    return {sample.labels["state"]: sample.value for sample in metric.samples}


def work_for_a_while(moving):
    """Let workers and relays work for a minute and a half; no command is run."""
    for _ in range(6):
        moving.advance(seconds=15)
        run_due()


@pytest.mark.parametrize(("story", "state"), STORIES.items(), ids=lambda each: getattr(each, "__name__", each))
def test_an_escrow_whose_settling_task_is_lost_is_settled_by_the_sweep(moving, story, state):
    goal = story(moving)
    lose_all_tasks()
    moving.advance(seconds=3 * 60 * 60)
    sweeps.overdue_goals()
    for message in OutboxMessage.objects.filter(actor__in=("deactivate_goal", "activate_goal")):
        endings_lost(message)
    escrow = Escrow.objects.get(pk=goal.escrow_id)
    assert escrow.settled_at is None
    work_for_a_while(moving)
    escrow.refresh_from_db()
    assert (escrow.state, coins_in(escrow)) == (state, 0)
    assert escrow.settled_at is not None
    assert verify_ledger() == []


def endings_lost(message):
    """End the goal, and lose what its end stored: the receivers that settle it never run."""
    perform(message.pk)
    lose_all_tasks()


def test_a_goal_that_has_just_ended_and_one_whose_tasks_are_on_their_way_are_left_alone(moving):
    show_completed(moving)
    sweeps.stuck_escrows()
    assert asked() == []
    moving.advance(seconds=60)
    sweeps.stuck_escrows()
    assert asked() == []


def test_escrows_that_are_settled_or_whose_goals_run_are_not_found(moving):
    endings.show_performed(moving)
    endings.full_house(moving)
    pass_time(moving, seconds=30)
    lose_all_tasks()
    sweeps.stuck_escrows()
    assert asked() == []


def test_a_stuck_escrow_has_one_task_however_many_relays_look(moving):
    show = show_completed(moving)
    lose_all_tasks()
    moving.advance(seconds=11)
    for _ in range(3):
        sweeps.stuck_escrows()
    assert asked() == [show.escrow_id]


def test_a_failing_push_about_the_goal_does_not_delay_the_settling(moving):
    show = show_completed(moving)
    lose_all_tasks()
    now = clock.now()
    OutboxMessage.objects.create(
        id="a" * 24, actor="deliver_event", subject=show.id, eta=now, due_at=now, created_at=now, attempts=3
    )
    moving.advance(seconds=11)
    sweeps.stuck_escrows()
    assert asked() == [show.escrow_id]


@pytest.mark.parametrize("decide", ["pay_out", "refund"])
def test_a_settling_that_was_decided_and_not_finished_is_resumed(moving, decide):
    escrow, _ = paid_escrow([10, 20])
    post(escrow)
    if decide == "refund":
        refunds.escrow_refund(escrow_id=escrow.pk, now=clock.now())
    else:
        payouts.escrow_out(escrow_id=escrow.pk, user_id=escrow.user_id, now=clock.now())
    lose_all_tasks()
    moving.advance(seconds=61)
    assert late() == {"open": 0, "decided": 1}
    sweeps.stuck_escrows()
    assert asked() == [escrow.pk]
    run_due()
    escrow.refresh_from_db()
    assert (coins_in(escrow), late()["decided"]) == (0, 0)
    assert escrow.settled_at == clock.now()


def test_money_for_a_closed_account_is_left_to_support(moving):
    escrow, _ = paid_escrow([10])
    post(escrow)
    payouts.escrow_out(escrow_id=escrow.pk, user_id=escrow.user_id, now=clock.now())
    User.objects.filter(pk=escrow.user_id).update(is_active=False)
    lose_all_tasks()
    moving.advance(seconds=61)
    sweeps.stuck_escrows()
    assert (asked(), late()) == ([], {"open": 0, "decided": 0})


def test_an_escrow_that_is_not_settled_is_counted_after_a_minute(moving):
    show_completed(moving)
    lose_all_tasks()
    moving.advance(seconds=11)
    sweeps.stuck_escrows()
    assert late() == {"open": 0, "decided": 0}
    moving.advance(seconds=61)
    assert late() == {"open": 1, "decided": 0}
    run_due()
    assert late() == {"open": 0, "decided": 0}


def test_looking_costs_the_same_however_many_escrows_are_open(moving):
    costs = []
    for _ in range(2):
        for _ in range(20):
            new_escrow()
        with CaptureQueriesContext(connection) as asked_for:
            sweeps.stuck_escrows()
        costs.append(len(asked_for))
    assert costs[0] == costs[1] <= 5


def test_a_search_continues_after_its_last_page_and_restarts_after_the_last_one(moving):
    everybody = sorted(new_escrow().pk for _ in range(5))
    pages, after = [], ""
    for _ in range(3):
        found = stuck.find_open(now=clock.now(), after=after, size=2)
        after = found.after
        pages.append(after)
    assert pages == [everybody[1], everybody[3], ""]


def test_the_relay_looks_every_ten_seconds(moving):
    assert [each.every for each in sweeping.declared_sweeps() if each.function is sweeps.stuck_escrows] == [10]
