"""What is not declared is not answered, and what a document has is declared."""

from __future__ import annotations

import dataclasses
from typing import NotRequired, Required, get_origin, get_type_hints

import pytest
from django.urls import get_resolver
from rest_framework import serializers

from goals.event_data_serializers import EventContext, EventMetadata
from goals.event_log import NAMES
from goals.event_serializers import Event, GoalEventSerializer
from goals.representation import documents
from goals.serializers import GoalConditions, GoalSerializer
from goals.types import GoalType
from livestream.api.answers import answer
from livestream.api.unions import UnionSerializer
from livestream.events.contracts import GOAL_CHANGED, GoalEvent
from livestream.events.signals import DomainSignal
from sessions_app import representation
from sessions_app.serializers import (
    ExclusiveGoalPair,
    FeedEntrySerializer,
    Level,
    PrivateInvitation,
    SessionKaraoke,
    SessionSerializer,
    SessionStatuses,
    SessionSummary,
    ShowGoalPair,
)
from tests.api.test_answers_match_the_document import GOAL

ROOMS = ("livestream", "wallet", "sessions_app", "goals", "notifications")
DECLARED = {
    documents.GoalDocument: GoalSerializer,
    documents.Conditions: GoalConditions,
    documents.Context: EventContext,
    documents.Metadata: EventMetadata,
    documents.EventDocument: GoalEventSerializer,
    documents.ReadEventDocument: Event,
    representation.SessionDocument: SessionSerializer,
    representation.PlainSessionDocument: SessionSummary,
    representation.StatusesDocument: SessionStatuses,
    representation.LevelDocument: Level,
    representation.ShowGoalPairDocument: ShowGoalPair,
    representation.TriggerPrivateGoalDocument: PrivateInvitation,
    representation.ExclusiveGoalPairDocument: ExclusiveGoalPair,
    representation.KaraokeGoalDocument: SessionKaraoke,
    representation.FeedEntryDocument: FeedEntrySerializer,
}


def own_serializers(base=serializers.BaseSerializer):
    for each in base.__subclasses__():
        if each.__module__.partition(".")[0] in ROOMS:
            yield each
        yield from own_serializers(each)


def test_no_serializer_answers_anything_but_its_fields():
    assert get_resolver().url_patterns  # reading them imports every view, and so every serializer
    found = set(own_serializers())
    assert len(found) > 40
    assert [each for each in found if "to_representation" in vars(each)] == [UnionSerializer]


def test_a_member_that_is_added_to_a_document_alone_is_not_answered():
    added = GOAL | {"lottery": 1, "context": GOAL["context"] | {"lottery": 2}, "metadata": GOAL["metadata"]}
    assert answer(GoalSerializer, added) == GOAL
    assert GoalSerializer(added).data == GOAL


def test_a_member_that_the_document_lacks_is_left_out_only_where_it_may_be():
    with pytest.raises(KeyError):
        answer(GoalSerializer, {name: value for name, value in GOAL.items() if name != "unit"})


def optional_members(document):
    # Not `__optional_keys__`, which cannot read annotations that are text.
    hints = get_type_hints(document, include_extras=True)
    required = {name for name, hint in hints.items() if get_origin(hint) is Required}
    optional = {name for name, hint in hints.items() if get_origin(hint) is NotRequired}
    return optional if document.__total__ else set(hints) - required


def declared_members(serializer):
    """Return by member whether each shape of the serializer always has it."""
    shapes = serializer.shapes.values() if issubclass(serializer, UnionSerializer) else [serializer]
    fields = [shape().fields for shape in shapes]
    return {name: all(name in each and each[name].required for each in fields) for name in set().union(*fields)}


@pytest.mark.parametrize(("document", "serializer"), DECLARED.items(), ids=lambda each: each.__name__)
def test_every_member_of_a_document_is_declared(document, serializer):
    declared = declared_members(serializer)
    assert set(get_type_hints(document)) == set(declared)
    assert optional_members(document) == {name for name, always in declared.items() if not always}


@pytest.mark.parametrize(
    ("part", "document"),
    [("context", documents.NamedContext), ("metadata", documents.NamedMetadata), ("terms", documents.Terms)],
)
def test_the_parts_of_all_types_of_goals_have_the_members_of_the_document(part, document):
    parts = [shape().fields[part] for shape in GoalSerializer.shapes.values() if part in shape().fields]
    assert set().union(*(each.fields for each in parts)) == set(get_type_hints(document))


def test_each_type_of_goal_has_a_shape_that_says_its_type():
    types = {kind: shape().fields["type"].value for kind, shape in GoalSerializer.shapes.items()}
    assert types == {kind: kind.value for kind in GoalType}


def facts_of(union, name):
    [facts] = (field for field in union.shapes[name]().fields.values() if isinstance(field, serializers.Serializer))
    return set(facts.fields)


@pytest.mark.parametrize("name", [*NAMES, GOAL_CHANGED.name])
def test_every_fact_of_an_event_is_declared(name):
    payload = DomainSignal.registry[name].payload
    facts = {field.name for field in dataclasses.fields(payload)}
    assert (name in Event.shapes, name in GoalEventSerializer.shapes) == (name in NAMES, issubclass(payload, GoalEvent))
    for union in (Event, GoalEventSerializer):
        if name in union.shapes:
            assert facts_of(union, name) == facts


def test_an_event_s_null_stays_null_and_what_it_lacks_stays_absent():
    data = {"event_id": "6" * 24, "escrow_id": "show_funding:1", "amount": 5, "final": True, "early": False}
    event = {
        "id": "6" * 24,
        "occurred_at": 1,
        "goal_id": None,
        "escrow_id": "show_funding:1",
        "cursor": "1.1",
        "names": {},
    }
    for seen in (data, data | {"user_id": None}, data | {"payers": 3}):
        refund = event | {"name": "escrow.refunded", "data": seen}
        assert answer(Event, refund) == refund
