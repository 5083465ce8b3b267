"""The audit log: which act a member of staff did, on which row, and why. Only this module writes and reads it.

An entry stores the stable name of the act, never the caption of its button:
`escrow.refund: The streamer fell ill`, or `user.block {"streamer": "mei"}: Insults` where the
form had more fields than the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q

_LONGEST_NAME = 200  # of a row
_NAME = re.compile(r"[a-z_]+\.[a-z_]+")


@dataclass(frozen=True, slots=True)
class Act:
    """What an entry says: the name of the act, the answers to its form by field, and the reason.

    `name` is empty for an entry of another origin, such as Django's own; `reason` is then its
    whole text.
    """

    name: str
    answers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    def __str__(self) -> str:
        answers = ", ".join(f"{name}: {answer}" for name, answer in self.answers.items())
        act = f"{self.name} ({answers})" if answers else self.name
        return f"{act}: {self.reason}" if act else self.reason


def is_valid_name(name: str) -> bool:
    """Return whether an act may have this name: two words in lower case with a dot between, as `goal.end`."""
    return _NAME.fullmatch(name) is not None


def write(*, user_id: str, rows: Sequence[Model], act: Act, now: datetime) -> None:
    """Store an entry for each row on which a member of staff did an act.

    Django would date an entry by the machine's clock. These are listed between events in the story of a goal,
    so they are dated by the same clock as events.
    """
    answers = f" {json.dumps(dict(act.answers), ensure_ascii=False)}" if act.answers else ""
    entries = [_entry(row, f"{act.name}{answers}: {act.reason}") for row in rows]
    for entry in entries:
        entry.user_id, entry.action_time = user_id, now
    LogEntry.objects.bulk_create(entries)


def _entry(row: Model, message: str) -> LogEntry:
    return LogEntry(
        content_type=ContentType.objects.get_for_model(row, for_concrete_model=False),
        object_id=row.pk,
        object_repr=str(row)[:_LONGEST_NAME],
        action_flag=CHANGE,
        change_message=message,
    )


def read(*, entry: LogEntry) -> Act:
    """Return what an entry says; one that `write` did not store is read as plain text."""
    text = entry.change_message
    found = _NAME.match(text)
    answers, rest = _read_answers(text[found.end() :]) if found else ({}, "")
    if found is None or not rest.startswith(": "):
        return Act("", {}, entry.get_change_message())
    return Act(found[0], answers, rest.removeprefix(": "))


def entries_of(*, name: str, model: str, pks: Collection[str]) -> Q:
    """Return the condition for the entries of one act on these rows of a model (its label, in lower case)."""
    app_label, model_name = model.split(".")
    about = Q(content_type__app_label=app_label, content_type__model=model_name, object_id__in=pks)
    return about & (Q(change_message__startswith=f"{name}: ") | Q(change_message__startswith=f"{name} {{"))


def _read_answers(text: str) -> tuple[dict[str, str], str]:
    """Return the answers at the beginning of a text, and what follows them."""
    if not text.startswith(" {"):
        return {}, text
    try:
        answers, end = json.JSONDecoder().raw_decode(text, 1)
    except ValueError:
        return {}, ""
    return answers, text[end:]
