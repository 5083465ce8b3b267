"""What the OpenAPI document declares is what the API answers, member by member."""

from __future__ import annotations

import copy
from itertools import product

import pytest
from django.core.cache import cache
from drf_spectacular.generators import SchemaGenerator

from goals.types import GoalType
from livestream import clock
from tests.api.asking import Asker, Record, ask_wrongly, do_everything, read_everything
from tests.api.document import JSON, PROBLEM, Document
from tests.api.world import ROLES, build
from tests.translations.extraction import refusals
from tests.translations.provocations import ELSEWHERE, PROVOCATIONS


@pytest.fixture(scope="module")
def document():
    return Document()


@pytest.fixture
def moving():
    cache.clear()
    with clock.frozen() as moving:
        yield moving


@pytest.mark.slow
@pytest.mark.django_db
def test_every_operation_answers_everybody_what_it_declares(document, moving):
    record, houses = Record(document), build(moving)
    for house, role in product(houses, ROLES):
        asker = Asker(record, role, house.people[role])
        read_everything(asker, house)
        do_everything(asker, house)
    for role in ROLES:
        ask_wrongly(Asker(record, role, houses[0].people[role]), houses[0])

    assert {goal.type for house in houses for goal in house.goals} == set(GoalType)
    assert {goal.state for house in houses for goal in house.goals} == {"scheduled", "active", "ended"}
    assert record.mistakes == {}
    assert record.untranslated == {}
    codes = {kind.code for kind in refusals()}
    assert codes - record.codes - set(PROVOCATIONS) - ELSEWHERE == set(), "provoke it in tests/translations"
    declared = {(each.id, status) for each in document.operations.values() for status in each.successes}
    assert declared - record.answered == set()
    assert set(product(document.operations, ROLES)) - record.asked == set()


def test_every_example_is_what_its_schema_says(document):
    assert document.mistakes_of_examples() == []


def test_every_operation_shows_an_example_of_what_it_reads_and_answers(document):
    contents = [(operation.id, *each) for operation in document.operations.values() for each in operation.contents()]
    assert len(contents) > 100
    assert [f"{name} {place}" for name, place, content in contents if not content.get("examples")] == []


def test_no_answer_is_declared_as_an_object_of_which_nothing_is_said(document):
    assert document.shapeless() == []


GOAL = {
    "id": "6" * 24,
    "version": 1,
    "type": "show",
    "active": True,
    "state": "active",
    "progress": 1,
    "unit": "seconds",
    "level": 0,
    "levels": [{"title": "Show", "target": 60}],
    "nbf": None,
    "exp": None,
    "remaining": 59,
    "due_at": None,
    "server_time": None,
    "conditions": {"session_id": "7" * 24},
    "context": {
        "type": "show",
        "session_id": "7" * 24,
        "funding_goal_id": "9" * 24,
        "ticket_product_id": "livestream-show-ticket_200",
        "ticket_product_type": "show",
    },
    "metadata": {"user_id": "8" * 24, "user_name": "mei"},
    "outcome": None,
    "ended_because": None,
}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda goal: None, []),
        (lambda goal: goal.update(lottery=1), ["$: Additional properties are not allowed ('lottery' was unexpected)"]),
        (
            lambda goal: goal["context"].update(lottery=1),
            ["$.context: Additional properties are not allowed ('lottery' was unexpected)"],
        ),
        (lambda goal: goal.pop("unit"), ["$: 'unit' is a required property"]),
        (lambda goal: goal.update(progress="1"), ["$.progress: '1' is not of type 'integer'"]),
        (lambda goal: goal.update(state="gone"), ["$.state: 'gone' is not one of ['scheduled', 'active', 'ended']"]),
        (lambda goal: goal["context"].update(type="karaoke"), ["$.context.type: 'show' was expected"]),
    ],
)
def test_the_check_finds_what_is_added_left_out_or_of_another_type(document, change, found):
    goal = copy.deepcopy(GOAL)
    change(goal)
    assert document.mistakes(document.operations["read_goal"], 200, JSON, goal) == found


def test_a_goal_of_an_unknown_type_is_a_mistake(document):
    assert document.mistakes(document.operations["read_goal"], 200, JSON, GOAL | {"type": "lottery"})


def test_the_check_finds_a_status_a_type_and_a_body_that_are_not_declared(document):
    read, block = document.operations["read_goal"], document.operations["block_user"]
    assert document.mistakes(read, 202, JSON, GOAL) == ["202 is not declared"]
    assert document.mistakes(read, 200, PROBLEM, GOAL) == [f"{PROBLEM} instead of {JSON}"]
    assert document.mistakes(read, 404, JSON, {}) == [f"{JSON} instead of {PROBLEM}"]
    assert document.mistakes(read, 404, PROBLEM, {}) == ["404 None is not declared"]
    assert document.mistakes(read, 409, PROBLEM, {"code": "conflict"}) == ["409 conflict is not declared"]
    assert document.mistakes(read, 404, PROBLEM, {"code": "goal_not_found"})
    assert document.mistakes(block, 204, "", None) == []
    assert document.mistakes(block, 204, JSON, {})


def test_the_check_finds_an_answer_of_which_nothing_is_said():
    loose = SchemaGenerator().get_schema(request=None, public=True)
    loose["components"]["schemas"]["GoalMetadata"] = {"type": "object", "additionalProperties": {}}
    assert any(each.startswith("read_goal: ") for each in Document(loose).shapeless())
