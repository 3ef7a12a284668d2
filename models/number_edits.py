"""What an order number may have been before it was misread: canonical numbers near a given one.

Numbers here are canonical (`models.reference.canonical_number`): OCR's confusions of letters and digits are folded
already, so that only real edits are left. Every function bounds what it gives, however long the number is.

>>> "4500017" in number_variants("4500011"), "A4500017" in number_variants("B4500017")
(True, True)
>>> sorted(number_parts("BC4500017"))[:3]
['4500', '45000', '450001']
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

DIGITS = "0346789125"
LETTERS = "ACDEFGHJKMNPRTUVWXY"  # those that canonical numbers keep
SHORTEST, LONGEST = 3, 24  # characters of a number that is worth varying
SHORTEST_PART = 4
PARTS = 400
TWO_EDITS = (6, 12)  # lengths for which pairs of wrong digits are listed: 900 to 5,000 numbers


def number_variants(key: str) -> frozenset[str]:
    """Canonical numbers one edit away: a character changed, lost, added, or two neighbours swapped.

    Digits may stand anywhere, letters where the scheme has letters: up to one place after the last one.
    """
    if not SHORTEST <= len(key) <= LONGEST:
        return frozenset()
    return _kept(set(_edits(key)), key)


def two_digit_variants(key: str) -> frozenset[str]:
    """Canonical numbers in which two digits of `key` are others."""
    if not TWO_EDITS[0] <= len(key) <= TWO_EDITS[1]:
        return frozenset()
    return _kept(set(_pairs(key)), key)


def number_parts(key: str) -> frozenset[str]:
    """What `key` is made of, where a prefix or another number ran into it: its longer parts, the longest first.

    >>> len(number_parts("7" * 10_000)) <= PARTS
    True
    """
    key = key[: 2 * LONGEST]
    parts: dict[str, None] = {}
    for length in range(min(len(key) - 1, LONGEST), SHORTEST_PART - 1, -1):
        parts |= dict.fromkeys(key[at : at + length] for at in range(len(key) - length + 1))
        if len(parts) >= PARTS:
            break
    return frozenset(part for part in _kept(set(list(parts)[:PARTS]), key) if len(part) >= SHORTEST_PART)


def _kept(numbers: set[str], key: str) -> frozenset[str]:
    """In canonical form, without the number itself."""
    return frozenset(number.lstrip("0") or number[:1] for number in numbers) - {key, ""}


def _edits(key: str) -> Iterator[str]:
    lettered = max((at for at, character in enumerate(key) if not character.isdigit()), default=-1) + 1
    for at in range(len(key) + 1):
        head, tail = key[:at], key[at:]
        alphabet = DIGITS + LETTERS if at <= lettered else DIGITS
        yield from (head + character + tail for character in alphabet)
        if tail:
            yield head + tail[1:]
            yield from (head + character + tail[1:] for character in alphabet)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]


def _pairs(key: str) -> Iterator[str]:
    places = [at for at, character in enumerate(key) if character.isdigit()]
    for first, second in combinations(places, 2):
        head, middle, tail = key[:first], key[first + 1 : second], key[second + 1 :]
        ends = [f"{middle}{digit}{tail}" for digit in DIGITS if digit != key[second]]
        yield from (f"{head}{digit}{end}" for digit in DIGITS if digit != key[first] for end in ends)
