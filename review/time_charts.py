"""A chart over days: what came as bars, what is expected as a line with its bands. SVG made on the server, no script.

Sizes are units of the drawing; the page scales it. Every value is also a row of the table beside it.

>>> nice_top(37.2), ticks(40.0)
(40.0, (0.0, 10.0, 20.0, 30.0, 40.0))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10
from typing import NamedTuple

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 12, 28  # room for the figures at the side and the dates below
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
LABELS = 8  # dates written below, at most


class Known(NamedTuple):
    """A day that is over and what it had."""

    day: date
    value: float


class Expected(NamedTuple):
    """A day to come: the expected value, the ends of the inner and of the outer band."""

    day: date
    value: float
    low: float
    high: float
    lowest: float
    highest: float


class Column(NamedTuple):
    """A bar of the past."""

    x: float
    y: float
    width: float
    height: float
    told: str


class Mark(NamedTuple):
    """A figure at the side, or a date below."""

    at: float
    told: str


@dataclass(frozen=True, slots=True)
class TimeChart:
    """All that the template draws; `rows` are the twin table."""

    key: str
    title: str
    says: str
    columns: tuple[Column, ...]
    line: str
    inner: str
    outer: str
    dots: tuple[tuple[float, float], ...]
    sides: tuple[Mark, ...]
    dates: tuple[Mark, ...]
    today: float | None  # where the past ends
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def nice_top(most: float) -> float:
    """A round number at or above a value, for the upper edge."""
    if most <= 0:
        return 1.0
    power = 10.0 ** floor(log10(most))
    return next(step * power for step in (*_STEPS[:2], 3.0, 4.0, *_STEPS[3:]) if step * power >= most * 0.999)


def ticks(top: float) -> tuple[float, ...]:
    """Four equal steps up to the edge."""
    return tuple(top * k / 4 for k in range(5))


def time_chart(  # noqa: PLR0913 - what it shows, and how it is said
    key: str, title: str, says: str, past: Sequence[Known], coming: Sequence[Expected], *,
    heads: Sequence[str], number: Callable[[float], str], day: Callable[[date], str], short: Callable[[date], str],
) -> TimeChart:  # fmt: skip
    """Lay out days of the past and days to come, left to right, one after the other.

    Args:
        key: Of the drawing on the page.
        title: What it shows.
        says: The same in a sentence, for those who do not see it.
        past: Days that are over, in order.
        coming: Days to come, in order.
        heads: Of the table: day, what came, expected, band.
        number: How a value is written.
        day: How a date is written in the table.
        short: How a date is written below the drawing.
    """
    days = [*(one.day for one in past), *(one.day for one in coming)]
    most = max([*(one.value for one in past), *(one.highest for one in coming)], default=0.0)
    top = nice_top(most)
    step = (WIDTH - LEFT - RIGHT) / max(len(days), 1)

    def x(at: int) -> float:
        return round(LEFT + step * (at + 0.5), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(value / top, 1.0), 1)

    columns = tuple(
        Column(round(x(at) - step * 0.38, 1), y(one.value), round(step * 0.76, 1), round(y(0) - y(one.value), 1),
               f"{day(one.day)}: {number(one.value)}")
        for at, one in enumerate(past)
    )  # fmt: skip
    begin = len(past)
    places = [(x(begin + at), one) for at, one in enumerate(coming)]
    every = max(1, ceil(len(days) / LABELS))
    return TimeChart(
        key=key, title=title, says=says, columns=columns,
        line=" ".join(f"{at:g},{y(one.value):g}" for at, one in places),
        inner=_area([(at, y(one.low), y(one.high)) for at, one in places]),
        outer=_area([(at, y(one.lowest), y(one.highest)) for at, one in places]),
        dots=tuple((at, y(one.value)) for at, one in places),
        sides=tuple(Mark(y(value), number(value)) for value in ticks(top)),
        dates=tuple(Mark(x(at), short(one)) for at, one in enumerate(days) if at % every == 0),
        today=round(LEFT + step * begin, 1) if past and coming else None,
        heads=tuple(heads),
        rows=(
            *((day(one.day), number(one.value), "", "") for one in past),
            *((day(one.day), "", number(one.value), f"{number(one.low)} – {number(one.high)}") for one in coming),
        ),
    )  # fmt: skip


def _area(points: Sequence[tuple[float, float, float]]) -> str:
    upper = [f"{at:g},{high:g}" for at, _, high in points]
    lower = [f"{at:g},{low:g}" for at, low, _ in points]
    return " ".join([*upper, *reversed(lower)])
