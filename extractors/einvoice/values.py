"""What stands in an e-invoice as text, as typed values: exact decimals, dates in the formats of UNTDID 2379.

A value that does not follow its notation is None: the reader then says so in a finding, and guesses nothing.
Sources: XML Schema part 2 (decimal, date); UNTDID 2379 (date and period format codes).

>>> parse_number(" 1234.50 "), parse_date("20260131", "102"), parse_date("2026-01-31+01:00")
(Decimal('1234.50'), datetime.date(2026, 1, 31), datetime.date(2026, 1, 31))
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

# Bounded, so that no figure can be written that takes memory to hold: 28 digits are Decimal's own precision.
_NUMBER = re.compile(r"[+-]?(?:\d{1,28}(?:\.\d{0,28})?|\.\d{1,28})")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:$|[TZ+\- ])")

# Format code -> (length of the part that is a date, strptime format).
DATE_FORMATS: dict[str, tuple[int, str]] = {
    "2": (6, "%d%m%y"),
    "3": (6, "%m%d%y"),
    "4": (8, "%d%m%Y"),
    "101": (6, "%y%m%d"),
    "102": (8, "%Y%m%d"),
    "201": (6, "%y%m%d"),
    "202": (6, "%y%m%d"),
    "203": (8, "%Y%m%d"),
    "204": (8, "%Y%m%d"),
    "205": (8, "%Y%m%d"),
    "303": (8, "%Y%m%d"),
    "304": (8, "%Y%m%d"),
}
DEFAULT_FORMAT = "102"


def parse_number(text: str) -> Decimal | None:
    """The exact number in XML Schema's decimal notation, every digit kept; None where it is something else."""
    stripped = text.strip()
    return Decimal(stripped) if _NUMBER.fullmatch(stripped) else None


def parse_date(text: str, code: str | None = None) -> date | None:
    """The day in ISO notation (time and zone ignored), or as the UNTDID 2379 code says; None where it is no day."""
    stripped = text.strip()
    iso = _ISO_DATE.match(stripped)
    # A code that nobody knows: writers get the code wrong more often than the date, which is 102's in all profiles.
    length, notation = DATE_FORMATS.get(code or DEFAULT_FORMAT, DATE_FORMATS[DEFAULT_FORMAT])
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        return datetime.strptime(stripped[:length], notation).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def parse_text(text: str) -> str | None:
    """The words with single spaces; None where there are none."""
    return " ".join(text.split()) or None


def parse_paragraph(text: str) -> str | None:
    """Text that keeps its line breaks, as XRechnung's payment terms need them."""
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines()) or None
