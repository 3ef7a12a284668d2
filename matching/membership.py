"""Fuzzy words for differences: how far a price, a quantity, a date or a number deserves each word, in [0, 1].

Each word is a trapezoid written as points, straight lines between them. The degrees are columns of the trained ranker,
and the word with the highest degree is what a clerk reads beside a comparison. Per cent and days are signed: more on
the invoice, or a later invoice, is positive.

>>> word_for(PRICE, 0.4), word_for(PRICE, 4.0), word_for(PRICE, -60.0)
('price_same', 'price_near', 'price_other')
>>> degree(PRICE["price_same"], 1.5), degree(QUANTITY["quantity_part"], -40.0)
(0.5, 1.0)
"""

from __future__ import annotations

from collections.abc import Mapping

from matching.weights import Points, weight_at

Words = Mapping[str, Points]

# Per cent that the invoice's price for one unit is above the order's. One per cent is the usual tolerance.
PRICE: Words = {
    "price_same": ((-2.0, 0.0), (-1.0, 1.0), (1.0, 1.0), (2.0, 0.0)),
    "price_near": (
        (-15.0, 0.0),
        (-10.0, 1.0),
        (-2.0, 1.0),
        (-1.0, 0.0),
        (1.0, 0.0),
        (2.0, 1.0),
        (10.0, 1.0),
        (15.0, 0.0),
    ),
    "price_other": ((-15.0, 1.0), (-10.0, 0.0), (10.0, 0.0), (15.0, 1.0)),
}
# Per cent that the invoice's quantity is above what is open. Less is a partial delivery; more is seldom meant.
QUANTITY: Words = {
    "quantity_same": ((-1.0, 0.0), (-0.1, 1.0), (0.1, 1.0), (1.0, 0.0)),
    "quantity_part": ((-100.0, 1.0), (-1.0, 1.0), (-0.1, 0.0)),
    "quantity_more": ((0.1, 0.0), (1.0, 1.0), (10.0, 1.0), (30.0, 0.0)),
    "quantity_other": ((10.0, 0.0), (30.0, 1.0)),
}
# Per cent that the invoice's net amount is above what is open on the order.
AMOUNT: Words = {
    "amount_same": ((-0.5, 0.0), (-0.05, 1.0), (0.05, 1.0), (0.5, 0.0)),
    "amount_near": (
        (-6.0, 0.0),
        (-3.0, 1.0),
        (-0.5, 1.0),
        (-0.05, 0.0),
        (0.05, 0.0),
        (0.5, 1.0),
        (5.0, 1.0),
        (10.0, 0.0),
    ),
    "amount_part": ((-6.0, 1.0), (-3.0, 0.0)),
    "amount_other": ((5.0, 0.0), (10.0, 1.0)),
}
# Days from the order to the invoice. Most orders are invoiced within weeks; a few are written after the fact.
DAYS: Words = {
    "days_before": ((-14.0, 1.0), (0.0, 0.0)),
    "days_soon": ((-14.0, 0.0), (0.0, 1.0), (60.0, 1.0), (120.0, 0.0)),
    "days_later": ((60.0, 0.0), (120.0, 1.0), (365.0, 1.0), (540.0, 0.0)),
    "days_old": ((365.0, 0.0), (540.0, 1.0)),
}
# Weighed edits between the number on the paper and the order's (see distance.py); look-alikes cost less than one.
NUMBER: Words = {
    "number_same": ((0.0, 1.0), (0.2, 0.0)),
    "number_misread": ((0.0, 0.0), (0.2, 1.0), (1.0, 1.0), (1.5, 0.0)),
    "number_near": ((1.0, 0.0), (1.5, 1.0), (2.5, 1.0), (3.5, 0.0)),
    "number_other": ((2.5, 0.0), (3.5, 1.0)),
}


def degree(points: Points, difference: float) -> float:
    """How far a difference deserves a word, in [0, 1]; beyond the first and last point the degree stays as it is."""
    return weight_at(points, difference)


def word_for(words: Words, difference: float) -> str:
    """The word that a difference deserves most; the first where two are equal."""
    return max(words, key=lambda word: degree(words[word], difference))
