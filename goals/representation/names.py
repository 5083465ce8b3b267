"""Public names beside the ids of users, so that a client need not ask for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from goals.models import Goal
from goals.representation.documents import Context, GoalDocument, Metadata, NamedContext, NamedMetadata
from livestream import ids, users


def with_viewer(context: Context, goal: Goal) -> NamedContext:
    """Name the viewer of a 1-on-1; the privacy rules apply to the name as to the id."""
    named: NamedContext = {**context}
    if goal.exclusive_to is not None and goal.triggered_by is not None:
        named["exclusive_to_name"] = goal.triggered_by.public_name
    return named


def with_streamer(metadata: Metadata, goal: Goal) -> NamedMetadata:
    """Name the streamer of a goal, and who invited; the privacy rules apply to the names as to the ids."""
    named: NamedMetadata = {**metadata, "user_name": goal.streamer.public_name}
    if goal.triggered_by is not None:
        named["triggered_by_name"] = goal.triggered_by.public_name
    return named


def add_payers(documents: Iterable[GoalDocument]) -> None:
    """Name the payers of each breakdown, in one query for all of the goals."""
    with_payers = [document for document in documents if "breakdown" in document]
    names = users.names_of(user_ids={payer_id for each in with_payers for payer_id in each["breakdown"]})
    for document in with_payers:
        document["breakdown_names"] = {each: names[each] for each in document["breakdown"] if each in names}


def named_in(payloads: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return for each payload of an event the names of the users whose ids it contains, in one query for all."""
    mentioned = [set(_ids_in(payload)) for payload in payloads]
    names = users.names_of(user_ids=set().union(*mentioned))
    return [{each: names[each] for each in sorted(found) if each in names} for found in mentioned]


# The members of an event that hold the id of a user, or ids of users as names of members.
_OF_USERS = frozenset(
    {"streamer_id", "user_id", "triggered_by", "exclusive_to", "breakdown_id", "first_payer", "last_payer"}
)


def _ids_in(payload: Mapping[str, Any]) -> Iterator[str]:
    for name, value in payload.items():
        if name in _OF_USERS and ids.is_valid(value):
            yield value
        elif name == "payers" and isinstance(value, Mapping):
            yield from value
        elif isinstance(value, Mapping):
            yield from _ids_in(value)
