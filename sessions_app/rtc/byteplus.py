"""BytePlus RTC through its signed OpenAPI; the only module that knows the `byteplus-sdk` package.

The package signs and sends. Its surprises are dealt with here: it speaks plain http unless
told otherwise, takes keys from the environment or a file rather than from its caller, calls an
error with HTTP 200 a success, and raises a bare `Exception` for any other status.
"""

from __future__ import annotations

import json
import os
import re
import threading
from typing import Any

import requests
from byteplus_sdk.ApiInfo import ApiInfo
from byteplus_sdk.base.Service import Service
from byteplus_sdk.Credentials import Credentials
from byteplus_sdk.ServiceInfo import ServiceInfo
from django.conf import settings

from livestream.outbound.circuit_breaker import CircuitBreaker, CircuitOpen
from livestream.storage.text import storable
from sessions_app.rtc.contract import (
    LONGEST_RECORDING,
    ProviderCircuitOpen,
    Refused,
    Unavailable,
    refuse_bad_ids,
    refuse_bad_lengths,
)

SERVICE = "rtc"
VERSIONS = {"BanRoomUser": "2023-11-01", "StartRecord": "2022-06-01", "StopRecord": "2022-06-01"}
# A ban of zero seconds: the user is removed, and may come back at once. A longer ban would keep the
# streamer out of their next session, and out of the minutes in which a running show may still finish.
KICK = 0
# The shortest and the longest ban (seconds) that the vendor accepts.
BAN_SECONDS = (60, 259_200)
ALL_IN_ONE_PICTURE = 0
LONGEST_TEXT = 500
# The codes of errors in the request itself. All other errors, unknown codes included, may be over at
# the next attempt: an exceeded quota, a key that is being changed, an outage.
_INVALID_REQUEST = ("InvalidParameter", "MissingParameter", "InvalidRequestParameter", "MissingRequestParameter")
# The answers that mean the wanted state is reached already. Stopping a task that is over or
# unknown is a success.
_DONE_ALREADY = {
    "BanRoomUser": re.compile(r"has been banned", re.IGNORECASE),
    "StartRecord": re.compile(r"task has been started", re.IGNORECASE),
    "StopRecord": re.compile(
        r"\btask\b.*\b(not (be )?(exist|found|start|run)|(been|already|is|was) (stopped|ended|finished))|no such task",
        re.IGNORECASE | re.DOTALL,
    ),
}
_circuit_breaker = CircuitBreaker(failure=Unavailable)
_kept = threading.local()


class BytePlusProvider:
    """BytePlus RTC, or whatever speaks its protocol at BYTEPLUS_HOST."""

    name = "byteplus"
    longest_recording = LONGEST_RECORDING

    def ban_room_user(self, *, room_id: str, user_id: str, seconds: int = 0) -> str:
        refuse_bad_ids(room_id=room_id, user_id=user_id)
        lowest, highest = BAN_SECONDS
        forbidden = min(max(seconds, lowest), highest) if seconds else KICK
        return _call("BanRoomUser", RoomId=room_id, UserId=user_id, ForbiddenInterval=forbidden)

    def start_record(self, *, room_id: str, task_id: str, max_seconds: int, idle_seconds: int) -> str:
        refuse_bad_ids(room_id=room_id, task_id=task_id)
        refuse_bad_lengths(max_seconds=max_seconds, idle_seconds=idle_seconds)
        return _call(
            "StartRecord",
            RoomId=room_id,
            TaskId=task_id,
            RecordMode=ALL_IN_ONE_PICTURE,
            Control={"MaxIdleTime": idle_seconds, "MaxRecordTime": max_seconds},
            StorageConfig=settings.BYTEPLUS_RECORD_STORAGE,
        )

    def stop_record(self, *, room_id: str, task_id: str) -> str:
        refuse_bad_ids(room_id=room_id, task_id=task_id)
        return _call("StopRecord", RoomId=room_id, TaskId=task_id)


def _call(action: str, **parameters: Any) -> str:
    try:
        with _circuit_breaker.calling():
            text, accepted = _send(action, {"AppId": settings.BYTEPLUS_APP_ID, **parameters})
            return read_answer(action=action, text=text, accepted=accepted)
    except CircuitOpen as error:
        raise ProviderCircuitOpen(str(error)) from error


def _send(action: str, body: dict[str, Any]) -> tuple[str, bool]:
    """Return the body of the answer, and whether its status was 200; raises Unavailable where there was no answer."""
    try:
        return str(_client().json(action, {}, body)), True
    except requests.RequestException as error:
        raise Unavailable(repr(error)) from error
    except Exception as error:
        # Its way to say that the status was another one; the text is the body of the answer.
        if type(error) is not Exception:
            raise
        return str(error), False


class _Client(Service):
    def init(self) -> None:
        """Do nothing: the package would replace the keys it was given by others it finds."""


def _client() -> _Client:
    """Return this thread's client, which keeps its connection open."""
    options = (
        settings.BYTEPLUS_HOST,
        settings.BYTEPLUS_SSL,
        settings.BYTEPLUS_REGION,
        settings.BYTEPLUS_TIMEOUT,
        settings.BYTEPLUS_ACCESS_KEY,
        settings.BYTEPLUS_SECRET_KEY,
    )
    made_for = (os.getpid(), options)
    if getattr(_kept, "made_for", None) != made_for:
        _kept.client, _kept.made_for = _make_client(*options), made_for
    client: _Client = _kept.client
    return client


def _make_client(host: str, ssl: bool, region: str, timeout: float, key: str, secret: str) -> _Client:
    credentials = Credentials(key, secret, SERVICE, region)
    accept = {"Accept": "application/json"}
    info = ServiceInfo(host, accept, credentials, timeout, timeout, "https" if ssl else "http")
    client = _Client(info, {action: _described(action) for action in VERSIONS})
    # A redirect would carry the signature elsewhere, and a line in ~/.netrc would replace it.
    client.session.max_redirects = 0
    client.session.auth = lambda request: request
    return client


def _described(action: str) -> ApiInfo:
    return ApiInfo("POST", "/", {"Action": action, "Version": VERSIONS[action]}, {}, {})


def read_answer(*, action: str, text: str, accepted: bool) -> str:
    """Return the text of the answer to an action that was done; raises Refused or Unavailable.

    `text` is the body of the answer, `accepted` says whether its status was 200. An error may come
    with status 200 as well.
    """
    answer = _parse(text)
    error = answer["ResponseMetadata"].get("Error")
    if not error and accepted:
        return _brief(answer.get("Result"))
    if not isinstance(error, dict):
        raise Unavailable(_brief(text))
    code, message = str(error.get("Code", "")), str(error.get("Message", ""))
    if _DONE_ALREADY[action].search(message):
        return _brief(message)
    reason = _brief(f"{code}: {message}")
    raise Refused(reason) if code.startswith(_INVALID_REQUEST) else Unavailable(reason)


def _parse(text: str) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except ValueError as error:
        raise Unavailable(f"What answered is not BytePlus: {_brief(text)}") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("ResponseMetadata"), dict):
        raise Unavailable(f"What answered is not BytePlus: {_brief(text)}")
    return answer


def _brief(said: object) -> str:
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    return storable(text, longest=LONGEST_TEXT)
