"""Calls to the RTC provider, each stored with its arguments and its outcome."""

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
    method: Callable[..., str],
    subject: str,
    now: datetime,
    **asked: str | int,
) -> None:
    """Call a method of the provider with the arguments `asked`, and store the call.

    It must not run in a transaction, since it waits for the network. Raises Refused and Unavailable.
    """
    begun = time.monotonic()
    call = RtcCall(action=action, provider=provider.name, subject=subject, asked=asked, made_at=now)
    try:
        call.said, call.outcome = method(**asked), RtcCall.Outcome.DONE
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


def log_refusal(*, action: str, subject: str, error: Refused) -> None:
    """Log a request that the provider refuses, since it is not tried again."""
    log.error("rtc_refused", action=action, subject=subject, error=str(error))
