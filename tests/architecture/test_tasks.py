"""Every task that a flow note names exists, in its queue, and mypy checks what is enqueued."""

from __future__ import annotations

import subprocess
import sys

import dramatiq
import pytest
from django.conf import settings

from goals.services import creation
from livestream.events import registry
from livestream.outbox import Urgency
from livestream.outbox.registry import MAX_RUNTIME_SECONDS, find_task, task_names
from tests.architecture.source import ROOT, mypy_command

BY_SEED = {
    "000": ["disconnect", "deactivate_session", "deactivate_goal", "check_funding_goal_refundable", "escrow_refund"],
    "000, of the vendor": ["BanRoomUser"],
    "002": ["increment_goal_progress", "deactivate_goal", "escrow_out", "update_bi_escrow", "transfer_escrow"],
    "002, last link": ["transfer"],
    "002, clips": ["create_post_from_livestream", "clip_livestream_as_asset"],
    "004": ["activate_goal", "track"],
}
# The seeds call these tasks; they are called by the view alone, in its own transaction.
SERVICES = ("create_show_goal", "create_goal")
NETWORK = {"BanRoomUser", "StartRecord", "StopRecord", "track"}
NETWORK |= {"send_pushes", "send_stream_authorized", "end_connections"}
MONEY = {
    *("escrow_out", "update_bi_escrow", "transfer_escrow", "transfer", "escrow_refund", "refund_escrow_chunk"),
    *("escrow_split", "check_trigger_exclusive_goal_refundable", "check_funding_goal_refundable"),
    *("count_contributions", "release_payer", "check_show_started", "post_deposits", "settle_due_escrow"),
}
STAGES = {
    *("check_stage", "increment_goal_progress", "complete_performance", "count_again"),
    *("process_stage", "process_webhooks"),
}
PUSHES = {
    *("send_pushes", "send_stream_authorized", "end_connections", "push_stream_authorized", "push_goal_progress"),
    *("push_goal_to_holders", "push_escrow_refunds", "process_audience", "update_livestream_feed"),
}
QUEUES = {
    **dict.fromkeys(MONEY | STAGES, "money"),
    **dict.fromkeys(PUSHES, "pushes"),
    **dict.fromkeys(("track", "track_all"), "analytics"),
    "clip_livestream_as_asset": "clips",
}
# They ask the realtime server who is there, and then decide in a transaction of their own.
ASKING = {"check_stage", "complete_performance", "end_after_countdown"}
# These work through their own tables, each row in a transaction of its own.
WORKING_THROUGH = {"process_stage", "process_webhooks", "track_all", "clip_livestream_as_asset"}
NOT_TRANSACTIONAL = {*NETWORK, *ASKING, *WORKING_THROUGH}

PRODUCT = """
from livestream.outbox.registry import task_names
print(*task_names())
"""
CALLS = """
from datetime import datetime

from livestream.outbox import Delivery, durable, enqueue


@durable()
def end(now: datetime, *, goal_id: str, triggerer: str | None = None) -> bool:
    return bool(triggerer)


@durable()
def restore(*, goal_id: str) -> None: ...


enqueue(end, goal_id="g")
enqueue(end, Delivery(key="k", inline=True), goal_id="g", triggerer=None)
enqueue(restore, Delivery(pending="keep"), goal_id="g")
end(goal_id="g", now=datetime.max)
enqueue(end, Delivery(key="k"))  # wrong: an argument is missing
enqueue(end, goal_id=1)  # wrong: of another type
enqueue(restore, goal="g")  # wrong: of another name
enqueue(restore, Delivery(ETA=None), goal_id="g")  # wrong: no such option
enqueue("end", goal_id="g")  # wrong: a name is no task
end(goal_id=1, now=datetime.max)  # wrong: also where it is called itself
"""


@pytest.mark.parametrize("seed", BY_SEED)
def test_the_tasks_of_a_seed_exist_by_their_names(seed):
    assert set(BY_SEED[seed]) <= set(task_names())


@pytest.mark.parametrize("name", SERVICES)
def test_the_tasks_of_a_seed_that_are_services_exist_by_their_names(name):
    assert callable(getattr(creation, name))


@pytest.fixture(scope="module")
def product_tasks():
    """The tasks that a new process knows, which does nothing but set Django up."""
    code = f"import django; django.setup(){PRODUCT}"
    environment = {"DJANGO_SETTINGS_MODULE": "settings.test", "PATH": ""}
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return set(said.stdout.split())


def test_a_new_process_knows_every_task_as_soon_as_django_is_ready(product_tasks):
    declared = {name for name in task_names() if not find_task(name).function.__module__.startswith("tests.")}
    assert product_tasks == declared
    assert len(declared) > 30


def test_each_task_is_an_actor_in_its_queue_and_the_broker_retries_none(product_tasks):
    actors = dramatiq.get_broker().actors
    for name in product_tasks:
        assert actors[name].queue_name == f"{settings.BROKER_NAMESPACE}.{QUEUES.get(name, 'lifecycle')}"
        assert actors[name].options["max_retries"] == 0


def test_no_message_stops_those_of_another_class_by_its_priority(product_tasks):
    actors = dramatiq.get_broker().actors
    assert len({actors[name].priority for name in product_tasks}) == 1


def receivers(app):
    return [each for each in registry.all_receivers() if each.effect and each.function.__module__.startswith(app)]


def test_receivers_that_settle_money_are_as_urgent_as_its_tasks():
    money = {each.name for each in receivers("goals") if each.urgency is Urgency.MONEY}
    assert {name for name in money if "escrow" in name} >= {
        "trigger_show_escrow_transfer",
        "trigger_show_escrow_refund",
        "handle_trigger_private_goal_escrow",
        "trigger_exclusive_goal_escrow_refund",
    }
    assert not {each.name for each in receivers("goals") if "escrow" in each.name} - money


def test_no_push_and_no_figure_is_as_urgent_as_what_it_reports():
    assert {each.urgency for each in receivers("notifications")} == {Urgency.PUSHES, Urgency.ANALYTICS}
    tracking = {each.urgency for each in registry.all_receivers() if each.name.startswith("track_")}
    assert tracking == {Urgency.ANALYTICS}


def test_what_calls_the_network_runs_outside_of_a_transaction_and_all_else_in_that_of_its_row(product_tasks):
    """Money among it: its effects happen exactly once."""
    assert {name for name in product_tasks if not find_task(name).transactional} == NOT_TRANSACTIONAL


def test_only_a_cut_may_take_longer_than_others(product_tasks):
    runtimes = {name: find_task(name).max_runtime for name in product_tasks}
    longer = {name: seconds for name, seconds in runtimes.items() if seconds != MAX_RUNTIME_SECONDS}
    assert longer == {"clip_livestream_as_asset": settings.CLIP_TIMEOUT + 120}


def test_mypy_refuses_arguments_that_a_task_does_not_take(tmp_path):
    probe = tmp_path / "calls.py"
    probe.write_text(CALLS)
    command = mypy_command(tmp_path, "--config-file", "pyproject.toml", str(probe))
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    refused = {int(line.split(":")[1]) for line in said.stdout.splitlines() if ": error: " in line}
    wrong = {number for number, line in enumerate(CALLS.splitlines(), start=1) if "# wrong" in line}
    assert refused == wrong, said.stdout + said.stderr
