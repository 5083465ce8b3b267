"""The registry of receivers, which are declared as data: `@receives(GOAL_ENDED, types={SHOW}, effect=True)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from typing import Any

from livestream.events.signals import DomainSignal, Event
from livestream.outbox import Urgency

Function = Callable[[Any], None]
Predicate = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Receiver:
    """One receiver of one event; a state receiver, or an effect receiver."""

    signal: DomainSignal
    function: Function
    types: frozenset[str] | None
    when: Predicate | None
    effect: bool
    news: bool
    urgency: Urgency

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def key(self) -> str:
        return f"{self.signal.name}:{self.name}"

    def acts_on(self, event: Event) -> bool:
        """Return whether this receiver acts, or "returned" in the words of the seeds."""
        if self.types is not None and getattr(event, "type", None) not in self.types:
            return False
        return self.when is None or self.when(event)


_receivers: dict[str, Receiver] = {}


def receives(
    signal: DomainSignal,
    *,
    types: Set[str] | None = None,
    when: Predicate | None = None,
    effect: bool = False,
    news: bool = False,
    urgency: Urgency | None = None,
) -> Callable[[Function], Function]:
    """Declare a receiver of `signal`.

    `types` are the goal types it applies to, `when` a pure predicate over the payload. An
    effect receiver runs later, in a transaction of its own, as an outbox message; any other
    runs in the transaction that publishes. `news` marks one that only notifies people of what
    has just happened: it is left out where an old event is replayed. `urgency` is the class in
    which an effect receiver runs; the default is PUSHES for news, and LIFECYCLE for all others.
    """

    def declare(function: Function) -> Function:
        limits = frozenset(types) if types is not None else None
        of_kind = Urgency.PUSHES if news else Urgency.LIFECYCLE
        receiver = Receiver(signal, function, limits, when, effect, news, of_kind if urgency is None else urgency)
        if receiver.key in _receivers:
            raise RuntimeError(f"two receivers are called {receiver.key}")
        _receivers[receiver.key] = receiver
        if not effect:
            signal.connect(_guarded(receiver), weak=False, dispatch_uid=receiver.key)
        return function

    return declare


def _guarded(receiver: Receiver) -> Callable[..., None]:
    def call(event: Event, **_: Any) -> None:
        if receiver.acts_on(event):
            receiver.function(event)

    return call


def all_receivers() -> Iterator[Receiver]:
    """Iterate over every declared receiver, in the order of declaration."""
    return iter(_receivers.values())


def find_receiver(key: str) -> Receiver | None:
    """Return the receiver declared as `event:name`, or None where this release has none."""
    return _receivers.get(key)


def receivers_of(signal: DomainSignal) -> list[Receiver]:
    """Return all receivers of `signal`, those that will return included."""
    return [r for r in all_receivers() if r.signal is signal]


def acting_receivers(signal: DomainSignal, event: Event) -> list[Receiver]:
    """Return the receivers that act on `event`."""
    return [r for r in receivers_of(signal) if r.acts_on(event)]
