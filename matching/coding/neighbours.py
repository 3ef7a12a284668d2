"""Posted lines like a new one, found by supplier and by rare words and weighed by how alike they are and how recent.

Likeness in [0, 1]: the supplier, the words (TF-IDF cosine), the VAT rate and the amount. Half of an old line's weight
is gone after four months, because offices change their accounts; where nothing newer is alike it decides all the same.

>>> posted = PostedLine(document="A", at=date(2026, 1, 5), seller_id="S1", item_name="Paper A4",
...                     postings=(Posting(account="606"),))
>>> [(round(each.likeness, 2), each.line.document)
...  for each in History((posted,)).alike(CodingLine(seller_id="S1", item_name="paper"))]
[(0.94, 'A')]
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from math import exp, log, sqrt
from typing import NamedTuple

from matching.coding.words import seller_of, words_of
from models.coding import CodingLine, PostedLine, Posting

__all__ = ["History", "Neighbour", "Posting"]

SAME_SELLER, SAME_WORDS, SAME_RATE, SAME_AMOUNT = 0.40, 0.40, 0.08, 0.12
SHARPNESS = 10.0  # of weights: likeness 0.1 more counts e times as much
HALF_LIFE = 120.0  # days
KEPT = 25  # neighbours that vote
_OF_SELLER, _OF_WORD, _RARE_WORDS = 400, 150, 4  # newest lines that are looked at


class Neighbour(NamedTuple):
    """A posted line, how alike it is and what its vote weighs."""

    line: PostedLine
    likeness: float
    weight: float


class History:
    """Posted lines of one client, oldest first, with their indexes."""

    def __init__(self, lines: Sequence[PostedLine]) -> None:
        self.lines = tuple(sorted(lines, key=lambda line: line.at))
        self.newest = self.lines[-1].at if self.lines else date.min
        self._words = [words_of(line.item_name) for line in self.lines]
        self._by_seller: dict[str, list[int]] = defaultdict(list)
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for position, line in enumerate(self.lines):
            self._by_seller[seller_of(line)].append(position)
            for word in self._words[position]:
                self._by_word[word].append(position)

    def alike(self, line: CodingLine) -> list[Neighbour]:
        """The lines most alike, best first, at most KEPT."""
        words = words_of(line.item_name)
        weights = {word: self._idf(word) for word in words}
        rarest = sorted((word for word in words if word in self._by_word), key=lambda word: (-weights[word], word))
        positions = set(self._by_seller[seller_of(line)][-_OF_SELLER:]) if seller_of(line) in self._by_seller else set()
        for word in rarest[:_RARE_WORDS]:
            positions.update(self._by_word[word][-_OF_WORD:])
        norm = sqrt(sum(weight**2 for weight in weights.values()))
        found = [self._neighbour(line, weights, norm, position) for position in positions]
        return sorted(found, key=lambda each: (-each.weight, -each.line.at.toordinal(), each.line.document))[:KEPT]

    def _neighbour(self, line: CodingLine, weights: dict[str, float], norm: float, position: int) -> Neighbour:
        posted = self.lines[position]
        shared = sum(weights[word] ** 2 for word in self._words[position] if word in weights)
        words = shared / (norm * self._norms[position]) if shared else 0.0
        likeness = (
            SAME_SELLER * (seller_of(line) == seller_of(posted) != "")
            + SAME_WORDS * words
            + SAME_RATE * (line.vat_rate == posted.vat_rate)
            + SAME_AMOUNT * _same_amount(line, posted)
        )
        age = (self.newest - posted.at).days / HALF_LIFE
        return Neighbour(posted, likeness, exp(SHARPNESS * (likeness - 1.0)) * 0.5**age)

    @cached_property
    def _norms(self) -> list[float]:
        cache: dict[frozenset[str], float] = {}
        for words in self._words:
            if words not in cache:
                cache[words] = sqrt(sum(self._idf(word) ** 2 for word in words)) or 1.0
        return [cache[words] for words in self._words]

    def _idf(self, word: str) -> float:
        return log((1 + len(self.lines)) / (1 + len(self._by_word.get(word, ())))) + 1.0


def _same_amount(line: CodingLine, posted: CodingLine) -> float:
    """1 for the same amount, about a third where one is e times the other; a half where one is unknown."""
    if not line.net_amount or not posted.net_amount or (line.net_amount < 0) != (posted.net_amount < 0):
        return 0.5 if line.net_amount is None or posted.net_amount is None else 0.0
    return exp(-abs(log(float(line.net_amount / posted.net_amount))))


def votes(neighbours: Sequence[Neighbour]) -> dict[str, float]:
    """Share of the weight that each set of accounts has."""
    found: Counter[str] = Counter()
    for each in neighbours:
        found[each.line.accounts] += each.weight  # type: ignore[assignment] # counters may hold floats
    total = sum(found.values())
    return {accounts: weight / total for accounts, weight in found.items()} if total else {}
