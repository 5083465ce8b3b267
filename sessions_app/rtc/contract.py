"""The interface of an RTC provider (real-time communication), and its errors."""

from __future__ import annotations

from typing import Protocol

from sessions_app import rules

# The vendor takes no other lengths (seconds) for how long a recording may wait for a picture.
IDLE_SECONDS = (10, 86_400)
# The longest recording (seconds) of one task. The vendor documents no limit, but a task that we lose
# track of must end by itself; a longer show is recorded by further tasks.
LONGEST_RECORDING = 86_400


class Refused(Exception):
    """The request is invalid, and would be refused again."""


class Unavailable(Exception):
    """The provider did not do it, or did not answer; a later attempt may succeed.

    The request may have been carried out all the same, since an answer can be lost on its way.
    """


class ProviderCircuitOpen(Unavailable):
    """The call was not made: the circuit breaker is open, since the provider does not answer others."""


class RtcProvider(Protocol):
    """Rooms and recordings. Every call may be repeated: a repeat is no failure.

    Each call returns the text of the answer, and raises Refused or Unavailable.
    """

    name: str
    longest_recording: int
    """The most `max_seconds` that one recording can be started with."""

    def ban_room_user(self, *, room_id: str, user_id: str, seconds: int = 0) -> str:
        """Remove a user from a room, and keep them out for `seconds`; 0 lets them come back at once.

        The provider may raise a short ban to a minute, and limit a long one to three days.
        """
        ...

    def start_record(self, *, room_id: str, task_id: str, max_seconds: int, idle_seconds: int) -> str:
        """Record a room for at most `max_seconds`, or until nobody was in it for `idle_seconds`."""
        ...

    def stop_record(self, *, room_id: str, task_id: str) -> str:
        """Stop a recording; one that is over, or never was, is stopped."""
        ...


def refuse_bad_ids(**ids: str) -> None:
    """Raise Refused where an id has letters, or a length, that no provider takes."""
    for name, value in ids.items():
        if not rules.is_rtc_id(value):
            raise Refused(f"{name} {value!r} is not 1 to 128 of a-z, A-Z, 0-9 and _@-.")


def refuse_bad_lengths(*, max_seconds: int, idle_seconds: int) -> None:
    """Raise Refused for a recording without an end, or with an idle limit that the vendor does not take."""
    lowest, highest = IDLE_SECONDS
    if max_seconds < 1:
        raise Refused(f"A recording of {max_seconds} seconds is none; 0 would be one without end.")
    if not lowest <= idle_seconds <= highest:
        raise Refused(f"{idle_seconds} idle seconds are not {lowest} to {highest}.")
