"""An invoice beside an order: COMPARISONS, one row per similarity in [0, 1], None where a side is missing.

Membership functions are trapezoids written as points; they are the features of a classifier and the readable trace.

>>> [row.name for row in COMPARISONS]
['order_number', 'seller', 'amount', 'lines', 'currency', 'buyer', 'order_date', 'status']
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from matching.blocking import Citation, number_similarity
from matching.distance import FAR, reading_distance
from matching.identity import are_comparable, identity_keys
from matching.lines import Link, closeness
from matching.names import name_similarity
from matching.pricing import open_amount, order_total
from matching.weights import Row
from models.invoice import Invoice
from models.match import SupplierMatch
from models.order import PurchaseOrder
from models.reference import squeeze

NO_SUPPLIER = SupplierMatch()
SAME_SELLER = 0.5  # agreement below this means that the order is another supplier's


@dataclass(frozen=True, slots=True)
class Pair:
    """One invoice beside one order. `links` is None until the lines have been compared."""

    invoice: Invoice
    order: PurchaseOrder
    supplier: SupplierMatch = NO_SUPPLIER
    citations: tuple[Citation, ...] = ()
    links: tuple[Link, ...] | None = None


@lru_cache(maxsize=65_536)
def _alike(text: str, order_number: str) -> float:
    return number_similarity(text, order_number)


def best_citation(pair: Pair) -> tuple[str, float]:
    """The number on the invoice that is nearest to the order's, and how near: text and similarity in [0, 1]."""
    best = ("", 0.0)
    for text, strength in pair.citations:
        alike = min(strength, _alike(text, pair.order.order_number))
        best = max(best, (text, alike), key=lambda found: found[1])
    return best


def nearest_citation(pair: Pair) -> tuple[str, float]:
    """The number on the invoice that the fewest misreadings make the order's: text and weighed edits, up to `FAR`."""
    apart = ((citation.text, reading_distance(citation.text, pair.order.order_number)) for citation in pair.citations)
    return min(apart, key=lambda found: found[1], default=("", FAR))


@lru_cache(maxsize=65_536)
def _keys(vat_id: str | None, legal_id: str | None) -> frozenset[str]:
    return identity_keys(vat_id, legal_id)


def seller_agreement(invoice: Invoice, order: PurchaseOrder, supplier: SupplierMatch) -> float | None:
    """How surely invoice and order have one seller: by master data, else by identifiers, else by name."""
    mine = _keys(invoice.seller_vat_id, invoice.seller_legal_id)
    theirs = _keys(order.seller_vat_id, None)
    if mine & theirs:
        return 1.0
    if supplier.seller_id and order.seller_id:
        return 1.0 if supplier.seller_id == order.seller_id else 0.0
    name = None
    if invoice.seller_name and order.seller_name:
        name = name_similarity(invoice.seller_name, order.seller_name) / 100
    if mine and theirs and are_comparable(mine, theirs):
        return _other_identifier(invoice, order, name)
    return name


def _other_identifier(invoice: Invoice, order: PurchaseOrder, name: float | None) -> float:
    """Identifiers that differ: a misread digit under an equal name, or another company under a similar one."""
    edits = OSA.distance(squeeze(invoice.seller_vat_id), squeeze(order.seller_vat_id), score_cutoff=1)
    if name is not None and name >= 0.9:
        return 0.8 if edits <= 1 else 0.55
    return min(name or 0.0, 0.4)


def _order_number(pair: Pair) -> float | None:
    return best_citation(pair)[1] if pair.citations else None


def _seller(pair: Pair) -> float | None:
    return seller_agreement(pair.invoice, pair.order, pair.supplier)


def _amount(pair: Pair) -> float | None:
    """1 for the open or the whole amount; a smaller one may be a partial delivery and says little."""
    net = pair.invoice.net_total
    if net is None or not pair.order.lines:
        return None
    still = open_amount(pair.order)
    nearest = max(closeness(net, still) or 0.0, closeness(net, order_total(pair.order)) or 0.0)
    return max(nearest, 0.5) if abs(net) < still else nearest


def _lines(pair: Pair) -> float | None:
    """The share of the invoice's lines that the order explains, weighted by amount; ten of twelve are five sixths."""
    lines = pair.invoice.lines
    if pair.links is None or not lines or not pair.order.lines:
        return None
    shares = [float(abs(line.net_amount)) if line.net_amount is not None else 0.0 for line in lines]
    shares = shares if sum(shares) > 0 else [1.0] * len(lines)
    explained = sum(shares[link.invoice_line - 1] * link.probability * link.coverage for link in pair.links)
    return min(1.0, explained / sum(shares))


def _currency(pair: Pair) -> float | None:
    left, right = pair.invoice.currency, pair.order.currency
    return float(left == right) if left and right else None


def _buyer(pair: Pair) -> float | None:
    mine = _keys(pair.invoice.buyer_vat_id, pair.invoice.buyer_legal_id)
    theirs = _keys(pair.order.buyer_vat_id, None)
    if mine & theirs:
        return 1.0
    if not pair.invoice.buyer_name or not pair.order.buyer_name:
        return None
    return name_similarity(pair.invoice.buyer_name, pair.order.buyer_name) / 100


def _order_date(pair: Pair) -> float | None:
    """1 when the order is up to a year older than the invoice, falling to 0 at three years or when it is younger."""
    issued, ordered = pair.invoice.issue_date, pair.order.order_date
    if issued is None or ordered is None:
        return None
    days = (issued - ordered).days
    if days < 0:
        return max(0.0, 0.5 + days / 60)  # orders written after the fact happen, within a month
    return 1.0 if days <= 365 else max(0.0, 1 - (days - 365) / 730)


def _status(pair: Pair) -> float:
    return float(pair.order.status == "open")


COMPARISONS: tuple[Row[Pair], ...] = (
    Row("order_number", "the order number", _order_number,
        lambda p: (best_citation(p)[0] or ", ".join(text for text, _ in p.citations[:3]), p.order.order_number),
        ((0.0, -4.0), (0.3, -2.0), (0.5, 0.5), (0.75, 3.0), (0.9, 6.0), (0.96, 8.0), (1.0, 9.0))),
    Row("seller", "the seller", _seller,
        lambda p: (p.supplier.seller_id or p.invoice.seller_name or p.invoice.seller_vat_id or "",
                   p.order.seller_id or p.order.seller_name or p.order.seller_vat_id or ""),
        ((0.0, -7.0), (0.5, -1.5), (0.8, 1.5), (0.9, 3.0), (1.0, 4.0))),
    Row("amount", "the net amount", _amount,
        lambda p: (str(p.invoice.net_total), f"{open_amount(p.order)} open of {order_total(p.order)}"),
        ((0.0, -2.0), (0.5, -0.5), (0.9, 0.5), (0.98, 2.0), (0.999, 4.0), (1.0, 5.0))),
    Row("lines", "the lines", _lines,
        lambda p: (f"{len(p.invoice.lines)} lines", f"{len(p.links or ())} found among {len(p.order.lines)}"),
        ((0.0, -3.5), (0.3, -1.5), (0.6, 1.0), (0.9, 4.0), (1.0, 5.0))),
    Row("currency", "the currency", _currency,
        lambda p: (p.invoice.currency or "", p.order.currency or ""), ((0.0, -4.0), (1.0, 0.3))),
    Row("buyer", "the buyer", _buyer,
        lambda p: (p.invoice.buyer_name or p.invoice.buyer_vat_id or "", p.order.buyer_name or ""),
        ((0.0, -1.0), (0.6, -0.3), (0.85, 0.3), (1.0, 0.5))),
    Row("order_date", "the order's date", _order_date,
        lambda p: (str(p.invoice.issue_date), str(p.order.order_date)), ((0.0, -2.0), (0.5, -0.3), (1.0, 0.3))),
    Row("status", "the order's status", _status,
        lambda p: ("", p.order.status), ((0.0, -1.5), (1.0, 0.2))),
)  # fmt: skip
