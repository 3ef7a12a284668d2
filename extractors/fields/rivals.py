"""Cases as rows of numbers for trees: the features, the hand-weighted log-odds, and the competition of the document.

What tells a total from a sub-total is seldom the amount itself but that no other is labelled better. So each case is
also told how far it is ahead of the best other value of its term, and what it would be worth as another term.

>>> row, = rows_of([Case("due_date", {"label": 1.0}, "2024-05-01")], [3.0])
>>> [float(row[COLUMNS.index(name)]) for name in ("prior", "is_due_date", "label")]
[3.0, 1.0, 1.0]
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from extractors.fields.features import FIELD_TERMS
from extractors.fields.scorer import Case

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NOBODY = -8.0  # log-odds of a rival where there is none
LABELS = (
    "net_total", "tax_total", "gross_total", "payable_total", "prepaid_total", "sum_of_lines", "allowance_total",
    "charge_total", "rounding", "cash", "prior_total", "unit_price", "capital", "count",
    "issue_date", "due_date", "delivery_date", "order_date", "payment_terms",
    "invoice_number", "order_reference", "buyer_reference", "contract_reference", "preceding_invoice",
    "customer_number", "delivery_note", "item_code", "seller_legal_id", "seller_vat_id", "buyer_vat_id", "iban", "bic",
    "bank_account", "phone", "person",
)  # fmt: skip
PLAIN = (
    "label", "rival", "confidence", "repaired", "no_digit", "yearlike", "short", "mixed", "phone_like", "repeated",
    "inside_party", "first_page", "last_page", "top", "left", "right", "narrow", "size", "length", "digits", "alone",
    "letters_first", "title", "prefix", "bold", "no_cents", "in_lines", "currency", "only", "first_of_kind", "timed",
    "earliest", "highest", "cash_fits", "rounded", "unrounded", "zero", "small", "in_buyer", "in_seller", "checked",
    "bare", "nth", "from_last", "of_kind", "size_rank", "of_highest", "label_below", "labels",
    "sum_of_two", "part_of_sum", "cert_net", "cert_tax", "cert_gross", "lines_sum", "vat_net", "vat_tax", "vat_gross",
)  # fmt: skip
COMPETITION = (
    "prior",
    "ahead",
    "rank",
    "chances",
    "elsewhere",
    "ahead_elsewhere",
    "best_net",
    "best_tax",
    "best_gross",
)
COLUMNS = (*PLAIN, *(f"by_{name}" for name in LABELS), *COMPETITION, *(f"is_{term}" for term in FIELD_TERMS))
RISING = frozenset({"prior", "ahead"})  # more of it never speaks against a case
_NAMED = COLUMNS[: len(PLAIN) + len(LABELS)]
_OF_TERM = tuple((COLUMNS.index(name), name) for name in ("label", "rival", "prefix", "bare"))  # others: of the place
_FIRST_TERM = len(COLUMNS) - len(FIELD_TERMS)
_TERM_AT = {term: at for at, term in enumerate(FIELD_TERMS, start=_FIRST_TERM)}


def rows_of(cases: Sequence[Case], priors: Sequence[float]) -> NDArray[np.float64]:
    """One row of `COLUMNS` for each case of one document, in order."""
    import numpy as np

    field = _Field(cases, priors)
    table = np.zeros((len(cases), len(COLUMNS)))
    shared: dict[int, list[float]] = {}
    rows: list[list[float]] = []
    for case, prior in zip(cases, priors, strict=True):
        features = case.features
        if case.at not in shared:
            shared[case.at] = [features.get(name, 0.0) for name in _NAMED]
        row = shared[case.at].copy()
        for column, name in _OF_TERM:
            row[column] = features.get(name, 0.0)
        row += field.standing(case, prior)
        rows.append(row)
    if rows:
        table[:, :_FIRST_TERM] = rows
        table[np.arange(len(cases)), [_TERM_AT[case.term] for case in cases]] = 1.0
    return table


class _Field:
    """All that run for the terms of one document."""

    def __init__(self, cases: Sequence[Case], priors: Sequence[float]) -> None:
        best: dict[str, dict[str, float]] = defaultdict(dict)  # term to value to its best log-odds
        self._terms: dict[int, dict[str, float]] = defaultdict(dict)  # candidate to term to log-odds
        for case, prior in zip(cases, priors, strict=True):
            best[case.term][case.value] = max(prior, best[case.term].get(case.value, prior))
            self._terms[case.at][case.term] = prior
        self._ranked = {term: sorted(values.values(), reverse=True) for term, values in best.items()}
        self._chances = {term: float(min(sum(p > 0 for p in ranked), 4)) for term, ranked in self._ranked.items()}
        self._best: Mapping[str, Mapping[str, float]] = best
        self._totals = [self._ranked.get(term, [NOBODY])[0] for term in ("net_total", "tax_total", "gross_total")]

    def standing(self, case: Case, prior: float) -> tuple[float, ...]:
        """The values of COMPETITION for one case."""
        ranked = self._ranked[case.term]
        own = self._best[case.term][case.value]
        rank = ranked.index(own)
        rival = ranked[1 if rank == 0 else 0] if len(ranked) > 1 else NOBODY
        elsewhere = (
            NOBODY
            if len(self._terms[case.at]) == 1
            else max([p for term, p in self._terms[case.at].items() if term != case.term])
        )
        return (
            prior, prior - rival, float(min(rank, 6)), self._chances[case.term], elsewhere, prior - elsewhere,
            *self._totals,
        )  # fmt: skip
