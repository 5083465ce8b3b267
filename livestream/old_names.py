"""Names of the original flow notes and of earlier releases that are different today, and what each leads to.

The admin's search and the commands accept them. docs/old-names.md explains each one, together
with those that nothing here can look up.
"""

from __future__ import annotations

import re
from collections.abc import Collection

# Each signal carried all events whose names begin with this prefix.
SIGNALS = {
    "features.leaderboards": "goal.",
    "features.livestream": "session.",
    "ext.pusher": "channel_",
}
EVENTS = {
    "goal_ended": "goal.ended",
    "member_added": "channel_occupied",
    "member_removed": "channel_vacated",
}
TASKS = {
    "analytics.tasks.track": "track",
    "byteplus.tasks.rtc.BanRoomUser": "BanRoomUser",
    "deactivate_due_goal": "deactivate_goal",
    "supersede_goal": "deactivate_goal",
}
# Tasks that the calls of the API do themselves, in their own transaction.
DONE_BY_CALLS = {
    "create_goal": "POST /goals, trigger_private and trigger_exclusive",
    "create_show_goal": "POST /goals?type=show",
}

# Earnings had a field for each escrow, with an underscore before its id; tags end with the id.
_ESCROW = re.compile(r"(?:_|escrow::|swag::livestream\.session:[0-9a-f]{24}\.)([a-z_]+:[0-9a-f]{24})")

_goal_classes: dict[str, str] = {}


def declare_goal_class(*, name: str, goal_type: str) -> None:
    """Declare the class name that goals of a type had; this floor does not know what goals are."""
    _goal_classes[name] = goal_type


def goal_type_of(name: str) -> str | None:
    """Return the goal type that had this class name, or None."""
    return _goal_classes.get(name)


def events_called(name: str, *, known: Collection[str]) -> list[str]:
    """Return those of the `known` events that a name stands for: an event's own, or an old one."""
    if prefix := SIGNALS.get(name):
        return sorted(each for each in known if each.startswith(prefix))
    return [each for each in (EVENTS.get(name, name),) if each in known]


def tasks_called(name: str) -> list[str]:
    """Return the names of tasks that a name stands for, itself first: an earlier release may have stored it."""
    return [name, TASKS[name]] if name in TASKS else [name]


def escrow_id_in(text: str) -> str:
    """Return the id of the escrow that a tag or an old field name contains, or else the text itself."""
    found = _ESCROW.fullmatch(text)
    return found[1] if found else text


def of_events() -> list[str]:
    """Return every old name that stands for events: of an event, of a signal, of a class of goals."""
    return sorted((*EVENTS, *SIGNALS, *_goal_classes))


def of_tasks() -> list[str]:
    """Return every old name that stands for tasks: of a task, or of a class of goals."""
    return sorted((*TASKS, *_goal_classes))
