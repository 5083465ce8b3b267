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
from livestream.outbound.circuit_breaker import CircuitBreaker

_TIMEOUT_SECONDS = 5


class SinkRefused(Exception):
    """The analytics address answered with a status other than 2xx."""


_circuit_breaker = CircuitBreaker(failure=requests.RequestException)


def deliver(*, record: Mapping[str, Any]) -> None:
    """Send the record to ANALYTICS_URL and append it to ANALYTICS_PATH, where they are set.

    Raises SinkRefused, CircuitOpen or a requests error, after which the outbox retries.
    """
    # The URL comes first, because it is what fails: a retry should not append the line again.
    if settings.ANALYTICS_URL:
        post(url=settings.ANALYTICS_URL, record=record)
    if settings.ANALYTICS_PATH:
        append(path=Path(settings.ANALYTICS_PATH), record=record)


def post(*, url: str, record: Mapping[str, Any]) -> None:
    """POST the record as JSON.

    Takes five seconds at most. Raises SinkRefused unless the answer is 2xx, a requests error where
    there is none, and CircuitOpen while another call probes an address that did not answer.
    """
    options: dict[str, Any] = {"timeout": _TIMEOUT_SECONDS, "allow_redirects": False}
    with (
        _circuit_breaker.calling(),
        deadlines.session_with_deadline(seconds=_TIMEOUT_SECONDS) as session,
        # Only the status matters: the body, however long, is not read.
        session.post(url, json=record, stream=True, **options) as answer,
    ):
        status = answer.status_code
    if not 200 <= status < 300:
        raise SinkRefused(f"{url} answered {status}")


def append(*, path: Path, record: Mapping[str, Any]) -> None:
    """Append the record as one line, in a single write, so that lines of several processes never mix."""
    line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)
