"""The chart of money and progress over time: coordinates for an SVG, which needs no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from livestream.story.assembly import Story
from livestream.story.formatting import moment
from livestream.story.timeline import Curve

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 960, 190, 72, 16, 22, 26
_TICKS = 6
_MAX_MARKS = 12
_MARK_WIDTH = 60  # about the width of a mark's text
_UNITS = ("coins", "seconds")
_CURVE_SHARE = 0.9  # the share of the height for curves; the labels are above them


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a position, which is its start, middle or end."""

    x: float
    y: float
    text: str

    @property
    def anchor(self) -> str:
        """The anchor that keeps texts near the edges inside the chart."""
        if self.x < LEFT + 30:
            return "start"
        return "end" if self.x > WIDTH - RIGHT - 30 else "middle"


@dataclass(frozen=True, slots=True)
class DrawnCurve:
    """One curve: the SVG path of its line, and that of the area below it."""

    name: str
    css: str
    line: str
    area: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The curves of one unit; all panels cover the same period."""

    unit: str
    curves: list[DrawnCurve]
    target: Label | None
    scale: list[Label]
    summary: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Panels one below the other, the labels of the time axis, and marks for what happened."""

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
        return round(HEIGHT - BOTTOM - value / self.top * _CURVE_SHARE * (HEIGHT - TOP - BOTTOM), 1)


def draw_chart(*, story: Story) -> Chart | None:
    """Draw the curves of a story; None where nothing has happened yet."""
    units = [unit for unit in _UNITS if any(each.unit == unit and each.points for each in story.curves)]
    if not units:
        return None
    begin, end = _span(story)
    time = _Scale(begin, end, 1)
    panels = [_panel(unit, [each for each in story.curves if each.unit == unit], begin, end) for unit in units]
    return Chart(panels, _ticks(time), _marks(story, time))


def _span(story: Story) -> tuple[datetime, datetime]:
    points = [at for curve in story.curves for at, _ in curve.points]
    marked = [row.entry.at for row in story.rows if row.entry.mark]
    begin = story.window.start or min([*points, *marked])
    end = story.window.end or max([*points, *marked, story.subject.ended or story.now])
    return begin, max(end, begin + timedelta(seconds=1))


def _panel(unit: str, curves: Sequence[Curve], begin: datetime, end: datetime) -> Panel:
    values = [value for curve in curves for _, value in curve.points]
    target = max((curve.target for curve in curves if curve.target), default=None)
    # A target far above every value would flatten the curves.
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


def _drawn(curve: Curve, scale: _Scale) -> DrawnCurve:
    points = list(curve.points)
    corners: list[tuple[float, float]] = []
    for at, value in points:
        if curve.stepped and corners:
            corners.append((scale.x(at), corners[-1][1]))
        corners.append((scale.x(at), scale.y(value)))
    if curve.stepped:  # the last value lasts until the end of the chart
        corners.append((scale.x(scale.end), corners[-1][1]))
    line = "M" + " L".join(f"{x},{y}" for x, y in corners)
    ground = scale.y(0)
    area = f"{line} L{corners[-1][0]},{ground} L{corners[0][0]},{ground} Z"
    return DrawnCurve(curve.name, curve.name.split()[0].lower(), line, area)


def _ticks(time: _Scale) -> list[Label]:
    whole = time.end - time.begin
    layout = "%Y-%m-%d" if whole > timedelta(days=5) else "%d %H:%M" if whole > timedelta(days=1) else "%H:%M:%S"
    moments = [time.begin + whole * number / (_TICKS - 1) for number in range(_TICKS)]
    return [Label(time.x(at), HEIGHT - 6, at.astimezone(UTC).strftime(layout)) for at in moments]


def _marks(story: Story, time: _Scale) -> list[Label]:
    """Label what happened; marks whose texts would overlap share one."""
    shared: list[tuple[float, list[str]]] = []
    for row in story.rows:
        if not row.entry.mark:
            continue
        x = time.x(row.entry.at)
        if shared and x - shared[-1][0] < _MARK_WIDTH * len(shared[-1][1]):
            shared[-1][1].append(row.entry.mark)
        else:
            shared.append((x, [row.entry.mark]))
    return [Label(x, TOP - 8, ", ".join(dict.fromkeys(texts))) for x, texts in shared[:_MAX_MARKS]]
