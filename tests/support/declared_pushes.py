"""Every push that a test stores has the members that its payload declares, at every depth; see `undeclared_pushes`."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models.signals import post_init

from livestream.api.unions import UnionSerializer
from notifications.models import Push
from notifications.push_contracts import PushEvent
from notifications.push_events import TABLE, PushedEvent
from notifications.push_payloads import PAYLOADS


@pytest.fixture(autouse=True)
def _pushes_are_as_declared(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.node.get_closest_marker("undeclared_pushes"):
        yield
        return
    post_init.connect(_refuse_undeclared, sender=Push)
    yield
    post_init.disconnect(_refuse_undeclared, sender=Push)


def row_of(event: PushEvent) -> PushedEvent:
    """Return the row of an event in the table of pushes."""
    return next(each for each in TABLE if each.event is event)


def _refuse_undeclared(instance: Push, **_: Any) -> None:
    # Not its attributes, which a query may have deferred.
    event, data = (instance.__dict__.get(name) for name in ("event", "data"))
    if event and data:
        assert mistakes(PushEvent(event), data) == []


def mistakes(event: PushEvent, data: dict[str, Any]) -> list[str]:
    """Return which members are in the data and not in the payload of its event, and which the data lacks."""
    return list(_differences(_shape(PAYLOADS[event]), data, event.value))


@functools.cache
def _shape(declared: type[Any]) -> Any:
    return declared()


def _differences(field: Any, value: Any, path: str) -> Iterator[str]:
    if isinstance(field, UnionSerializer) and isinstance(value, dict):
        field = _shape(field.shapes[value[field.tag]])
    child = getattr(field, "child", None)
    if child is not None and isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _differences(child, each, f"{path}[]")
    elif hasattr(field, "fields") and isinstance(value, dict):
        known = field.fields
        yield from (f"{path}.{name} is not declared" for name in value if name not in known)
        yield from (f"{path}.{name} is missing" for name in known if name not in value and known[name].required)
        for name in value.keys() & known.keys():
            yield from _differences(known[name], value[name], f"{path}.{name}")
