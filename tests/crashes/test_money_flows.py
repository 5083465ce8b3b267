"""A process may die or fail at any statement of a flow of money: all coins end where they belong.

Each run takes a sample of the statements, another one every day; `CRASH_SEED` repeats that of an earlier run.
`CRASH_EVERY=1` takes every statement. `CRASH_EVERY=20` takes every twentieth; `CRASH_SEED` chooses the first one.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest

from livestream import clock
from tests.crashes.faults import Fault, Kind, Statements
from tests.crashes.flows import FLOWS
from tests.crashes.outcome import differences
from tests.crashes.playing import Played
from tests.support.rounds import rounds

EVERY = int(os.environ.get("CRASH_EVERY", "0"))
SEED = int(os.environ.get("CRASH_SEED", clock.MachineClock().now().toordinal()))
DEATHS, ERRORS = rounds(6, few=2), rounds(2, few=1)

Play = Callable[..., Played]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("flow", FLOWS)
def test_a_process_that_dies_or_fails_at_any_statement_changes_nothing_in_the_end(play: Play, flow: str):
    undisturbed = play(flow)
    assert undisturbed.left_undone == []
    faults = _faults(undisturbed.statements, flow)
    print(f"{flow}: {len(faults)} faults in {undisturbed.statements.count} statements, CRASH_SEED={SEED}")  # noqa: T201 - to repeat it
    wrong = {}
    for fault in faults:
        played = play(flow, fault)
        assert played.statements.hit, f"{fault} did not happen"
        if found := played.left_undone + differences(played.outcome, undisturbed.outcome):
            wrong[f"{fault}, {played.statements.hit[:300]}"] = found
    assert wrong == {}, f"CRASH_SEED={SEED}"


def _faults(of: Statements, flow: str) -> list[Fault]:
    deaths = _each(of, Kind.DEATH) + _last(of, Kind.DEATH)
    errors = _each(of, Kind.DEADLOCK) + _each(of, Kind.LOSS) + _last(of, Kind.LOSS)
    if EVERY:
        return (deaths + errors)[SEED % EVERY :: EVERY]
    chance = random.Random(f"{SEED} {flow}")  # noqa: S311 - only a sample
    return chance.sample(deaths, DEATHS) + chance.sample(errors, ERRORS)


def _each(of: Statements, kind: Kind) -> list[Fault]:
    return [Fault(number, kind) for number in range(1, of.count + 1)]


def _last(of: Statements, kind: Kind) -> list[Fault]:
    """Return the faults right after a commit, whose result the process never learns."""
    return [Fault(number, kind, after=True) for number in of.lasting]
