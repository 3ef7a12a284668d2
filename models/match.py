"""What matching returns: which order, line by line, and why. A link, never a change of the invoice.

`probability` in [0, 1]. Waterfall rows add up in log2 odds (splink's match weights).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from models.finding import Finding
from models.invoice import Frozen

MatchKind = Literal["none", "two_way", "three_way"]
MatchOutcome = Literal[
    "match",
    "price_variance",
    "quantity_variance",
    "no_order",
    "closed_order",
    "seller_mismatch",
    "already_invoiced",
    "ambiguous",
]


class SupplierMatch(Frozen):
    """Which supplier of the master the seller is: by what, how sure, and alerts on look-alikes."""

    seller_id: str | None = None
    by: Literal["legal_id", "vat_id", "iban", "name", "order", "none"] = "none"
    probability: float = 0.0
    findings: tuple[Finding, ...] = ()


class Comparison(Frozen):
    """One row of a waterfall: what was compared, both sides, and its match weight."""

    name: str
    invoice_value: str
    order_value: str
    weight: float
    word: str = ""  # what the difference is called, a word of matching.membership; empty where none fits


class OrderCandidate(Frozen):
    """An order that was worth comparing, with its match probability and its waterfall."""

    order: str
    probability: float
    reasons: tuple[str, ...] = ()
    waterfall: tuple[Comparison, ...] = ()


class LineMatch(Frozen):
    """Invoice line (from 1) to order line, and the quantity that it takes in the order's unit."""

    invoice_line: int
    order: str
    order_line: str
    quantity: Decimal
    probability: float
    invoiced_before: Decimal | None = None  # of the order line when the match was made: file and claims of others
    margin: float | None = None  # log2 odds over the next best order line; None where there is no other
    waterfall: tuple[Comparison, ...] = ()
    by: Literal["person"] | None = None  # a person set this link


class Variance(Frozen):
    """A difference over the tolerance."""

    invoice_line: int | None = None  # None: of the whole invoice
    kind: Literal["price", "quantity", "total", "currency", "not_received", "not_ordered"]
    expected: str
    actual: str
    tolerance: str | None = None  # that was exceeded, in words: "1 % or 0.01"


class MatchResult(Frozen):
    """The match of one invoice."""

    supplier: SupplierMatch = SupplierMatch()
    kind: MatchKind = "none"
    outcome: MatchOutcome = "no_order"
    orders: tuple[str, ...] = ()
    probability: float = 0.0
    candidates: tuple[OrderCandidate, ...] = ()
    lines: tuple[LineMatch, ...] = ()
    variances: tuple[Variance, ...] = ()
    by: Literal["person"] | None = None  # a person chose these orders, or none of them
    amount_left: Decimal | None = None  # net, still open on these orders together when the match was made
