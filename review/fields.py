"""What the document page shows of each value: how sure the reader is in words, where it stood, what else it may be."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from models.document import Box, Page
from models.extraction import Evidence, Extraction, PageInfo
from models.finding import Finding
from models.invoice import LINE_TERMS, TERMS, Kind
from models.store.edits import VAT_TERMS
from review.chances import Chances, chance_words
from review.doubts import LOOK, Doubt, chance_of, cost_of, line_doubts, why_here
from review.forms import row_numbers
from review.language import Tongue
from review.readings import Choice, choices_of

GROUPS: dict[str, tuple[str, ...]] = {
    "head": ("invoice_number", "issue_date", "due_date", "order_reference"),
    "seller": ("seller_name", "seller_vat_id", "seller_legal_id"),
    "totals": ("net_total", "tax_total", "gross_total", "payable_total", "currency"),
    "payment": ("iban", "bic", "remittance"),
}
ALWAYS = frozenset(name for names in GROUPS.values() for name in names)
MORE: tuple[str, ...] = tuple(name for name in TERMS if name not in ALWAYS)
LONG_TEXTS = frozenset({"seller_address", "payment_terms"})
_SURE, _DOUBT = 0.99, 0.9


@dataclass(frozen=True, slots=True)
class FieldView:
    """One input of the page. `level` is sure, look or doubt; `box` is on page `page` in points."""

    name: str
    bt: str
    kind: str
    value: str
    level: str
    says: str  # the confidence in words, with the number of values that it rests on
    reader: str
    page: int | None
    box: Box | None
    choices: tuple[Choice, ...]
    findings: tuple[Finding, ...]
    error: str
    checked_by: str
    cost: float  # expected, of its being wrong; see review.doubts
    why: str

    @property
    def needs_look(self) -> bool:
        """Whether a person should look at this value."""
        return bool(self.error) or (not self.checked_by and self.cost >= LOOK)


@dataclass(frozen=True, slots=True)
class PageBox:
    """A box to draw over a page picture, and the input that it belongs to."""

    field: str
    label: str
    level: str
    box: Box


@dataclass(frozen=True, slots=True)
class PageView:
    """One page with the boxes on it. Sizes in points."""

    number: int
    width: float
    height: float
    boxes: tuple[PageBox, ...]


def kind_of(term: str) -> Kind:
    """The kind of a term, also of one in a line or VAT row.

    >>> kind_of("lines[0].quantity"), kind_of("seller_name"), kind_of("document_type")
    ('number', 'party', 'text')
    """
    name = term.rpartition(".")[2]
    mark = (TERMS if term in TERMS else LINE_TERMS | VAT_TERMS).get(name)
    return mark.kind if mark else "text"


def level_of(seen: Evidence | None) -> str:
    """How sure a value is: sure, look or doubt; blank where nothing was seen.

    >>> level_of(Evidence(confidence=0.97, reader="text")), level_of(Evidence(confidence=1.0, reader="derived"))
    ('look', 'look')
    """
    if seen is None:
        return "blank"
    if seen.reader in {"person", "derived", "repaired"}:
        return "sure" if seen.reader == "person" else "look"
    return "sure" if seen.confidence >= _SURE else "look" if seen.confidence >= _DOUBT else "doubt"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the fields are shown with: what was read and typed, what the rules say, who looked, how often it errs."""

    extraction: Extraction | None
    inputs: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    checked: Mapping[str, str] = field(default_factory=dict)
    chances: Chances = field(default_factory=Chances)
    words: Sequence[Page] = ()
    read: Extraction | None = None  # what the reader saw, where people changed it since


def view_fields(facts: Facts, tongue: Tongue) -> dict[str, FieldView]:
    """Every field of the invoice's head, by name."""
    return {name: _view(name, facts, tongue) for name in TERMS}


def _view(name: str, facts: Facts, tongue: Tongue) -> FieldView:
    seen = facts.extraction.evidence.get(name) if facts.extraction else None
    shown, kind = facts.inputs.get(f"field.{name}", ""), TERMS[name].kind
    findings = tuple(finding for finding in facts.findings if name in finding.terms)
    error = facts.errors.get(f"field.{name}", "")
    says = chance_words(seen.reader, name, seen.confidence, facts.chances, tongue) if seen else ""
    return FieldView(
        name=name, bt=TERMS[name].bt, kind=kind, value=shown, level=level_of(seen), says=says,
        reader=seen.reader if seen else "", page=seen.page if seen else None, box=seen.box if seen else None,
        choices=tuple(one for one in choices_of(seen, kind, facts.words, tongue) if one.value != shown),
        findings=findings, error=error, checked_by=facts.checked.get(name, ""),
        cost=cost_of(name, chance_of(seen.confidence if seen else None, findings)),
        why=why_here(says, findings, error, tongue),
    )  # fmt: skip


def find_doubts(fields: Mapping[str, FieldView], facts: Facts, tongue: Tongue) -> tuple[Doubt, ...]:
    """All values worth a look, the costliest first; what cannot be read comes before everything."""
    found = [Doubt(f"field.{one.name}", tongue.t(f"field.{one.name}"), one.value, one.why,
                   1e6 if one.error else one.cost)
             for one in fields.values() if one.needs_look]  # fmt: skip
    rows = row_numbers(facts.inputs, "lines")
    origins = {number: facts.inputs.get(f"lines.{number}.origin", "") for number in rows}
    lines = {number: int(origin) for number, origin in origins.items() if origin.isascii() and origin.isdecimal()}
    cells = line_doubts(facts.extraction, lines, facts.inputs, facts.checked, facts.chances, tongue)
    return tuple(sorted((*found, *cells), key=lambda doubt: -doubt.cost))


def shown_more(fields: Mapping[str, FieldView]) -> tuple[list[FieldView], list[FieldView]]:
    """The other fields: those that hold something, and those that are empty."""
    rest = [fields[name] for name in MORE]
    return [one for one in rest if _holds(one)], [one for one in rest if not _holds(one)]


def _holds(view: FieldView) -> bool:
    return bool(view.value or view.findings or view.error)


def view_pages(
    extraction: Extraction | None, pages: Sequence[PageInfo], fields: Mapping[str, FieldView], tongue: Tongue
) -> tuple[PageView, ...]:
    """The pages of the file that this invoice takes, with the boxes of its values and lines."""
    wanted: Collection[int] = extraction.pages if extraction and extraction.pages else [page.number for page in pages]
    found = [(view.page, PageBox(name, tongue.t(f"field.{name}"), view.level, view.box))
             for name, view in fields.items() if view.box is not None]  # fmt: skip
    lines = extraction.line_evidence if extraction else ()
    found += [(seen.page, PageBox(f"lines.{index}", tongue.t("document.line", number=index + 1), "line", seen.box))
              for index, seen in enumerate(lines) if seen.box is not None]  # fmt: skip
    return tuple(
        PageView(page.number, page.width, page.height,
                 tuple(box for number, box in found if number == page.number))
        for page in pages if page.number in wanted
    )  # fmt: skip
