"""Dates as paper prints them, in eight languages; 03/04/2026 keeps both readings until the document settles it.

>>> [str(d) for d in next(find_dates("le 15 mars 2026", load_lexicon().months)).readings]
['2026-03-15']
>>> [str(d) for d in next(find_dates("03/04/26", {})).readings]
['2026-04-03', '2026-03-04']
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from extractors.fields.lexicon import load_lexicon, squeeze

__all__ = ["FoundDate", "find_dates", "is_month_first", "load_lexicon"]

_YEAR = r"(?P<y>(?:19|20)\d{2}(?!\d)|(?:19|20)\d{2}(?=\d{1,2}:\d)|\d{2}(?!\d)|\d{2}(?=\d{1,2}:\d{2}))"
_ISO = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d{2})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d)")
_NUMERIC = re.compile(rf"(?<![\d.,/-])(?P<d>\d{{1,2}})\s?(?P<s>[./-])\s?(?P<m>\d{{1,2}})\s?(?P=s)\s?{_YEAR}")
# Marks that a reader mixed up (15.01,2019), spaces for marks (15 01 2019), and a year of four digits to hold on to.
_MIXED = re.compile(
    r"(?<![\d.,/-])(?<!\d )(?P<d>\d{1,2})(?P<s> |\s?[.,/-]\s?)(?P<m>\d{1,2})(?: |\s?[.,/-]\s?)"
    r"(?P<y>(?:19|20)\d{2})(?! ?[\d,])"
)
# Torn by a recogniser: 15/0 1/2019, 2 1/07/20 17.
_TORN = re.compile(
    r"(?<![\d.,/-])(?P<d>\d ?\d?) ?(?P<s>[./-]) ?(?P<m>\d ?\d?) ?(?P=s) ?"
    r"(?P<y>(?:2 ?0|1 ?9) ?\d ?\d|\d ?\d(?=\s*$|\t| \d{1,2} ?:))(?![\d:.]|,\d)"
)
_MISREAD = re.compile(
    r"(?<![\w.,/-])[\dOoIl|]{1,2}[./-][\dOoIl|]{1,2}[./-](?:[12][\dOoC][\dOoIl|]{2}|[\dOoIl|]{2})(?![^\W_])"
)
_REPAIR = str.maketrans("OoCIl|", "000111")
_DAY_NAME = re.compile(
    r"(?<![\d.,])(?P<d>\d{1,2})(?:st|nd|rd|th|er|ème|º|ª|\.)?[\s./-]*(?:de\s|of\s|d['’])?(?P<n>[^\W\d_]{3,12})\.?[\s./,'’-]*"
    rf"(?:de\s|del\s)?{_YEAR}",
    re.IGNORECASE,
)
_NAME_DAY = re.compile(
    r"(?<![^\W_])(?P<n>[^\W\d_]{3,12})\.?[\s-]+(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:,\s?|[\s-]+)(?P<y>(?:19|20)\d{2})(?!\d)",
    re.IGNORECASE,
)
_TORN_NAME = re.compile(  # APR IL 7, 2019
    r"(?<![^\W_])(?P<n>[^\W\d_]{1,8} ?[^\W\d_]{1,8})\.? (?P<d>\d{1,2})(?: ?, ?| )(?P<y>20\d{2})(?!\d)", re.IGNORECASE
)
_TORN_YEAR = re.compile(  # 05-Jan-20 17 03:17
    r"(?<![\d.,])(?P<d>\d{1,2})[ ./-]+(?P<n>[^\W\d_]{3,12})[ ./-]+(?P<y>(?:20|19) \d\d)(?![\d:.]|,\d)", re.IGNORECASE
)
_COMPACT = re.compile(r"(?<!\d)(?P<y>20[0-4]\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-2]\d|3[01])(?=[/ T-]\d{4,6}(?!\d))")
_TIME = re.compile(r"^[\s,;-]*(?:\d{1,2}[:.]\d{2}|at\s|um\s|à\s\d)")
FIRST_YEAR, LAST_YEAR = 1990, 2079


class FoundDate(NamedTuple):
    """A date where it stands in a text: [start, end), its readings (day first before month first)."""

    start: int
    end: int
    readings: tuple[date, ...]
    timed: bool  # a time of day follows


def find_dates(text: str, months: Mapping[str, int], *, torn: bool = False) -> Iterator[FoundDate]:
    """All dates of a line, left to right; overlapping readings of one place are given once.

    `torn` says that a recogniser read the line: then spaces may stand inside of a date.
    """
    if not any(map(str.isdigit, text)):
        return
    text = _MISREAD.sub(lambda m: m[0].translate(_REPAIR), text)
    found: list[FoundDate] = []
    for pattern in (
        _ISO,
        _COMPACT,
        *((_TORN, _TORN_NAME, _TORN_YEAR) if torn else ()),
        _NUMERIC,
        _DAY_NAME,
        _NAME_DAY,
        _MIXED,
    ):
        for m in pattern.finditer(text):
            if any(m.start() < other.end and other.start < m.end() for other in found):
                continue
            readings = _readings(m, months)
            if readings:
                found.append(FoundDate(m.start(), m.end(), readings, bool(_TIME.match(text[m.end() :]))))
    yield from sorted(found)


def _readings(m: re.Match[str], months: Mapping[str, int]) -> tuple[date, ...]:
    parts = {name: part.replace(" ", "") if name != "s" and part else part for name, part in m.groupdict().items()}
    year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return ()
    day = int(parts["d"])
    if parts.get("n"):
        month = months.get(squeeze(parts["n"]))
        pairs = [(day, month)] if month else []
    elif m.re in (_ISO, _COMPACT):
        pairs = [(day, int(parts["m"]))]
    elif parts["s"].strip() == ".":
        month = int(parts["m"])  # nobody writes the month first with dots
        pairs = [(day, month)] if month <= 12 else [(month, day)]
    else:
        pairs = [(day, int(parts["m"])), (int(parts["m"]), day)]
    valid = (_date(year, month, day) for day, month in pairs)
    return tuple(dict.fromkeys(d for d in valid if d))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def is_month_first(texts: Iterable[str], *, american: bool) -> bool:
    """Whether the document writes month/day/year: a date that allows one reading only decides, else the country."""
    votes = 0
    for text in texts:
        for m in _NUMERIC.finditer(text):
            first, second = int(m["d"]), int(m["m"])
            if m["s"] != "." and max(first, second) > 12 and min(first, second) <= 12:
                votes += 1 if second > 12 else -1
    return votes > 0 or (votes == 0 and american)
