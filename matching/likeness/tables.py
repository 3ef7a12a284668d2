"""Two tables of records, and what candidate pairs between them look like: all columns that a pair model learns from.

No schema is asked for: the attributes are those that both tables have; one whose values are numbers is compared as
numbers, any other as text, and all together as one text.

>>> import numpy as np
>>> shop = Table(("a", "b"), {"name": ("drill GSR18", "saw PST700"), "price": ("99.00", "60")})
>>> book = Table(("x",), {"name": ("Bosch GSR-18 drill",), "price": ("101",)})
>>> found = Likeness.of(shop, book).features((np.array([0, 1]), np.array([0, 0])))
>>> found.column("price: closeness").round(2).tolist()
[0.98, 0.59]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matching.likeness.corpus import Corpus, Encoded, encode, unit_rows
from matching.likeness.rivals import RIVAL_COLUMNS, nearest, table_standing
from matching.likeness.texts import TEXT_COLUMNS, features_of
from matching.likeness.words import is_missing, number_in

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Pairs = tuple[Ints, Ints]

WHOLE = "all"  # every attribute of a record as one text
NUMBER_SHARE = 0.9  # of the values that are there, in either table, before an attribute counts as numbers
NUMBER_COLUMNS = ("closeness", "difference", "is_equal", "left_missing", "right_missing")
MISSING_COLUMNS = ("left_missing", "right_missing")


@dataclass(frozen=True)
class Table:
    """Records: their ids and, by attribute, their values in the same order; an empty value is a missing one."""

    ids: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        if any(len(values) != len(self.ids) for values in self.columns.values()):
            raise ValueError("every attribute needs one value for each record")

    def whole(self, names: Sequence[str]) -> tuple[str, ...]:
        """Each record as one text of the named attributes."""
        if not names:
            return ("",) * len(self.ids)
        parts = zip(*(self.columns[name] for name in names), strict=True)
        return tuple(" ".join(filter(None, each)) for each in parts)


@dataclass(frozen=True)
class Features:
    """Rows of numbers, one a pair, and what their columns are called."""

    names: tuple[str, ...]
    rows: Floats  # (pairs, names), NaN where unknown

    def column(self, name: str) -> Floats:
        """One column by its name; raises ValueError when there is none."""
        return self.rows[:, self.names.index(name)]

    def without(self, is_left_out: Callable[[str], bool]) -> Features:
        """The same without the columns that a predicate names."""
        kept = [at for at, name in enumerate(self.names) if not is_left_out(name)]
        return Features(tuple(self.names[at] for at in kept), self.rows[:, kept])

    def beside(self, other: Features) -> Features:
        """The columns of both, for the same pairs."""
        import numpy as np

        return Features(self.names + other.names, np.hstack([self.rows, other.rows]))


@dataclass(frozen=True)
class TextSide:
    """One attribute of both tables as texts, counted and encoded."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    corpus: Corpus
    encoded: Encoded

    @classmethod
    def of(cls, left: tuple[str, ...], right: tuple[str, ...]) -> TextSide:
        """Count the words of both tables together: rare in one and frequent in the other is not rare."""
        corpus = Corpus.of([*left, *right])
        return cls(left, right, corpus, encode(left, right, corpus))


@dataclass(frozen=True)
class Likeness:
    """Two tables made ready for comparing any of their pairs."""

    texts: Mapping[str, TextSide]  # by attribute; WHOLE last, where there is more than one
    numbers: Mapping[str, tuple[Floats, Floats]]
    leading: str  # the text attribute that tells records apart best

    @classmethod
    def of(cls, left: Table, right: Table) -> Likeness:
        """Find the shared attributes and their kinds; raises ValueError where the tables share no text attribute."""
        shared = [name for name in left.columns if name in right.columns]
        numbers = {
            name: values
            for name in shared
            if (values := (_as_numbers(left.columns[name]), _as_numbers(right.columns[name])))
            and all(_is_numeric(texts, found) for texts, found in zip(
                (left.columns[name], right.columns[name]), values, strict=True))
        }  # fmt: skip
        named = [name for name in shared if name not in numbers]
        if not named:
            raise ValueError("the tables share no attribute of text")
        texts = {name: TextSide.of(left.columns[name], right.columns[name]) for name in named}
        leading = max(named, key=lambda name: len(set(left.columns[name])) + len(set(right.columns[name])))
        if len(named) > 1:
            texts[WHOLE] = TextSide.of(left.whole(named), right.whole(named))
        return cls(texts, numbers, leading)

    def features(self, pairs: Pairs) -> Features:
        """All columns for the pairs: each text attribute, the whole, each number, and the standing among rivals."""
        import numpy as np

        names: list[str] = []
        blocks: list[Floats] = []
        for name, side in self.texts.items():
            names += [f"{name}: {column}" for column in TEXT_COLUMNS]
            blocks.append(features_of(side.left, side.right, pairs, side.corpus, side.encoded))
            names += [f"{name}: {column}" for column in MISSING_COLUMNS]
            blocks.append(_missing(side, pairs))
        for name, (left, right) in self.numbers.items():
            names += [f"{name}: {column}" for column in NUMBER_COLUMNS]
            blocks.append(number_features(left[pairs[0]], right[pairs[1]]))
        for kind, (mine, theirs) in self._scores().items():
            names += [f"rivals: {kind} {column}" for column in RIVAL_COLUMNS]
            blocks.append(table_standing(mine, theirs, pairs))
        return Features(tuple(names), np.hstack(blocks))

    def candidates(self, count: int) -> Pairs:
        """Pairs worth comparing without labels: for every record of either side its `count` nearest, by two scores."""
        import numpy as np

        found = []
        for mine, theirs in self._scores().values():
            found.append(np.column_stack(nearest(mine, theirs, count)))
            found.append(np.column_stack(nearest(theirs, mine, count)[::-1]))
        pairs = np.unique(np.vstack(found), axis=0)
        return pairs[:, 0], pairs[:, 1]

    def _scores(self) -> dict[str, tuple[object, object]]:
        """The likenesses that rivals are ranked by: words and grams of the leading attribute and of the whole."""
        found = {}
        for name in dict.fromkeys((self.leading, WHOLE)):
            if side := self.texts.get(name):
                coded = side.encoded
                found[f"{name} words"] = unit_rows(coded.left_words), unit_rows(coded.right_words)
                found[f"{name} grams"] = coded.left_grams, coded.right_grams
        return found


def number_features(left: Floats, right: Floats) -> Floats:
    """Rows of NUMBER_COLUMNS for pairs of numbers; NaN is a missing one. Closeness is smaller over larger."""
    import numpy as np

    a, b = np.abs(left), np.abs(right)
    larger = np.maximum(a, b)
    closeness = np.divide(np.minimum(a, b), larger, out=np.ones(len(a)), where=larger != 0)
    closeness[np.isnan(a) | np.isnan(b)] = np.nan
    signed = np.log1p(a) - np.log1p(b)
    return np.column_stack([closeness, signed, closeness > 1 - 1e-9, np.isnan(a), np.isnan(b)])


def _missing(side: TextSide, pairs: Pairs) -> Floats:
    import numpy as np

    mine, theirs = (np.array([is_missing(text) for text in texts], dtype=float) for texts in (side.left, side.right))
    return np.column_stack([mine[pairs[0]], theirs[pairs[1]]])


def _as_numbers(values: Sequence[str]) -> Floats:
    import numpy as np

    return np.array([number_in(value) for value in values], dtype=float)


def _is_numeric(texts: Sequence[str], values: Floats) -> bool:
    """Whether nearly all values that are there are numbers; an attribute that is always missing is none."""
    import numpy as np

    there = sum(not is_missing(text) for text in texts)
    return there > 0 and int((~np.isnan(values)).sum()) >= NUMBER_SHARE * there
