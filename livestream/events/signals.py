"""Typed Django signals: one signal an event, one payload class a signal."""

from __future__ import annotations

import dataclasses
import functools
import typing
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from django.dispatch import Signal

from livestream import codec, ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The base of all payloads; knows its id, how to become JSON and how to come back."""

    event_id: str = field(default_factory=ids.new_id)

    def as_json(self) -> dict[str, Any]:
        """Return the payload as JSON types, datetimes in ISO 8601."""
        return codec.encode(self.members())

    def members(self) -> dict[str, Any]:
        """Return the payload's members by name, unencoded."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Return the payload that `as_json` stored; what it lacks comes from `upgraded` or is a default."""
        types = cls._types()
        return cls(**{k: codec.decode(v, types[k]) for k, v in cls.upgraded(stored).items() if k in types})

    @classmethod
    @functools.cache
    def _types(cls) -> dict[str, Any]:
        """Return the type of each member; resolving the annotations takes longer than reading an event."""
        hints = typing.get_type_hints(cls)
        return {f.name: hints[f.name] for f in dataclasses.fields(cls)}

    @classmethod
    def upgraded(cls, stored: dict[str, Any]) -> dict[str, Any]:
        """Return a stored payload with the fields that an earlier release did not store."""
        return stored


class DomainSignal(Signal):
    """A Django signal with a name and the class of its payload.

    There is one signal an event: Django matches string senders by identity, so one
    signal with names as senders would lose events without a word.
    """

    registry: ClassVar[dict[str, DomainSignal]] = {}

    def __init__(self, name: str, payload: type[Event]) -> None:
        super().__init__()
        self.name = name
        self.payload = payload
        self.registry[name] = self

    @classmethod
    def of(cls, event: Event) -> DomainSignal:
        """Return the signal that carries payloads of this class."""
        return next(s for s in cls.registry.values() if s.payload is type(event))

    def __repr__(self) -> str:
        return f"DomainSignal({self.name!r})"
