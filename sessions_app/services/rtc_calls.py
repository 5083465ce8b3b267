"""Asking the provider of real-time communication, and keeping what was asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import structlog

from sessions_app.models import RtcCall
from sessions_app.rtc.contract import ProviderCircuitOpen, Refused, RtcProvider, Unavailable

log = structlog.get_logger(__name__)


def make_call(
    *,
    action: str,
    provider: RtcProvider,
    ask: Callable[..., str],
    subject: str,
    now: datetime,
    **asked: str | int,
) -> None:
    """Call `ask`, a method of the provider, with the arguments `asked`, and keep the call.

    Must not run in a transaction: it waits for the network. Raises Refused and Unavailable.
    """
    begun = time.monotonic()
    call = RtcCall(action=action, provider=provider.name, subject=subject, asked=asked, made_at=now)
    try:
        call.said, call.outcome = ask(**asked), RtcCall.Outcome.DONE
    except ProviderCircuitOpen:
        raise
    except (Refused, Unavailable) as error:
        refused = isinstance(error, Refused)
        call.outcome = RtcCall.Outcome.REFUSED if refused else RtcCall.Outcome.UNAVAILABLE
        call.said = str(error)
        raise
    finally:
        if call.outcome:
            call.took_ms = round((time.monotonic() - begun) * 1000)
            call.save()


def note_refusal(*, action: str, subject: str, error: Refused) -> None:
    """Log what the provider refuses for good, since nobody tries it again."""
    log.error("rtc_refused", action=action, subject=subject, error=str(error))
