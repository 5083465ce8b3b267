"""Reading BytePlus' answers: an error may well come with HTTP 200, and a repeat is none."""

from __future__ import annotations

import json
import re
from typing import Any

from livestream.storage.text import storable
from sessions_app.rtc.contract import Refused, Unavailable

LONGEST_TEXT = 500

# What the vendor calls wrong in the request itself. Everything else, unknown codes included,
# may have passed by the time we ask again: quota, a key being changed, an outage.
_WRONG_FOR_GOOD = ("InvalidParameter", "MissingParameter", "InvalidRequestParameter", "MissingRequestParameter")

# Said of what is so already. Stopping a task that is over or unknown is success for whoever
# wants it stopped.
_SO_ALREADY = {
    "BanRoomUser": re.compile(r"has been banned", re.IGNORECASE),
    "StartRecord": re.compile(r"task has been started", re.IGNORECASE),
    "StopRecord": re.compile(
        r"\btask\b.*\b(not (be )?(exist|found|start|run)|(been|already|is|was) (stopped|ended|finished))|no such task",
        re.IGNORECASE | re.DOTALL,
    ),
}


def read_answer(*, action: str, text: str, accepted: bool) -> str:
    """Return what BytePlus said about an action that is done; raises Refused or Unavailable.

    `text` is the body of its answer, `accepted` whether its status was 200.
    """
    answer = _parse(text)
    error = answer["ResponseMetadata"].get("Error")
    if not error and accepted:
        return _brief(answer.get("Result"))
    if not isinstance(error, dict):
        raise Unavailable(_brief(text))
    code, message = str(error.get("Code", "")), str(error.get("Message", ""))
    if _SO_ALREADY[action].search(message):
        return _brief(message)
    told = _brief(f"{code}: {message}")
    raise Refused(told) if code.startswith(_WRONG_FOR_GOOD) else Unavailable(told)


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
