"""An estimate of another machine's time, carried forward by a steady clock: never ahead, and hardly behind.

A server reads its clock after the query was sent and before the answer arrived. So when the answer arrives,
the server's time is at least the time in the answer, and at most that plus the round trip. All times here
are whole nanoseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

# By how much the rates of two clocks may differ, in millionths. Linux slews a clock by at most 500.
DRIFT = 500
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What the other machine's clock said, and when the query was sent and answered on the steady clock."""

    sent: int
    received: int
    said: int

    @property
    def latest(self) -> int:
        """The latest that it can be on the other machine when the answer arrives."""
        round_trip = self.received - self.sent
        # PostgreSQL leaves out what is less than a microsecond.
        return self.said + round_trip + round_trip * DRIFT // _MILLION + 1_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """At `steady` on the steady clock, it was `time` or later on the other machine."""

    steady: int
    time: int

    def at(self, steady: int) -> int:
        """Return the time that the other machine has certainly reached when the steady clock says `steady`.

        The steady clock is assumed to run fast, so that the estimate stays behind whatever the drift.
        """
        passed = steady - self.steady
        return self.time + passed - passed * DRIFT // _MILLION - 1

    def corrected(self, reading: Reading) -> Estimate:
        """Return the estimate after another reading.

        A slow reading is less exact than the earlier estimate, which is then carried on. If that is later
        than the reading allows, the other clock was set back, and the reading replaces it.
        """
        if reading.received < self.steady:
            return self
        carried = self.at(reading.received)
        known = reading.said <= carried <= reading.latest
        return Estimate(reading.received, carried if known else reading.said)


def first_estimate(reading: Reading) -> Estimate:
    """Return the estimate after the first reading."""
    return Estimate(reading.received, reading.said)
