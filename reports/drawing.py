"""Charts as simple shapes, once for both presses: the screen's SVG and the PDF's drawing show the same.

Units of the drawing are points; y grows downwards, as in SVG.

>>> shapes, height = shapes_of(Chart("Stops", "", bars=(Bar("no order", 4.0, "4 min"),)))
>>> height, sum(isinstance(one, Rect) for one in shapes)
(24.0, 1)
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from reports.content import Bar, Chart, Day

WIDTH = 500.0
INK, MUTED, FILL, BAND, LINE = "#1d2733", "#55606e", "#2f6f8f", "#cfe0e8", "#c9ced6"
_ROW, _BAR = 24.0, 13.0
_NAMES, _TOLD = 190.0, 120.0  # room for names at the left, for what is told at the right
_HIGH, _FOOT, _SIDE = 130.0, 22.0, 34.0
_LETTERS = 36  # of a name beside its bar
_LABELS = 8  # days that are named below


class Rect(NamedTuple):
    """A filled box."""

    x: float
    y: float
    width: float
    height: float
    fill: str


class Text(NamedTuple):
    """Words at a place: `anchor` start, middle or end."""

    x: float
    y: float
    words: str
    anchor: str = "start"
    fill: str = INK


class Line(NamedTuple):
    """Points joined by a line."""

    points: tuple[tuple[float, float], ...]
    stroke: str


Shape = Rect | Text | Line


def shapes_of(chart: Chart) -> tuple[tuple[Shape, ...], float]:
    """The shapes of a chart and its height."""
    if chart.bars:
        return tuple(_bars(chart.bars)), _ROW * len(chart.bars)
    return tuple(_days(chart.days)), _HIGH + _FOOT


def _bars(bars: tuple[Bar, ...]) -> Iterator[Shape]:
    most = max((bar.value for bar in bars), default=0.0) or 1.0
    room = WIDTH - _NAMES - _TOLD
    for at, bar in enumerate(bars):
        top = at * _ROW
        name = bar.name if len(bar.name) <= _LETTERS else f"{bar.name[: _LETTERS - 1]}…"
        wide = max(room * bar.value / most, 1.0)
        yield Text(_NAMES - 8, top + 15, name, "end")
        yield Rect(_NAMES, top + 5, round(wide, 2), _BAR, FILL)
        yield Text(round(_NAMES + wide + 6, 2), top + 15, bar.told, fill=MUTED)


def _days(days: tuple[Day, ...]) -> Iterator[Shape]:
    most = max((day.high for day in days), default=0.0) or 1.0
    step = (WIDTH - _SIDE) / max(len(days), 1)
    base = _HIGH

    def up(value: float) -> float:
        return round(base - (base - 10) * value / most, 2)

    for share in (0.0, 0.5, 1.0):
        yield Line(((_SIDE, up(most * share)), (WIDTH, up(most * share))), LINE)
        yield Text(_SIDE - 6, up(most * share) + 3, f"{most * share:.0f}", "end", MUTED)
    every = -(-len(days) // _LABELS)
    for at, day in enumerate(days):
        left = round(_SIDE + at * step, 2)
        yield Rect(round(left + step * 0.15, 2), up(day.high), round(step * 0.7, 2),
                   round(up(day.low) - up(day.high), 2), BAND)  # fmt: skip
        yield Line(((round(left + step * 0.1, 2), up(day.expected)), (round(left + step * 0.9, 2), up(day.expected))),
                   FILL)  # fmt: skip
        if at % every == 0:
            yield Text(round(left + step / 2, 2), base + 15, day.name, "middle", MUTED)


def svg_of(chart: Chart) -> str:
    """The chart as inline SVG with its sentence for those who do not see it."""
    shapes, height = shapes_of(chart)
    body = "".join(_svg(shape) for shape in shapes)
    told = escape(f"{chart.title}. {chart.says}")
    return f'<svg role="img" aria-label="{told}" viewBox="0 0 {WIDTH:g} {height:g}">{body}</svg>'


def _svg(shape: Shape) -> str:
    if isinstance(shape, Rect):
        place = f'x="{shape.x:g}" y="{shape.y:g}" width="{shape.width:g}" height="{shape.height:g}"'
        return f'<rect {place} fill="{shape.fill}"/>'
    if isinstance(shape, Text):
        return (f'<text x="{shape.x:g}" y="{shape.y:g}" text-anchor="{shape.anchor}" fill="{shape.fill}">'
                f"{escape(shape.words)}</text>")  # fmt: skip
    points = " ".join(f"{x:g},{y:g}" for x, y in shape.points)
    return f'<polyline points="{points}" fill="none" stroke="{shape.stroke}" stroke-width="1.5"/>'
