"""Plays a flow from its start, in a database that holds nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.management import call_command

from livestream import clock
from tests.crashes.faults import Fault, Statements
from tests.crashes.flows import FLOWS
from tests.crashes.outcome import Outcome, left_undone, outcome
from tests.crashes.player import Player


@dataclass(frozen=True, slots=True)
class Played:
    """What a played flow came to, what is wrong by itself, and the statements that it executed."""

    outcome: Outcome
    left_undone: list[str]
    statements: Statements


def play(flow: str, fault: Fault | None = None) -> Played:
    """Play a flow, with a fault or none, and empty the database."""
    statements = Statements(fault)
    # In the middle of an hour, since earnings are kept by the hour.
    with clock.frozen(clock.now().replace(minute=20)) as moving, statements.watched():
        FLOWS[flow](Player(moving, statements))
        played = Played(outcome(), left_undone(), statements)
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
    return played
