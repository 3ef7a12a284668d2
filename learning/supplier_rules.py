"""What one correction teaches of one supplier's invoices: a rule in words, from a closed set, without code or patterns.

- fixed: the term is always this value.
- after_label: the value stands after these words, or below them.
- shape: the value is the only word of the page with this shape; 9 is any digit, everything else stands for itself.
- not_after: what stands after these words is something else.

A rule never touches an amount or a bank account, nor a value that an e-invoice or a person gave; a value is taken from
the page or, for `fixed`, is the one that a person typed. Boxes in points from the top left.

>>> shape_of("F-1042"), fits("F-9999", "f-2026"), fits("F-9999", "F-20267")
('F-9999', True, False)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

from pydantic import ValidationError

from learning.printed import LABEL_WORDS, LONGEST, Spot, above, bare, beside, is_near, plain, spots, word_below
from models.document import Box, Page
from models.extraction import Alternative, Evidence, Extraction
from models.invoice import TERMS, Frozen, Invoice
from models.money import decimal_text

RuleKind = Literal["fixed", "after_label", "shape", "not_after"]
READER = "rule"
UNTAUGHT = frozenset({"iban", "bic", "payment_account"})
_KINDS = frozenset({"text", "identifier", "code", "date", "party"})
_FIXED = frozenset({"currency", "seller_name", "seller_vat_id", "seller_legal_id", "buyer_reference"})
_DATE = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{2,4})")


class Rule(Frozen):
    """One rule of one supplier: the term, how it is found, and the words or value that this rests on."""

    term: str
    kind: RuleKind
    text: str


class Taken(NamedTuple):
    """A value as a rule found it, in the contract's form, and where it stood."""

    value: str
    raw: str = ""
    page: int | None = None
    box: Box | None = None


def may_be_taught(term: str) -> bool:
    """Whether rules may speak of a term at all.

    >>> may_be_taught("invoice_number"), may_be_taught("gross_total"), may_be_taught("iban")
    (True, False, False)
    """
    return term in TERMS and TERMS[term].kind in _KINDS and term not in UNTAUGHT


def shape_of(value: str) -> str:
    """A value's shape: digits become 9, the rest stays, in capitals."""
    return "".join("9" if c.isdigit() else c for c in value.upper())


def fits(shape: str, text: str) -> bool:
    """Whether a text has a shape: same length, a digit for every 9, the rest letter by letter."""
    return bool(shape) and shape_of(text) == shape_of(shape) and any(c == "9" for c in shape)


def read_by(rule: Rule, pages: Sequence[Page]) -> Taken | None:
    """The value that a rule finds on the pages; None where it finds none, or does not know which."""
    if rule.kind == "fixed":
        return Taken(rule.text)
    if rule.kind == "shape":
        return _only([spot for spot in spots(pages) if fits(rule.text, bare(spot.row[spot.at].text))], rule.term)
    if rule.kind == "after_label":
        return next(_after(pages, rule.text, rule.term), None)
    return None


def apply_rule(rule: Rule, extraction: Extraction, pages: Sequence[Page], sure: float) -> Extraction:
    """An extraction with a rule's value; what was read stays as an alternative. The same one where nothing changes."""
    seen = extraction.evidence.get(rule.term)
    if extraction.source == "xml" or not may_be_taught(rule.term) or (seen and seen.reader in {"xml", "person"}):
        return extraction
    own = [page for page in pages if not extraction.pages or page.number in extraction.pages]
    before = value_of(extraction, rule.term)
    taken = _unlike(rule, seen, before, own) if rule.kind == "not_after" else read_by(rule, own)
    if taken is None or taken.value == (before or ""):
        return extraction
    return _with(extraction, rule.term, taken, before, sure)


def value_of(extraction: Extraction, term: str) -> str | None:
    """A term's value in the contract's form."""
    value = getattr(extraction.invoice, term, None)
    if value is None or isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, date) else decimal_text(value)


def propose(term: str, before: str | None, after: str | None, pages: Sequence[Page]) -> tuple[Rule, ...]:
    """The rules that one correction speaks for, the most telling first; each finds the corrected value on its page."""
    if not may_be_taught(term) or before == after:
        return ()
    found: list[Rule] = []
    if after and len(after) <= LONGEST:
        found += [Rule(term=term, kind="after_label", text=label) for label in _labels(pages, after, term)]
        if TERMS[term].kind == "identifier" and sum(c.isdigit() for c in after) >= 3:
            found.append(Rule(term=term, kind="shape", text=shape_of(after)))
        found = [rule for rule in found if (taken := read_by(rule, pages)) and taken.value == after]
        if term in _FIXED:
            found.append(Rule(term=term, kind="fixed", text=after))
    if before:
        found += [Rule(term=term, kind="not_after", text=label) for label in _labels(pages, before, term)[:1]]
    return tuple(dict.fromkeys(found))[:4]


def _after(pages: Sequence[Page], label: str, term: str) -> Iterator[Taken]:
    """What stands after a label, on its line or below it, as far as it can be the term's value."""
    wanted = [one for one in map(plain, label.split()) if one][: 2 * LABEL_WORDS]
    for spot in spots(pages) if wanted else ():
        words = [plain(word.text) for word in spot.row[spot.at : spot.at + len(wanted)]]
        if words != wanted:
            continue
        end = spot.at + len(wanted)
        following = [Spot(spot.page, spot.row, at) for at in range(end, len(spot.row))]
        beside = next((each for each in following if plain(each.row[each.at].text)), None)
        for each in (beside, word_below(spot, end)):
            taken = _taken(each, term) if each else None
            if taken is not None:
                yield taken


def _taken(spot: Spot, term: str) -> Taken | None:
    """A word, for texts with those that follow closely, as a value of the term."""
    kind, words = TERMS[term].kind, [spot.row[spot.at]]
    if kind in {"text", "party"}:
        for word in spot.row[spot.at + 1 :]:
            if not is_near(words[-1], word):
                break
            words.append(word)
    raw = " ".join(word.text for word in words)
    value = _value(kind, bare(raw))
    box = words[0].box.union(words[-1].box)
    return Taken(value, raw, spot.page.number, box) if value else None


def _value(kind: str, text: str) -> str | None:
    """A printed text in the contract's form; None where it cannot be a value of that kind."""
    if not text or len(text) > LONGEST:
        return None
    if kind == "date":
        return _day(text)
    return text if kind in {"text", "party", "code"} or any(c.isdigit() for c in text) else None


def _day(text: str) -> str | None:
    """A date as ISO; the day comes first unless the year does.

    >>> _day("12/11/2026"), _day("2026-11-12"), _day("31.02.26")
    ('2026-11-12', '2026-11-12', None)
    """
    found = _DATE.fullmatch(text)
    if not found:
        return None
    one, month, other = found.groups()
    year, day = (one, other) if len(one) == 4 else (other, one)
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _only(found_at: Sequence[Spot], term: str) -> Taken | None:
    found = {taken.value: taken for spot in reversed(found_at) if (taken := _taken(spot, term))}
    return next(iter(found.values())) if len(found) == 1 else None


def _labels(pages: Sequence[Page], value: str, term: str) -> list[str]:
    """The words before a value, where it is printed: on its line, else above it; nearest place first."""
    found = []
    for spot in spots(pages):
        taken = _taken(spot, term)
        if taken is not None and taken.value == value:
            found += [label for label in (beside(spot), above(spot)) if label]
    return list(dict.fromkeys(found))


def _unlike(rule: Rule, seen: Evidence | None, before: str | None, pages: Sequence[Page]) -> Taken | None:
    """Another reading than what stands after the label; an empty one where there is none."""
    wrong = {taken.value for taken in _after(pages, rule.text, rule.term)}
    if before is None or before not in wrong:
        return None
    for other in seen.alternatives if seen else ():
        if other.value not in wrong:
            return Taken(other.value, other.value, other.page, other.box)
    return Taken("")


def _with(extraction: Extraction, term: str, taken: Taken, before: str | None, sure: float) -> Extraction:
    try:
        invoice = Invoice.model_validate(extraction.invoice.model_dump() | {term: taken.value or None})
    except ValidationError:
        return extraction
    seen, evidence = extraction.evidence.get(term), dict(extraction.evidence)
    old = () if seen is None or before is None else (
        Alternative(value=before, confidence=seen.confidence, page=seen.page, box=seen.box),)  # fmt: skip
    others = (*old, *(each for each in (seen.alternatives if seen else ()) if each.value != taken.value))
    evidence.pop(term, None)
    if taken.value:
        evidence[term] = Evidence(confidence=sure, reader=READER, raw=taken.raw, page=taken.page, box=taken.box,
                                  alternatives=others)  # fmt: skip
    return extraction.model_copy(update={"invoice": invoice, "evidence": evidence})
