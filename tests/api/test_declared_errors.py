"""Each refusal that an operation can raise is declared by it, and each that it declares can be raised."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.views import APIView

from goals.errors import GoalNotFound
from livestream.api import common_errors
from livestream.api.declared_errors import errors_of
from livestream.api.operations import handler_of
from livestream.errors import DomainError, NotFound
from livestream.events import publish
from livestream.events.contracts import GOAL_COMPLETED, GoalCompleted
from sessions_app.errors import SessionNotFound
from tests.api.raising import Raising
from wallet.errors import EscrowNotFound, InsufficientBalance, TransferConflict, UnknownUser

INVITING = {"trigger_private", "trigger_exclusive"}
# What the source allows and what cannot happen all the same, with the reason.
IMPOSSIBLE: dict[type[DomainError], tuple[set[str], str]] = {
    EscrowNotFound: (
        {"create_goal", "end_goal", "end_session", "contribute", "return_tickets", *INVITING},
        "a goal that takes money is made in one transaction with its escrow",
    ),
    SessionNotFound: (
        {"end_goal", "return_tickets", "read_channel_snapshot", "open_session"},
        "the session is that of a goal, or was read or made in the same request; none is ever deleted",
    ),
    GoalNotFound: ({"read_channel_snapshot", *INVITING}, "the goal was read in the same request; none is ever deleted"),
    TransferConflict: (INVITING, "the id of the transfer is made of what is transferred"),
    UnknownUser: ({"create_goal", *INVITING}, "the user is the caller, or the streamer of the session"),
    InsufficientBalance: ({"deposit"}, "the account of the system may be below zero"),
}


def operations() -> list[tuple[str, str, APIView]]:
    generator = SchemaGenerator()
    generator._initialise_endpoints()
    found = [(method, view) for _, _, method, view in generator._get_paths_and_endpoints()]
    declared = [(handler_of(view, method), method, view) for method, view in found]
    return [(handler.operation.id, method, view) for handler, method, view in declared if hasattr(handler, "operation")]


@pytest.fixture(scope="module")
def raising() -> Raising:
    return Raising()


def test_every_view_of_the_document_declares_its_operation():
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    in_the_document = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert sorted(in_the_document) == sorted(operation_id for operation_id, _, _ in operations())


@pytest.mark.parametrize(("operation_id", "method", "view"), operations(), ids=[each[0] for each in operations()])
def test_what_an_operation_can_raise_is_declared(raising, operation_id: str, method: str, view: APIView):
    found = raising.paths(handler_of(view, method), type(view))
    undeclared = {error: path for error, path in found.items() if error not in errors_of(view, method)}
    impossible = {error for error, (operations, _) in IMPOSSIBLE.items() if operation_id in operations}
    assert {error: path for error, path in undeclared.items() if error not in impossible} == {}
    assert impossible <= set(undeclared), "what is called impossible is not found any more"


@pytest.mark.parametrize(("operation_id", "method", "view"), operations(), ids=[each[0] for each in operations()])
def test_what_an_operation_declares_can_be_raised(raising, operation_id: str, method: str, view: APIView):
    handler: Any = handler_of(view, method)
    found = raising.paths(handler, type(view))
    by_the_framework = {error for error in handler.operation.errors if error.__module__ == common_errors.__name__}
    assert set(handler.operation.errors) - by_the_framework - set(found) == set()


def test_a_refusal_is_found_wherever_it_comes_from(raising):
    def found(function: Any) -> set[type[DomainError]]:
        return set(raising.paths(function))

    assert found(_raises) == {GoalNotFound}
    assert found(_calls_through_a_table) == {GoalNotFound}
    assert found(_catches) == found(_compares) == set()
    assert found(_catches_another) == found(_catches_and_raises_again) == {GoalNotFound}
    assert found(_publishes) >= {EscrowNotFound}, "a state receiver of the event is not followed"


def _raises() -> None:
    raise GoalNotFound


def _calls_through_a_table() -> None:
    _TABLE[True]()


def _catches() -> None:
    with suppress(NotFound):
        _raises()
    try:
        _raises()
    except GoalNotFound:
        return


def _compares(error: Exception) -> bool:
    return isinstance(error, GoalNotFound)


def _catches_another() -> None:
    try:
        _raises()
    except EscrowNotFound:
        return


def _catches_and_raises_again() -> None:
    try:
        _raises()
    except GoalNotFound:
        raise


def _publishes(event: GoalCompleted) -> None:
    publish(GOAL_COMPLETED, event)


_TABLE = {True: _raises}
