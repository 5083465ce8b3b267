"""Where analytics events go: a file of JSON lines and, where configured, a web address."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests
from django.conf import settings

from livestream.outbound import deadlines
from livestream.outbound.circuit_breaker import Patience

_TIMEOUT_SECONDS = 5


class SinkUnavailable(Exception):
    """The analytics address does not answer, and another call is finding out whether it does again."""


class SinkRefused(Exception):
    """The analytics address answered with something else than success."""


_patience = Patience(unanswered=requests.RequestException, otherwise=SinkUnavailable)


def deliver(*, record: Mapping[str, Any]) -> None:
    """Send the record to ANALYTICS_URL and append it to ANALYTICS_PATH, where they are set.

    Raises SinkRefused, SinkUnavailable or a requests error, upon which the outbox tries again later.
    """
    # The address first: it is what fails, and a retry should not write the line again.
    if settings.ANALYTICS_URL:
        post(url=settings.ANALYTICS_URL, record=record)
    if settings.ANALYTICS_PATH:
        append(path=Path(settings.ANALYTICS_PATH), record=record)


def post(*, url: str, record: Mapping[str, Any]) -> None:
    """POST the record as JSON; raises SinkRefused unless the answer is 2xx.

    Nobody waits longer than five seconds for it; while it does not answer at all, one at a time does.
    """
    options: dict[str, Any] = {"timeout": _TIMEOUT_SECONDS, "allow_redirects": False}
    with (
        _patience.asking(),
        deadlines.session_for(seconds=_TIMEOUT_SECONDS) as session,
        # Only the status matters: of a body, however long, nothing is read.
        session.post(url, json=record, stream=True, **options) as answer,
    ):
        status = answer.status_code
    if not 200 <= status < 300:
        raise SinkRefused(f"{url} answered {status}")


def append(*, path: Path, record: Mapping[str, Any]) -> None:
    """Append the record as one line; a single write, so that processes never mix theirs."""
    line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)
