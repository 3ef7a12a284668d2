"""How likely a candidate is a term's value: the seam at which a trained scorer replaces the weighted one.

candidates -> cases with named features -> `Scorer.score` -> log-odds -> decoder. A feature is a number, mostly in
[0, 1]; an absent feature is 0. The weights are set by hand from what labels and places mean on paper.

>>> WeightedScorer().score([Case("due_date", {"label": 1.0})])[0] > 0
True
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


class Case(NamedTuple):
    """One candidate as one term: its features by name, its value as text, and its number among the candidates."""

    term: str
    features: Mapping[str, float]
    value: str = ""
    at: int = 0


class Scorer(Protocol):
    """Gives each case its log-odds of being right; a whole document is scored in one call."""

    def score(self, cases: Sequence[Case]) -> list[float]:
        """Return one log-odds for each case, in order."""
        ...


# What holds for every term; a term's own row below overrides.
COMMON: dict[str, float] = {"bias": -4.0, "label": 7.0, "rival": -3.5, "confidence": 1.0, "repaired": -1.5}
_CODE = {
    "no_digit": -6.0,
    "yearlike": -2.5,
    "short": -1.2,
    "mixed": 0.5,
    "phone_like": -2.0,
    "repeated": 0.4,
    "inside_party": -3.0,
}
_MONEY = {"no_cents": -1.6, "in_lines": -0.6, "currency": 0.1}
WEIGHTS: dict[str, dict[str, float]] = {
    "invoice_number": _CODE | {"first_page": 1.0, "top": 0.8, "letters_first": 0.4, "title": 3.0, "prefix": 0.8,
    "bold": 0.2},
    "order_reference": _CODE | {"prefix": 1.0},
    "buyer_reference": _CODE | {"bias": -4.4},
    "contract_reference": _CODE,
    "preceding_invoice": _CODE,
    "seller_legal_id": _CODE | {"bias": -4.6},
    "buyer_legal_id": _CODE | {"bias": -8.0},
    "issue_date": {"bias": -4.0, "only": 2.6, "top": 1.2, "first_of_kind": 1.0, "timed": 1.6, "earliest": 0.2,
    "first_page": 0.3, "repeated": 0.5, "title": 3.0, "inside_party": -2.0},
    "due_date": {},
    "delivery_date": {},
    "net_total": _MONEY,
    "tax_total": _MONEY,
    "gross_total": _MONEY | {"highest": 0.8, "bold": 0.3, "cash_fits": 3.0, "rounded": 2.5, "unrounded": -2.0,
    "zero": -3.0, "repeated": 0.5},
    "payable_total": _MONEY | {"highest": 0.2},
    "prepaid_total": _MONEY | {"zero": -1.0},
    "sum_of_lines": _MONEY,
    "allowance_total": _MONEY | {"zero": -1.5},
    "charge_total": _MONEY | {"zero": -1.5},
    "rounding": {"no_cents": -2.0, "small": 1.0},
    "seller_vat_id": {"bias": -1.0, "label": 2.5, "rival": -4.0, "in_buyer": -2.5, "in_seller": 1.5,
    "first_of_kind": 0.4, "checked": 0.5, "only": 1.0, "bare": -5.0},
    "buyer_vat_id": {"bias": -2.6, "label": 5.0, "rival": -1.0, "in_buyer": 3.2, "in_seller": -2.0, "only": -1.0,
    "checked": 0.3, "bare": -5.0},
    "iban": {"bias": 0.5, "label": 2.5, "checked": 1.5, "rival": -0.5, "first_of_kind": 0.8, "in_buyer": -1.0},
    "bic": {"bias": -5.0, "label": 8.0, "near_iban": 1.5},
}  # fmt: skip


class WeightedScorer:
    """A linear scorer with hand-set weights."""

    def __init__(self, weights: Mapping[str, Mapping[str, float]] | None = None) -> None:
        rows = weights if weights is not None else WEIGHTS
        whole = {term: COMMON | dict(row) for term, row in rows.items()}
        self._bias = {term: row.pop("bias") for term, row in whole.items()}
        self._weights = {term: tuple(row.items()) for term, row in whole.items()}

    def score(self, cases: Sequence[Case]) -> list[float]:
        """Sum weight times feature; the bias counts once."""
        return [self._one(case) for case in cases]

    def _one(self, case: Case) -> float:
        features = case.features  # many more than weights: only those that have one are looked up
        score = self._bias[case.term]
        for name, weight in self._weights[case.term]:
            score += weight * features.get(name, 0.0)
        return score
