"""Under what a document is filed, so that a second copy of it is found by looking up keys and not by scanning.

Its number as the eye sees it, its amount, and eight bands of its page's picture: of two pictures that differ in fewer
bits than there are bands, at least one band is equal. Whoever changes what is said here must file anew, as 0009 does.

>>> copy_keys("INV-001", Decimal("120.5")) == copy_keys("lNV OO1", Decimal("-120.50"))
True
>>> amount_keys(Decimal("0.01"))
('a|0.00', 'a|0.01', 'a|0.02')
"""

from __future__ import annotations

from decimal import Decimal

from models.reference import canonical_number

CENT = Decimal("0.01")
BANDS, BAND_DIGITS = 8, 8  # of 256 bits: 32 each, as hexadecimal digits
_LONGEST = 60  # characters of a number
_LARGEST = 20  # digits: beyond it no ledger goes, and nothing is filed
_FLAT = frozenset({"0" * BAND_DIGITS, "f" * BAND_DIGITS})  # a white margin tells no page from another


def copy_keys(number: str | None, amount: Decimal | None) -> tuple[str, ...]:
    """What a document is filed under by its number and its gross amount."""
    known = amount is not None and amount.is_finite() and amount.adjusted() < _LARGEST
    cents = (f"a|{abs(amount).quantize(CENT)}",) if amount is not None and known else ()
    return (*number_keys(number), *cents)


def number_keys(number: str | None) -> tuple[str, ...]:
    """The key of a number, whatever its notation and whichever digit was taken for a letter."""
    plain = canonical_number(number)[:_LONGEST]
    return (f"n|{plain}",) if plain else ()


def amount_keys(amount: Decimal | None) -> tuple[str, ...]:
    """The keys of an amount and of those a cent apart."""
    if amount is None:
        return ()
    near = (abs(amount) - CENT, abs(amount), abs(amount) + CENT)
    return tuple(key for each in near if each >= 0 for key in copy_keys(None, each))


def picture_keys(bits: str) -> tuple[str, ...]:
    """The keys of a page's picture: its bands, but for those without anything in them.

    >>> picture_keys("0" * 56 + "00ff00ff")
    ('s7|00ff00ff',)
    """
    bands = (bits[at * BAND_DIGITS : (at + 1) * BAND_DIGITS] for at in range(BANDS))
    return tuple(f"s{at}|{band}" for at, band in enumerate(bands) if len(band) == BAND_DIGITS and band not in _FLAT)
