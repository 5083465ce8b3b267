"""Builds a reproducible world: ids, names, idempotency keys and times are fixed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any
from unittest import mock

from goals.demo import TICKET, create_ticket_products
from goals.models import Goal
from goals.services import contributions, creation
from livestream import clock, ids
from livestream.models import User
from sessions_app.models import Session
from sessions_app.services import opening
from tests.support.outbox import pass_time, run_due
from tests.support.stage import come_online
from wallet.services import transfers

# Room for the ids of one step, so that a step that draws one more does not change the ids of later steps.
_IDS_A_STEP = 4096


@contextmanager
def fixed_ids(moving: clock.MovableClock) -> Iterator[count[int]]:
    """Derive ids from the frozen time, and number them from a fixed start in each step of the world."""
    steps = count(1)
    drawn = mock.patch.multiple(
        ids,
        time=SimpleNamespace(time=lambda: moving.at.timestamp()),
        secrets=SimpleNamespace(token_hex=lambda length: "0" * 2 * length),
        _counter=count(),
    )
    with drawn:
        yield steps


@dataclass
class Maker:
    """Makes people, sessions and goals, and remembers the name of each: `named[name]` is its id."""

    moving: clock.MovableClock
    steps: Iterator[int]
    named: dict[str, str] = field(default_factory=dict)
    sessions: list[str] = field(default_factory=list)
    goals: list[str] = field(default_factory=list)

    def step(self) -> None:
        """Begin another step of the world."""
        ids._counter = count(next(self.steps) * _IDS_A_STEP)

    def person(self, name: str, *, coins: int = 0, **fields: Any) -> User:
        """Make somebody of this name."""
        person = User.objects.create(id=f"{0xA0 + len(self.named):024x}", username=name, **fields)
        self.named[name] = person.pk
        if coins:
            transfers.deposit(user_id=person.pk, amount=coins, transfer_id=f"deposit:{name}", now=clock.now())
        return person

    def session(self, name: str, streamer: User, *, live: bool = True, **details: Any) -> Session:
        """Open a session, and by default go live."""
        self.step()
        session = opening.open_session(streamer_id=streamer.pk, now=clock.now(), title=name.capitalize(), **details)
        if live:
            come_online(streamer.pk)
            session = opening.start_session(session_id=session.id, caller_id=streamer.pk, now=clock.now())
        self.named[name] = session.id
        self.sessions.append(name)
        return session

    def goal(self, name: str, goal: Goal) -> Goal:
        """Name a goal."""
        self.named[name] = goal.id
        self.goals.append(name)
        return goal

    def sale(self, name: str, session: Session, *targets: int, seconds: int = 6000, **terms: Any) -> Goal:
        """Put tickets of 200 coins on sale, with a level for each target, for a show of at least ten seconds."""
        self.step()
        create_ticket_products()
        made = creation.create_funding_goal(
            streamer_id=session.streamer_id,
            session_id=session.id,
            levels=_levels(targets),
            exp=clock.now() + timedelta(seconds=seconds),
            ticket_product_id=TICKET,
            ticket_product_type="show",
            duration=10,
            now=clock.now(),
            **terms,
        )
        return self.goal(name, made)

    def buy(self, sale: Goal, **quantities: int) -> list[contributions.Receipt]:
        """Have people, by their names, buy tickets, which nobody counts yet."""
        return [self._buy(sale, name, quantity) for name, quantity in quantities.items()]

    def _buy(self, sale: Goal, name: str, quantity: int) -> contributions.Receipt:
        key = f"{name}-{sale.version}-{self.moving.at:%H%M%S}"
        return contributions.contribute(
            goal_id=sale.id, payer_id=self.named[name], quantity=quantity, key=key, now=clock.now()
        )

    def show(self, name: str, sale: Goal, *targets: int, nbf: datetime | None = None) -> Goal:
        """Make the show of a sale that is reached, once the tickets are counted."""
        self.wait(1)
        self.step()
        made = creation.create_show_goal(
            streamer_id=sale.streamer_id,
            session_id=sale.session_id,
            funding_goal_id=sale.id,
            levels=_levels(targets),
            ticket_product_id=TICKET,
            ticket_product_type="show",
            nbf=nbf,
            now=clock.now(),
        )
        run_due()
        return self.goal(name, made)

    def karaoke(self, name: str, session: Session, *targets: int) -> Goal:
        """Make the karaoke of a session, with a song for each target."""
        self.step()
        made = creation.create_karaoke_goal(
            streamer_id=session.streamer_id,
            session_id=session.id,
            levels=_levels(targets),
            nbf=None,
            now=clock.now(),
        )
        return self.goal(name, made)

    def wait(self, seconds: float) -> None:
        """Do all that is due now and in the next seconds."""
        run_due()
        pass_time(self.moving, seconds=seconds)


def _levels(targets: Sequence[int]) -> list[dict[str, Any]]:
    return [{"title": f"Level {number}", "target": target} for number, target in enumerate(targets, 1)]
