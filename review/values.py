"""What people type, as typed values: dates, amounts, texts. Nothing is guessed: what reads two ways is refused.

>>> parse_value("amount", "1 234,50", "fr")
Decimal('1234.50')
>>> parse_value("date", "3.4.2026", "fr")
datetime.date(2026, 4, 3)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from models.invoice import Kind
from models.store.edits import Value

LONGEST_TEXT = 2000
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009'’_]+")
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,6})?", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4}|\d{2})", re.ASCII)
_POINTS = {"en": ".", "fr": ","}


class InputError(ValueError):
    """What was typed is no such value; `key` names the message in the catalogue."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def parse_value(kind: Kind, typed: str, language: str) -> Value:
    """A typed value; None for nothing.

    Raises:
        InputError: It is no value of this kind, or it reads two ways.
    """
    if len(typed) > LONGEST_TEXT:
        raise InputError("input.too_long")
    text = _clean(typed)
    return _PARSERS.get(kind, _parse_text)(text, language) if text else None


def _clean(typed: str) -> str:
    """Composed characters, no control characters but line breaks, no spaces at the ends."""
    text = unicodedata.normalize("NFC", typed).replace("\r\n", "\n")
    return "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in {"Cc", "Cs"}).strip()


def _parse_text(text: str, _language: str) -> Value:
    return text


def _parse_code(text: str, _language: str) -> Value:
    return text.upper()


def _parse_date(text: str, _language: str) -> Value:
    found = _ISO.fullmatch(text)
    parts = found.groups() if found else None
    if parts is None:
        found = _DAY_FIRST.fullmatch(text)
        if found is None:
            raise InputError("input.date")
        parts = found.groups()[::-1]
    year, month, day = (int(part) for part in parts)
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError as error:
        raise InputError("input.no_such_day") from error


def _parse_number(text: str, language: str) -> Value:
    text = _SPACES.sub("", text).replace("\u2212", "-").strip("€$£%")
    marks = [sign for sign in text if sign in ".,"]
    if marks:
        text = _with_point(text, marks, _POINTS[language])
    if not _NUMBER.fullmatch(text):
        raise InputError("input.number")
    return Decimal(text)


def _with_point(text: str, marks: list[str], own: str) -> str:
    """Leave only the decimal point: the last mark, unless it repeats. Where "1.234" may be both, it is asked about."""
    last = marks[-1]
    if len(marks) > 1:
        if marks.count(last) > 1:
            return text.replace(last, "") if len(set(marks)) == 1 else "?"
        other = "," if last == "." else "."
        return text.replace(other, "").replace(last, ".")
    head, tail = text.split(last)
    if len(tail) == 3 and 1 <= len(head.lstrip("+-")) <= 3 and head.lstrip("+-0") and last != own:
        raise InputError("input.thousands")
    return text.replace(last, ".")


_PARSERS: dict[Kind, Callable[[str, str], Value]] = {
    "date": _parse_date,
    "amount": _parse_number,
    "number": _parse_number,
    "code": _parse_code,
}
