"""How alike two descriptions are, in many ways at once: what an invoice line and an order line are compared by.

One row per pair, one column per name of TEXT_COLUMNS. All are NaN where a side is empty, so that a model can tell
"unlike" from "unknown". Shares and ratios are in [0, 1]; `rarest_*` are weights of words as in `corpus`.

>>> rows = text_features(["Hex bolt M8 x 40 zinc"], ["bolt hex M8x40", "Hex nut M8 zinc"])
>>> bool(rows[0, TEXT_COLUMNS.index("squeezed_partial")] > rows[1, TEXT_COLUMNS.index("squeezed_partial")])
True
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler, Levenshtein

from matching.likeness.corpus import Corpus, Encoded, Matrix, encode, unit_rows
from matching.likeness.words import is_missing, models_of, numbers_of, squeezed, words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

FUZZY: tuple[tuple[str, Callable[[str], str], Any, float], ...] = (
    ("token_set", lambda text: " ".join(words_of(text)), fuzz.token_set_ratio, 100.0),
    ("token_sort", lambda text: " ".join(words_of(text)), fuzz.token_sort_ratio, 100.0),
    ("partial", lambda text: " ".join(words_of(text)), fuzz.partial_ratio, 100.0),
    ("squeezed_partial", squeezed, fuzz.partial_ratio, 100.0),
    ("jaro_winkler", lambda text: " ".join(words_of(text)), JaroWinkler.similarity, 1.0),
    ("edit", squeezed, Levenshtein.normalized_similarity, 1.0),
)
OVERLAPS = (
    "word_cosine", "gram_cosine", "shared_of_left", "shared_of_right", "shared_of_both",
    "rarest_shared", "rarest_left_only", "rarest_right_only", "shared_words", "length_ratio",
)  # fmt: skip
CODES = (
    "numbers_shared", "numbers_left_only", "numbers_right_only",
    "models_shared", "left_model_inside", "right_model_inside", "model_alike", "rarest_model_inside",
)  # fmt: skip
TEXT_COLUMNS: tuple[str, ...] = (*OVERLAPS, *CODES, *(name for name, *_ in FUZZY))


def text_features(
    left: Sequence[str], right: Sequence[str], pairs: tuple[Ints, Ints] | None = None, corpus: Corpus | None = None
) -> Floats:
    """Rows of TEXT_COLUMNS for pairs of texts.

    Args:
        left: Texts of one side, as written.
        right: Texts of the other side.
        pairs: Positions in `left` and in `right`, of equal length; without them every left with every right, the
            rights running faster.
        corpus: How rare words are; without it the given texts themselves are counted, which serves a few lines.

    Returns:
        Shape (pairs, len(TEXT_COLUMNS)).
    """
    import numpy as np

    if pairs is None:
        pairs = np.repeat(np.arange(len(left)), len(right)), np.tile(np.arange(len(right)), len(left))
    known = corpus or Corpus.of([*left, *right])
    return features_of(left, right, pairs, known, encode(left, right, known))


def features_of(
    left: Sequence[str], right: Sequence[str], pairs: tuple[Ints, Ints], corpus: Corpus, encoded: Encoded
) -> Floats:
    """The same for texts that are encoded already."""
    import numpy as np

    if not len(pairs[0]):
        return np.zeros((0, len(TEXT_COLUMNS)))
    rows = np.hstack([_overlaps(encoded, pairs), _codes(left, right, pairs, corpus), _fuzzy(left, right, pairs)])
    empty_left = np.array([is_missing(text) for text in left])[pairs[0]]
    empty_right = np.array([is_missing(text) for text in right])[pairs[1]]
    rows[empty_left | empty_right] = np.nan
    return rows


def paired_product(left: Matrix, right: Matrix, pairs: tuple[Ints, Ints]) -> Floats:
    """The inner product of each pair of rows: cosines, where rows have length 1."""
    import numpy as np

    found: Floats = np.asarray(left[pairs[0]].multiply(right[pairs[1]]).sum(axis=1)).ravel()
    return found


def _overlaps(encoded: Encoded, pairs: tuple[Ints, Ints]) -> Floats:
    import numpy as np

    mine, theirs = encoded.left_words[pairs[0]], encoded.right_words[pairs[1]]
    shared = mine.minimum(theirs)
    mine_sum, theirs_sum, shared_sum = (np.asarray(each.sum(axis=1)).ravel() for each in (mine, theirs, shared))
    counts = [np.diff(each.indptr) for each in (mine, theirs)]
    columns = [
        paired_product(unit_rows(encoded.left_words), unit_rows(encoded.right_words), pairs),
        paired_product(encoded.left_grams, encoded.right_grams, pairs),
        _ratio(shared_sum, mine_sum),
        _ratio(shared_sum, theirs_sum),
        _ratio(shared_sum, mine_sum + theirs_sum - shared_sum),
        _largest(shared),
        _largest(mine - shared),
        _largest(theirs - shared),
        np.asarray((shared > 0).sum(axis=1)).ravel(),
        _ratio(np.minimum(*counts), np.maximum(*counts)),
    ]
    return np.column_stack(columns).astype(np.float64)


def _codes(left: Sequence[str], right: Sequence[str], pairs: tuple[Ints, Ints], corpus: Corpus) -> Floats:
    import numpy as np

    mine = [(numbers_of(text), models_of(text), squeezed(text)) for text in left]
    theirs = [(numbers_of(text), models_of(text), squeezed(text)) for text in right]
    rarity = {model: corpus.word_weight(model) for each in (*mine, *theirs) for model in each[1]}
    rows = [_code_row(mine[i], theirs[j], rarity) for i, j in zip(pairs[0].tolist(), pairs[1].tolist(), strict=True)]
    return np.array(rows, dtype=np.float64)


Codes = tuple[frozenset[str], frozenset[str], str]
UNKNOWN = float("nan")


def _code_row(mine: Codes, theirs: Codes, rarity: dict[str, float]) -> tuple[float, ...]:
    """The columns of CODES for one pair: numbers, then model numbers, also within the other side's squeezed text."""
    numbers, others = mine[0], theirs[0]
    inside_right = [model for model in mine[1] if model in theirs[2]]
    inside_left = [model for model in theirs[1] if model in mine[2]]
    return (
        len(numbers & others) / len(numbers | others) if numbers and others else UNKNOWN,
        float(len(numbers - others)),
        float(len(others - numbers)),
        len(mine[1] & theirs[1]) / len(mine[1] | theirs[1]) if mine[1] and theirs[1] else UNKNOWN,
        len(inside_right) / len(mine[1]) if mine[1] else UNKNOWN,
        len(inside_left) / len(theirs[1]) if theirs[1] else UNKNOWN,
        max((Levenshtein.normalized_similarity(a, b) for a in mine[1] for b in theirs[1]), default=UNKNOWN),
        max((rarity[model] * min(len(model), 8) for model in (*inside_right, *inside_left)), default=0.0),
    )


def _fuzzy(left: Sequence[str], right: Sequence[str], pairs: tuple[Ints, Ints]) -> Floats:
    import numpy as np

    columns = []
    for _, shape, scorer, scale in FUZZY:
        mine, theirs = [shape(text) for text in left], [shape(text) for text in right]
        scores = process.cpdist(
            [mine[i] for i in pairs[0].tolist()], [theirs[j] for j in pairs[1].tolist()], scorer=scorer, workers=1
        )
        columns.append(scores.astype(np.float64) / scale)
    return np.column_stack(columns)


def _largest(matrix: Matrix) -> Floats:
    """The largest entry of each row; 0 for empty rows."""
    import numpy as np

    found: Floats = matrix.max(axis=1).toarray().ravel().astype(np.float64)
    return np.maximum(found, 0.0)


def _ratio(part: Floats, whole: Floats) -> Floats:
    import numpy as np

    found: Floats = np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
    return found
