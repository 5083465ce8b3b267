"""A story in the form that its template needs: every entry with its links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from livestream.story.assembly import Row, Story
from livestream.story.links import Action, Links
from livestream.story.query import query_string
from livestream.story.subjects import RowRef
from livestream.story.timeline import Entry, Fact, Kind, State

# Names in the icon font that the admin theme contains.
_ICONS = {
    Kind.EVENT: "bolt",
    Kind.STAGE: "mic",
    Kind.MONEY: "toll",
    Kind.PUSH: "campaign",
    Kind.TASK: "schedule",
    Kind.WEBHOOK: "webhook",
    Kind.AUDIT: "support_agent",
    Kind.SESSION: "sensors",
}


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One row of the page. `day` is set in the first row of each day, `is_ahead` where the entry is in the future."""

    entry: Entry
    icon: str
    moved: str
    held: str
    day: date | None
    is_ahead: bool
    about: str
    link: str
    user_link: str
    bucket_link: str
    actions: list[Action]
    failed: int


@dataclass(frozen=True, slots=True)
class FactRow:
    """A line of the summary with its link."""

    fact: Fact
    link: str


def entry_rows(*, story: Story, links: Links) -> Iterator[EntryRow]:
    """Return the rows of the page, in order."""
    names, day = _names(story.subject.refs), None
    for row in story.rows:
        at = row.entry.at.astimezone(UTC)
        yield _entry_row(row, story, links, names, None if at.date() == day else at.date())
        day = at.date()


def _entry_row(row: Row, story: Story, links: Links, names: dict[str, str], day: date | None) -> EntryRow:
    entry = row.entry
    is_failed_task = entry.kind == Kind.TASK and entry.state == State.FAILED
    return EntryRow(
        entry=entry,
        icon=_ICONS[entry.kind],
        moved=f"{entry.amount:+,}" if entry.amount is not None else "",
        held=f"{row.held:,}" if row.held is not None else "",
        day=day,
        is_ahead=entry.at > story.now,
        about=names.get(entry.about, ""),
        link=links.to(entry.ref),
        user_link=query_string(payer=entry.user.name) if entry.user else "",
        bucket_link=query_string(start=entry.bucket[0], end=entry.bucket[1]) if entry.bucket else "",
        actions=links.actions(entry.ref) if is_failed_task else [],
        failed=sum(line.state == State.FAILED for line in entry.lines),
    )


def _names(refs: Iterable[RowRef]) -> dict[str, str]:
    """Return a name by id for each of several rows; the story of a single row needs no names."""
    named = list(refs)
    return {ref.pk: ref.name for ref in named} if len(named) > 1 else {}


def fact_rows(*, story: Story, links: Links) -> list[FactRow]:
    """Return the lines of the summary."""
    return [FactRow(fact, links.to(fact.ref)) for fact in story.facts]


def next_page(*, story: Story) -> str:
    """Return the query string of the next page of a list of payments that was cut, empty where it was not."""
    if not story.continue_after:
        return ""
    return query_string(start=story.continue_at, end=story.window.end, after=story.continue_after)


def kinds(rows: Iterable[EntryRow]) -> list[Kind]:
    """Return the kinds of entries that occur, in the order of their declaration."""
    present = {each.entry.kind for each in rows}
    return [kind for kind in Kind if kind in present]


def period(*, start: datetime | None, end: datetime | None) -> tuple[str, str]:
    """Return both ends of the period as values of the form's fields."""
    return _field(start), _field(end)


def _field(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") if at else ""
