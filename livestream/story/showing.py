"""A story as its template needs it: every entry with its links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from livestream.story.asking import address
from livestream.story.assembling import Row, Story
from livestream.story.links import Action, Links
from livestream.story.subjects import Thing
from livestream.story.telling import Entry, Fact, Kind, State

# Names in the icon font that the theme brings along.
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
class Shown:
    """An entry on the page; `day` is set on the first of each day, `is_ahead` where it lies ahead."""

    entry: Entry
    icon: str
    moved: str
    held: str
    day: date | None
    is_ahead: bool
    about: str
    link: str
    who_link: str
    opens_link: str
    actions: list[Action]
    failed: int


@dataclass(frozen=True, slots=True)
class ShownFact:
    """A line of the summary with its link."""

    fact: Fact
    link: str


def entries(*, story: Story, links: Links) -> Iterator[Shown]:
    """Return the rows of the page, in order."""
    called, day = _names(story.subject.things), None
    for row in story.rows:
        at = row.entry.at.astimezone(UTC)
        yield _shown(row, story, links, called, None if at.date() == day else at.date())
        day = at.date()


def _shown(row: Row, story: Story, links: Links, called: dict[str, str], day: date | None) -> Shown:
    entry = row.entry
    needs_somebody = entry.kind == Kind.TASK and entry.state == State.FAILED
    return Shown(
        entry=entry,
        icon=_ICONS[entry.kind],
        moved=f"{entry.amount:+,}" if entry.amount is not None else "",
        held=f"{row.held:,}" if row.held is not None else "",
        day=day,
        is_ahead=entry.at > story.now,
        about=called.get(entry.about, ""),
        link=links.to(entry.thing),
        who_link=address(payer=entry.who.name) if entry.who else "",
        opens_link=address(start=entry.opens[0], end=entry.opens[1]) if entry.opens else "",
        actions=links.actions(entry.thing) if needs_somebody else [],
        failed=sum(line.state == State.FAILED for line in entry.lines),
    )


def _names(things: Iterable[Thing]) -> dict[str, str]:
    """Return what to call each of several; a story of one thing need not say whose it is."""
    named = list(things)
    return {thing.pk: thing.name for thing in named} if len(named) > 1 else {}


def facts(*, story: Story, links: Links) -> list[ShownFact]:
    """Return the lines of the summary."""
    return [ShownFact(fact, links.to(fact.thing)) for fact in story.facts]


def further(*, story: Story) -> str:
    """Return the address at which a long list of payments goes on, empty where it does not."""
    if not story.further:
        return ""
    return address(start=story.further_at, end=story.window.end, after=story.further)


def kinds(shown: Iterable[Shown]) -> list[Kind]:
    """Return the kinds of entries that there are, in the order of their declaration."""
    there = {each.entry.kind for each in shown}
    return [kind for kind in Kind if kind in there]


def stretch(*, start: datetime | None, end: datetime | None) -> tuple[str, str]:
    """Return both ends as the form's fields show them."""
    return _field(start), _field(end)


def _field(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") if at else ""
