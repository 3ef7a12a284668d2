"""What the trained ranker sees of an invoice beside an order: COLUMNS, each belonging to one row of the waterfall.

A missing side gives the neutral value beside the column and, where it matters, a column of its own that says so. Leads
over the best other order are columns too: equal evidence for two orders is evidence for none.

>>> sorted({column.comparison for column in COLUMNS} - {row.name for row in COMPARISONS})
['prices', 'quantities', 'rivals']
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from matching.comparisons import COMPARISONS, Pair, best_citation, nearest_citation
from matching.distance import FAR
from matching.lines import Link, closeness
from matching.membership import AMOUNT, DAYS, NUMBER, PRICE, QUANTITY, Words, degree, word_for
from matching.names import name_similarity
from matching.pricing import line_price, open_amount, open_quantity, order_total
from matching.weights import weight_at
from models.invoice import Invoice
from models.order import PurchaseOrder
from models.reference import canonical_number

EVEN_ODDS = 5.0  # log2 odds: the hand-set weights of an order that is as likely as not, their prior being -5
HUNDRED = 100.0
MOST = 300.0  # per cent, beyond which differences are alike


class Column(NamedTuple):
    """One number that the trees see: the waterfall row it counts for, its value where unknown, whether more helps."""

    name: str
    comparison: str
    neutral: float
    rising: bool = False


COLUMNS: tuple[Column, ...] = (
    Column("number", "order_number", 0.0, rising=True),
    Column("number_nearness", "order_number", 0.0, rising=True),
    Column("number_given", "order_number", 0.0),
    Column("number_length", "order_number", 0.0),
    Column("seller", "seller", 0.5, rising=True),
    Column("seller_name", "seller", 0.5, rising=True),
    Column("seller_given", "seller", 0.0),
    Column("seller_known", "seller", 0.0, rising=True),
    Column("amount_open", "amount", 0.5, rising=True),
    Column("amount_whole", "amount", 0.5, rising=True),
    Column("amount_same", "amount", 0.0, rising=True),
    Column("amount_part", "amount", 0.0),
    Column("amount_percent", "amount", 0.0),
    Column("lines_share", "lines", 0.4, rising=True),
    Column("lines_known", "lines", 0.0),
    Column("lines_sure", "lines", 0.4, rising=True),
    Column("lines_of_order", "lines", 0.4),
    Column("price_same", "prices", 0.4, rising=True),
    Column("price_other", "prices", 0.4),
    Column("quantity_same", "quantities", 0.4, rising=True),
    Column("quantity_part", "quantities", 0.4),
    Column("quantity_other", "quantities", 0.4),
    Column("currency", "currency", 0.8, rising=True),
    Column("buyer", "buyer", 0.6, rising=True),
    Column("days_soon", "order_date", 0.5, rising=True),
    Column("days_before", "order_date", 0.0),
    Column("days_old", "order_date", 0.0),
    Column("open", "status", 1.0, rising=True),
    Column("left", "status", 1.0),
    Column("number_ahead", "order_number", 0.0, rising=True),
    Column("amount_ahead", "amount", 0.0, rising=True),
    Column("lines_ahead", "lines", 0.0, rising=True),
    Column("price_ahead", "prices", 0.0, rising=True),
    Column("quantity_ahead", "quantities", 0.0, rising=True),
    Column("weight_ahead", "rivals", 0.0, rising=True),
    Column("of_seller", "rivals", 0.0),
)
NAMES = tuple(column.name for column in COLUMNS)
RISING = frozenset(column.name for column in COLUMNS if column.rising)
ROWS = tuple(
    dict.fromkeys(column.comparison for column in COLUMNS)
)  # of the waterfall, in the order in which they stand
ROW_OF_COLUMN = tuple(ROWS.index(column.comparison) for column in COLUMNS)
_NEUTRAL = {column.name: column.neutral for column in COLUMNS}
# Columns whose lead over the best other order is a column itself.
_LEADS = {
    "number_ahead": "number_nearness", "amount_ahead": "amount_open", "lines_ahead": "lines_share",
    "price_ahead": "price_same", "quantity_ahead": "quantity_same", "weight_ahead": "hand",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """One pair as numbers, with the words for people. `hand` is the weight by hand-set points, without a prior."""

    pair: Pair
    similarities: Mapping[str, float | None]
    values: Mapping[str, float]
    words: Mapping[str, str]
    hand: float


def evidence_of(pair: Pair) -> Evidence:
    """Compare an invoice with an order, beside no other."""
    similarities = {row.name: row.similarity(pair) for row in COMPARISONS}
    hand = sum(weight_at(row.points, found) for row in COMPARISONS if (found := similarities[row.name]) is not None)
    words: dict[str, str] = {}
    values = {
        **_number(pair, words), **_seller(pair, similarities), **_amount(pair, words), **_lines(pair, similarities),
        **_figures(pair, words), **_rest(pair, similarities, words), "hand": hand,
    }  # fmt: skip
    return Evidence(pair, similarities, {**_NEUTRAL, **values}, words, hand)


def rows_of(evidence: Sequence[Evidence]) -> list[list[float]]:
    """One row of COLUMNS for each order of one invoice, in order; they are each other's rivals."""
    sellers = Counter(_seller_of(each.pair.order) for each in evidence)
    leads = {
        lead: _ahead([each.values[source] for each in evidence], _NEUTRAL.get(source, EVEN_ODDS))
        for lead, source in _LEADS.items()
    }
    rows = []
    for at, each in enumerate(evidence):
        beside = {lead: margins[at] for lead, margins in leads.items()}
        beside["of_seller"] = float(sellers[_seller_of(each.pair.order)] - 1)
        rows.append([beside.get(name, each.values[name]) for name in NAMES])
    return rows


def _ahead(values: Sequence[float], unknown: float) -> list[float]:
    """Each value less the largest of the others; of a single one, less that of an order of which nothing is known."""
    if len(values) < 2:
        return [value - unknown for value in values]
    second, first = sorted(values)[-2:]
    return [value - (second if value == first else first) for value in values]


def _seller_of(order: PurchaseOrder) -> str:
    return order.seller_id or order.seller_vat_id or order.seller_name or ""


def _number(pair: Pair, words: dict[str, str]) -> dict[str, float]:
    if not pair.citations:
        return {}
    alike, apart = best_citation(pair)[1], nearest_citation(pair)[1]
    words["order_number"] = word_for(NUMBER, apart)
    return {
        "number": alike,
        "number_nearness": 1.0 - apart / FAR,
        "number_given": 1.0,
        "number_length": float(len(canonical_number(pair.order.order_number))),
    }


def _seller(pair: Pair, similarities: Mapping[str, float | None]) -> dict[str, float]:
    agreement, invoice, order = similarities["seller"], pair.invoice, pair.order
    found = {} if agreement is None else {"seller": agreement, "seller_given": 1.0}
    if invoice.seller_name and order.seller_name:
        found["seller_name"] = name_similarity(invoice.seller_name, order.seller_name) / HUNDRED
    if pair.supplier.seller_id and pair.supplier.seller_id == order.seller_id:
        found["seller_known"] = pair.supplier.probability
    return found


def _percent(actual: float, expected: float) -> float:
    """How many per cent more than expected, within bounds."""
    if expected == 0.0:
        return 0.0 if actual == 0.0 else MOST
    return max(-MOST, min(MOST, HUNDRED * (actual - expected) / expected))


def _amount(pair: Pair, words: dict[str, str]) -> dict[str, float]:
    net = pair.invoice.net_total
    if net is None or not pair.order.lines:
        return {}
    still, whole = open_amount(pair.order), order_total(pair.order)
    more = _percent(abs(float(net)), abs(float(still)))
    words["amount"] = word_for(AMOUNT, more)
    return {
        "amount_open": closeness(net, still) or 0.0,
        "amount_whole": closeness(net, whole) or 0.0,
        "amount_same": degree(AMOUNT["amount_same"], more),
        "amount_part": degree(AMOUNT["amount_part"], more),
        "amount_percent": more,
    }


def _lines(pair: Pair, similarities: Mapping[str, float | None]) -> dict[str, float]:
    share = similarities["lines"]
    if share is None or pair.links is None:
        return {}
    sure = [link.probability for link in pair.links]
    reached = {link.target.line.line_number for link in pair.links}
    return {
        "lines_share": share,
        "lines_known": 1.0,
        "lines_sure": sum(sure) / len(sure) if sure else 0.0,
        "lines_of_order": len(reached) / max(1, len(pair.order.lines)),
    }


def _figures(pair: Pair, words: dict[str, str]) -> dict[str, float]:
    """Prices and quantities of the linked lines: the mean degree of each word."""
    if not pair.links:
        return {}
    prices = [each for link in pair.links if (each := price_percent(pair.invoice, link)) is not None]
    amounts = [each for link in pair.links if (each := quantity_percent(pair.invoice, link)) is not None]
    found = _mean(PRICE, prices, ("price_same", "price_other"))
    found |= _mean(QUANTITY, amounts, ("quantity_same", "quantity_part", "quantity_other"))
    for name, scale, differences in (("prices", PRICE, prices), ("quantities", QUANTITY, amounts)):
        if differences:
            words[name] = word_for(scale, max(differences, key=abs))
    return found


def _mean(words: Words, differences: Sequence[float], names: Sequence[str]) -> dict[str, float]:
    if not differences:
        return {}
    return {name: sum(degree(words[name], each) for each in differences) / len(differences) for name in names}


def price_percent(invoice: Invoice, link: Link) -> float | None:
    """How many per cent the price of one unit is above the agreed one."""
    price, agreed = line_price(invoice.lines[link.invoice_line - 1]), link.target.price
    if price is None or agreed is None or not link.factor or link.is_sum:
        return None
    return _percent(abs(float(price / link.factor)), abs(float(agreed)))


def quantity_percent(invoice: Invoice, link: Link) -> float | None:
    """How many per cent the quantity is above what is open."""
    quantity, still = invoice.lines[link.invoice_line - 1].quantity, open_quantity(link.target.line)
    if quantity is None or still is None or not link.factor or link.is_sum:
        return None
    return _percent(abs(float(quantity * link.factor)), max(float(still), 0.0))


def _rest(pair: Pair, similarities: Mapping[str, float | None], words: dict[str, str]) -> dict[str, float]:
    found = {name: each for name in ("currency", "buyer") if (each := similarities[name]) is not None}
    found["open"] = float(pair.order.status == "open")
    found["left"] = float(open_amount(pair.order) > 0)
    issued, ordered = pair.invoice.issue_date, pair.order.order_date
    if issued is not None and ordered is not None:
        days = float((issued - ordered).days)
        words["order_date"] = word_for(DAYS, days)
        # Not the days themselves: which of two recent orders is meant, no calendar tells.
        found |= {name: degree(DAYS[name], days) for name in ("days_soon", "days_before", "days_old")}
    return found
