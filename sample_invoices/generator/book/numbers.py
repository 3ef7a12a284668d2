"""Order numbers in the schemes that companies use, and what paper, people and OCR make of them.

>>> damage("4500017", 0, Random(1)), damage("4500017", 2, Random(1)) == "4500017"
('4500017', False)
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS = "0123456789"

# What a reader takes a character for; the digits that look alike at low resolution beside the letters.
CONFUSIONS = {
    "0": "OOQD68", "1": "IIl7", "2": "Z7", "3": "85", "4": "9A", "5": "SS63", "6": "8G50", "7": "12T", "8": "B3B6",
    "9": "4gG", "B": "88", "C": "G6", "D": "0", "G": "6C", "I": "11", "L": "1", "O": "00", "P": "F", "S": "55",
    "Z": "2", "-": "./", "/": "1-", "A": "4", "E": "F", "F": "P", "M": "N", "Q": "O0", "T": "7", "U": "V", "V": "U",
}  # fmt: skip


class Scheme(NamedTuple):
    """How a company numbers its orders: the pattern, how many digits run, and how many companies in 30 do so."""

    pattern: str  # {y} year, {z} its last two digits, {n} the running number, {s} letters
    digits: int
    weight: int

    def number(self, year: int, running: int, letters: str) -> str:
        """The number of one order."""
        return self.pattern.format(y=year, z=year % 100, n=running % 10**self.digits, s=letters, r=letters[:1])


SCHEMES = (
    Scheme("45{n:08d}", 8, 6),
    Scheme("PO-{y}-{n:05d}", 5, 4),
    Scheme("BC{z}/{n:05d}", 5, 3),
    Scheme("{r}7{s}-{n:06d}", 6, 2),
    Scheme("{n:06d}", 6, 2),
    Scheme("{y}-{n:05d}", 5, 2),
    Scheme("CF-{z}{n:05d}", 5, 2),
    Scheme("B{n:06d}", 6, 2),
    Scheme("{n:05d}/{s}/{z}", 5, 1),
    Scheme("{s}{n:07d}", 7, 2),
    Scheme("{n:07d}", 7, 2),
    Scheme("PO{n:07d}", 7, 2),
)
WHEEL = tuple(scheme for scheme in SCHEMES for _ in range(scheme.weight))


def random_letters(rng: Random, count: int = 2) -> str:
    """Capitals without those that nobody prints in numbers."""
    return "".join(rng.choice(LETTERS) for _ in range(count))


def damage(number: str, edits: int, rng: Random) -> str:
    """A number after so many edits: half of them what OCR confuses, else a digit changed, lost, added or swapped.

    The result is another string than `number` for any positive count of edits, and at most `edits` edits away.
    """
    if edits <= 0 or not number:
        return number
    for _ in range(50):
        text = number
        for _ in range(edits):
            text = _edited(text, rng)
        if text not in (number, ""):
            return text
    return f"{number}{rng.choice(DIGITS)}"


def _edited(text: str, rng: Random) -> str:
    at = rng.randrange(len(text)) if text else 0
    letter = text[at : at + 1]
    if letter.upper() in CONFUSIONS and rng.random() < 0.5:
        return text[:at] + rng.choice(CONFUSIONS[letter.upper()]) + text[at + 1 :]
    other = rng.choice(DIGITS if not letter.isalpha() else LETTERS)
    kind = rng.choices(("change", "lose", "add", "swap"), (6, 2, 1, 1))[0]
    if kind == "lose":
        return text[:at] + text[at + 1 :]
    if kind == "add":
        return text[:at] + other + text[at:]
    if kind == "swap" and at + 1 < len(text):
        return text[:at] + text[at + 1] + letter + text[at + 2 :]
    return text[:at] + other + text[at + 1 :]
