"""What fits into a push: at most 10 KB of data, counted as the bytes that travel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

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

    First a goal's coins by payer are left out, which are read through the API. What is still
    too large becomes a reference: the ids and types, and `truncated`.
    """
    largest = LARGEST_DATA_BYTES - reserve
    if size(data) <= largest:
        return dict(data)
    shorter = {name: _without_breakdown(value) for name, value in data.items()}
    if size(shorter) <= largest:
        return shorter
    reference = {name: _refer(value) for name, value in data.items() if _can_refer(value)}
    return {**reference, "truncated": True}


def _without_breakdown(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: member for name, member in value.items() if name != "breakdown"}


def _can_refer(value: Any) -> bool:
    if isinstance(value, dict):
        return "id" in value
    return not isinstance(value, list) and len(str(value)) <= 100


def _refer(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: value[name] for name in ("id", "type") if name in value}
