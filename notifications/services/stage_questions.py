"""Asking the realtime server who is on a stage, and in a stream (spec section 5)."""

from __future__ import annotations

import structlog

from livestream.outbound.circuit_breaker import CircuitBreaker, CircuitOpen
from notifications import channels, provider
from notifications.provider import Refused, Unavailable

log = structlog.get_logger(__name__)
_circuit = CircuitBreaker(failure=Unavailable)


def is_on_stage(*, goal_id: str, user_id: str) -> bool | None:
    """Return whether the user is in a goal's stage channel, see `members`."""
    return _is_in(channels.stage(goal_id), user_id)


def is_in_stream(*, streamer_id: str) -> bool | None:
    """Return whether the streamer is in the channel of their own stream, see `members`."""
    return _is_in(channels.stream(streamer_id), streamer_id)


def members(*, channel: str) -> frozenset[str] | None:
    """Return the ids of the users in a presence channel, or None if the server cannot say.

    It is None if there is no realtime server, if it does not answer within two seconds, and if the
    circuit breaker is open. It calls the network, and must run outside of a transaction.
    """
    if not provider.can_be_asked():
        return None
    try:
        with _circuit.calling():
            return provider.members_of(channel=channel)
    except (Refused, Unavailable, CircuitOpen) as error:
        log.warning("members_unknown", channel=channel, error=str(error)[:200])
        return None


def _is_in(channel: str, user_id: str) -> bool | None:
    found = members(channel=channel)
    return None if found is None else user_id in found
