"""Likeness: descriptions as columns, tables without a schema, and how a candidate stands among its rivals."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest

from matching.likeness import RIVAL_COLUMNS, TEXT_COLUMNS, Corpus, Likeness, Table, standing, text_features
from matching.likeness.corpus import encode
from matching.likeness.rivals import nearest, table_standing
from matching.likeness.words import models_of, number_in, numbers_of, words_of

NAMES = ("Garden hose 25 m", "Garden hose 50 m", "Wheelbarrow steel 85 l", "Pruning shears PX-220")
BOOK = ("hose garden 50m", "PX220 shears for pruning", "steel wheelbarrow, 85 litres")


def column(rows: np.ndarray, name: str) -> list[float]:
    return [float(value) for value in rows[:, TEXT_COLUMNS.index(name)]]


def dense_standing(scores: np.ndarray, pairs: tuple[np.ndarray, np.ndarray]) -> list[list[float]]:
    """The same by definition, pair by pair."""
    found = []
    for i, j in zip(*pairs, strict=True):
        own = scores[i, j]
        row, line = np.delete(scores[i], j), np.delete(scores[:, j], i)
        margins = own - row.max(initial=0.0), own - line.max(initial=0.0)
        better = int((row > own + 1e-12).sum()), int((line > own + 1e-12).sum())
        found.append(
            [own, *margins, math.log1p(better[0]), math.log1p(better[1]), float(better == (0, 0)), min(margins)]
        )
    return found


def test_writing_habits_do_not_make_words_numbers_or_models_differ() -> None:
    assert words_of("Größe: XL/T-Shirt") == words_of("grösse xl t shirt")
    assert numbers_of("1,500.00 pcs, 007, 2,5 mm") == {"1500", "7", "2.5"}
    assert models_of("Drill GSR-18V/2") == models_of("drill gsr18v2") == {"gsr18v2"}
    assert models_of("1,999.00 incl. 8 %") == frozenset()


@pytest.mark.parametrize(("text", "value"), [("€ 12.50", 12.5), ("1,250", 1250.0), ("5.6 %", 5.6), ("0", 0.0)])
def test_a_value_with_a_sign_beside_it_is_a_number(text: str, value: float) -> None:
    assert number_in(text) == value


@pytest.mark.parametrize("text", ["", "12 pieces", "n/a", "1" * 400, "--", "10-12"])
def test_anything_else_is_no_number(text: str) -> None:
    assert math.isnan(number_in(text))


def test_the_right_description_is_the_likest_of_a_few_without_any_corpus() -> None:
    rows = text_features(NAMES, BOOK)
    assert rows.shape == (len(NAMES) * len(BOOK), len(TEXT_COLUMNS))
    for name in ("word_cosine", "shared_of_both", "token_sort"):
        best = np.array(column(rows, name)).reshape(len(NAMES), len(BOOK)).argmax(axis=1)
        assert best[1:].tolist() == [0, 2, 1], name


def test_a_model_number_is_found_in_whatever_way_the_other_side_writes_it() -> None:
    rows = text_features(["Shears PX-220"], ["shears px 220 red", "shears px 320 red"])
    assert column(rows, "left_model_inside") == [1.0, 0.0]
    assert column(rows, "rarest_model_inside")[0] > column(rows, "rarest_model_inside")[1] == 0.0


def test_an_empty_description_is_unknown_and_not_unlike() -> None:
    rows = text_features(["hose", "-"], ["", "hose"])
    assert np.isnan(rows[[0, 2, 3]]).all()
    assert not np.isnan(rows[1, TEXT_COLUMNS.index("word_cosine")])


def test_no_pairs_and_no_texts_give_no_rows() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert text_features([], []).shape == text_features(["a"], ["b"], (none, none)).shape == (0, len(TEXT_COLUMNS))


def test_a_rare_word_weighs_more_than_a_frequent_one_where_a_corpus_knows_them() -> None:
    corpus = Corpus.of([*(f"screw type{number}" for number in range(50)), "screw brass"])
    rows = text_features(["screw brass"], ["screw steel", "nail brass"], corpus=corpus)
    shared = column(rows, "word_cosine")
    assert shared[1] > 3 * shared[0]


def test_given_pairs_are_answered_in_their_order_and_like_the_full_cross() -> None:
    pairs = np.array([3, 0]), np.array([1, 2])
    full = text_features(NAMES, BOOK).reshape(len(NAMES), len(BOOK), -1)
    np.testing.assert_allclose(text_features(NAMES, BOOK, pairs), full[pairs])


def test_standing_against_whole_tables_is_what_its_definition_says() -> None:
    random = Random(7)
    words = ["hose", "garden", "steel", "red", "blue", "pump", "10", "20"]
    left, right = ([" ".join(random.sample(words, 4)) for _ in range(count)] for count in (30, 20))
    encoded = encode(left, right, Corpus.of([*left, *right]))
    scores = (encoded.left_grams @ encoded.right_grams.T).toarray()
    pairs = np.repeat(np.arange(30), 20), np.tile(np.arange(20), 30)
    found = table_standing(encoded.left_grams, encoded.right_grams, pairs)
    np.testing.assert_allclose(found, dense_standing(scores, pairs), atol=1e-9)
    np.testing.assert_allclose(standing(scores.ravel(), pairs)[:, :3], found[:, :3], atol=1e-9)


def test_the_only_candidate_stands_against_nothing() -> None:
    alone = standing(np.array([0.4]), (np.array([0]), np.array([0])))
    assert dict(zip(RIVAL_COLUMNS, alone[0].tolist(), strict=True))["lower_margin"] == pytest.approx(0.4)
    assert alone[0, RIVAL_COLUMNS.index("mutual_best")] == 1.0


def test_the_nearest_records_of_a_table_leave_out_those_with_nothing_in_common() -> None:
    encoded = encode(NAMES, BOOK, Corpus.of([*NAMES, *BOOK]))
    rows, columns = nearest(encoded.left_words, encoded.right_words, 2)
    assert set(zip(rows.tolist(), columns.tolist(), strict=True)) >= {(1, 0), (2, 2)}
    assert (3, 2) not in set(zip(rows.tolist(), columns.tolist(), strict=True))


def shop() -> Table:
    return Table(("a", "b", "c"), {
        "name": ("Pump P100", "Pump P200", "Tarpaulin"), "price": ("10.00", "-", "30"), "note": ("", "", "blue"),
    })  # fmt: skip


def test_a_schema_is_found_and_nobody_has_to_tell_it() -> None:
    book = Table(("x", "y"), {"price": ("11", "30.00"), "name": ("p-100 pump", "blue tarpaulin"), "stock": ("1", "2")})
    likeness = Likeness.of(shop(), book)
    assert (set(likeness.numbers), likeness.leading) == ({"price"}, "name")
    found = likeness.features((np.array([0, 1, 2]), np.array([0, 0, 1])))
    assert found.rows.shape == (3, len(found.names))
    assert found.column("price: closeness")[[0, 2]].tolist() == pytest.approx([10 / 11, 1.0])
    assert found.column("price: left_missing").tolist() == [0.0, 1.0, 0.0]
    assert found.column("rivals: name grams mutual_best").tolist() == [1.0, 0.0, 1.0]
    assert not [name for name in found.without(lambda name: name.startswith("rivals")).names if "rivals" in name]


def test_candidates_hold_the_right_record_without_being_told_labels() -> None:
    book = Table(("x", "y"), {"name": ("p-100 pump", "blue tarpaulin")})
    lefts, rights = Likeness.of(shop(), book).candidates(1)
    assert {(0, 0), (2, 1)} <= set(zip(lefts.tolist(), rights.tolist(), strict=True))


def test_tables_that_share_no_text_and_ragged_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="no attribute of text"):
        Likeness.of(shop(), Table(("x",), {"price": ("1",)}))
    with pytest.raises(ValueError, match="one value for each record"):
        Table(("x", "y"), {"name": ("only one",)})
