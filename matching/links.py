"""A link from an invoice line to an order line: all of the line, a part of it, or its share of a sum to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from matching.line_sides import LinePair, Target
from matching.weights import probability_of
from models.match import Comparison

ONE = Decimal(1)


class Link(NamedTuple):
    """Invoice line (from 1) to order line, with its match weight in log2 odds."""

    invoice_line: int
    target: Target
    weight: float
    coverage: float = 1.0  # share of the invoice line that this link covers and that was ordered
    factor: Decimal | None = ONE  # the order's units in one of the invoice's; None where they clash
    quantity: Decimal | None = None  # taken, in the order's unit, by magnitude; None: all that the line states
    is_sum: bool = False  # only the sum of several lines agrees: prices line by line say nothing
    margin: float | None = None  # weight over the next best order line's
    pair: LinePair | None = None  # the two sides that were weighed; None where a move made the link
    waterfall: tuple[Comparison, ...] = ()

    @property
    def probability(self) -> float:
        """Match probability of the link, in [0, 1]."""
        return probability_of(self.weight)

    @property
    def key(self) -> tuple[str, str]:
        """The order and its line."""
        return self.target.order, self.target.line.line_number
