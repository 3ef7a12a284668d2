"""Cases to rows: every candidate of an invoice as the ranker sees it, and whether it is the right one.

Candidates come as in production: the supplier is matched first, orders are weighed quickly, the best are compared in
full. What a rule decides anyway (an order of another supplier) teaches nothing and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.comparisons import SAME_SELLER
from matching.features import NAMES, evidence_of, rows_of
from matching.lines import Link, link_lines, targets_of
from matching.outcome import gives_back
from matching.shortlist import shortlist
from matching.supplier import match_supplier
from models.invoice import Invoice
from models.order import PurchaseOrder, Supplier

Floats = NDArray[np.float64]


class MatchCase(Protocol):
    """What training needs of an invoice: the master data it meets, and the orders that are right."""

    @property
    def name(self) -> str:
        """Its own name."""

    @property
    def group(self) -> str:
        """Cases of one group share suppliers: never on both sides of a split."""

    @property
    def invoice(self) -> Invoice:
        """As read."""

    @property
    def candidates(self) -> Sequence[PurchaseOrder]:
        """What look-up brings."""

    @property
    def suppliers(self) -> Sequence[Supplier]:
        """The master."""

    @property
    def orders(self) -> Sequence[str]:
        """The right order numbers; none where the invoice has no order."""


@dataclass(frozen=True, eq=False)
class Study:
    """One case as rows: (candidates, columns), which are right, and which no rule decides."""

    case: MatchCase
    orders: tuple[str, ...]
    rows: Floats
    right: NDArray[np.bool_]
    free: NDArray[np.bool_]


def study(case: MatchCase) -> Study:
    """The candidates of one case as rows."""
    supplier = match_supplier(case.invoice, case.suppliers)

    def links_to(order: PurchaseOrder) -> tuple[Link, ...]:
        targets = targets_of(order.order_number, order.lines)
        return link_lines(case.invoice.lines, targets, is_return=gives_back(case.invoice))

    evidence = [evidence_of(pair) for pair in shortlist(case.invoice, supplier, case.candidates, links_to)]
    numbers = tuple(each.pair.order.order_number for each in evidence)
    sellers = [each.similarities["seller"] for each in evidence]
    return Study(
        case,
        numbers,
        np.array(rows_of(evidence), dtype=np.float64).reshape(len(evidence), len(NAMES)),
        np.array([number in case.orders for number in numbers], dtype=bool),
        np.array([seller is None or seller >= SAME_SELLER for seller in sellers], dtype=bool),
    )


def studies_of(cases: Iterable[MatchCase]) -> list[Study]:
    """Every case as rows; what comes out serves every fold."""
    return [study(case) for case in cases]
