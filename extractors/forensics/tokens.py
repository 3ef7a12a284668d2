"""What in a text decides about money: amounts, accounts, long numbers.

>>> sorted(telling(["Total 1.234,50 EUR", "IBAN DE75 5121 0800 1245 1261 99"]))
['1234.50', 'DE75512108001245126199']
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from extractors.einvoice.notations import PrintedText, group_lines, read_number
from extractors.einvoice.rivals import compact, is_iban
from models.document import Unseen, Word
from models.money import decimal_text

AMOUNT = re.compile(r"(?<![\d.,/:-])(?:\d{1,3}(?:[ .,'’\u00a0\u202f]\d{3}){1,5}|\d{1,12})[.,]\d{2}(?![\d/:-]|[.,]\d)")
ACCOUNT = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]){11,30}")
MOST_FOUND = 500


def telling(lines: Iterable[str]) -> set[str]:
    """Amounts as decimal numbers and accounts without spaces; a zero tells nothing."""
    found: set[str] = set()
    for line in lines:
        found.update(amounts_in(line))
        found.update(accounts_in(line))
        if len(found) > MOST_FOUND:
            break
    return found


def amounts_in(line: str) -> Iterator[str]:
    """Every amount with two decimals."""
    for match in AMOUNT.findall(line):
        amount = min(read_number(match), key=lambda each: abs(each.as_tuple().exponent + 2), default=Decimal(0))  # type: ignore[operator]
        if amount:
            yield decimal_text(amount)


def accounts_in(line: str) -> Iterator[str]:
    """Every IBAN with right check digits, also where more letters follow it."""
    for match in ACCOUNT.findall(line.upper()):
        whole = compact(match)
        account = next((whole[:end] for end in range(len(whole), 14, -1) if is_iban(whole[:end])), None)
        if account:
            yield account


def lines_of(words: Sequence[Unseen]) -> list[str]:
    """Hidden words in lines."""
    return [" ".join(word.text for word in line) for line in group_lines([Word(each.text, each.box) for each in words])]


def not_among(found: Iterable[str], text: PrintedText) -> list[str]:
    """Those of the found that the text does not show in any notation."""
    return sorted(each for each in found if not _is_shown(each, text))


def _is_shown(each: str, text: PrintedText) -> bool:
    return text.has_identifier(each) if each[0].isalpha() else text.has_number(Decimal(each))
