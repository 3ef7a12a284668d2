"""What every block of a page works with: the sheet, the facts, the look and the wording; and small moves on it.

A block is a function `(pen, y) -> y`: it prints from `y` downwards and returns where the next one may start.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from models.invoice import TERMS
from sample_invoices.generator.facts import Facts
from sample_invoices.generator.locales import Wording
from sample_invoices.generator.looks import Look
from sample_invoices.generator.sheet import HEIGHT, WIDTH, Sheet

CREDIT_LABELS = {"title": "title_credit", "invoice_number": "invoice_number_credit"}


@dataclass(frozen=True, slots=True)
class Pen:
    """One document on its sheet."""

    sheet: Sheet
    facts: Facts
    look: Look
    wording: Wording

    @property
    def left(self) -> float:
        """The left margin's x."""
        return self.look.margin

    @property
    def right(self) -> float:
        """The right margin's x."""
        return WIDTH - self.look.margin

    @property
    def bottom(self) -> float:
        """Where the footer starts."""
        return HEIGHT - 92.0

    @property
    def size(self) -> float:
        """The text size."""
        return self.look.size

    @property
    def leading(self) -> float:
        """From one baseline to the next."""
        return self.look.size * 1.42

    @property
    def colour(self) -> str:
        """The seller's colour."""
        return self.facts.seller.colour

    def label(self, key: str) -> str:
        """The label of a term; credit notes have their own for some."""
        credit = self.facts.invoice.is_credit_note
        return self.wording.label(CREDIT_LABELS.get(key, key) if credit else key)

    def value(self, term: str) -> str:
        """A term of the invoice as it is printed; "" where the invoice has none."""
        value = getattr(self.facts.invoice, term)
        if value is None:
            return ""
        if isinstance(value, Decimal):
            return self.wording.amount(value, self.facts.invoice.currency)
        if isinstance(value, date):
            return self.wording.day(value)
        return grouped(term, str(value))

    def labelled(self, x: float, y: float, term: str, *, gap: float = 4.0, bold: bool = False) -> float:
        """Print "label: value" from x; returns the width of both."""
        colon = " :" if self.wording.locale.language == "fr" else ":"
        wide = self.sheet.text(x, y, self.label(term) + colon, size=self.size, colour="#444444")
        return wide + gap + self.sheet.text(x + wide + gap, y, self.value(term), size=self.size, bold=bold, term=term)


def grouped(term: str, value: str) -> str:
    """IBAN in fours, SIREN in threes, everything else as it is."""
    if term == "iban":
        return " ".join(value[i : i + 4] for i in range(0, len(value), 4))
    if term == "seller_legal_id" and value.isdigit() and len(value) == 9:
        return f"{value[:3]} {value[3:6]} {value[6:]}"
    return value


def shown_terms(facts: Facts) -> list[str]:
    """The terms that a block of references prints for this invoice, in order."""
    wanted = (
        "invoice_number",
        "issue_date",
        "order_reference",
        "preceding_invoice",
        "contract_reference",
        "buyer_reference",
        "delivery_date",
        "due_date",
        "payment_terms",
    )
    return [term for term in wanted if term in TERMS and getattr(facts.invoice, term) is not None]
