"""Why a value had to be corrected, as far as it can be told from what was read, what stands there, and the master data.

- ocr: the page says it, the recogniser misread a letter or two.
- parse: the characters were read rightly and understood wrongly (marks of amounts, order of a date).
- label: another value of the page was taken, or none.
- master_data: the right value stands in the master data and not on the page.
- supplier_fault: the page truly says what was read; the person knew better.

>>> propose(Seen("gross_total", "1234.50", "123450", raw="1.234,50"))
'parse'
>>> propose(Seen("invoice_number", "F-10O7", "F-1007", raw="F-10O7", reader="ppocr"))
'ocr'
>>> propose(Seen("due_date", "2026-01-31", "2026-02-28", raw="31.01.2026", alternatives=("2026-02-28",)))
'label'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rapidfuzz.distance import OSA

CAUSES = ("ocr", "parse", "label", "master_data", "supplier_fault", "unknown")
MISREAD, OF_LETTERS = 2, 6  # letters that a recogniser may get wrong in one value: two, or one in six
SHORTEST = 3  # letters of a value of which an edit or two says anything
RUN = 5  # words that one value may be printed as
NOT_RECOGNISED = frozenset({"", "text", "xml", "derived", "memory", "person"})  # readers that misread no letter
_DATE_FORMS = ("%d%m%Y", "%m%d%Y", "%Y%m%d", "%d%m%y", "%m%d%y", "%y%m%d")


@dataclass(frozen=True, slots=True)
class Seen:
    """One correction with what is known around it. Values in the contract's text form."""

    term: str
    before: str | None
    after: str | None
    raw: str = ""  # what stood where `before` was taken from
    reader: str = ""  # of models.extraction.Evidence
    alternatives: Sequence[str] = ()  # what else the reader had seen for the term
    words: Sequence[str] = ()  # of the pages in reading order; empty where they are not at hand
    master: frozenset[str] = frozenset()  # what the master data say of this supplier, squeezed


def propose(seen: Seen) -> str:
    """One of CAUSES."""
    return next((cause for cause, fits in _TESTS if fits(seen)), "unknown")


def squeezed(text: str | None) -> str:
    """Letters and digits alone, upper case.

    >>> squeezed("fr 12-34")
    'FR1234'
    """
    return re.sub(r"[\W_]", "", text or "").upper()


def prints_of(value: str) -> frozenset[str]:
    """How a value may be printed, squeezed: a date in the usual orders, an amount with and without its cents.

    >>> sorted(prints_of("2026-01-31"))[:3], sorted(prints_of("1200.00"))
    (['01312026', '013126', '20260131'], ['1200', '120000'])
    """
    found = {squeezed(value)}
    try:
        day = date.fromisoformat(value)
        found |= {day.strftime(form) for form in _DATE_FORMS}
    except ValueError:
        found |= _amounts(value)
    return frozenset(found - {""})


def stands_in(words: Sequence[str], value: str) -> bool:
    """Whether a value is printed somewhere: as a word, or as a few that follow each other."""
    wanted = prints_of(value)
    longest = max(map(len, wanted), default=0)
    plain = [squeezed(word) for word in words]
    return any(run in wanted for at in range(len(plain)) for run in _runs(plain[at : at + RUN], longest))


def _runs(words: Iterable[str], longest: int) -> Iterable[str]:
    run = ""
    for word in words:
        run += word
        if len(run) > longest:
            return
        yield run


def _amounts(value: str) -> set[str]:
    try:
        number = abs(Decimal(value))
    except ArithmeticError:
        return set()
    if not number.is_finite() or number.adjusted() > 15:
        return set()
    forms = {f"{number:.2f}".replace(".", "")}
    return forms | ({f"{number:.0f}"} if number == number.to_integral_value() else set())


def _was_misparsed(seen: Seen) -> bool:
    """The same characters, other meaning: what was printed there may be read as the corrected value too."""
    if not seen.before or not seen.after:
        return False
    printed = squeezed(seen.raw) or squeezed(seen.before)
    return printed in prints_of(seen.after) or squeezed(seen.before) == squeezed(seen.after)


def _is_other_of_page(seen: Seen) -> bool:
    """Another value of the page: the reader had seen it, or it is printed there."""
    if not seen.after:
        return False
    after = squeezed(seen.after)
    return any(squeezed(other) == after for other in seen.alternatives) or stands_in(seen.words, seen.after)


def _was_misread(seen: Seen) -> bool:
    """A letter or two away from what the recogniser saw."""
    after, recognised = squeezed(seen.after), seen.reader not in NOT_RECOGNISED
    if not recognised or len(after) < SHORTEST:
        return False
    shown = {squeezed(seen.raw), squeezed(seen.before)} - {""}
    most = max(MISREAD, len(after) // OF_LETTERS)
    return any(0 < OSA.distance(one, form, score_cutoff=most) <= most
               for one in shown for form in prints_of(seen.after or ""))  # fmt: skip


def _is_of_master_data(seen: Seen) -> bool:
    return bool(seen.after) and squeezed(seen.after) in seen.master


def _is_of_supplier(seen: Seen) -> bool:
    """The page says what was read, letter by letter, and not what is right."""
    if not seen.before or seen.reader in {"derived", "memory", "person", ""}:
        return False
    return seen.reader in {"text", "xml"} or stands_in(seen.words, seen.before)


def _was_invented(seen: Seen) -> bool:
    """Something was taken for the term that should not have been: the document has no such value."""
    return bool(seen.before) and not seen.after


_TESTS: tuple[tuple[str, Callable[[Seen], bool]], ...] = (
    ("parse", _was_misparsed),
    ("label", _is_other_of_page),
    ("ocr", _was_misread),
    ("master_data", _is_of_master_data),
    ("label", _was_invented),
    ("supplier_fault", _is_of_supplier),
)
