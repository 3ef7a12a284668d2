"""The one word that a match is summed up in: the first row of PRECEDENCE that holds, gravest first.

>>> [outcome for outcome, _ in PRECEDENCE]
['seller_mismatch', 'ambiguous', 'already_invoiced', 'closed_order', 'price_variance', 'quantity_variance']
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matching.comparisons import SAME_SELLER
from matching.links import Link
from matching.pricing import is_blanket, open_amount, open_quantity, open_value
from matching.score import ScoredCandidate
from matching.tolerance import (
    Limits,
    currency_variance,
    header_variance,
    line_variances,
    total_variance,
    unlinked_variances,
    whole_order_variance,
)
from models.invoice import Invoice
from models.match import MatchOutcome, Variance
from models.order import OrderLine, PurchaseOrder

NEAR = 2.0  # log2 odds: an order less than four times likelier than the next is not told apart
LIKELY = 0.5  # probability from which a rival is to be told apart
_PRICE_KINDS = frozenset({"price", "total", "currency"})


@dataclass(frozen=True, slots=True)
class Case:
    """An invoice with the orders it was matched to, the lines linked, and the orders that lost."""

    invoice: Invoice
    orders: tuple[PurchaseOrder, ...]
    links: tuple[Link, ...]
    chosen: tuple[ScoredCandidate, ...]
    rivals: tuple[ScoredCandidate, ...]
    limits: Limits
    three_way: bool
    is_certain: bool = True  # False: these orders are likely, but a person must say so

    @property
    def gives_back(self) -> bool:
        """Whether money comes back: closed and fully invoiced orders are then no obstacle."""
        return gives_back(self.invoice)

    @property
    def has_lines(self) -> bool:
        """Whether both sides have lines that can be compared."""
        named = any(line.item_name or line.quantity is not None for line in self.invoice.lines)
        return named and any(order.lines for order in self.orders)


def gives_back(invoice: Invoice) -> bool:
    """Whether an invoice is a credit note, by its type or by its sign."""
    return invoice.is_credit_note or (invoice.net_total is not None and invoice.net_total < 0)


def variances_of(case: Case) -> tuple[Variance, ...]:
    """Every difference over the tolerance; by lines where there are some, else by the total."""
    found = list(currency_variance(case.invoice, case.orders))
    if case.has_lines:
        found += line_variances(case.invoice, case.links, case.limits, three_way=case.three_way)
        found += unlinked_variances(case.invoice, case.links, case.limits)
        found += header_variance(case.invoice, case.links, case.limits)
        if not case.gives_back:
            found += whole_order_variance(case.invoice, case.links, case.orders, case.limits, three_way=case.three_way)
    elif not case.gives_back:
        found += total_variance(case.invoice, case.orders, case.limits, three_way=case.three_way)
    return tuple(sorted(found, key=lambda row: row.invoice_line or 0))


def outcome_of(case: Case) -> MatchOutcome:
    """Sum a case up."""
    return next((outcome for outcome, holds in PRECEDENCE if holds(case)), "match")


def _is_of_other_seller(case: Case) -> bool:
    return any(row.seller is not None and row.seller < SAME_SELLER for row in case.chosen)


def _is_ambiguous(case: Case) -> bool:
    """Whether a person must say which: the orders are in doubt, or one that was not chosen is about as likely."""
    if not case.is_certain:
        return True
    if len(case.chosen) > 1 or not case.rivals:
        return False
    best, rival = case.chosen[0], case.rivals[0]
    if best.is_cited and not rival.is_cited:
        return False  # the invoice says which; if it is wrong, the variances tell
    return best.weight - rival.weight < NEAR and rival.candidate.probability >= LIKELY


def _is_already_invoiced(case: Case) -> bool:
    """Whether nothing is left of what the invoice asks for."""
    if case.gives_back:
        return False
    asked = [link.target.line for link in case.links] or [line for order in case.orders for line in order.lines]
    paid = all(order.amount_invoiced > 0 and open_amount(order) <= 0 for order in case.orders)
    return bool(asked) and (paid or all(_is_used_up(line) for line in asked))


def _is_used_up(line: OrderLine) -> bool:
    still = open_value(line) if is_blanket(line) else open_quantity(line)
    return still is not None and still <= 0


def _is_closed(case: Case) -> bool:
    return not case.gives_back and any(order.status != "open" for order in case.orders)


def _has_price_variance(case: Case) -> bool:
    return any(row.kind in _PRICE_KINDS for row in variances_of(case))


def _has_quantity_variance(case: Case) -> bool:
    return any(row.kind not in _PRICE_KINDS for row in variances_of(case))


PRECEDENCE: tuple[tuple[MatchOutcome, Callable[[Case], bool]], ...] = (
    ("seller_mismatch", _is_of_other_seller),
    ("ambiguous", _is_ambiguous),
    ("already_invoiced", _is_already_invoiced),
    ("closed_order", _is_closed),
    ("price_variance", _has_price_variance),
    ("quantity_variance", _has_quantity_variance),
)
