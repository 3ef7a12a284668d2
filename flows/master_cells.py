"""One cell of a master-data file: text to a number, date, code or account, or the reason why not.

A number that can be read in two ways is refused rather than guessed: `1,234` is a thousand in one office and a little
more than one in the other. Where the rest of the file settles its decimal mark there is no doubt.

>>> read_number("1.234,50", "?"), read_number("1,234", ","), read_number("1,234", ".")
(Decimal('1234.50'), Decimal('1.234'), Decimal('1234'))
>>> read_date("03/10/2026").isoformat()
'2026-10-03'
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal

from models.bounds import is_bookable
from models.reference import squeeze
from validators.identifiers import is_iban

DecimalMark = Literal[".", ",", "?"]

LONGEST_TEXT = 2000  # characters
LONGEST_KEY = 120
MOST_DECIMALS = 6  # what NUMERIC(24, 6) keeps

_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*|[+-]?[.,][0-9]+")
_GROUPED = {",": re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+"), ".": re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")}
_THOUSANDS = re.compile(r"(?<=[0-9])[ '’\u00a0\u202f](?=[0-9]{3}(?![0-9]))")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ][0-9:.]+Z?)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_CODES = {"currency": re.compile(r"[A-Z]{3}"), "country": re.compile(r"[A-Z]{2}")}
_STATUS = {"open": "open", "closed": "closed", "cancelled": "cancelled", "canceled": "cancelled"}
_YEARS = range(1950, 2151)
_IBAN_BREAK = re.compile(r"[\s,;|]+")


class CellError(ValueError):
    """A cell cannot be taken; the message says why, for the person who mends the file."""


def read_text(cell: str, longest: int = LONGEST_TEXT) -> str | None:
    """Text with single spaces, None where it is empty. What looks like a formula is text like any other."""
    text = " ".join(cell.split())
    if len(text) > longest:
        raise CellError(f"is {len(text)} characters long; {longest} are the most")
    if not text.isprintable():
        unfit = next(each for each in text if not each.isprintable())
        if "\udc80" <= unfit <= "\udcff":
            raise CellError("is not UTF-8; save the file as CSV UTF-8")
        raise CellError(f"holds the control character U+{ord(unfit):04X}")
    return text or None


def read_key(cell: str) -> str | None:
    """A number by which something is called: text of at most LONGEST_KEY characters."""
    return read_text(cell, LONGEST_KEY)


def read_number(cell: str, mark: DecimalMark) -> Decimal | None:
    """A number with decimal point or comma; `mark` is the file's decimal mark, "?" where it is not known.

    >>> read_number("1e400", ".")
    Traceback (most recent call last):
    flows.master_cells.CellError: is no number in plain digits: 1e400
    """
    text = read_text(cell)
    if text is None:
        return None
    plain = _THOUSANDS.sub("", text).replace("−", "-")
    if not _NUMBER.fullmatch(plain):
        raise CellError(f"is no number in plain digits: {text[:40]}")
    number = Decimal(_with_point(plain, mark))
    if not is_bookable(number):
        raise CellError("is ten million millions or more, or endlessly small: no ledger takes it")
    if number != number.quantize(Decimal(1).scaleb(-MOST_DECIMALS)):
        raise CellError(f"has more than {MOST_DECIMALS} decimals: {text[:40]}")
    return number


def read_rate(cell: str, mark: DecimalMark) -> Decimal | None:
    """A percentage, with or without its sign, from 0 to 100."""
    rate = read_number(cell.strip().removesuffix("%"), mark)
    if rate is not None and not 0 <= rate <= 100:
        raise CellError(f"is no percentage from 0 to 100: {rate}")
    return rate


def read_days(cell: str) -> int | None:
    """A whole number of days, from 0 to 3650."""
    text = read_text(cell)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) > 3650:
        raise CellError(f"is no number of days from 0 to 3650: {text[:40]}")
    return int(text)


def read_date(cell: str) -> date | None:
    """A date as 2026-10-03 or 03/10/2026 (day first)."""
    text = read_text(cell)
    if text is None:
        return None
    if found := _ISO.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = map(int, found.groups())
    else:
        raise CellError(f"is no date like 2026-10-03 or 03/10/2026: {text[:40]}")
    if year not in _YEARS:
        raise CellError(f"is in the year {year}")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise CellError(f"is no day of the calendar: {text[:40]} (slashes: day/month/year)") from error


def read_code(cell: str, kind: Literal["currency", "country"]) -> str | None:
    """A code of ISO 4217 (three letters) or ISO 3166 (two letters), in capitals."""
    text = read_text(cell)
    if text is None:
        return None
    if not _CODES[kind].fullmatch(text.upper()):
        raise CellError(f"is no {kind} code: {text[:40]}")
    return text.upper()


def read_order_status(cell: str) -> str:
    """Open, closed or cancelled; an empty cell is open."""
    text = (read_text(cell) or "open").casefold()
    if text not in _STATUS:
        raise CellError(f"is none of open, closed, cancelled: {text[:40]}")
    return _STATUS[text]


def read_ibans(cell: str) -> tuple[str, ...]:
    """Bank accounts separated by spaces, each written with or without spaces of its own; all must be valid.

    >>> read_ibans("FR76 3000 6000 0112 3456 7890 189 DE89370400440532013000")
    ('FR7630006000011234567890189', 'DE89370400440532013000')
    """
    found: list[str] = []
    rest = ""
    for piece in _IBAN_BREAK.split(read_text(cell) or ""):
        rest += squeeze(piece)
        if is_iban(rest):
            found.append(rest)
            rest = ""
    if rest:
        raise CellError(f"is no valid IBAN (wrong length or check digits): {rest[:40]}")
    return tuple(dict.fromkeys(found))


def decimal_mark(cells: Iterable[str]) -> DecimalMark:
    """The decimal mark that number cells show beyond doubt; "?" where none does, or where both do.

    >>> decimal_mark(["12", "0,125"]), decimal_mark(["4.35", "1,250.00"]), decimal_mark(["1,234"])
    (',', '.', '?')
    """
    shown = {mark for cell in cells if (mark := _clear_mark(_THOUSANDS.sub("", cell.strip().lstrip("+-"))))}
    if len(shown) != 1:
        return "?"
    return "." if "." in shown else ","


def _clear_mark(text: str) -> str | None:
    marks = [each for each in text if each in ".,"]
    if not marks or not _NUMBER.fullmatch(text):
        return None
    last = marks[-1]
    head, _, tail = text.rpartition(last)
    if marks.count(last) > 1:
        return None
    is_clear = len(set(marks)) == 2 or len(tail) != 3 or head in {"", "0"} or len(head) > 3
    return last if is_clear else None


def _with_point(text: str, mark: DecimalMark) -> str:
    """The digits with a point before the decimals and nothing before the thousands."""
    sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    decimal = _clear_mark(digits)
    if decimal is None and any(each in ".," for each in digits):
        decimal = _doubtful_mark(digits, mark)
    thousands = "," if decimal == "." else "."
    whole, _, decimals = digits.partition(decimal) if decimal else (digits, "", "")
    if thousands in decimals or (thousands in whole and not _GROUPED[thousands].fullmatch(whole)):
        raise CellError(f"is no number: {text[:40]}")
    whole = whole.replace(thousands, "").replace("," if not decimal else thousands, "")
    return f"{sign}{whole or '0'}.{decimals}" if decimals else f"{sign}{whole or '0'}"


def _doubtful_mark(digits: str, mark: DecimalMark) -> str | None:
    """The decimal mark of `1,234` and of `1,234,567`: None where the marks only group."""
    only = next(each for each in digits if each in ".,")
    if digits.count(only) > 1:
        if not _GROUPED[only].fullmatch(digits):
            raise CellError(f"is no number: {digits[:40]}")
        return "." if only == "," else ","
    if mark == "?":
        raise CellError(f"can be read in two ways: {digits[:40]} (leave out the thousands mark, or write two decimals)")
    return mark
