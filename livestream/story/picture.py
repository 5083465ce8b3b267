"""Drawing how money and progress went over time: coordinates for an SVG, no script needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from livestream.story.assembling import Story
from livestream.story.telling import Curve
from livestream.story.wording import moment

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 960, 190, 72, 16, 22, 26
_TICKS = 6
_MOST_MARKS = 12
_APART = 60  # a mark's text is about as wide
_UNITS = ("coins", "seconds")
_ROOM = 0.9  # of the height is for curves; above them stand the labels


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a place; it begins, is centred or ends there."""

    x: float
    y: float
    text: str

    @property
    def anchor(self) -> str:
        """Keep texts near the edges inside of the picture."""
        if self.x < LEFT + 30:
            return "start"
        return "end" if self.x > WIDTH - RIGHT - 30 else "middle"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One curve: the path of its line and of the area below it, and its target's height."""

    name: str
    css: str
    line: str
    area: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One unit's curves over the same time as the other panels."""

    unit: str
    curves: list[Drawn]
    target: Label | None
    scale: list[Label]
    summary: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Panels below one another, with the hours below and marks for what happened."""

    panels: list[Panel]
    ticks: list[Label]
    marks: list[Label]


@dataclass(frozen=True, slots=True)
class _Scale:
    begin: datetime
    end: datetime
    top: int

    def x(self, at: datetime) -> float:
        whole = max((self.end - self.begin).total_seconds(), 0.001)
        share = min(max((at - self.begin).total_seconds() / whole, 0), 1)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: int) -> float:
        return round(HEIGHT - BOTTOM - value / self.top * _ROOM * (HEIGHT - TOP - BOTTOM), 1)


def draw(*, story: Story) -> Picture | None:
    """Draw the curves of a story; None where there are none, as nothing has happened yet."""
    units = [unit for unit in _UNITS if any(each.unit == unit and each.points for each in story.curves)]
    if not units:
        return None
    begin, end = _span(story)
    time = _Scale(begin, end, 1)
    panels = [_panel(unit, [each for each in story.curves if each.unit == unit], begin, end) for unit in units]
    return Picture(panels, _ticks(time), _marks(story, time))


def _span(story: Story) -> tuple[datetime, datetime]:
    points = [at for curve in story.curves for at, _ in curve.points]
    marked = [row.entry.at for row in story.rows if row.entry.mark]
    begin = story.window.start or min([*points, *marked])
    end = story.window.end or max([*points, *marked, story.subject.ended or story.now])
    return begin, max(end, begin + timedelta(seconds=1))


def _panel(unit: str, curves: Sequence[Curve], begin: datetime, end: datetime) -> Panel:
    values = [value for curve in curves for _, value in curve.points]
    target = max((curve.target for curve in curves if curve.target), default=None)
    # A target far beyond what was ever reached would press everything else to the ground.
    shown = target is not None and target <= 20 * max([*values, 1])
    top = max([*values, target or 1] if shown else [*values, 1])
    scale = _Scale(begin, end, top)
    return Panel(
        unit=unit,
        curves=[_drawn(curve, scale) for curve in curves if curve.points],
        target=Label(LEFT, scale.y(target), f"target {target:,}") if shown and target else None,
        scale=[Label(LEFT - 8, scale.y(value), f"{value:,}") for value in dict.fromkeys((0, top // 2, top))],
        summary=" ".join(_summary(curve, unit) for curve in curves if curve.points),
    )


def _summary(curve: Curve, unit: str) -> str:
    highest, last = max(value for _, value in curve.points), curve.points[-1]
    return f"{curve.name}: at most {highest:,} {unit}, {last[1]:,} at {moment(last[0])}."


def _drawn(curve: Curve, scale: _Scale) -> Drawn:
    points = list(curve.points)
    steps: list[tuple[float, float]] = []
    for at, value in points:
        if curve.steps and steps:
            steps.append((scale.x(at), steps[-1][1]))
        steps.append((scale.x(at), scale.y(value)))
    if curve.steps:  # what is held now is held until the end of the picture
        steps.append((scale.x(scale.end), steps[-1][1]))
    line = "M" + " L".join(f"{x},{y}" for x, y in steps)
    ground = scale.y(0)
    return Drawn(
        curve.name, curve.name.split()[0].lower(), line, f"{line} L{steps[-1][0]},{ground} L{steps[0][0]},{ground} Z"
    )


def _ticks(time: _Scale) -> list[Label]:
    whole = time.end - time.begin
    layout = "%Y-%m-%d" if whole > timedelta(days=5) else "%d %H:%M" if whole > timedelta(days=1) else "%H:%M:%S"
    moments = [time.begin + whole * number / (_TICKS - 1) for number in range(_TICKS)]
    return [Label(time.x(at), HEIGHT - 6, at.astimezone(UTC).strftime(layout)) for at in moments]


def _marks(story: Story, time: _Scale) -> list[Label]:
    """Mark what happened; marks that would be written over one another share a text."""
    shared: list[tuple[float, list[str]]] = []
    for row in story.rows:
        if not row.entry.mark:
            continue
        x = time.x(row.entry.at)
        if shared and x - shared[-1][0] < _APART * len(shared[-1][1]):
            shared[-1][1].append(row.entry.mark)
        else:
            shared.append((x, [row.entry.mark]))
    return [Label(x, TOP - 8, ", ".join(dict.fromkeys(texts))) for x, texts in shared[:_MOST_MARKS]]
