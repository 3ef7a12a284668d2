"""Amounts and numbers as paper prints them: 1.234,56 and 1 234,56 and 1'234.56 and (12.00) and 12,00-.

A lone separator before three digits is ambiguous: the caller says which decimal mark the document uses.

>>> parse_number("1.234,56"), parse_number("1.234", decimal="."), parse_number("1.234", decimal=",")
(Decimal('1234.56'), Decimal('1.234'), Decimal('1234'))
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

SYMBOLS = {
    "€": "EUR", "£": "GBP", "zł": "PLN", "zl": "PLN", "RM": "MYR", "US$": "USD", "¥": "JPY", "₹": "INR", "C$": "CAD",
    "A$": "AUD", "$": "USD", "Fr.": "CHF", "kr": "SEK", "Kč": "CZK", "Ft": "HUF", "R$": "BRL", "S$": "SGD",
    "HK$": "HKD", "NT$": "TWD", "元": "CNY", "Rs.": "INR", "Rs": "INR", "kr.": "SEK",
}  # fmt: skip
CODES = frozenset((
        "EUR", "USD", "GBP", "CHF", "PLN", "MYR", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK", "CZK", "HUF",
        "RON", "BGN", "CNY", "INR", "SGD", "HKD", "NZD", "BRL", "ZAR", "TRY", "MXN", "AED", "THB", "TWD",
        "KRW", "ISK", "ILS", "TND", "MAD",
))  # fmt: skip
_CURRENCY = "|".join(
    sorted((re.escape(s) for s in (*SYMBOLS, *CODES, "Euro", "euros?", "EURO")), key=len, reverse=True)
).replace(re.escape("euros?"), "euros?")
_DIGITS = (
    r"\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d{1,2})?(?!\d)|\d{1,3}(?:[ '’`.,]\d{3})+(?:[.,]\d{1,4})?(?!\d)|\d*[.,]\d{1,6}|\d+"
)
NUMBER = re.compile(
    rf"(?:(?<![\w.,/#])(?<!\d:)|(?<=\b[xX])(?=\d+[.,]\d\d\b)|(?<=\d[xX])(?=\d+[.,]\d\d\b))(?P<open>[-−–+(~]\s?)?(?:(?P<before>{_CURRENCY})\s?)?(?P<minus>[-−–]\s?)?(?P<digits>{_DIGITS})"
    rf"(?P<dash>[.,](?:--?|—|–))?(?:\s?(?P<after>{_CURRENCY})(?![^\W\d_]))?(?P<close>[-−)](?!\d))?(?P<percent>\s?%)?"
    r"(?![.,:/-]?\d|[^\W\d_]{4}|[°@])"
)
_MISREAD = re.compile(r"(?:(?<![\w.,])|(?<=\bRM))[\dOoIlSBZ|]+(?:[.,][\dOoIlSBZ|]{2,3})+(?![\w])")
_REPAIR = str.maketrans("OoIl|SBZ", "00111582")
# An amount that a recogniser tore by spaces: 80. 90 and 80 .90 and 1 ,234. 50; and worse: 1 70. 00, 12 00, 45 0 0.
_TORN = re.compile(
    r"(?<![\d.,/:-])\d{1,6}(?:(?: ?[.,']\d{3}| [.,'] ?\d{3}))*(?P<mark> [.,] ?| ?[.,] )\d{2}(?![\d%])(?! ?[.,:/]\d)"
)
# A tax rate that was torn: 1 9, 00% and 7, 00 %.
_TORN_RATE = re.compile(r"(?<![\d.,/:-])(?:[12] )?\d ?[.,] ?\d ?\d(?= ?%)")
_RAGGED = re.compile(r"(?<![\d.,/:-])\d{1,4}(?: \d{1,3}){1,2} ?[.,] ?\d ?\d(?![\d%.,:/])")
_POINTLESS = re.compile(r"(?<![\d.,/:-])(?<!\d )(?P<whole>\d{1,4}) (?P<cents>\d ?\d)(?=$|\t)")
_CLEAR = re.compile(r"(?<![\d.,])\d{1,3}(?:[ .,'’]\d{3})*([.,])\d{2}(?![\d.,]*\d)")


class Number(NamedTuple):
    """A number where it stands in a text: [start, end), its value and what was around it."""

    start: int
    end: int
    value: Decimal
    decimals: int
    currency: str | None
    percent: bool


def fold_digits(text: str) -> str:
    """Replace letters that a reader took for digits, in words that are else amounts; the length stays.

    >>> fold_digits("Total 1O.5O")
    'Total 10.50'
    """
    return _MISREAD.sub(lambda m: m[0].translate(_REPAIR) if any(map(str.isdigit, m[0])) else m[0], text)


def parse_number(text: str, decimal: str = ".") -> Decimal:
    """The value of digits with separators; `decimal` settles "1.234". Raises ValueError where there is no digit."""
    plain = re.sub(r"[ '’`\u00a0\u202f]", "", text)
    marks = [c for c in plain if c in ".,"]
    if not any(map(str.isdigit, plain)):
        raise ValueError(text)
    if not marks:
        return Decimal(plain)
    last = marks[-1]
    head, _, tail = plain.rpartition(last)
    whole = head.replace(".", "").replace(",", "")
    is_decimal = marks.count(last) == 1 and (
        len(set(marks)) > 1 or len(tail) != 3 or not 1 <= len(head) <= 3 or head == "0"
    )
    if is_decimal or (marks.count(last) == 1 and last == decimal and len(set(marks)) == 1):
        return Decimal(f"{whole or '0'}.{tail}")
    return Decimal(whole + tail)


def currency_of(text: str | None) -> str | None:
    """ISO 4217 for a symbol or a code; None where there is none."""
    if not text:
        return None
    return SYMBOLS.get(text) or (text if text in CODES else "EUR" if text.casefold().startswith("euro") else None)


def find_numbers(text: str, decimal: str = ".") -> Iterator[Number]:
    """All numbers of a line, left to right."""
    for m in NUMBER.finditer(fold_digits(text)):
        digits = m["digits"]
        if len(digits) > 24:
            continue
        value = parse_number(digits, decimal)
        negative = m["minus"] or (m["open"] or "").strip() in ("-", "−", "–") or (m["close"] or "") in ("-", "−")
        bracketed = (m["open"] or "").strip() == "(" and m["close"] == ")" and not m["percent"]
        exponent = value.as_tuple().exponent
        decimals = 2 if m["dash"] else -exponent if isinstance(exponent, int) else 0
        signed = -value if negative or (bracketed and decimals == 2) else value
        yield Number(
            m.start("digits"),
            m.end("digits"),
            signed,
            decimals,
            currency_of(m["before"] or m["after"]),
            bool(m["percent"]),
        )


def mend_torn(text: str, decimal: str) -> tuple[str, tuple[int, ...]]:
    """Take out the spaces that tear an amount in two; also return where in `text` they stood.

    Only around the document's own decimal mark: in "1. Tag" and "5, 20" the mark means something else.

    >>> mend_torn("Total RM 80. 90", ".")
    ('Total RM 80.90', (12,))
    """
    holes: list[int] = []
    for m in _TORN.finditer(text):
        if decimal in m["mark"]:
            holes += [at for at in range(m.start(), m.end()) if text[at] == " "]
    if "%" in text:
        torn = (at for m in _TORN_RATE.finditer(text) for at in range(m.start(), m.end()) if text[at] == " ")
        holes = sorted({*holes, *torn})
    mended = "".join(c for at, c in enumerate(text) if at not in holes)
    return mended, tuple(holes)


def find_torn_numbers(text: str, decimal: str = ".") -> Iterator[Number]:
    """All numbers of a line that a recogniser read, those mended that it tore; places are those in `text`."""
    mended, holes = mend_torn(text, decimal)
    for number in find_numbers(mended, decimal):
        yield number._replace(start=_unmended(number.start, holes), end=_unmended(number.end - 1, holes) + 1)


def _unmended(at: int, holes: Iterable[int]) -> int:
    for hole in holes:
        at += hole <= at
    return at


def guess_numbers(text: str) -> Iterator[Number]:
    """Amounts that may have been torn or lost their point: readings to believe only where something speaks for them.

    >>> [str(n.value) for t in ("RM 1 70. 00", "NET TOTAL 45 0 0", "12 00") for n in guess_numbers(t)]
    ['170.00', '45.00', '12.00']
    """
    for m in _RAGGED.finditer(text):
        plain = m[0].replace(" ", "").replace(",", ".")
        yield Number(m.start(), m.end(), Decimal(plain), 2, None, percent=False)
    for m in _POINTLESS.finditer(text):
        value = Decimal(f"{m['whole']}.{m['cents'].replace(' ', '')}")
        yield Number(m.start(), m.end(), value, 2, None, percent=False)


def decimal_marks(texts: Iterable[str]) -> tuple[str, ...]:
    """The decimal marks that a document may use, likelier first; one only where its amounts leave no doubt."""
    votes = Counter(m[1] for text in texts for m in _CLEAR.finditer(text))
    ranked = [mark for mark, _ in votes.most_common()]
    if not ranked:
        return (",", ".")
    return (ranked[0],)
