"""`manage.py replay_tasks`: dead, failing and stuck work is done again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from livestream import clock, ids
from livestream.models import EventRecord, OutboxMessage
from tests.support.commands import run
from tests.support.outbox import run_due

pytestmark = pytest.mark.django_db
GOAL = "a" * 24


@pytest.fixture
def dead(moving, settings, durable_probe):
    """Work that failed until it was given up, and would succeed by now."""
    settings.OUTBOX_MAX_ATTEMPTS = 1
    durable_probe.work = durable_probe.failing()
    durable_probe.do(subject=GOAL)
    durable_probe.perform()
    assert durable_probe.row().failed_at is not None
    durable_probe.work = durable_probe.mark
    return durable_probe


def task(**fields):
    usual = {"actor": "track", "eta": clock.now(), "due_at": clock.now(), "created_at": clock.now()}
    return OutboxMessage.objects.create(**(usual | fields))


def test_a_dry_run_names_them_by_actor_and_leaves_them_dead(dead):
    ran = run("replay_tasks", "--all")
    assert (ran.code, f"1  {dead.actor}" in ran.out) == (0, True)
    assert (run_due(sweeps=False), dead.marks) == (0, 0)


def test_applied_they_are_done_once(dead):
    for _ in range(2):
        assert run("replay_tasks", "--all", "--apply").code == 0
    run_due(sweeps=False)
    assert dead.marks == 1
    assert run("replay_tasks", "--all", "--apply", "--json").told["matched"] == 0


@pytest.mark.parametrize("chosen", [["--actor", "probe_in_transaction"], ["--subject", GOAL], ["--older-than", "1h"]])
def test_they_are_chosen_by_actor_subject_and_age(moving, dead, chosen):
    task(failed_at=clock.now() + timedelta(minutes=30))
    moving.advance(seconds=3600)
    assert run("replay_tasks", *chosen, "--json").told["done"] == {dead.actor: 1}


@pytest.mark.parametrize(
    ("old", "today"), [("supersede_goal", "deactivate_goal"), ("byteplus.tasks.rtc.BanRoomUser", "BanRoomUser")]
)
def test_they_are_chosen_by_an_old_name_of_their_actor(moving, dead, old, today):
    for name in (old, today):
        task(actor=name, failed_at=clock.now())
    planned = run("replay_tasks", "--actor", old, "--json").told["done"]
    assert {name.split()[0]: number for name, number in planned.items()} == {old: 1, today: 1}


def test_an_old_name_of_an_actor_is_known_without_a_task(dead):
    ran = run("replay_tasks", "--actor", "analytics.tasks.track", "--json")
    assert (ran.code, ran.told["matched"]) == (0, 0)


def test_stuck_is_what_is_overdue_and_nobody_is_at_work_on(moving):
    long_ago = clock.now() - timedelta(hours=1)
    stuck = task(eta=long_ago, due_at=clock.now() + timedelta(minutes=8), attempts=9)
    task(eta=long_ago, running_until=clock.now() + timedelta(seconds=30))
    task(eta=clock.now() - timedelta(minutes=1))
    task(eta=long_ago, failed_at=clock.now())
    ran = run("replay_tasks", "--state", "stuck", "--all", "--apply", "--json")
    assert (ran.told["matched"], ran.told["position"]) == (1, stuck.id)
    stuck.refresh_from_db()
    assert stuck.due_at == clock.now()


def test_failing_ones_need_not_wait_for_their_next_try(moving, durable_probe):
    durable_probe.work = durable_probe.failing()
    durable_probe.do()
    durable_probe.perform()
    durable_probe.work = durable_probe.mark
    assert run("replay_tasks", "--state", "failing", "--all", "--apply").code == 0
    assert (durable_probe.row().due_at, durable_probe.row().attempts) == (clock.now(), 0)


def test_what_somebody_took_up_meanwhile_is_left_to_them(moving, dead, monkeypatch):
    from livestream import outbox

    taken = clock.now() + timedelta(seconds=30)
    retry = outbox.retry

    def late(**kwargs):
        OutboxMessage.objects.update(failed_at=None, running_until=taken)
        return retry(**kwargs)

    monkeypatch.setattr(outbox, "retry", late)
    assert run("replay_tasks", "--all", "--apply", "--json").told["done"] == {"done or running by now": 1}
    assert dead.row().running_until == taken


def test_an_old_class_chooses_the_tasks_of_goals_of_its_type(moving):
    for goal_id, goal_type in ((GOAL, "show"), ("e" * 24, "funding")):
        task(subject=goal_id, failed_at=clock.now())
        EventRecord.objects.create(
            event_id=ids.new_id(),
            name="goal.created",
            goal_id=goal_id,
            payload={"type": goal_type},
            occurred_at=clock.now(),
        )
    assert run("replay_tasks", "--actor", "ShowGoal", "--json").told["matched"] == 1
    assert run("replay_tasks", "--actor", "ShowGoal", "--actor", "track", "--json").told["matched"] == 1
    assert run("replay_tasks", "--actor", "ShowGoal", "--actor", "transfer", "--json").told["matched"] == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "say which tasks"),
        (["--state", "stuck"], "say which tasks"),
        (["--actor", "no_such_actor"], "no actor is called no_such_actor; old names that are known: "),
        (["--actor", "no_such_actor"], "supersede_goal"),
        (["--actor", "no_such_actor"], "TriggerPrivateGoal"),
        (["--actor", "create_show_goal"], "today it is done by POST /goals?type=show"),
        (["--actor", "notify_goal_ended"], "it is a receiver: manage.py replay_events --receiver notify_goal_ended"),
        (["--id", "c" * 24], "there is no task"),
        (["--id", "c"], "is no id"),
        (["--older-than", "long"], "is no age"),
        (["--all", "--state", "odd"], "invalid choice"),
    ],
)
def test_a_wrong_argument_is_refused_with_a_sentence(dead, arguments, sentence):
    ran = run("replay_tasks", "--apply", *arguments)
    assert (ran.code, sentence in ran.said) == (2, True), ran.said
    assert dead.row().failed_at is not None


def test_a_task_of_another_release_is_named_as_one(moving):
    task(actor="of_another_release", failed_at=clock.now(), id=ids.new_id())
    done = run("replay_tasks", "--actor", "of_another_release", "--json").told["done"]
    assert done == {"of_another_release (which this release does not know)": 1}
