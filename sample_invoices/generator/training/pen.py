"""What every block works with: paper, deal, speech, look. A block is `(pen, y, x0, x1) -> y` below what it printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random
from zlib import crc32

from sample_invoices.generator.training.deal import Deal
from sample_invoices.generator.training.family import Family
from sample_invoices.generator.training.look import Look
from sample_invoices.generator.training.paper import Paper
from sample_invoices.generator.training.speech import Speech

AMOUNTS = frozenset(
    {
        "sum_of_lines",
        "allowance_total",
        "charge_total",
        "net_total",
        "tax_total",
        "gross_total",
        "prepaid_total",
        "rounding",
        "payable_total",
    }
)
ORDER = (
    "invoice_number",
    "issue_date",
    "due_date",
    "delivery_date",
    "order_reference",
    "buyer_reference",
    "contract_reference",
    "preceding_invoice",
    "buyer_vat_id",
    "payment_terms",
    "currency",
)
VAT_TERMS = {"seller_vat_id", "buyer_vat_id"}


@dataclass(slots=True)
class Pen:
    """One document on its paper. `rng` is the document's, `habit` the family's."""

    paper: Paper
    deal: Deal
    family: Family
    rng: Random
    habit: Random
    done: set[str] = field(default_factory=set)  # header terms that are printed already

    @property
    def look(self) -> Look:
        """The layout."""
        return self.family.look

    @property
    def speech(self) -> Speech:
        """The words."""
        return self.family.speech

    @property
    def size(self) -> float:
        """The text size."""
        return self.look.size

    @property
    def leading(self) -> float:
        """From one baseline to the next."""
        return self.look.size * 1.38

    @property
    def left(self) -> float:
        """The left margin's x."""
        return self.look.margin

    @property
    def right(self) -> float:
        """The right margin's x."""
        return self.paper.width - self.look.margin

    @property
    def bottom(self) -> float:
        """Where the footer starts."""
        return self.paper.height - 92.0

    def label(self, term: str) -> str:
        """The label of a term; credit notes have their own for the number."""
        if term == "invoice_number" and self.deal.kind == "credit_note":
            term = "credit_number"
        return self.speech.label(term)

    def value(self, term: str) -> str:
        """A term of the invoice as printed; "" where there is none."""
        value = getattr(self.deal.invoice, term)
        if value is None:
            return ""
        if isinstance(value, Decimal):
            return self.amount(value)
        if isinstance(value, date):
            return self.speech.day(value)
        return self.party_value(term, str(value))

    def party_value(self, term: str, value: str) -> str:
        """Identifiers in groups, as the family writes them."""
        style = self.speech.seed % 8
        if term == "iban" and style < 6:
            return " ".join(value[at : at + 4] for at in range(0, len(value), 4))
        if term == "seller_vat_id":
            value = self.deal.seller.vat_id
        if term in VAT_TERMS and value[:2].isalpha() and not value.startswith("CHE"):
            if style == 1:
                return f"{value[:2]} {value[2:]}"
            if style == 2:
                return f"{value[:2]} {value[2:5]} {value[5:8]} {value[8:]}".strip()
            if style == 3 and value[:2] in {"IT", "ES", "PL", "PT"}:
                return value[2:]
            if style == 4 and value[:2] in {"PL", "BE", "ES", "GB"}:
                return value[2:] if value[:2] != "BE" else f"BE {value[2:6]}.{value[6:9]}.{value[9:]}"
        return value

    def tax_identity(self) -> tuple[str, str, str]:
        """(label, value, term) of the seller's VAT id; its tax number, which is no field, where there is no VAT."""
        value = self.value("seller_vat_id")
        return (
            (self.label("seller_vat_id"), value, "seller_vat_id")
            if value
            else (self.label("tax_number"), self.deal.seller.tax_number, "")
        )

    def amount(self, value: Decimal, *, money: bool | None = None) -> str:
        """An amount, with its currency where the family shows it."""
        shown = self.look.total_money if money is None else money
        return self.speech.money(value) if shown else self.speech.number(value)

    def text(self, x: float, y: float, text: str, *, term: str = "", room: float = 0.0, **options: object) -> float:
        """Print one text in the family's size; notes which header term is done."""
        if term:
            self.done.add(term)
        options.setdefault("size", self.size)
        return self.paper.text(x, y, text, term=term, room=room, **options)  # type: ignore[arg-type]

    def pair(
        self, x: float, y: float, label: str, value: str, term: str, *, room: float = 0.0, size: float = 0.0
    ) -> float:
        """`label: value` from x on, shrunk into the room; returns the width."""
        size = size or self.size
        gap = size * 0.35
        mark = f"{label}{self.speech.colon}" if label else ""
        wide = self.paper.width_of(mark, size, bold=self.look.shade) + gap
        wide += self.paper.width_of(value, size, bold=self.look.values_bold)
        if room and wide > room:
            size, gap = size * room / wide, gap * room / wide
        at = self.text(x, y, mark, size=size, bold=self.look.shade)
        at += gap if at else 0.0
        return at + self.text(x + at, y, value, term=term, size=size, bold=self.look.values_bold)

    def chance(self, share: float) -> bool:
        """Whether this document does something that is done with this probability."""
        return self.rng.random() < share

    def habit_share(self, key: str, share: float) -> bool:
        """Whether this family does something; always the same answer."""
        return crc32(f"{self.speech.seed}:{key}".encode()) % 1000 < share * 1000

    @property
    def step(self) -> int:
        """Positions count by one, or by ten."""
        return 10 if self.speech.seed % 8 == 2 else 1
