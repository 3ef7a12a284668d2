"""What a page prints in the place of an identifier that the XML names: another account, another VAT id, a near miss.

>>> near_miss("DE136695976", PrintedText.of_lines(["USt-IdNr. DE 136 695 967"]), set())
'DE136695967'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set

from extractors.einvoice.notations import PrintedText
from models.invoice import Invoice

# Every place where an IBAN may begin, with as much behind it as may belong to it.
_IBAN = re.compile(r"(?<![A-Z0-9])(?=([A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]){11,30}))")
_WORDS = re.compile(r"[A-Z0-9]+")
SHORTEST_MISS = 7  # signs: shorter numbers are near each other by chance
MOST_WRONG = 2  # signs of a near miss: one digit changed, or two swapped
MOST_LINES = 2_000
IBAN_LENGTHS = {
    "AD": 24,
    "AT": 20,
    "BE": 16,
    "BG": 22,
    "CH": 21,
    "CY": 28,
    "CZ": 24,
    "DE": 22,
    "DK": 18,
    "EE": 20,
    "ES": 24,
    "FI": 18,
    "FR": 27,
    "GB": 22,
    "GI": 23,
    "GR": 27,
    "HR": 21,
    "HU": 28,
    "IE": 22,
    "IS": 26,
    "IT": 27,
    "LI": 21,
    "LT": 20,
    "LU": 20,
    "LV": 21,
    "MC": 27,
    "MT": 31,
    "NL": 18,
    "NO": 15,
    "PL": 28,
    "PT": 25,
    "RO": 24,
    "RS": 22,
    "SE": 24,
    "SI": 19,
    "SK": 24,
    "SM": 27,
    "TR": 26,
    "UA": 29,
}  # fmt: skip - SWIFT's IBAN registry: the countries of SEPA and their neighbours


def printed_rival(term: str, invoice: Invoice, text: PrintedText) -> str | None:
    """Another value of the same unmistakable kind, where the page prints one: an account, a VAT id."""
    find = RIVALS.get(term)
    if find is None:
        return None
    expected = compact(str(getattr(invoice, term) or ""))
    return find(invoice, text) or near_miss(expected, text, _others(invoice, term))


def _others(invoice: Invoice, term: str) -> set[str]:
    """The XML's other identifiers, which may be printed beside it."""
    return {compact(str(getattr(invoice, other) or "")) for other in _IDENTIFIERS if other != term}


_IDENTIFIERS = ("seller_vat_id", "buyer_vat_id", "seller_legal_id", "buyer_legal_id", "iban", "invoice_number")


def near_miss(expected: str, text: PrintedText, others: Set[str]) -> str | None:
    """What the page prints that is the expected identifier but for a digit or two."""
    if len(expected) < SHORTEST_MISS:
        return None
    found = (each for line in text.lines[:MOST_LINES] for each in _runs(line.upper(), len(expected)))
    return next((each for each in found if each not in others and 0 < _wrong(each, expected) <= MOST_WRONG), None)


def _runs(line: str, length: int) -> Iterator[str]:
    """Neighbouring words that together have just so many letters and digits."""
    words = _WORDS.findall(line)
    for start in range(len(words)):
        joined = ""
        for word in words[start:]:
            joined += word
            if len(joined) >= length:
                break
        if len(joined) == length:
            yield joined


def _wrong(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


def _other_iban(invoice: Invoice, text: PrintedText) -> str | None:
    """An account that is printed instead: any right IBAN, or what has the country and length of the XML's."""
    expected = compact(invoice.iban or "")
    starts = [compact(match[1]) for match in _IBAN.finditer(text.upper)]
    right = (start[: IBAN_LENGTHS.get(start[:2], 0)] for start in starts)
    alike = (start[: len(expected)] for start in starts if start[:2] == expected[:2] and len(start) >= len(expected))
    return next(filter(is_iban, right), None) or next(filter(_is_mostly_digits, alike), None)


def _other_seller_vat_id(invoice: Invoice, text: PrintedText) -> str | None:
    """A VAT id of the country and length of the seller's that is not the buyer's."""
    expected, buyer = compact(invoice.seller_vat_id or ""), compact(invoice.buyer_vat_id or "")
    if not re.match("[A-Z]{2}.", expected):
        return None
    shape = rf"(?<![A-Z0-9]){expected[:2]}(?:[ .-]?[A-Z0-9]){{{len(expected) - 2}}}(?![A-Z0-9])"
    printed = (compact(match[0]) for match in re.finditer(shape, text.upper))
    return next((found for found in printed if found != buyer and _is_mostly_digits(found)), None)


def _nothing_more(_invoice: Invoice, _text: PrintedText) -> str | None:
    return None  # a near miss is all there is to look for


RIVALS: dict[str, Callable[[Invoice, PrintedText], str | None]] = {
    "iban": _other_iban,
    "seller_vat_id": _other_seller_vat_id,
    "buyer_vat_id": _nothing_more,
}


def is_iban(text: str) -> bool:
    """Shape and ISO 13616 checksum.

    >>> is_iban("DE75512108001245126199"), is_iban("DE75512108001245126198")
    (True, False)
    """
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", text):
        return False
    return int("".join(str(int(character, 36)) for character in text[4:] + text[:4])) % 97 == 1


def _is_mostly_digits(text: str) -> bool:
    return sum(character.isdigit() for character in text) >= 0.6 * len(text)


def compact(text: str) -> str:
    """Capitals and digits alone."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())
