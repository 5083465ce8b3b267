"""The query string of a story page: a period of time, and one payer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

_MAX_LENGTH = 200
_YEARS = range(2000, 2101)


@dataclass(slots=True, kw_only=True)
class StoryQuery:
    """The parsed query string. `start` and `end` are None where absent; `errors` says what was invalid."""

    start: datetime | None = None
    end: datetime | None = None
    after: str = ""
    payer: str = ""
    errors: list[str] = field(default_factory=list)


def parse_query(values: Mapping[str, str]) -> StoryQuery:
    """Return the query; an invalid value is left out, with a sentence in `errors`."""
    query = StoryQuery(payer=values.get("payer", "").strip()[:_MAX_LENGTH], after=values.get("after", "")[:_MAX_LENGTH])
    query.start, query.end = _time(values, "from", query), _time(values, "to", query)
    if query.start and query.end and query.start >= query.end:
        query.errors.append("The period ends before it begins.")
        query.start = query.end = None
    if query.start is None:
        query.after = ""
    query.after = query.after.replace("\0", "")
    return query


def query_string(
    *, start: datetime | None = None, end: datetime | None = None, after: str = "", payer: str = ""
) -> str:
    """Return the query string that `parse_query` reads as these values."""
    values = {
        "from": start.isoformat() if start else "",
        "to": end.isoformat() if end else "",
        "after": after,
        "payer": payer,
    }
    return f"?{urlencode({key: value for key, value in values.items() if value})}"


def _time(values: Mapping[str, str], key: str, query: StoryQuery) -> datetime | None:
    text = values.get(key, "").strip()
    if not text:
        return None
    at = _parse_time(text)
    if at is None or at.year not in _YEARS:
        query.errors.append(f"“{text[:40]}” is no moment; write it as 2026-05-01T20:00:00 (UTC).")
        return None
    return at


def _parse_time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
