"""Charts as SVG made on the server: bars, stacked bars, a line with its band. No script; readable in grey and on paper.

Every chart has a title and a description, and its numbers as rows for a table beside it. Parts of a stack differ by
hatching as well as by colour. Sizes are units of the drawing; the page scales it.

>>> bar(5, 10, 200), band([(0.5, 0.4, 0.6), (1.0, 0.9, 1.0)], 100, 10).line
(100.0, '0,5 100,0')
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

WIDTH, ROW = 560, 26  # of a bar chart: its width, the height of a bar's row
LABEL, VALUE = 190, 125  # the room for names and for what is told behind a bar
LINE_WIDTH, LINE_HEIGHT = 520, 140
PATTERNS = 6  # hatchings that the style sheet and the chart macros know; more parts than that share them


class Part(NamedTuple):
    """One piece of a bar: where it begins, how long it is, which hatching, its value as text."""

    x: float
    width: float
    pattern: int
    told: str


class Bar(NamedTuple):
    """One bar: its name, where a click leads, its parts, and the whole as text."""

    name: str
    link: str
    y: int
    parts: tuple[Part, ...]
    told: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars one below the other. `heads` name the parts of a stack; `rows` are the twin table."""

    key: str
    title: str
    says: str
    heads: tuple[str, ...]
    bars: tuple[Bar, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]

    @property
    def height(self) -> int:
        """Of the drawing."""
        return ROW * len(self.bars) + 4


class Band(NamedTuple):
    """A line and the area of its interval, as coordinates."""

    line: str
    area: str


@dataclass(frozen=True, slots=True)
class LineChart:
    """A line of shares in [0, 1] with its interval, left to right."""

    key: str
    title: str
    says: str
    band: Band
    first: str
    last: str
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]


class Given(NamedTuple):
    """What a bar is made of: its name, the values of its parts with their texts, the whole's text, a link."""

    name: str
    values: Sequence[float]
    texts: Sequence[str]
    told: str
    link: str = ""


def bar(value: float, most: float, room: float) -> float:
    """How long a bar is: something is always seen of what is not nothing."""
    return round(max(value / most * room, 2.0), 1) if value > 0 and most > 0 else 0.0


def bars(
    key: str, title: str, says: str, given: Sequence[Given], *, heads: Sequence[str], columns: Sequence[str]
) -> BarChart:
    """A chart of bars; each is a stack where it has several values."""
    most = max((sum(each.values) for each in given), default=0.0)
    room = WIDTH - LABEL - VALUE
    made = []
    for at, each in enumerate(given):
        parts, x = [], float(LABEL)
        for pattern, (value, text) in enumerate(zip(each.values, each.texts, strict=True)):
            width = bar(value, most, room)
            if width:
                parts.append(Part(x, width, pattern % PATTERNS, text))
            x = round(x + width, 1)
        made.append(Bar(each.name, each.link, at * ROW, tuple(parts), each.told))
    rows = tuple((each.name, *(each.texts if len(heads) > 1 else ()), each.told) for each in given)
    return BarChart(key, title, says, tuple(heads), tuple(made), rows, tuple(columns))


def band(points: Sequence[tuple[float, float, float]], width: int = LINE_WIDTH, height: int = LINE_HEIGHT) -> Band:
    """Points (value, low, high) in [0, 1] as a line and an area, evenly spread; one point stands at the left edge."""
    step = width / max(1, len(points) - 1)

    def place(at: int, share: float) -> str:
        return f"{round(at * step, 1):g},{round(height * (1 - share), 1):g}"

    line = " ".join(place(at, value) for at, (value, _, _) in enumerate(points))
    upper = [place(at, high) for at, (_, _, high) in enumerate(points)]
    lower = [place(at, low) for at, (_, low, _) in enumerate(points)]
    return Band(line, " ".join([*upper, *reversed(lower)]))
