"""Every actor that a flow note names exists, and no work is stored for one that never will."""

from __future__ import annotations

import ast

import dramatiq
import pytest

from goals.services import creation, shows
from livestream.outbox.registry import find_task, task_names
from tests.architecture.source import product_modules

BY_SEED = {
    "000": ["disconnect", "deactivate_session", "deactivate_goal", "check_funding_goal_refundable", "escrow_refund"],
    "000, of the vendor": ["BanRoomUser"],
    "002": ["increment_goal_progress", "deactivate_goal", "escrow_out", "update_bi_escrow", "transfer_escrow"],
    "002, last link": ["transfer"],
    "002, clips": ["create_post_from_livestream", "clip_livestream_as_asset"],
    "004": ["activate_goal", "track"],
}
# The seeds call these tasks; they are called by the view alone, in its own transaction.
SERVICES = {"create_show_goal": shows, "create_goal": creation}


@pytest.mark.parametrize("seed", BY_SEED)
def test_the_actors_of_a_seed_exist_by_their_names(seed):
    assert set(BY_SEED[seed]) <= set(task_names())


@pytest.mark.parametrize("name", SERVICES)
def test_the_tasks_of_a_seed_that_are_services_exist_by_their_names(name):
    assert callable(getattr(SERVICES[name], name))


def test_the_broker_knows_every_actor_and_gives_it_nothing_but_an_id():
    actors = dramatiq.get_broker().actors
    assert set(task_names()) <= set(actors)
    assert all(actors[name].options["max_retries"] == 0 for name in task_names())


def test_nothing_is_stored_for_an_actor_that_nobody_knows():
    """A slip of the pen would wait in the outbox for ever."""
    stored = set(enqueued_names())
    assert len(stored) > 15
    assert stored <= set(task_names())


def enqueued_names():
    for module in product_modules():
        for node in ast.walk(module.tree):
            match node:
                case ast.Call(func=ast.Name("enqueue") | ast.Attribute(attr="enqueue"), args=[ast.Constant(name), *_]):
                    yield name


def test_actors_that_move_money_run_in_the_transaction_of_their_row():
    for name in ("escrow_out", "escrow_refund", "refund_escrow_chunk", "transfer", "count_contributions"):
        assert find_task(name).transactional
