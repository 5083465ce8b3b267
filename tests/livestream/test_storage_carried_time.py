"""The time carried forward from readings: never ahead of the other machine, and hardly behind."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from livestream.storage.carried_time import DRIFT, Reading, first_estimate

MILLISECOND = 1_000_000
SECOND = 1_000 * MILLISECOND
# The other machine's clock says this when the steady clock says 0.
BEGINNING = 1_780_000_000 * SECOND


@dataclass(frozen=True)
class Exchange:
    """A reading is asked for after a pause, travels, is taken, and travels back (nanoseconds)."""

    pause: int
    there: int
    back: int

    @property
    def round_trip(self) -> int:
        return self.there + self.back


travels = st.integers(0, 3 * SECOND) | st.integers(0, MILLISECOND)
exchanges = st.builds(Exchange, pause=st.integers(0, 5 * SECOND), there=travels, back=travels)


def true_time(steady: int, drift: int) -> int:
    """Return the other machine's time, whose clock runs by `drift` millionths faster than the steady one."""
    return BEGINNING + steady + steady * drift // 1_000_000


def readings(history: list[Exchange], drift: int) -> list[Reading]:
    made, steady = [], 0
    for each in history:
        sent = steady + each.pause
        steady = sent + each.round_trip
        said = true_time(sent + each.there, drift) // 1_000 * 1_000  # PostgreSQL has microseconds
        made.append(Reading(sent, steady, said))
    return made


def estimate_after(made: list[Reading]):
    estimate = first_estimate(made[0])
    for reading in made[1:]:
        estimate = estimate.corrected(reading)
    return estimate


@given(st.lists(exchanges, min_size=1, max_size=12), st.integers(-DRIFT, DRIFT), st.integers(0, 60 * SECOND))
def test_it_is_never_ahead_and_as_little_behind_as_the_best_reading_allows(history, drift, later):
    made = readings(history, drift)
    at = made[-1].received + later
    behind = true_time(at, drift) - estimate_after(made).at(at)
    rounding = 1_000 + 3 * len(made)
    allowed = min(
        (reading.received - reading.sent) + 2 * DRIFT * (at - reading.sent) // 1_000_000 + rounding for reading in made
    )
    assert 0 <= behind <= allowed


@given(st.lists(exchanges, min_size=2, max_size=12), st.integers(-DRIFT, DRIFT))
def test_it_never_goes_back_while_the_other_clock_is_not_set(history, drift):
    made = readings(history, drift)
    estimate = first_estimate(made[0])
    for reading in made[1:]:
        corrected = estimate.corrected(reading)
        assert corrected.at(reading.received) >= estimate.at(reading.received) - 2
        estimate = corrected


def test_a_slow_reading_does_not_push_it_back():
    quick = Reading(0, MILLISECOND, BEGINNING + MILLISECOND)
    slow = Reading(SECOND, 4 * SECOND, BEGINNING + SECOND)  # taken at once, and three seconds on its way
    behind = true_time(4 * SECOND, 0) - estimate_after([quick, slow]).at(4 * SECOND)
    assert behind < 3 * MILLISECOND


def test_it_follows_a_clock_that_is_set_forward_or_back():
    for step in (-300 * SECOND, -20 * MILLISECOND, 20 * MILLISECOND, 300 * SECOND):
        before = Reading(0, MILLISECOND, BEGINNING)
        after = Reading(SECOND, SECOND + MILLISECOND, BEGINNING + SECOND + step)
        assert estimate_after([before, after]).time == after.said


def test_a_reading_that_is_older_than_what_is_known_changes_nothing():
    newer = first_estimate(Reading(SECOND, 2 * SECOND, BEGINNING))
    assert newer.corrected(Reading(0, SECOND, BEGINNING + SECOND)) is newer
