"""Truth of printed documents under our names; only what the document really is, never what another kind would have."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from models.invoice import LINE_TERMS, TERMS
from sample_invoices.generator.sheet import Printed
from sample_invoices.generator.training.deal import Deal
from sample_invoices.generator.truth import known_values, value_text

Json = dict[str, Any]
Marks = dict[str, tuple[Printed, ...]]
ALWAYS = frozenset({"currency", "type_code"})


def truth_fields(deal: Deal, marks: Marks) -> Json:
    """The header terms that are printed, with lines and recapitulation as far as those are."""
    known = known_values(deal.invoice, TERMS)
    fields: Json = {term: value for term, value in known.items() if term in marks or term in ALWAYS}
    shown = line_terms(marks)
    if shown:
        fields["lines"] = [
            {term: value for term, value in known_values(line, LINE_TERMS).items() if term in shown}
            for line in deal.invoice.lines
        ]
    fields["vat_breakdown"] = [
        {"rate": value_text(row.rate), "taxable": value_text(row.taxable), "tax": value_text(row.tax)}
        for row in deal.invoice.vat_breakdown
        if isinstance(row.rate, Decimal)
    ]
    return fields


def line_terms(marks: Marks) -> list[str]:
    """The line terms that the pages show."""
    printed = {term.rpartition(".")[2] for term in marks if term.startswith("lines.1.")}
    return [term for term in LINE_TERMS if term in printed]
