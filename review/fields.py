"""What the document page shows of each value: how sure the reader is in words, where it stood, what else it may be.

>>> wrong_in_hundred(0.971)
3
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from models.document import Box
from models.extraction import Evidence, Extraction, PageInfo
from models.finding import Finding, Severity
from models.invoice import LINE_TERMS, TERMS, Invoice, Kind
from models.store.edits import VAT_TERMS
from review.language import Tongue

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
    says: str  # the confidence in words
    reader: str
    page: int | None
    box: Box | None
    alternatives: tuple[str, ...]
    findings: tuple[Finding, ...]
    error: str
    checked_by: str

    @property
    def needs_look(self) -> bool:
        """Whether a person should look at this value first."""
        wrong = any(finding.severity in {Severity.ERROR, Severity.HOLD} for finding in self.findings)
        return bool(self.error) or (not self.checked_by and (self.level == "doubt" or wrong))


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


def wrong_in_hundred(confidence: float) -> int:
    """How many of a hundred values like this one are wrong."""
    return ceil(round((1 - confidence) * 100, 6))


def confidence_words(seen: Evidence | None, tongue: Tongue) -> tuple[str, str]:
    """The level of a value and its confidence in words."""
    if seen is None:
        return "blank", ""
    if seen.reader in {"person", "derived", "repaired"}:
        return ("sure" if seen.reader == "person" else "look"), tongue.t(f"confidence.{seen.reader}")
    level = "sure" if seen.confidence >= _SURE else "look" if seen.confidence >= _DOUBT else "doubt"
    wrong = wrong_in_hundred(seen.confidence)
    if seen.reader == "xml" and wrong <= 1:
        return level, tongue.t("confidence.xml")
    return level, tongue.t("confidence.few") if wrong <= 1 else tongue.t("confidence.wrong", count=wrong)


def view_fields(
    extraction: Extraction | None, inputs: Mapping[str, str], errors: Mapping[str, str], findings: Sequence[Finding],
    checked: Mapping[str, str], tongue: Tongue,
) -> dict[str, FieldView]:  # fmt: skip
    """Every field of the invoice's head, by name."""
    return {
        name: _view(name, extraction, inputs, errors, findings, checked, tongue) for name in TERMS
    }  # fmt: skip


def _view(
    name: str, extraction: Extraction | None, inputs: Mapping[str, str], errors: Mapping[str, str],
    findings: Sequence[Finding], checked: Mapping[str, str], tongue: Tongue,
) -> FieldView:  # fmt: skip
    seen = extraction.evidence.get(name) if extraction else None
    level, says = confidence_words(seen, tongue)
    shown = inputs.get(f"field.{name}", "")
    others = tuple(tongue.stored_value(other.value, TERMS[name].kind) for other in seen.alternatives) if seen else ()
    return FieldView(
        name=name, bt=TERMS[name].bt, kind=TERMS[name].kind, value=shown, level=level, says=says,
        reader=seen.reader if seen else "", page=seen.page if seen else None, box=seen.box if seen else None,
        alternatives=tuple(dict.fromkeys(other for other in others if other and other != shown))[:4],
        findings=tuple(finding for finding in findings if name in finding.terms),
        error=errors.get(f"field.{name}", ""), checked_by=checked.get(name, ""),
    )  # fmt: skip


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


def first_doubt(fields: Mapping[str, FieldView]) -> str:
    """The field to begin with: the first that needs a look in the order of the page."""
    order = [*(name for names in GROUPS.values() for name in names), *MORE]
    return next((name for name in order if fields[name].needs_look), "")


def sum_rows(invoice: Invoice) -> list[tuple[str, str, str, bool]]:
    """The arithmetic as (what, computed, stated, agrees), in the contract's number form; only where both are known."""
    lines = [line.net_amount for line in invoice.lines]
    taxes = [row.tax for row in invoice.vat_breakdown]
    net, tax, gross = invoice.net_total, invoice.tax_total, invoice.gross_total
    before_allowances = invoice.sum_of_lines if invoice.sum_of_lines is not None else net
    pairs = [
        ("lines", sum(amount for amount in lines if amount is not None) if lines else None, before_allowances),
        ("taxes", sum(amount for amount in taxes if amount is not None) if taxes else None, tax),
        ("gross", net + tax if net is not None and tax is not None else None, gross),
    ]
    return [(what, str(computed), str(stated), computed == stated)
            for what, computed, stated in pairs if computed is not None and stated is not None]  # fmt: skip
