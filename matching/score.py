"""The match probability of one order, with its waterfall: the seam behind which a trained classifier may stand.

>>> from datetime import date
>>> from matching.blocking import Citation
>>> from models.invoice import Invoice
>>> from models.order import PurchaseOrder
>>> order = PurchaseOrder(order_number="4500017", seller_name="Dupont SARL", order_date=date(2026, 1, 5))
>>> invoice = Invoice(seller_name="DUPONT", order_reference="4500017", issue_date=date(2026, 2, 1))
>>> scored = score_candidate(Pair(invoice, order, citations=(Citation("4500017", 1.0),)))
>>> scored.candidate.order, scored.candidate.probability > 0.99, scored.candidate.reasons[0]
('4500017', True, 'the order number agrees (4500017 | 4500017)')
"""

from __future__ import annotations

from typing import NamedTuple

from matching.comparisons import COMPARISONS, Pair, best_citation
from matching.lines import line_marks
from matching.weights import Row, probability_of, weight_at
from models.invoice import Invoice
from models.match import Comparison, OrderCandidate
from models.order import PurchaseOrder

PRIOR = -5.0  # about one in thirty of the orders that blocking brings is the right one
CITED = 0.95  # from this similarity the paper names the order
_TELLING = 1.0  # comparisons of at least this weight are given as reasons


class ScoredCandidate(NamedTuple):
    """A candidate with what it was made from. `weight` is in log2 odds and, unlike the probability, never saturates."""

    pair: Pair
    weight: float
    candidate: OrderCandidate
    number: float | None  # similarity of the order number, None when the invoice gives none
    seller: float | None

    @property
    def is_cited(self) -> bool:
        """Whether the invoice gives this order's number, in whatever notation."""
        return self.number is not None and self.number >= CITED


def quick_weight(pair: Pair) -> float:
    """The weight without lines and without a trace, for choosing what deserves a full comparison."""
    similarities = ((row, row.similarity(pair)) for row in COMPARISONS if row.name != "lines")
    return PRIOR + sum(weight_at(row.points, found) for row, found in similarities if found is not None)


def quick_share(invoice: Invoice, order: PurchaseOrder) -> float:
    """The share of the invoice's lines, in [0, 1], of which something stands on the order in the same letters."""
    marks = frozenset[str]().union(*(line_marks(line) for line in order.lines))
    shares = [len(mine & marks) / len(mine) for mine in map(line_marks, invoice.lines) if mine]
    return sum(shares) / len(shares) if shares else 0.0


def score_candidate(pair: Pair) -> ScoredCandidate:
    """Compare an invoice with an order in every respect; weights and prior add up to the match probability."""
    similarities = [(row, row.similarity(pair)) for row in COMPARISONS]
    trace = [(row, found, weight_at(row.points, found)) for row, found in similarities if found is not None]
    weight = PRIOR + sum(gain for _, _, gain in trace)
    telling = sorted((entry for entry in trace if abs(entry[2]) >= _TELLING), key=lambda entry: -abs(entry[2]))
    waterfall = (
        Comparison(name="prior", invoice_value="", order_value="", weight=PRIOR),
        *(_comparison(row, pair, gain) for row, _, gain in trace),
    )
    candidate = OrderCandidate(
        order=pair.order.order_number,
        probability=probability_of(weight),
        reasons=tuple(_reason(row, pair, found) for row, found, _ in telling),
        waterfall=waterfall,
    )
    by_name = {row.name: found for row, found in similarities}
    return ScoredCandidate(pair, weight, candidate, by_name["order_number"], by_name["seller"])


def names_order(pair: Pair) -> bool:
    """Whether the invoice gives this order's number."""
    return best_citation(pair)[1] >= CITED


def _comparison(row: Row[Pair], pair: Pair, gain: float) -> Comparison:
    mine, theirs = row.show(pair)
    return Comparison(name=row.name, invoice_value=mine, order_value=theirs, weight=round(gain, 3))


def _reason(row: Row[Pair], pair: Pair, similarity: float) -> str:
    verb = "agrees" if similarity >= CITED else "is close" if similarity >= 0.7 else "differs"
    verb = (
        verb.replace("agrees", "agree").replace("is ", "are ").replace("differs", "differ")
        if row.name == "lines"
        else verb
    )
    return f"{row.label} {verb} ({' | '.join(side for side in row.show(pair) if side)})"
