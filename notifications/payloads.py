"""What fits into a push: at most 10 KB of data, counted as the bytes that travel."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sessions_app import embedded

LARGEST_DATA_BYTES = 10 * 1024

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

Data = Mapping[str, Any]


def encode(data: Data) -> str:
    """Return the data as it travels: JSON, with letters of all alphabets as they are."""
    return _ENCODER.encode(data)


def size(data: Data) -> int:
    """Return the bytes of the encoded data; Pusher counts bytes, its library does not."""
    return len(encode(data).encode())


def fit(data: Data, *, reserve: int = 0) -> dict[str, Any]:
    """Return the data, or as much of it as is allowed; `reserve` bytes are kept for what is added later.

    Members are left out in this order: coins by payer (clients read them through the API), the `levels`
    of goals, and the goals that a session embeds. A document without its levels or goals has
    `truncated`, and so has the push. If it is still too large, documents become references: ids,
    version, state and progress.
    """
    largest = LARGEST_DATA_BYTES - reserve
    shorter = dict(data)
    for members, is_read_elsewhere in _LEFT_OUT:
        if size(shorter) <= largest:
            return shorter
        pruned = _without(shorter, members, mark=not is_read_elsewhere)
        if not is_read_elsewhere and pruned != shorter:
            pruned["truncated"] = True
        shorter = pruned
    if size(shorter) <= largest:
        return shorter
    reference = {name: _refer(value) for name, value in data.items() if _can_refer(value)}
    return {**reference, "truncated": True}


# Members to leave out, in this order, and whether clients do not need them in a push.
_LEFT_OUT: tuple[tuple[Sequence[str], bool], ...] = (
    (("breakdown", "breakdown_names"), True),
    (("levels",), False),
    (embedded.MEMBERS, False),
)
# The members that every document keeps.
_REFERENCE = ("id", "type", "version", "active", "state", "progress", "unit", "level")


def _without(document: Data, members: Sequence[str], *, mark: bool) -> dict[str, Any]:
    """Return a document, and the documents in it, without these members."""
    kept = {
        name: _without(value, members, mark=mark) if isinstance(value, dict) else value
        for name, value in document.items()
        if name not in members
    }
    return {**kept, "truncated": True} if mark and len(kept) < len(document) else kept


def _can_refer(value: Any) -> bool:
    if isinstance(value, dict):
        return "id" in value
    return not isinstance(value, list) and len(str(value)) <= 100


def _refer(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: value[name] for name in _REFERENCE if name in value}
