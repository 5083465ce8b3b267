"""Descriptions of parameters that a path, a page or a filter brings along, for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_KNOWN = {
    "cursor": "Where the page starts. Follow `next` and `previous` instead of composing a cursor.",
    "page_size": "How many results to answer at most.",
    "channel_name": "The name of the channel.",
    "session": "The id of the session.",
    "streamer": "The id of the streamer.",
    "goal": "The goal whose escrow holds or held the money.",
    "escrow": "The id of the escrow that holds or held the money.",
}
_CURSOR = {"pattern": "^[A-Za-z0-9_-]{1,2000}$"}


def describe(parameters: Iterable[dict[str, Any]]) -> None:
    """Describe each parameter that has no description yet, and say what a cursor looks like."""
    for each in parameters:
        # The library's own description of a choice only repeats its values.
        if each.get("description", "*").startswith("*"):
            each["description"] = _description_of(each["name"], each["in"])
        if each["name"] == "cursor":
            each["schema"] = {**each["schema"], **_CURSOR}


def _description_of(name: str, place: str) -> str:
    if name in _KNOWN:
        return _KNOWN[name]
    if place == "path":
        return f"The id of the {name.removesuffix('_id').replace('_', ' ')}."
    return f"Only results with this `{name}`."
