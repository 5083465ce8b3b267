"""Every event survives being stored and read again, whatever it tells."""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from livestream import ids
from livestream.events import contracts
from livestream.events.signals import DomainSignal
from livestream.models import EventRecord
from tests.support.rounds import rounds

SIGNALS = list(DomainSignal.registry.values())
PAYLOADS = [pytest.param(signal.payload, id=signal.name) for signal in SIGNALS]

# What PostgreSQL's jsonb and a text in UTF-8 can hold.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
integers = st.integers(-(2**63), 2**63 - 1)
zones = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
moments = st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=zones)  # noqa: DTZ001
json_values = st.recursive(
    st.none() | st.booleans() | integers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
documents = st.dictionaries(texts, json_values, max_size=4)

BY_HINT: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    int: integers,
    bool: st.booleans(),
    datetime: moments,
    types.NoneType: st.none(),
    dict[str, Any]: documents,
    dict[str, int]: st.dictionaries(texts, integers, max_size=4),
    tuple[dict[str, Any], ...]: st.lists(documents, max_size=3).map(tuple),
}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    if isinstance(hint, types.UnionType):
        return st.one_of(*(values_of(option) for option in typing.get_args(hint)))
    return BY_HINT[hint]


def events(payload: type) -> st.SearchStrategy[Any]:
    """Every event of this class; its id stays the one it is given."""
    hints = typing.get_type_hints(payload)
    names = [field.name for field in dataclasses.fields(payload) if field.name != "event_id"]
    return st.fixed_dictionaries({name: values_of(hints[name]) for name in names}).map(lambda all_: payload(**all_))


def optional_fields(payload: type) -> list[dataclasses.Field[Any]]:
    return [f for f in dataclasses.fields(payload) if f.default is not dataclasses.MISSING]


@pytest.mark.parametrize("payload", PAYLOADS)
@given(data=st.data())
@settings(max_examples=rounds(40))
def test_a_payload_is_the_same_after_json(payload, data):
    event = data.draw(events(payload))
    stored = event.as_json()
    assert payload.from_json(stored) == event
    assert payload.from_json(stored).as_json() == stored


@pytest.mark.parametrize("payload", PAYLOADS)
@given(data=st.data())
@settings(max_examples=rounds(10))
def test_what_an_older_release_did_not_store_takes_its_default(payload, data):
    event = data.draw(events(payload))
    optional = optional_fields(payload)
    stored = {k: v for k, v in event.as_json().items() if k not in {field.name for field in optional}}
    defaults = {field.name: field.default for field in optional}
    assert payload.from_json(stored) == dataclasses.replace(event, **defaults)


@pytest.mark.parametrize("payload", PAYLOADS)
@given(data=st.data())
@settings(max_examples=rounds(5))
def test_what_a_newer_release_stored_beside_is_passed_over(payload, data):
    event = data.draw(events(payload))
    assert payload.from_json(event.as_json() | {"of_tomorrow": 1}) == event


OF_GOALS = [pytest.param(s.payload, id=s.name) for s in SIGNALS if issubclass(s.payload, contracts.GoalEvent)]


@pytest.mark.parametrize("payload", OF_GOALS)
@given(data=st.data())
@settings(max_examples=rounds(5))
def test_a_goal_s_event_of_an_older_release_has_its_session_and_its_streamer(payload, data):
    event = data.draw(events(payload))
    members = {"conditions": {"session_id": event.session_id}, "metadata": {"user_id": event.streamer_id}}
    stored = event.as_json() | members
    older = {name: value for name, value in stored.items() if name not in ("session_id", "streamer_id")}
    assert payload.from_json(older) == dataclasses.replace(event, **members)


@pytest.mark.parametrize("payload", OF_GOALS)
def test_a_goal_s_event_that_nowhere_names_its_session_is_refused(payload):
    with pytest.raises(TypeError, match="session_id"):
        payload.from_json({"goal_id": "g", "metadata": {"user_id": "u"}})


@pytest.mark.django_db
@given(data=st.data())
@settings(max_examples=rounds(30))
def test_the_database_gives_back_what_it_was_given(data):
    signal = data.draw(st.sampled_from(SIGNALS))
    event = data.draw(events(signal.payload))
    with transaction.atomic():
        made = EventRecord.objects.create(
            event_id=event.event_id, name=signal.name, payload=event.as_json(), occurred_at=datetime.now(tz=UTC)
        )
        stored = EventRecord.objects.get(pk=made.pk).payload
        transaction.set_rollback(True)
    assert signal.payload.from_json(stored) == event
    assert connection.is_usable()


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_a_payload_can_neither_be_changed_nor_given_further_members(signal):
    assert signal.payload.__dataclass_params__.frozen
    assert not hasattr(object.__new__(signal.payload), "__dict__")


def test_each_event_has_one_payload_and_each_payload_one_event():
    payloads = [signal.payload for signal in SIGNALS]
    assert len(set(payloads)) == len(payloads)
    assert {vars(contracts)[payload.__name__] for payload in payloads} == set(payloads)


def test_two_events_have_two_ids():
    events_ = [contracts.EscrowEvent(escrow_id="e", amount=1) for _ in range(100)]
    assert len({event.event_id for event in events_}) == 100
    assert all(ids.is_valid(event.event_id) for event in events_)


def test_a_goal_is_reached_at_its_last_level_and_never_without_levels():
    facts = {"goal_id": "g", "type": contracts.SHOW, "active": True, "progress": 0, "context": {}}
    facts |= {"session_id": "s", "streamer_id": "u", "conditions": {"session_id": "s"}, "metadata": {"user_id": "u"}}
    levels = ({"title": "a", "target": 1}, {"title": "b", "target": 2})
    made = [contracts.GoalEnded(**facts, level=level, levels=levels) for level in range(3)]
    assert [event.reached for event in made] == [False, False, True]
    assert not contracts.GoalEnded(**facts, level=0, levels=()).reached
