"""Stored trees: what was stored comes back, and what does not hold together is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from models.errors import SettingsError
from models.forest import Forest

Arrays = dict[str, Any]


@pytest.fixture
def forest() -> Forest:
    """Two trees: a stump on `size`, and one that asks `size`, then `age`."""
    inf = np.inf
    return Forest(
        feature=np.array([0, 0, 0, 0, 0, 1, 0, 0]),
        threshold=np.array([0.5, inf, inf, 2.0, inf, 7.0, inf, inf]),
        left=np.array([1, 1, 2, 4, 4, 6, 6, 7]),
        value=np.array([0, -1.0, 2.0, 0, 10.0, 0, 20.0, 30.0]),
        roots=np.array([0, 3]),
        depth=2,
        base=0.25,
        names=("size", "age"),
    )


@pytest.mark.parametrize(
    ("size", "age", "margin"),
    [(0.5, 0, 9.25), (0.6, 0, 12.25), (2.0, 9, 12.25), (3.0, 7.0, 22.25), (3.0, 8.0, 32.25), (np.nan, 8.0, 9.25)],
)
def test_a_row_walks_left_unless_it_is_greater(forest: Forest, size: float, age: float, margin: float) -> None:
    assert forest.margins(np.array([[size, age]])).tolist() == [margin]


def test_no_rows_give_no_margins(forest: Forest) -> None:
    assert forest.margins(np.zeros((0, 2))).shape == (0,)


def test_trees_survive_a_file_without_pickle(forest: Forest) -> None:
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **forest.to_arrays("one."))
    file.seek(0)
    with np.load(file, allow_pickle=False) as stored:
        again = Forest.from_arrays(stored, "one.")
    rows = np.random.default_rng(1).uniform(0, 10, (200, 2))
    assert again.names == forest.names
    np.testing.assert_array_equal(again.margins(rows), forest.margins(rows))


def _without(name: str) -> Callable[[Arrays], None]:
    return lambda arrays: arrays.pop(name)


def _set(name: str, at: int, value: float) -> Callable[[Arrays], None]:
    def change(arrays: Arrays) -> None:
        arrays[name] = arrays[name].copy()
        arrays[name][at] = value

    return change


@pytest.mark.parametrize(
    "damage",
    [
        _without("left"), _without("names"), _set("left", 0, 8), _set("left", 0, 7), _set("left", 0, -1),
        _set("feature", 5, 2), _set("feature", 5, -1), _set("value", 1, np.nan), _set("threshold", 0, np.nan),
        _set("roots", 1, 8), _set("shape", 0, 1e9),
    ],
)  # fmt: skip
def test_trees_that_a_walk_could_leave_are_refused(forest: Forest, damage: Callable[[Arrays], None]) -> None:
    arrays = forest.to_arrays()
    damage(arrays)
    with pytest.raises(SettingsError):
        Forest.from_arrays(arrays)
