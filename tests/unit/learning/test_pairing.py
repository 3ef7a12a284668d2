"""Training on labelled pairs: wrong files are refused, cuts are honest, and rivals decide what is ambiguous."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random

import numpy as np
import pytest

from learning.pairing.cut import best_cut, judge
from learning.pairing.labelled import read_set
from learning.pairing.measure import measure_set, pool_of
from learning.pairing.rounds import Recipe, fit_pairs, folds_of
from learning.pairing.voters import fit_voters
from models.errors import SettingsError

QUICK = Recipe(trees=0, folds=3)
KINDS = ("pump", "valve", "filter", "hose", "clamp", "gasket", "motor", "sensor", "cable", "bracket")
WORDS = ("steel", "brass", "short", "long", "heavy", "light", "inner", "outer", "left", "right", "upper", "lower")
FILLERS = ("new", "offer", "original", "spare", "part", "quality", "boxed", "set", "kit", "piece", "for", "workshop")
HEAD = ("left_id", "right_id", "match")


def write(path: Path, head: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])


def ambiguous(folder: Path, items: int = 150, *, has_test: bool = False) -> Path:
    """A shop and a book where only the best candidate is right.

    Some words of every item are lost on the way to the book, of some items more; its sibling lost one word more than
    the item itself. How alike a pair is says little, who is liker says all.
    """
    random = Random(11)
    left, right, pairs = [], [], []
    for number in range(items):
        words = [f"{random.choice(KINDS)}{random.choice(WORDS)}{random.choice(WORDS)}" for _ in range(9)]
        lost = random.randrange(7)
        left.append((f"L{number}", " ".join(words)))
        for side, more in (("R", 0), ("S", 1)):
            kept, fillers = words[lost + more :], random.choices(FILLERS, k=lost + more)
            right.append((f"{side}{number}", " ".join(random.sample(kept + fillers, len(words)))))
            pairs.append((f"L{number}", f"{side}{number}", 1 - more))
    folder.mkdir()
    write(folder / "left.csv", ("id", "name"), left)
    write(folder / "right.csv", ("id", "name"), right)
    cut = 2 * (2 * items // 3)
    write(folder / "pairs_train.csv", HEAD, pairs[:cut])
    write(folder / "pairs_valid.csv", HEAD, pairs[cut:])
    if has_test:
        write(folder / "pairs_test.csv", HEAD, pairs[-20:])
        write(folder / "pairs_valid.csv", HEAD, pairs[cut:-20])
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ambiguous(tmp_path_factory.mktemp("sets") / "ambiguous")


def test_rivals_decide_where_likeness_alone_cannot(folder: Path) -> None:
    with_rivals = measure_set(folder, QUICK)
    without = measure_set(folder, Recipe(trees=0, folds=3, has_rivals=False))
    assert with_rivals.f1 >= without.f1 + 0.05
    assert with_rivals.cv_f1 >= without.cv_f1 + 0.05
    assert with_rivals.f1 > 0.9


def test_trees_and_line_together_learn_the_set_and_twice_the_same(folder: Path) -> None:
    recipe = Recipe(folds=2, trees=8, has_second_round=False)
    pool, scored = pool_of(read_set(folder), recipe)
    first, second = fit_pairs(pool, recipe), fit_pairs(pool, recipe)
    assert judge(first.scores[scored] > first.cut, read_set(folder).scored.is_match).f1 > 0.85
    np.testing.assert_array_equal(first.scores, second.scores)


def test_trees_read_a_missing_value_as_they_learnt_it() -> None:
    random = np.random.default_rng(9)
    rows = random.normal(size=(300, 2))
    is_match = random.random(300) < 0.5
    rows[is_match, 0] = np.nan  # that it is missing is all there is to know, and a median says the contrary
    voters = fit_voters(rows, is_match, seed=1, trees=20)
    assert ((voters.margins(rows) > 0) == is_match).mean() > 0.95


def test_labels_of_scored_pairs_change_nothing_but_the_count(folder: Path, tmp_path: Path) -> None:
    other = ambiguous(tmp_path / "swapped")
    rows = list(csv.reader((other / "pairs_valid.csv").open(encoding="utf-8")))[1:]
    write(other / "pairs_valid.csv", HEAD, [(row[0], row[1], 1 - int(row[2])) for row in rows])
    honest, swapped = measure_set(folder, QUICK), measure_set(other, QUICK)
    assert honest.cv_f1 == swapped.cv_f1
    assert swapped.f1 < 0.2


def test_a_test_file_is_what_is_scored_and_validation_pairs_are_learnt_from(tmp_path: Path) -> None:
    found = read_set(ambiguous(tmp_path / "three", has_test=True))
    assert (found.scored_on, len(found.scored), len(found.known)) == ("test", 20, 280)


def test_all_pairs_of_a_left_record_are_in_one_fold() -> None:
    owners = np.array([5, 1, 5, 9, 1, 7, 5])
    fold = folds_of(owners, QUICK)
    assert len({(owner, at) for owner, at in zip(owners.tolist(), fold.tolist(), strict=True)}) == 4


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("pairs_train.csv", "left_id,right_id,match\nL1,nobody,1\n", "unknown records"),
        ("pairs_train.csv", "left_id,right_id,match\nL1,R1,maybe\n", "unknown records or without label"),
        ("pairs_valid.csv", "left_id,right_id,match\n", "no pairs"),
        ("left.csv", "id,name\nL1,a\nL1,b\n", "id twice"),
        ("right.csv", "id\nR1\n", "at least one attribute"),
    ],
)
def test_a_folder_with_a_wrong_file_is_refused_with_its_name(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    folder = ambiguous(tmp_path / "wrong", items=3)
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"{name}.*{message}"):
        read_set(folder)


def test_the_cut_is_the_best_one_and_a_lucky_peak_is_smoothed_away() -> None:
    random = np.random.default_rng(3)
    truth = np.arange(400) < 200
    scores = np.where(truth, 1.0, -1.0) + random.normal(size=400)
    cut = best_cut(scores, truth)
    assert -0.6 < cut < 0.4
    assert judge(scores > cut, truth).f1 > max(judge(scores > other, truth).f1 for other in (-1.5, 1.0))


def test_saying_nothing_scores_nothing() -> None:
    assert judge(np.zeros(3, dtype=bool), np.ones(3, dtype=bool)) == (0.0, 0.0, 0.0)


def test_columns_without_a_value_or_without_change_do_not_stop_training() -> None:
    random = np.random.default_rng(5)
    signal = random.normal(size=120)
    rows = np.column_stack([signal, np.full(120, np.nan), np.ones(120), np.where(signal > 2, np.nan, signal)])
    voters = fit_voters(rows, signal > 0, seed=1, trees=0)
    assert voters.kept.tolist() == [0, 3]
    assert ((voters.margins(rows) > 0) == (signal > 0)).mean() > 0.9
