"""How rare words are, and texts as sparse vectors weighted by that.

A rare word that two descriptions share says much, one that every description has says nothing: a weight is
ln((1 + documents) / (1 + documents with the word)) + 1, so a word never seen weighs most.

>>> counts = Corpus.of(["steel bolt", "steel nut", "steel washer"])
>>> round(counts.word_weight("steel"), 2), round(counts.word_weight("nut"), 2), round(counts.word_weight("new"), 2)
(1.0, 1.69, 2.39)
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from matching.likeness.words import grams_of, words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Matrix = Any  # scipy.sparse.csr_array: scipy ships no types


@dataclass(frozen=True, slots=True)
class Corpus:
    """In how many of `documents` texts each word and each three-letter gram occurs."""

    documents: int
    words: Mapping[str, int]
    grams: Mapping[str, int]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Corpus:
        """Count a collection of texts; empty ones do not count."""
        kept = [text for text in texts if text]
        return cls(len(kept), _counted(kept, words_of), _counted(kept, grams_of))

    def word_weight(self, word: str) -> float:
        """Weight of a word, at least 1."""
        return self._weight(self.words.get(word, 0))

    def gram_weight(self, gram: str) -> float:
        """Weight of a gram, at least 1."""
        return self._weight(self.grams.get(gram, 0))

    def _weight(self, seen: int) -> float:
        return math.log((1 + self.documents) / (1 + min(seen, self.documents))) + 1.0


class Encoded(NamedTuple):
    """Texts of two sides in shared columns."""

    left_words: Matrix  # (lefts, words), weight of each word that occurs
    right_words: Matrix
    left_grams: Matrix  # (lefts, grams), rows of length 1
    right_grams: Matrix


def encode(left: Sequence[str], right: Sequence[str], corpus: Corpus) -> Encoded:
    """Both sides as sparse rows over the words and grams that occur in either."""
    both = [*left, *right]
    words = _matrix(both, words_of, corpus.word_weight, is_counted=False)
    grams = unit_rows(_matrix(both, grams_of, corpus.gram_weight, is_counted=True))
    cut = len(left)
    return Encoded(words[:cut], words[cut:], grams[:cut], grams[cut:])


def unit_rows(matrix: Matrix) -> Matrix:
    """The same rows at length 1; empty rows stay empty."""
    import numpy as np
    from scipy.sparse import csr_array

    counts = np.diff(matrix.indptr)
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    lengths[lengths == 0.0] = 1.0
    return csr_array((matrix.data / np.repeat(lengths, counts), matrix.indices, matrix.indptr), shape=matrix.shape)


def _matrix(
    texts: Sequence[str], parts: Callable[[str], tuple[str, ...]], weight: Callable[[str], float], *, is_counted: bool
) -> Matrix:
    """Texts by parts: the part's weight, times 1 + ln of how often it occurs where that counts."""
    import numpy as np
    from scipy.sparse import csr_array

    places: dict[str, int] = {}
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for text in texts:
        for part, count in Counter(parts(text)).items():
            columns.append(places.setdefault(part, len(places)))
            values.append(1.0 + math.log(count) if is_counted else 1.0)
        ends.append(len(columns))
    weights = np.fromiter((weight(part) for part in places), dtype=np.float64, count=len(places))
    column_numbers = np.asarray(columns, dtype=np.int64)
    data = np.asarray(values, dtype=np.float64) * weights[column_numbers]
    return csr_array((data, column_numbers, np.asarray(ends, dtype=np.int64)), shape=(len(texts), max(1, len(places))))


def _counted(texts: Iterable[str], parts: Callable[[str], tuple[str, ...]]) -> dict[str, int]:
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(set(parts(text)))
    return dict(seen)
