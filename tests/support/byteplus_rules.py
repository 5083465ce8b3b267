"""What BytePlus requires of a request, and the shape of its answers."""

from __future__ import annotations

import json
import re
from typing import Any

RTC_ID = re.compile(r"[a-zA-Z0-9_@\-.]{1,128}")
VERSIONS = {"BanRoomUser": "2023-11-01", "StartRecord": "2022-06-01", "StopRecord": "2022-06-01"}


class Wrong(Exception):
    """The vendor finds something wrong with the request."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


def check(action: str, body: dict[str, Any], app_id: str) -> None:
    """Raise Wrong where a request lacks what the vendor requires."""
    required = {"BanRoomUser": ["RoomId", "UserId"], "StopRecord": ["RoomId", "TaskId"]}
    for name in required.get(action, ["RoomId", "TaskId"]):
        if not RTC_ID.fullmatch(body.get(name, "")):
            raise Wrong("InvalidParameter", f"{name} is invalid")
    if body.get("AppId") != app_id:
        raise Wrong("InvalidParameter", "AppId is invalid")
    if action == "StartRecord":
        control = body.get("Control", {})
        if "Type" not in body.get("StorageConfig", {}):
            raise Wrong("MissingParameter", "StorageConfig is missing")
        if not 10 <= control.get("MaxIdleTime", 180) <= 86_400:
            raise Wrong("InvalidParameter", "MaxIdleTime is out of range")


def said(status: int, result: object = None, error: Wrong | None = None) -> tuple[int, bytes]:
    """Return status and body of an answer; an error may well come with status 200."""
    metadata: dict[str, Any] = {"RequestId": "2026", "Service": "rtc"}
    if error:
        metadata["Error"] = {"CodeN": 100_000, "Code": error.code, "Message": error.message}
        return status, json.dumps({"ResponseMetadata": metadata}).encode()
    return status, json.dumps({"ResponseMetadata": metadata, "Result": result}).encode()
