"""Truth of printed documents: fields under our names, where each stands, and labels for every word.

Values are as `facturier extract` gives them: amounts in decimal notation, dates ISO, boxes in points from the top left.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from models.document import Box
from models.invoice import LINE_TERMS, TERMS, Frozen
from models.money import decimal_text
from sample_invoices.generator.compose import Composed
from sample_invoices.generator.facts import Facts
from sample_invoices.generator.scan import Matrix, move_box

CURRENCY_SIGNS = {"EUR": ("€", "EUR"), "GBP": ("£", "GBP")}
Json = dict[str, Any]


def value_text(value: object) -> str:
    """A value as JSON carries it."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def known_values(record: Frozen, terms: dict[str, Any]) -> Json:
    """Every term that a record has."""
    return {name: value_text(getattr(record, name)) for name in terms if getattr(record, name) is not None}


def field_truth(facts: Facts) -> Json:
    """The fields, with `lines` and `vat_breakdown`; an address ends with its country code, as in e-invoices."""
    invoice = facts.invoice
    fields = known_values(invoice, TERMS)
    fields["seller_address"] = f"{facts.seller.address}, {facts.seller.country}"
    fields["lines"] = [known_values(line, LINE_TERMS) for line in invoice.lines]
    fields["vat_breakdown"] = [
        {"rate": value_text(row.rate), "taxable": value_text(row.taxable), "tax": value_text(row.tax)}
        for row in invoice.vat_breakdown
    ]
    return fields


def visible_terms(composed: Composed) -> list[str]:
    """The header terms that the pages show."""
    printed = {item.term for item in composed.prints}
    signs = CURRENCY_SIGNS.get(composed.facts.invoice.currency or "", ())
    if any(sign in word.text for word in composed.words for sign in signs):
        printed.add("currency")
    return [term for term in TERMS if term in printed]


def visible_line_terms(composed: Composed) -> list[str]:
    """The line terms that the pages show for the first line."""
    printed = {item.term.rpartition(".")[2] for item in composed.prints if item.term.startswith("lines.1.")}
    return [term for term in LINE_TERMS if term in printed]


def box_truth(composed: Composed, matrices: tuple[Matrix, ...] = ()) -> Json:
    """Each printed term's places; moved with the page where it was scanned."""
    places: dict[str, list[Json]] = {}
    for item in composed.prints:
        box: Box = move_box(item.box, matrices[item.page - 1]) if matrices else item.box
        places.setdefault(item.term, []).append({"page": item.page, "box": list(box), "text": item.text})
    return places
