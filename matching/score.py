"""The match probability of orders with their waterfalls: the seam behind which the trained ranker stands.

The ranker weighs the candidates of one invoice beside each other (`score_candidates`); the hand-set weights of
COMPARISONS are kept for measuring what training is worth. No weight outranks a rule: a row of its own holds down an
order of another supplier, one whose number is not the one that the invoice names is marked and never taken by itself,
and what is closed or invoiced already is said by the outcome, however likely the order.

>>> from datetime import date
>>> from matching.blocking import Citation
>>> from models.order import PurchaseOrder
>>> order = PurchaseOrder(order_number="4500017", seller_name="Dupont SARL", order_date=date(2026, 1, 5))
>>> invoice = Invoice(seller_name="DUPONT", order_reference="4500017", issue_date=date(2026, 2, 1))
>>> scored = score_candidate(Pair(invoice, order, citations=(Citation("4500017", 1.0),)))
>>> scored.candidate.order, scored.candidate.probability > 0.9, scored.candidate.reasons[0]
('4500017', True, 'the order number agrees (4500017 | 4500017)')
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from matching.blocking import NAMED
from matching.comparisons import COMPARISONS, SAME_SELLER, Pair, best_citation
from matching.distance import FAR
from matching.features import ROWS, Evidence, evidence_of, rows_of
from matching.lines import line_marks
from matching.ranker import MatcherModel, shipped
from matching.sides import LABELS, shown
from matching.weights import probability_of, weight_at
from models.invoice import Invoice
from models.match import Comparison, OrderCandidate
from models.order import PurchaseOrder

Ranker = Literal["trained", "weights"]

PRIOR = -5.0  # of the hand-set weights: about one in thirty of the orders that blocking brings is the right one
CITED = 0.95  # from this similarity the paper names the order
OTHER_SUPPLIER = -4.0  # log2 odds: the most that an order of another supplier can reach
_MISREAD = 3.6  # weighed edits up to which a named number may still be this order's
_MISREAD_SHARE = 0.4  # ... and of its characters
_DIGITS_OF_A_NUMBER = 3  # with fewer a reference is a name or a date
_DIGITS = 3  # of a weight; the rows are rounded before they are summed, so that a reader can check the sum
TOLD = 10  # candidates of one invoice whose rows are written out, the likeliest; of the others only the weight counts
_TELLING = 1.0  # comparisons of at least this weight are given as reasons


class ScoredCandidate(NamedTuple):
    """A candidate with what it was made from. `weight` is in log2 odds and, unlike the probability, never saturates."""

    pair: Pair
    weight: float
    candidate: OrderCandidate
    number: float | None  # similarity of the order number, None when the invoice gives none
    seller: float | None
    names_other: bool = False  # the invoice says which order it is for, and this is not it by any misreading

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


def names_order(pair: Pair) -> bool:
    """Whether the invoice gives this order's number."""
    return best_citation(pair)[1] >= CITED


def score_candidate(pair: Pair, ranker: Ranker = "trained") -> ScoredCandidate:
    """One order alone, without rivals."""
    return score_candidates((pair,), ranker)[0]


def score_candidates(
    pairs: Sequence[Pair], ranker: Ranker = "trained", model: MatcherModel | None = None
) -> list[ScoredCandidate]:
    """Weigh the orders that one invoice may belong to, beside each other; the answer keeps their order.

    Args:
        pairs: One invoice beside each order; orders without `links` are weighed without their lines. The rows of the
            `TOLD` likeliest are written out.
        ranker: The trained trees, or the weights set by hand.
        model: Trees instead of the shipped ones.
    """
    evidence = [evidence_of(pair) for pair in pairs]
    if ranker == "weights":
        tables = [_summable({"prior": PRIOR, **_hand_weights(each)}, each) for each in evidence]
    else:
        trees = model or shipped()
        told = trees.weights(rows_of(evidence))
        tables = [
            _summable({"prior": trees.prior, **dict(zip(ROWS, weights, strict=True))}, each)
            for each, weights in zip(evidence, told, strict=True)
        ]
    sums = [round(sum(table.values()), _DIGITS) for table in tables]
    told_of = set(sorted(range(len(sums)), key=lambda at: -sums[at])[:TOLD])
    return [_scored(each, sums[at], tables[at] if at in told_of else {}, evidence) for at, each in enumerate(evidence)]


def _hand_weights(evidence: Evidence) -> dict[str, float]:
    found = ((row, evidence.similarities[row.name]) for row in COMPARISONS)
    return {row.name: weight_at(row.points, similarity) for row, similarity in found if similarity is not None}


def _summable(weights: dict[str, float], evidence: Evidence) -> dict[str, float]:
    """The rows as they are shown: rounded, and with the rules' own rows where they apply.

    The rule on other numbers weighs nothing: it says that a person must look, not that the order is less likely.
    """
    rows = {name: round(weight, _DIGITS) for name, weight in weights.items()}
    if _names_another(evidence):
        rows["other_number"] = 0.0
    seller = evidence.similarities["seller"]
    is_other = seller is not None and seller < SAME_SELLER
    return _held_down(rows, "other_supplier", OTHER_SUPPLIER) if is_other else rows


def _scored(evidence: Evidence, weight: float, table: dict[str, float], field: Sequence[Evidence]) -> ScoredCandidate:
    """A candidate with its rows written out."""
    candidate = OrderCandidate(
        order=evidence.pair.order.order_number,
        probability=probability_of(weight),
        reasons=_reasons(evidence, table, field),
        waterfall=tuple(_comparison(evidence, name, each, field) for name, each in table.items()),
    )
    similarities = evidence.similarities
    return ScoredCandidate(
        evidence.pair, weight, candidate, similarities["order_number"], similarities["seller"], _names_another(evidence)
    )


def _names_another(evidence: Evidence) -> bool:
    """Whether the invoice says which order it is for, and this is not it by any misreading."""
    named = [text for text, strength in evidence.pair.citations if strength >= NAMED]
    has_number = any(sum(map(str.isdigit, text)) >= _DIGITS_OF_A_NUMBER for text in named)
    values = evidence.values
    apart, most = FAR * (1.0 - values["number_nearness"]), min(_MISREAD, _MISREAD_SHARE * values["number_length"])
    return has_number and not evidence.similarities["order_number"] and apart > most


def _held_down(rows: dict[str, float], rule: str, most: float) -> dict[str, float]:
    """The rows with a rule's own behind them, where the rest adds up to more than the rule allows."""
    excess = sum(rows.values()) - most
    return {**rows, rule: round(-excess, _DIGITS)} if excess > 0 else rows


def _comparison(evidence: Evidence, name: str, weight: float, field: Sequence[Evidence]) -> Comparison:
    mine, theirs = shown(name, evidence, field)
    word = evidence.words.get(name, "")
    return Comparison(name=name, invoice_value=mine, order_value=theirs, weight=weight, word=word)


def _reasons(evidence: Evidence, weights: dict[str, float], field: Sequence[Evidence]) -> tuple[str, ...]:
    telling = [name for name, weight in weights.items() if name in LABELS and abs(weight) >= _TELLING]
    telling.sort(key=lambda name: -abs(weights[name]))
    return tuple(_reason(evidence, name, weights[name], field) for name in telling)


def _reason(evidence: Evidence, name: str, weight: float, field: Sequence[Evidence]) -> str:
    similarity = evidence.similarities.get(name)
    if similarity is None:
        verb = "speaks for it" if weight > 0 else "speaks against it"
    else:
        verb = "agrees" if similarity >= CITED else "is close" if similarity >= 0.7 else "differs"
    if LABELS[name].endswith("s") and name != "status":
        verb = verb.replace("agrees", "agree").replace("is ", "are ").replace("differs", "differ").replace("ks ", "k ")
    sides = " | ".join(side for side in shown(name, evidence, field) if side)
    return f"{LABELS[name]} {verb} ({sides})" if sides else f"{LABELS[name]} {verb}"
