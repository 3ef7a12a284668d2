"""What a person says of an invoice's orders: which ones, which line belongs to which, and why not the first proposed.

It names the invoice's lines by position (from 1); `line_count` tells whether they are still the same ones.

>>> OrderChoice(orders=("PO-2",), reason="number", line_count=2).is_second_to(("PO-1", "PO-2"))
True
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from models.invoice import Frozen

# Why an order other than the one proposed first: what the ranker had not seen, or had weighed wrongly.
CHOICE_REASONS = ("number", "lines", "amount", "date", "supplier_says", "buyer_says", "replaced", "no_order", "other")
ChoiceReason = Literal[
    "", "number", "lines", "amount", "date", "supplier_says", "buyer_says", "replaced", "no_order", "other"
]


class ChosenLink(Frozen):
    """One invoice line as a person linked it; without an order line it belongs to none."""

    invoice_line: int
    order: str = ""
    order_line: str = ""


class OrderChoice(Frozen):
    """The orders of an invoice by a person's word; none at all means that it has no order."""

    orders: tuple[str, ...] = ()
    links: tuple[ChosenLink, ...] = ()  # the lines that the person set; all others are paired by their likeness
    line_count: int = 0
    reason: ChoiceReason = ""
    note: str = ""

    def is_second_to(self, ranked: Sequence[str]) -> bool:
        """Whether it goes against the order that was proposed first."""
        return not self.orders or self.orders[:1] != tuple(ranked[:1])
