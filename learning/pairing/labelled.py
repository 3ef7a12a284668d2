"""Two tables and labelled pairs between them, as benchmarks are handed out: CSV files in one folder.

`left.csv` and `right.csv` begin with the record's id; `pairs_train.csv`, `pairs_valid.csv` and, where there is one,
`pairs_test.csv` have the left id, the right id and 1 for a match in their first three columns. What is scored is the
test file where there is one, and the validation file else.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.likeness import Table
from models.errors import SettingsError

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
LONGEST_CELL = 1_000_000  # characters
TRAIN, VALID, TEST = "pairs_train.csv", "pairs_valid.csv", "pairs_test.csv"
MATCHES = {"1": True, "1.0": True, "true": True, "0": False, "0.0": False, "false": False}


@dataclass(frozen=True, eq=False)
class Labelled:
    """Pairs by position in the tables, and which of them are matches."""

    lefts: Ints
    rights: Ints
    is_match: Bools

    def __len__(self) -> int:
        return len(self.lefts)


@dataclass(frozen=True, eq=False)
class PairSet:
    """One benchmark: two tables, the pairs to learn from, and those to be scored on."""

    name: str
    left: Table
    right: Table
    known: Labelled
    scored: Labelled
    scored_on: str  # "test" or "valid"


def read_set(folder: Path) -> PairSet:
    """Read one benchmark; with a test file the validation pairs are learnt from too. Raises SettingsError."""
    left, right = read_table(folder / "left.csv"), read_table(folder / "right.csv")
    train, valid = (_pairs(folder / name, left, right) for name in (TRAIN, VALID))
    if not (folder / TEST).is_file():
        return PairSet(folder.name, left, right, train, valid, "valid")
    return PairSet(folder.name, left, right, _joined(train, valid), _pairs(folder / TEST, left, right), "test")


def read_table(path: Path) -> Table:
    """Records of a CSV file: the first column is the id; short rows are filled up with empty values."""
    rows = _rows(path)
    header = next(rows, None)
    if not header or len(header) < 2:
        raise SettingsError(f"{path.name} needs an id and at least one attribute in its first line")
    records = [(row + [""] * len(header))[: len(header)] for row in rows if row]
    ids = tuple(row[0] for row in records)
    if len(set(ids)) < len(ids):
        raise SettingsError(f"{path.name} has an id twice")
    return Table(ids, {name: tuple(row[at] for row in records) for at, name in enumerate(header) if at})


def _pairs(path: Path, left: Table, right: Table) -> Labelled:
    rows = _rows(path)
    next(rows, None)
    lefts, rights = ({each: at for at, each in enumerate(table.ids)} for table in (left, right))
    try:
        found = [(lefts[row[0]], rights[row[1]], MATCHES[row[2].strip().lower()]) for row in rows if row]
    except (KeyError, IndexError) as error:
        raise SettingsError(f"{path.name} has a pair of unknown records or without label: {error}") from error
    if not found:
        raise SettingsError(f"{path.name} has no pairs")
    mine, theirs, labels = zip(*found, strict=True)
    return Labelled(np.array(mine, dtype=np.int64), np.array(theirs, dtype=np.int64), np.array(labels, dtype=bool))


def _joined(first: Labelled, second: Labelled) -> Labelled:
    return Labelled(
        np.concatenate([first.lefts, second.lefts]),
        np.concatenate([first.rights, second.rights]),
        np.concatenate([first.is_match, second.is_match]),
    )


def _rows(path: Path) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.reader(file)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(f"{path.name} cannot be read: {error}") from error
