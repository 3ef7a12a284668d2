"""Typed candidates: every place of a page that could be an amount, a date, or an identifier, with its parsed value.

>>> total = Token("12.50", Box(40, 0, 70, 10), 1.0, False, "1250")
>>> [(c.kind, str(c.value)) for c in find_candidates(Row(1, 0, (total,)), Locale())]
[('money', '12.50')]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from extractors.fields.dates import find_dates
from extractors.fields.identifiers import (
    Identifier,
    find_bics,
    find_company_ids,
    find_ibans,
    find_labelled_ibans,
    find_misread_ids,
    find_vat_ids,
)
from extractors.fields.layout import Row, Token, around
from extractors.fields.lexicon import load_lexicon
from extractors.fields.numbers import CODES, find_numbers, find_torn_numbers, guess_numbers
from models.document import Box

__all__ = ["Box", "Candidate", "Kind", "Locale", "Token", "find_candidates"]

Kind = Literal["money", "percent", "number", "date", "vat_id", "iban", "bic", "code"]
JOIN_GAP = 0.75  # of the row's height: digits further apart are two numbers
PITCH = 1.35  # of a letter's mean width: a blank in type of even pitch
_CODE = re.compile(r"^[\[({'\"#*№°.:-]*(?P<core>[^\W_](?:[\w./\\+&#*-]*[^\W_])?)[\])}'\",.;:/|]*$")
_SERIES = re.compile(r"[A-Z]{1,5}")
_NUMBER_WORDS = frozenset({"n", "no", "nr", "nro", "num", "id", "ref"})
_CODE_SIGNS = re.compile(r"^[\w./\\+&#*-]+$")


@dataclass(frozen=True, slots=True)
class Locale:
    """How a document writes: its decimal mark, and whether the month comes first."""

    decimal: str = "."
    month_first: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A typed value and its place: tokens first to last of a row."""

    kind: Kind
    value: Decimal | date | str
    raw: str
    row: Row
    first: int
    last: int
    box: Box
    confidence: float  # of its weakest word
    currency: str | None = None
    decimals: int = 0
    checked: bool = True  # check digits hold
    timed: bool = False
    other: tuple[date, ...] = field(default=())  # further readings of a date
    repaired: bool = False  # what a second reader saw: believed only where the sums ask for it

    @property
    def page(self) -> int:
        """The page's number."""
        return self.row.page

    @property
    def text(self) -> str:
        """The value in the contract's form."""
        if isinstance(self.value, Decimal):
            return format(self.value, "f")
        return self.value.isoformat() if isinstance(self.value, date) else self.value


TORN_DIGITS = 6  # shorter runs of digits are rather two numbers
TORN_GAP = 0.22  # of the row's height; between words stands at least a quarter
_TORN_LEFT = re.compile(r"[A-Z]{1,5}[-/]?\d+|[A-Z]{1,5}[-/][\d/-]*\d")
_BANK = re.compile(r"\b(?:bic|swift)\b", re.IGNORECASE)
_TORN_RIGHT = re.compile(r"\d[\d/-]*\d")


def find_candidates(row: Row, locale: Locale) -> tuple[Candidate, ...]:
    """All candidates of a row, left to right within each kind; identifiers claim their words before numbers do."""
    found: list[Candidate] = []
    taken: set[int] = set()
    for candidate in (*_shaped(row), *_dates(row, locale)):
        span = set(range(candidate.first, candidate.last + 1))
        if candidate.kind == "bic" or not span & taken:
            found.append(candidate)
            taken |= span if candidate.kind != "bic" else set()
    found += [c for c in _numbers(row, locale) if not set(range(c.first, c.last + 1)) & taken]
    found += _second_readings(row, locale)
    found += [c for c in _guesses(row) if not set(range(c.first, c.last + 1)) & taken]
    worths = (c for c in found if c.kind in ("money", "percent") and c.first == c.last)
    amounts = {c.first for c in worths if c.currency or c.decimals == 2}
    found += _codes(row, taken | amounts)
    return tuple(found)


def _shaped(row: Row) -> Iterator[Candidate]:
    if not any(map(str.isdigit, row.text)):
        if _BANK.search(row.text):  # most BICs have no digit
            yield from (_candidate("bic", each.value, row, each.start, each.end) for each in find_bics(row.text))
        return
    kinds: tuple[tuple[Kind, Iterator[Identifier]], ...] = (
        ("iban", (found for found in find_ibans(row.text) if found.checked)),
        ("iban", find_labelled_ibans(row.text)),
        ("vat_id", (found for found in find_vat_ids(row.text) if found.checked)),
        ("iban", (found for found in find_ibans(row.text) if not found.checked)),
        ("vat_id", find_vat_ids(row.text)),
        ("bic", find_bics(row.text)),
        ("code", find_company_ids(row.text)),
    )
    if _is_recognised(row):
        yield from _mended(row)
    for kind, identifiers in kinds:
        for start, end, value, checked in identifiers:
            yield _candidate(kind, value, row, start, end, checked=checked)


def _mended(row: Row) -> Iterator[Candidate]:
    """Identifiers that a recogniser misread and whose check digits tell what was printed."""
    for kind, (start, end, value, checked) in find_misread_ids(row.text):
        yield replace(
            _candidate("iban" if kind == "iban" else "vat_id", value, row, start, end, checked=checked), repaired=True
        )


def _dates(row: Row, locale: Locale) -> Iterator[Candidate]:
    for start, end, readings, timed in find_dates(row.text, load_lexicon().months, torn=_is_recognised(row)):
        ordered = readings[::-1] if locale.month_first else readings
        yield _candidate("date", ordered[0], row, start, end, other=ordered[1:], timed=timed)


def _numbers(row: Row, locale: Locale) -> Iterator[Candidate]:
    if not any(map(str.isdigit, row.text)):
        if _BANK.search(row.text):  # most BICs have no digit
            yield from (_candidate("bic", each.value, row, each.start, each.end) for each in find_bics(row.text))
        return
    find = find_torn_numbers if _is_recognised(row) else find_numbers
    for number in find(row.text, locale.decimal):
        first, last = row.tokens_of(number.start, number.end)
        apart = max(
            (b.box.x0 - a.box.x1 for a, b in zip(row.tokens[first:last], row.tokens[first + 1 :], strict=False)),
            default=0,
        )
        start, end, value = number.start, number.end, number.value
        digits = [i for i in range(first, last + 1) if any(map(str.isdigit, row.tokens[i].text))]
        if len(digits) > 1 and apart > _join_gap(row, last) and not number.percent:
            yield from _split(row, start, end, locale)
            continue
        kind: Kind = (
            "percent" if number.percent else "money" if number.currency or number.decimals in (2, 3) else "number"
        )
        yield _candidate(kind, value, row, start, end, currency=number.currency, decimals=number.decimals)


def _join_gap(row: Row, last: int) -> float:
    """The widest gap that a number may have inside: a blank of even pitch is wide, where letters stand wide too."""
    token = row.tokens[last]
    return max(JOIN_GAP * row.height, PITCH * token.box.width / max(len(token.text), 1))


def _is_recognised(row: Row) -> bool:
    """Whether a recogniser read the row: only a text layer is read with certainty."""
    return any(token.confidence < 1.0 for token in row.tokens)


def _guesses(row: Row) -> Iterator[Candidate]:
    """Amounts that a recogniser may have torn or robbed of their point."""
    if not _is_recognised(row):
        return
    for number in guess_numbers(row.text):
        guess = _candidate("money", number.value, row, number.start, number.end, decimals=2)
        tokens = row.tokens[guess.first : guess.last + 1]
        gaps = (b.box.x0 - a.box.x1 for a, b in pairwise(tokens))
        if max(gaps, default=0.0) <= JOIN_GAP * row.height:
            yield replace(guess, raw=guess.text, repaired=True)


def _second_readings(row: Row, locale: Locale) -> Iterator[Candidate]:
    """Amounts as a second reader saw them, where it saw another."""
    for i, token in enumerate(row.tokens):
        if not token.alternative or not any(map(str.isdigit, token.alternative)):
            continue
        for number in find_numbers(token.alternative, locale.decimal):
            if number.decimals == 2 and not number.percent:
                start = row.starts[i]
                plain = _candidate(
                    "money", number.value, row, start, start + len(token.text), currency=number.currency, decimals=2
                )
                yield replace(plain, raw=token.alternative, repaired=True)


def _split(row: Row, start: int, end: int, locale: Locale) -> Iterator[Candidate]:
    """Numbers of words that stand too far apart to be one."""
    for i, at in enumerate(row.starts):
        if start <= at < end:
            for number in find_numbers(row.tokens[i].text, locale.decimal):
                kind: Kind = (
                    "percent"
                    if number.percent
                    else "money"
                    if number.decimals in (2, 3) or number.currency
                    else "number"
                )
                yield _candidate(
                    kind,
                    number.value,
                    row,
                    at + number.start,
                    at + number.end,
                    currency=number.currency,
                    decimals=number.decimals,
                )


def _codes(row: Row, taken: set[int]) -> Iterator[Candidate]:
    """Words with a digit that could be a number of a document, an order or a customer; a prefix word is joined."""
    for i, token in enumerate(row.tokens):
        if i in taken or not any(map(str.isdigit, token.text)) or len(token.text) > 40:
            continue
        m = _CODE.match(token.text)
        if m is None or not _CODE_SIGNS.match(m["core"]):
            continue
        if _is_torn(row, i - 1):
            continue  # the second half of a number
        start, rest = row.starts[i] + m.start("core"), ""
        if m.end("core") == len(token.text) and _is_torn(row, i):
            rest = row.tokens[i + 1].text
        end = row.starts[i + 1] + len(rest) if rest else row.starts[i] + m.end("core")
        yield _candidate("code", m["core"] + rest, row, start, end)
        if i and i - 1 not in taken and m.start("core") == 0 and _is_series(row, i - 1):
            yield _candidate("code", f"{row.tokens[i - 1].text} {m['core']}{rest}", row, row.starts[i - 1], end)


def _is_series(row: Row, at: int) -> bool:
    """Whether a word is a number's first part, such as FAC in `FAC GG/255`: a few capitals that say nothing else."""
    word = row.tokens[at]
    if not _SERIES.fullmatch(word.text) or word.text in CODES or row.breaks[at + 1]:
        return False
    label = load_lexicon().labels.get(word.key)
    if label is not None and (label.term != "invoice_number" or word.key in _NUMBER_WORDS):
        return False
    return row.breaks[at] or not row.tokens[at - 1].text.isupper()


def _is_torn(row: Row, at: int) -> bool:
    """Whether a recogniser tore a number into this word and the next: AV-201 7-0005, with hardly a gap between."""
    if not 0 <= at < len(row.tokens) - 1:
        return False
    left, right = row.tokens[at], row.tokens[at + 1]
    if right.box.x0 - left.box.x1 > TORN_GAP * row.height or row.breaks[at + 1]:
        return False
    if left.text.isdigit() and right.text.isdigit():
        beside = (*row.tokens[max(at - 1, 0) : at], *row.tokens[at + 2 : at + 3])  # groups of digits are no tears
        grouped = any(token.text.strip(".,").isdigit() for token in beside)
        return _is_recognised(row) and len(left.text + right.text) >= TORN_DIGITS and not grouped
    return bool(_TORN_LEFT.fullmatch(left.text) and _TORN_RIGHT.fullmatch(right.text))


def _candidate(  # noqa: PLR0913 - a candidate's own fields
    kind: Kind,
    value: Decimal | date | str,
    row: Row,
    start: int,
    end: int,
    *,
    currency: str | None = None,
    decimals: int = 0,
    checked: bool = True,
    timed: bool = False,
    other: tuple[date, ...] = (),
) -> Candidate:
    first, last = row.tokens_of(start, end)
    tokens = row.tokens[first : last + 1]
    return Candidate(
        kind,
        value,
        row.text[start:end].strip(),
        row,
        first,
        last,
        around(t.box for t in tokens),
        min(t.confidence for t in tokens),
        currency,
        decimals,
        checked,
        timed,
        other,
    )
