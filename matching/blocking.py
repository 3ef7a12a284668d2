"""Which orders are worth comparing: the keys under which a store finds them, and how alike two numbers are.

A store looks up `blocking_keys` first, `number_variants` where that gives nothing, and the supplier's open orders.

>>> from models.invoice import Invoice
>>> sorted(blocking_keys(Invoice(order_reference="PO 4500017 / 4500018")))
['4500017', '4500018', 'P045000174500018']
>>> "4500017" in number_variants("4500011"), len(number_variants("4500011")) < 200
(True, True)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import OSA

from models.invoice import Invoice
from models.reference import canonical_number, squeeze

__all__ = ["Citation", "blocking_keys", "canonical_number", "cited_numbers", "number_similarity", "number_variants"]

_SEPARATORS = re.compile(r"[,;/|&+\s]+|\bet\b|\band\b|\bund\b")
_DIGITS = re.compile(r"\d{4,}")
_ALPHABET = "0123456789"
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
    tokens = [token for token in _SEPARATORS.split(reference) if token]
    if len(tokens) > 1:
        yield from ((token, NAMED) for token in tokens if len(squeeze(token)) >= MIN_TOKEN and _DIGITS.search(token))
    yield from ((run, HINTED) for run in _DIGITS.findall(reference) if run != reference and run not in tokens)


def blocking_keys(invoice: Invoice) -> frozenset[str]:
    """Canonical numbers under which the invoice's orders may be filed."""
    return frozenset(key for cited in cited_numbers(invoice) if (key := canonical_number(cited.text)))


def number_variants(key: str) -> frozenset[str]:
    """Canonical numbers one edit away: a digit changed, lost, added, or two neighbours swapped."""
    variants = set(_edits(key)) if 3 <= len(key) <= 24 else set()
    return frozenset(canonical_number(variant) for variant in variants) - {key, ""}


def _edits(key: str) -> Iterator[str]:
    for at in range(len(key) + 1):
        head, tail = key[:at], key[at:]
        yield from (head + digit + tail for digit in _ALPHABET)
        if tail:
            yield head + tail[1:]
            yield from (head + digit + tail[1:] for digit in _ALPHABET)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]


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
