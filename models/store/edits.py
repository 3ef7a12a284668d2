"""A person's values over the reader's: which terms differ, and what evidence the new revision has.

Values are compared and kept in the contract's text form: ISO dates, decimal notation, lines as `lines[0].quantity`.

>>> changed_terms(Invoice(currency="EUR"), Invoice(currency="CHF"))
{'currency': ('EUR', 'CHF')}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from models.document import Box
from models.extraction import Evidence, Extraction
from models.invoice import LINE_TERMS, TERMS, Frozen, Invoice, Term, VatBreakdown, terms_of
from models.money import decimal_text

VAT_TERMS = terms_of(VatBreakdown)
Value = str | date | Decimal | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a person took a value from: whose reading it was (`page`: picked there by hand), and its place."""

    by: str
    page: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person left in the form: the whole invoice, and which terms the person vouches for."""

    invoice: Invoice
    confirmed: frozenset[str] = frozenset()
    line_origins: tuple[int | None, ...] = ()  # for each line, its index in the base revision; None: added
    document_type: str | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)  # by term, for values that were not typed
    settles: bool = False  # what is confirmed becomes the person's own word, and is judged anew


@dataclass(frozen=True, slots=True)
class Revision:
    """An edit applied: the next extraction and the terms that differ, as (before, after)."""

    extraction: Extraction
    changes: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)


def value_text(value: Value) -> str | None:
    """A value in the contract's form."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    return value.isoformat() if isinstance(value, date) else value


def flat_values(invoice: Invoice) -> dict[str, str]:
    """Every value of an invoice under its term, lines and VAT rows by index."""
    found = dict(_values("", invoice, TERMS))
    for index, line in enumerate(invoice.lines):
        found |= dict(_values(f"lines[{index}].", line, LINE_TERMS))
    for index, row in enumerate(invoice.vat_breakdown):
        found |= dict(_values(f"vat_breakdown[{index}].", row, VAT_TERMS))
    return found


def _values(prefix: str, part: Frozen, terms: dict[str, Term]) -> Iterator[tuple[str, str]]:
    for name in terms:
        text = value_text(getattr(part, name))
        if text is not None:
            yield prefix + name, text


def changed_terms(before: Invoice, after: Invoice) -> dict[str, tuple[str | None, str | None]]:
    """The terms whose values differ; "10.0" and "10.00" are the same amount."""
    old, new = flat_values(before), flat_values(after)
    names = [*old, *(name for name in new if name not in old)]
    return {name: (old.get(name), new.get(name)) for name in names if not _same(old.get(name), new.get(name))}


def _same(one: str | None, other: str | None) -> bool:
    if one == other:
        return True
    if one is None or other is None:
        return False
    try:
        return Decimal(one) == Decimal(other) and not (one.isdigit() and other.isdigit())  # 007 is not 7
    except ArithmeticError:
        return False


def apply_edit(base: Extraction | None, edit: Edit) -> Revision:
    """The next revision: the person's values with evidence of their own, everything else as it was read."""
    start = base or Extraction(invoice=Invoice(), evidence={}, source="page")
    changes = changed_terms(start.invoice, edit.invoice)
    mine = changes.keys() | (edit.confirmed if edit.settles else set())
    kept = {name: start.evidence.get(name) for name in TERMS if getattr(edit.invoice, name) is not None}
    typed = flat_values(edit.invoice)
    evidence = {
        name: seen if seen is not None and name not in mine else _of_person(seen, typed[name], edit.sources.get(name))
        for name, seen in kept.items()
    }
    extraction = start.model_copy(
        update={
            "invoice": edit.invoice,
            "evidence": evidence,
            "line_evidence": _line_evidence(start, edit, changes),
            "findings": tuple(said for said in start.findings if not said.terms or not mine.issuperset(said.terms)),
            "document_type": edit.document_type or start.document_type,
        }
    )
    if extraction.document_type != start.document_type:
        changes["document_type"] = (start.document_type, extraction.document_type)
    return Revision(extraction, changes)


def _line_evidence(
    start: Extraction, edit: Edit, changes: dict[str, tuple[str | None, str | None]]
) -> tuple[Evidence, ...]:
    origins = edit.line_origins or tuple(range(len(edit.invoice.lines)))
    found = []
    for index, origin in enumerate(origins):
        seen = start.line_evidence[origin] if origin is not None and origin < len(start.line_evidence) else None
        touched = any(name.startswith(f"lines[{index}].") for name in changes)
        found.append(_of_person(seen, "") if touched or seen is None else seen)
    return tuple(found)


def _of_person(seen: Evidence | None, raw: str, source: Source | None = None) -> Evidence:
    """A person's word: sure, with the place it was taken from, or else where the reader saw the value before."""
    if source is not None and source.box is not None:
        return Evidence(confidence=1.0, reader="person", raw=raw, page=source.page, box=source.box)
    if seen is None:
        return Evidence(confidence=1.0, reader="person", raw=raw)
    place = next((other for other in seen.alternatives if other.value == raw and other.box is not None), seen)
    return Evidence(confidence=1.0, reader="person", raw=raw or seen.raw, page=place.page, box=place.box)


def told_sources(sources: Mapping[str, Source], terms: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """The sources of some terms as the record holds them: whose reading, page, box."""
    return {
        name: {"by": source.by, "page": source.page, "box": list(source.box) if source.box else None}
        for name, source in sources.items() if name in terms
    }  # fmt: skip


def read_confidence(base: Extraction | None, term: str) -> float | None:
    """How sure the reader was of a term; None where the value was not the reader's own."""
    seen = base.evidence.get(term) if base else None
    if seen is None and base is not None and term.startswith("lines["):
        at = int(term[6 : term.index("]")])
        seen = base.line_evidence[at] if at < len(base.line_evidence) else None
    return None if seen is None or seen.reader in NOT_READ else seen.confidence


NOT_READ = frozenset({"person", "derived", "repaired", "memory", "xml"})  # no guess of the reader's at what it saw
