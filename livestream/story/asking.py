"""What the address of a story asks for: a stretch of time, and one payer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

from livestream.models import User
from livestream.storage.text import is_storable
from livestream.story import people, registry
from livestream.story.subjects import Subject
from livestream.story.telling import Entry, Told

_LONGEST = 200
_YEARS = range(2000, 2101)


@dataclass(slots=True, kw_only=True)
class Question:
    """`start` and `end` are None where not asked for; `refusals` say what could not be read."""

    start: datetime | None = None
    end: datetime | None = None
    after: str = ""
    payer: str = ""
    refusals: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answered:
    """What is known of the payer asked for, or who may be meant by it."""

    user: User | None
    candidates: list[User]
    told: list[Told]

    @property
    def headlines(self) -> list[str]:
        """What is known, in sentences."""
        return [each.headline for each in self.told if each.headline]

    @property
    def entries(self) -> list[Entry]:
        """What concerns the user alone, in order of time."""
        return sorted((entry for each in self.told for entry in each.entries), key=lambda entry: entry.at)


def read_question(values: Mapping[str, str]) -> Question:
    """Return what was asked; what cannot be read is refused in words, and left out."""
    question = Question(payer=values.get("payer", "").strip()[:_LONGEST], after=values.get("after", "")[:_LONGEST])
    question.start, question.end = _moment(values, "from", question), _moment(values, "to", question)
    if question.start and question.end and question.start >= question.end:
        question.refusals.append("The stretch of time ends before it begins.")
        question.start = question.end = None
    if question.start is None or not is_storable(question.after):
        question.after = ""
    return question


def _moment(values: Mapping[str, str], key: str, question: Question) -> datetime | None:
    text = values.get(key, "").strip()
    if not text:
        return None
    at = _read(text)
    if at is None or at.year not in _YEARS:
        question.refusals.append(f"“{text[:40]}” is no moment; write it as 2026-05-01T20:00:00 (UTC).")
        return None
    return at


def _read(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def answer(*, question: Question, subject: Subject) -> Answered | None:
    """Return what is known of the payer asked for; None where nobody is."""
    if not question.payer:
        return None
    found = people.called(question.payer)
    if len(found) != 1:
        return Answered(None, found, [])
    return Answered(found[0], [], registry.answered(subject=subject, user=found[0]))


def address(*, start: datetime | None = None, end: datetime | None = None, after: str = "", payer: str = "") -> str:
    """Return the query that asks for this."""
    asked = {
        "from": start.isoformat() if start else "",
        "to": end.isoformat() if end else "",
        "after": after,
        "payer": payer,
    }
    return f"?{urlencode({key: value for key, value in asked.items() if value})}"
