"""Which orders are worth comparing: what a store is asked for, and how alike two numbers are.

`order_query` gathers the numbers, the supplier, the amount and the words; `models.store.lookup` answers it.

>>> from models.invoice import Invoice
>>> sorted(blocking_keys(Invoice(order_reference="PO 4500017 / 4500018")))
['4500017', '4500018', 'P045000174500018']
>>> "4500017" in number_variants("4500011"), len(number_variants("4500011")) < 200
(True, True)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from rapidfuzz.distance import OSA

from models.invoice import Invoice
from models.lookup import OrderQuery
from models.match import SupplierMatch
from models.number_edits import number_variants
from models.reference import canonical_number, squeeze

__all__ = [
    "Citation", "blocking_keys", "canonical_number", "cited_numbers", "number_similarity", "number_variants",
    "order_query",
]  # fmt: skip

_SEPARATORS = re.compile(r"[,;/|&+\s]+|\bet\b|\band\b|\bund\b")
_GAPS = re.compile(r"[,;|&+\s]+")  # a slash may belong to the number
_DIGITS = re.compile(r"\d{4,}")
TEXT, LINES = 200, 20  # characters of a text and lines of an invoice that are looked up
_LARGEST = Decimal(10) ** 15
MIN_TOKEN = 3  # characters that a part of a reference needs to stand for an order by itself


class Citation(NamedTuple):
    """A string that may be an order number, and how surely it is meant as one, in [0, 1]."""

    text: str
    strength: float


NAMED, PRINTED, HINTED = 1.0, 0.96, 0.9  # named as the order, printed somewhere, or part of another reference


def cited_numbers(invoice: Invoice, text_order_numbers: Sequence[str] = ()) -> tuple[Citation, ...]:
    """Every string of the invoice that may be an order number, as written; none twice, the surest first."""
    named = [invoice.order_reference, *(line.order_reference for line in invoice.lines)]
    wholes = [(text, NAMED) for text in dict.fromkeys(named)] + [(text, PRINTED) for text in text_order_numbers]
    wholes += [(invoice.buyer_reference, HINTED), (invoice.contract_reference, HINTED)]
    cited: dict[str, float] = {}
    for whole, strength in wholes:
        for text, likely in ((whole, 1.0), *_parts(whole)) if whole else ():
            cited[text] = max(cited.get(text, 0.0), min(strength, likely))
    rows = (Citation(text, strength) for text, strength in cited.items() if len(squeeze(text)) > 1)
    return tuple(sorted(rows, key=lambda row: -row.strength))


def _parts(reference: str) -> Iterator[tuple[str, float]]:
    """The numbers in a reference that lists several, or that says more than the number."""
    tokens = [token for cut in (_SEPARATORS, _GAPS) for token in cut.split(reference) if token]
    tokens = list(dict.fromkeys(tokens))
    if len(tokens) > 1:
        yield from ((token, NAMED) for token in tokens if len(squeeze(token)) >= MIN_TOKEN and _DIGITS.search(token))
    yield from ((run, HINTED) for run in _DIGITS.findall(reference) if run != reference and run not in tokens)


def blocking_keys(invoice: Invoice) -> frozenset[str]:
    """Canonical numbers under which the invoice's orders may be filed."""
    return frozenset(key for cited in cited_numbers(invoice) if (key := canonical_number(cited.text)))


def order_query(invoice: Invoice, supplier: SupplierMatch, text_order_numbers: Sequence[str] = ()) -> OrderQuery:
    """What to ask the order book for: everything on the invoice that an order may be found by.

    >>> order_query(Invoice(order_reference="PO-7", net_total="-12.5"), SupplierMatch(seller_id="S1")).net_cents
    1250
    """
    numbers = (canonical_number(cited.text) for cited in cited_numbers(invoice, text_order_numbers))
    texts = (" ".join(filter(None, (line.seller_item_id, line.item_name)))[:TEXT] for line in invoice.lines[:LINES])
    return OrderQuery(
        numbers=tuple(dict.fromkeys(number for number in numbers if number)),
        seller_id=supplier.seller_id,
        seller_name=invoice.seller_name[:TEXT] if invoice.seller_name else None,
        net_cents=_net_cents(invoice),
        issue_date=invoice.issue_date,
        texts=tuple(sorted(dict.fromkeys(filter(None, texts)), key=len, reverse=True)),
    )


def _net_cents(invoice: Invoice) -> int | None:
    """The net amount by magnitude, in hundredths, from whatever says it; None beyond what an order can have."""
    net = invoice.net_total
    if net is None:
        amounts = [line.net_amount for line in invoice.lines]
        net = sum(filter(None, amounts), Decimal(0)) if any(amounts) else None
    return int(abs(net).scaleb(2)) if net is not None and abs(net) < _LARGEST else None


def number_similarity(cited: str, order_number: str) -> float:
    """How surely a number on the paper means the order's number, in [0, 1].

    >>> [number_similarity(text, "PO-4500017") for text in ("PO-4500017", "P0 45OOO17", "4500017", "PO-4500011")]
    [1.0, 0.97, 0.9, 0.75]
    """
    if squeeze(cited) == squeeze(order_number):
        return 1.0
    left, right = canonical_number(cited), canonical_number(order_number)
    if not left or not right:
        return 0.0
    if left == right:
        return 0.97
    short, long = sorted((left, right), key=len)
    if len(short) >= 4 and long.endswith(short):
        return 0.9  # the prefix is left out, or runs into it
    if len(short) >= 6 and short in long:
        return 0.8
    return _edited_similarity(left, right)


def _edited_similarity(left: str, right: str) -> float:
    longest = max(len(left), len(right))
    if longest < 5:
        return 0.0  # in a short number each edit makes another number
    edits = OSA.distance(left, right, score_cutoff=3)
    return {1: 0.75, 2: 0.5, 3: 0.3}.get(edits, 0.0) if edits * 3 <= longest else 0.0
