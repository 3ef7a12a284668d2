"""Collective invoices: sets of orders of which an invoice bills exactly what is open, and what speaks for each set.

A set is weighed as a whole: the weights of its links after all lines were assigned together, what the invoice says of
each order's number, and a price for every order beside the first. All in log2 odds, amounts in hundredths.

>>> list(sums([1000, 2500, 4000, 500, 2000], 3000))
[(0, 4), (1, 3)]
>>> list(sums([1000, 2500, 4000, 500], 3500, fixed=(0,)))
[(0, 1)]
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from matching.assignment import assign
from matching.comparisons import SAME_SELLER, Pair, best_citation, nearest_citation, seller_agreement
from matching.distance import reading_distance
from matching.links import Link
from matching.pricing import CENT, is_blanket, open_amount, open_quantity, open_value, order_price
from matching.small_costs import is_small_cost
from matching.tolerance import quantity_taken
from matching.weights import Points, weight_at
from models.invoice import Invoice
from models.match import SupplierMatch
from models.order import OrderLine, PurchaseOrder

EXTRA_ORDER = 5.0  # log2 odds that each order beside the first must bring
POOL = 24  # orders among which sums are looked for
MOST_TOGETHER = 3  # orders beside those that are named
CITED = 0.95  # similarity from which the paper names the order
MOST_SETS = 12  # sets whose lines are compared
# By the weighed edits between an order's number and the nearest one on the invoice.
NUMBER_POINTS: Points = ((0.0, 9.0), (0.3, 6.5), (1.0, 4.5), (2.0, 2.0), (3.0, 0.0), (6.0, -4.0))

Places = tuple[int, ...]


def sums(amounts: Sequence[int], wanted: int, fixed: Places = ()) -> Iterator[Places]:
    """Sets of two or more places whose amounts come to `wanted` exactly: all of `fixed`, and few others."""
    left = wanted - sum(amounts[at] for at in fixed)
    free = [at for at, amount in enumerate(amounts) if 0 < amount <= left and at not in fixed]
    if not left and len(fixed) > 1:
        yield fixed
    at_amount: dict[int, list[int]] = defaultdict(list)
    for at in free:
        at_amount[amounts[at]].append(at)
    for some in (each for size in range(MOST_TOGETHER) for each in combinations(free, size)):
        lasts = at_amount.get(left - sum(amounts[at] for at in some), ())
        if fixed or some:
            yield from ((*fixed, *some, last) for last in lasts if not some or last > some[-1])


def wanted_sums(invoice: Invoice) -> tuple[int, ...]:
    """What orders may come to: the net total, and the same less freight and small fees; nothing for a credit."""
    net = invoice.net_total
    if net is None or net <= 0 or invoice.is_credit_note:
        return ()
    small = sum((line.net_amount or 0 for line in invoice.lines if is_small_cost(line)), net * 0)
    return tuple(dict.fromkeys(round(each * 100) for each in (net, net - small) if each > 0))


def open_sum(order: PurchaseOrder) -> int:
    """What may still be invoiced of an order."""
    return round(open_amount(order) * 100)


def members(invoice: Invoice, supplier: SupplierMatch, orders: Sequence[PurchaseOrder]) -> frozenset[str]:
    """Numbers of the orders that may be billed together though none has the amount alone: they deserve a full look.

    `orders`: the likeliest first. Empty where one order by itself has the amount.
    """
    wanted = wanted_sums(invoice)
    if not wanted:
        return frozenset()
    pool = [order for order in orders if order.status == "open" and _is_of_seller(invoice, order, supplier)][:POOL]
    amounts = [open_sum(order) for order in pool]
    if any(amount in wanted for amount in amounts):
        return frozenset()
    places = {at for each in wanted for found in sums(amounts, each) for at in found}
    return frozenset(pool[at].order_number for at in places)


def _is_of_seller(invoice: Invoice, order: PurchaseOrder, supplier: SupplierMatch) -> bool:
    agreement = seller_agreement(invoice, order, supplier)
    return agreement is not None and agreement >= SAME_SELLER


def nearness(pair: Pair) -> float:
    """What the nearest number on the invoice says of an order, whatever other orders it may stand for."""
    return weight_at(NUMBER_POINTS, nearest_citation(pair)[1]) if pair.citations else 0.0


def number_weights(pairs: Sequence[Pair]) -> list[float]:
    """What the invoice's numbers say of each order of a set, each number standing for one order; zeros without any."""
    texts = _printed([citation.text for citation in pairs[0].citations])
    if not texts:
        return [0.0] * len(pairs)
    least = NUMBER_POINTS[-1][1]
    rows = [
        [
            weight_at(NUMBER_POINTS, min(reading_distance(text, pair.order.order_number) for text in group))
            for group in texts
        ]
        for pair in pairs
    ]
    found = [least] * len(pairs)
    for row, column in assign([[weight - least for weight in row] for row in rows]):
        found[row] = rows[row][column]
    return [max(weight, NUMBER_POINTS[0][1]) if best_citation(pair)[1] >= CITED else weight
            for pair, weight in zip(pairs, found, strict=True)]  # fmt: skip


def _printed(texts: Sequence[str]) -> list[list[str]]:
    """Citations that are one printed number: the number itself, and the parts of it that were cut out.

    >>> _printed(["11/24 12/24", "11", "12", "11/24", "12/24"])
    [['11/24', '11'], ['12/24', '12']]
    """
    single = [text for text in texts if " " not in text] or list(texts)
    groups: list[list[str]] = []
    for text in sorted(single, key=lambda text: -len(text)):
        home = next((group for group in groups if text in group[0]), None)
        groups.append([text]) if home is None else home.append(text)
    return groups


def set_weight(numbers: Sequence[float], links: Collection[Link]) -> float:
    """What speaks for a set of orders: its links, their numbers, less the price of each order beside the first."""
    linked = sum(link.weight * link.coverage for link in links)
    return linked + sum(numbers) - EXTRA_ORDER * (len(numbers) - 1)


def is_overdrawn(invoice: Invoice, links: Collection[Link]) -> bool:
    """Whether the links take more of an order line than is open; a credit note gives back and never does."""
    taken: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    room: dict[tuple[str, str], Decimal | None] = {}
    for link in links:
        line = link.target.line
        taken[link.key] += quantity_taken(link, invoice)
        room[link.key] = open_value(line) if is_blanket(line) else open_quantity(line)
    return any(most is not None and taken[key] > max(most, Decimal(0)) for key, most in room.items())


def is_split(links: Collection[Link]) -> bool:
    """Whether a line of the invoice is shared by two orders: collective invoices list each order's lines by itself."""
    orders: dict[int, set[str]] = defaultdict(set)
    for link in links:
        orders[link.invoice_line].add(link.target.order)
    return any(len(each) > 1 for each in orders.values())


def leaves_nothing(invoice: Invoice, orders: Sequence[PurchaseOrder], links: Collection[Link]) -> bool:
    """Whether what is open on lines that no link reaches is what the invoice asks beside the lines that were read."""
    reached = {link.key for link in links}
    left = sum(_open_line(line) for order in orders for line in order.lines
               if (order.order_number, line.line_number) not in reached)  # fmt: skip
    nets = [line.net_amount for line in invoice.lines]
    unread = ((invoice.net_total or 0) - sum(filter(None, nets), Decimal(0))) if None not in nets else Decimal(0)
    return abs(left - unread) <= CENT * len(invoice.lines)


def _open_line(line: OrderLine) -> Decimal:
    if is_blanket(line):
        return max(open_value(line), Decimal(0))
    return max(open_quantity(line) or Decimal(0), Decimal(0)) * (order_price(line) or Decimal(0))
