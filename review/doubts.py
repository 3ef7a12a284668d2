"""Which values a person should look at, and in what order: by the expected cost of their being wrong.

Cost is the chance that a value is wrong times the weight of its term; one unit is what a wrong text costs that nobody
pays by. A look costs LOOK of that unit, so everything that costs more is worth one. Weights are a judgement: what is
paid and to whom comes first, then what the ledger is kept by.

>>> cost_of("gross_total", 0.03) > LOOK > cost_of("buyer_name", 0.03)
True
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.extraction import Extraction
from models.finding import Finding, Severity
from models.invoice import InvoiceLine
from review.chances import Chances, chance_words
from review.language import Tongue
from review.messages import ABOUT_THE_CASE, told

LOOK = 0.2
WEIGHTS: Mapping[str, float] = {
    "iban": 10, "payable_total": 10, "gross_total": 10, "net_total": 6, "tax_total": 6, "invoice_number": 5,
    "currency": 5, "seller_name": 4, "seller_vat_id": 4, "seller_legal_id": 4, "prepaid_total": 4, "issue_date": 3,
    "due_date": 3, "order_reference": 3, "bic": 2, "type_code": 2, "allowance_total": 2, "charge_total": 2,
    "rounding": 2, "sum_of_lines": 2,
}  # fmt: skip
LINE_WEIGHTS: Mapping[str, float] = {"net_amount": 2, "quantity": 1.5, "unit_price": 1.5}
# The chance that a term is wrong where a rule fails, shared among the terms that the rule names.
FAILED: Mapping[Severity, float] = {Severity.HOLD: 0.9, Severity.ERROR: 0.9, Severity.WARNING: 0.05}
OF_THE_CASE = 0.1  # where a rule speaks of the case and not against the value: no order, an account nobody verified
MOST_CELLS = 20  # of lines that are listed; a table that is wrong throughout is not mended cell by cell
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Doubt:
    """One value to look at: its input, what it is called, what stands there, and why it is here."""

    name: str  # of the input
    label: str
    value: str
    why: str
    cost: float

    @property
    def anchor(self) -> str:
        """The id of the input.

        >>> Doubt("lines.2.quantity", "", "", "", 1.0).anchor, Doubt("field.iban", "", "", "", 1.0).anchor
        ('i-lines-2-quantity', 'i-iban')
        """
        return "i-" + self.name.removeprefix("field.").replace(".", "-")


def cost_of(term: str, chance: float) -> float:
    """The expected cost of a term that is wrong with this chance."""
    return round(chance * WEIGHTS.get(term, 1.0), 6)


def chance_of(confidence: float | None, findings: Sequence[Finding]) -> float:
    """The chance that a value is wrong: what the reader says, or what the gravest rule says of it.

    >>> chance_of(0.97, ())
    0.03
    """
    chances = [0.0 if confidence is None else 1 - confidence]
    for finding in findings:
        failed = FAILED.get(finding.severity, 0.0)
        failed = min(failed, OF_THE_CASE) if finding.rule.startswith(ABOUT_THE_CASE) else failed
        chances.append(failed / max(1, len(finding.terms)))
    return round(max(chances), 6)


def line_doubts(
    extraction: Extraction | None, rows: Mapping[int, int], inputs: Mapping[str, str], checked: Collection[str],
    chances: Chances, tongue: Tongue,
) -> list[Doubt]:  # fmt: skip
    """Cells of lines worth a look, by the evidence of their line and by its own sum; `rows` is form row to line."""
    found = []
    for number, index in rows.items():
        if extraction is None or index >= len(extraction.invoice.lines):
            continue
        seen = extraction.line_evidence[index] if index < len(extraction.line_evidence) else None
        breaks = not _adds_up(extraction.invoice.lines[index])
        chance = max(0.0 if seen is None else 1 - seen.confidence, FAILED[Severity.ERROR] / 3 if breaks else 0.0)
        says = chance_words(seen.reader, "lines[0].net_amount", seen.confidence, chances, tongue) if seen else ""
        for cell, weight in LINE_WEIGHTS.items():
            name = f"lines.{number}.{cell}"
            cost = round(chance * weight, 6)
            if cost >= LOOK and inputs.get(name) and f"lines[{index}].{cell}" not in checked:
                label = f"{tongue.t('document.line', number=number + 1)}, {tongue.t(f'column.{cell}')}"
                found.append(Doubt(name, label, inputs[name], tongue.t("doubt.line_sum") if breaks else says, cost))
    return sorted(found, key=lambda doubt: -doubt.cost)[:MOST_CELLS]


def _adds_up(line: InvoiceLine) -> bool:
    """Whether quantity times price is the amount; true where one of them is missing."""
    if line.quantity is None or line.unit_price is None or line.net_amount is None:
        return True
    due = line.quantity * line.unit_price / (line.price_base_quantity or 1)
    return abs(abs(due) - abs(line.net_amount)) <= CENT


def why_here(says: str, findings: Sequence[Finding], error: str, tongue: Tongue) -> str:
    """Why a value should be looked at, in one sentence: it cannot be read, a rule fails, or the reader doubts."""
    if error:
        return tongue.t(error)
    grave = [finding for finding in findings if finding.severity in FAILED]
    return told(tongue, grave[0]) if grave else says or tongue.t("doubt.missing")
