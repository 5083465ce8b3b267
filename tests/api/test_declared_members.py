"""What is not declared is not answered, and what a document has is declared."""

from __future__ import annotations

import dataclasses
from typing import NotRequired, Required, get_origin, get_type_hints

import pytest
from django.urls import get_resolver
from rest_framework import serializers

from goals.event_serializers import FeedEvent, FeedEventData, GoalEventPayload, GoalEventSerializer
from goals.feeds import NAMES
from goals.representation import documents
from goals.serializers import Conditions, Context, GoalSerializer, Level, Metadata
from livestream.api.answers import answer
from livestream.events.contracts import GoalEvent
from livestream.events.signals import DomainSignal
from sessions_app import representation
from sessions_app.serializers import (
    ExclusiveGoalPair,
    FeedEntrySerializer,
    KaraokeGoal,
    PlainSession,
    SessionSerializer,
    ShowGoalPair,
    Song,
    Statuses,
    TriggerPrivateGoal,
)
from tests.api.test_answers_match_the_document import GOAL

ROOMS = ("livestream", "wallet", "sessions_app", "goals", "notifications")
DECLARED = {
    documents.GoalDocument: GoalSerializer,
    documents.Conditions: Conditions,
    documents.Context: Context,
    documents.Metadata: Metadata,
    documents.EventDocument: GoalEventSerializer,
    documents.FeedEventDocument: FeedEvent,
    representation.SessionDocument: SessionSerializer,
    representation.PlainSessionDocument: PlainSession,
    representation.StatusesDocument: Statuses,
    representation.LevelDocument: Level,
    representation.ShowGoalPairDocument: ShowGoalPair,
    representation.TriggerPrivateGoalDocument: TriggerPrivateGoal,
    representation.ExclusiveGoalPairDocument: ExclusiveGoalPair,
    representation.KaraokeGoalDocument: KaraokeGoal,
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
    assert [each for each in found if "to_representation" in vars(each)] == []


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


@pytest.mark.parametrize(("document", "serializer"), DECLARED.items(), ids=lambda each: each.__name__)
def test_every_member_of_a_document_is_declared(document, serializer):
    fields = serializer().fields
    assert set(get_type_hints(document)) == set(fields)
    assert optional_members(document) == {name for name, field in fields.items() if not field.required}


def test_a_song_is_a_level():
    assert set(Song().fields) == set(Level().fields)


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_of_an_event_is_declared(name):
    payload = DomainSignal.registry[name].payload
    facts = {field.name for field in dataclasses.fields(payload)}
    assert facts <= set(FeedEventData().fields)
    if issubclass(payload, GoalEvent):
        assert facts <= set(GoalEventPayload().fields)


def test_an_event_s_null_stays_null_and_what_it_lacks_stays_absent():
    escrow = {"event_id": "6" * 24, "escrow_id": "show_funding:1", "user_id": None, "payers": 3, "final": True}
    assert answer(FeedEventData, escrow) == escrow
    progress = {"event_id": "6" * 24, "breakdown_id": None, "payers": None, "nbf": None}
    assert answer(FeedEventData, progress) == progress
