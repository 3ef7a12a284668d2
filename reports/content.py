"""What a report says, before any press prints it: sections of sentences, tables and charts. Text is plain, not escaped.

>>> table = Table("Fees", ("Month", "EUR"), (("October", "10"),), numeric=frozenset({1}))
>>> Section("fees", "Fees", tables=(table,)).is_empty, Section("none", "None").is_empty
(False, True)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; the first column names the row. `numeric` columns are set to the right."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    widths: tuple[float, ...] = ()  # shares of the width, for paper; empty: by what stands in the columns


class Bar(NamedTuple):
    """One bar: its name, its length, and what is written beside it."""

    name: str
    value: float
    told: str


class Day(NamedTuple):
    """A day to come: its name, the expected value and the ends of its band."""

    name: str
    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars one below the other, or days side by side with their band. `says` is the same in a sentence."""

    title: str
    says: str
    bars: tuple[Bar, ...] = ()
    days: tuple[Day, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a report. Order on the page: paragraphs, charts, tables, notes."""

    key: str
    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return not (self.paragraphs or self.tables or self.charts)


class Tile(NamedTuple):
    """A figure at the head of the report: what it is, how much, and what is to be said of it."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What a press itself says, in the report's language."""

    contents: str
    page: str  # with {page} and {pages}
    made: str
    chart_as_table: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """A report: its title, of whom and when, figures at a glance, sections."""

    title: str
    client: str
    period: str
    language: str
    made: str
    words: Words
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
