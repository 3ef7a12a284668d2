"""Upright charts as SVG made on the server: columns beside and upon each other, and a line of shares with its band.

No script; series differ by hatching as well as by colour, every value is written at its place and stands in the table.
Sizes are units of the drawing; the page scales it.

>>> frame = Frame("flow", "Flow", "", ("Week", "came"))
>>> chart = columns(frame, [Series("came", 0)], [Bin("W43", "W43", ((4.0,),))], str)
>>> chart.rects[0].height, chart.rows
(176.0, (('W43', '4.0'),))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from review.time_charts import nice_top, ticks

WIDTH, HEIGHT = 560, 230
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 26, 28  # room for the figures at the side, values above, names below
_FILL = 0.76  # of a bin's room that its columns take
_DEPTH = HEIGHT - TOP - BOTTOM


class Frame(NamedTuple):
    """What stands around a drawing: its key, title, sentence, and the heads of its table."""

    key: str
    title: str
    says: str
    heads: tuple[str, ...]


class Series(NamedTuple):
    """One kind of values: its name and hatching."""

    name: str
    pattern: int


class Bin(NamedTuple):
    """A place below: its short name and the long one, and its columns, each a stack of values; where a click leads."""

    short: str
    name: str
    stacks: tuple[tuple[float, ...], ...]
    link: str = ""


class Point(NamedTuple):
    """A share with its interval; None where there is nothing to say."""

    short: str
    name: str
    value: float | None
    low: float
    high: float
    counted: str


class Rect(NamedTuple):
    """A piece of a column."""

    x: float
    y: float
    width: float
    height: float
    pattern: int
    told: str


class Label(NamedTuple):
    """Words at a place."""

    x: float
    y: float
    told: str


@dataclass(frozen=True, slots=True)
class Plot:
    """All that the template draws; `rows` are the twin table."""

    frame: Frame
    legend: tuple[Series, ...]
    rects: tuple[Rect, ...]
    labels: tuple[Label, ...]
    sides: tuple[Label, ...]
    names: tuple[Label, ...]
    rows: tuple[tuple[str, ...], ...]
    line: str = ""
    area: str = ""
    dots: tuple[Label, ...] = ()


def columns(frame: Frame, series: Sequence[Series], bins: Sequence[Bin], number: Callable[[float], str]) -> Plot:
    """A chart of columns: in each bin one for each stack, the values of a stack upon each other, series in order."""
    top = nice_top(max((sum(stack) for one in bins for stack in one.stacks), default=0.0))
    room = (WIDTH - LEFT - RIGHT) / max(len(bins), 1)
    rects: list[Rect] = []
    labels: list[Label] = []
    for place, one in enumerate(bins):
        wide = room * _FILL / max(len(one.stacks), 1)
        x = LEFT + room * place + room * (1 - _FILL) / 2
        found = iter(series)
        for stack in one.stacks:
            height = 0.0
            for value in stack:
                named, tall = next(found), _tall(value, top)
                height += tall
                if tall:
                    rects.append(Rect(round(x, 1), _low(height), round(wide - 2, 1), tall, named.pattern,
                                      f"{one.name}, {named.name}: {number(value)}"))  # fmt: skip
            if sum(stack):
                labels.append(Label(round(x + wide / 2 - 1, 1), round(_low(height) - 5, 1), number(sum(stack))))
            x += wide
    names = tuple(Label(round(LEFT + room * (at + 0.5), 1), HEIGHT - 9, one.short) for at, one in enumerate(bins))
    rows = tuple((one.name, *(number(value) for stack in one.stacks for value in stack)) for one in bins)
    return Plot(frame, tuple(series), tuple(rects), tuple(labels), _sides(top, number), names, rows)


def trend(frame: Frame, points: Sequence[Point], share: Callable[[float | None], str]) -> Plot:
    """A line of shares in [0, 1] with its band, the last one written beside its dot; the scale begins at nothing."""
    known = [(place, one) for place, one in enumerate(points) if one.value is not None]
    top = min(nice_top(max((one.high for _, one in known), default=1.0)), 1.0)
    room = (WIDTH - LEFT - RIGHT) / max(len(points), 1)

    def at(place: int, value: float) -> tuple[float, float]:
        return round(LEFT + room * (place + 0.5), 1), _low(_depth(value, top))

    middle = [(*at(place, one.value or 0.0), one) for place, one in known]
    edge = [*(at(place, one.high) for place, one in known), *(at(place, one.low) for place, one in reversed(known))]
    return Plot(
        frame, (), (), tuple(Label(x, max(y - 10, 12), share(one.value)) for x, y, one in middle),
        _sides(top, share), tuple(Label(at(place, 0)[0], HEIGHT - 9, one.short) for place, one in enumerate(points)),
        tuple((one.name, share(one.value) or "–",
               f"{share(one.low)} – {share(one.high)}" if one.value is not None else "–", one.counted)
              for one in points),
        line=" ".join(f"{x:g},{y:g}" for x, y, _ in middle), area=" ".join(f"{x:g},{y:g}" for x, y in edge),
        dots=tuple(Label(x, y, f"{one.name}: {share(one.value)}") for x, y, one in middle),
    )  # fmt: skip


def _depth(value: float, top: float) -> float:
    return round(_DEPTH * min(value / top, 1.0), 1)


def _tall(value: float, top: float) -> float:
    """Something is always seen of what is not nothing."""
    return max(_depth(value, top), 1.5) if value > 0 else 0.0


def _low(height: float) -> float:
    return round(HEIGHT - BOTTOM - height, 1)


def _sides(top: float, number: Callable[[float], str]) -> tuple[Label, ...]:
    return tuple(Label(LEFT - 6, _low(_depth(value, top)), number(value)) for value in ticks(top))
