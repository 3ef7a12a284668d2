"""The trained ranker: boosted trees as arrays, a line to honest odds, and each weight told row by row.

A tree's walk is told as it happens: each step changes the mean of the training rows that came that far, and the change
counts for the comparison that was asked. Steps, prior and line add up to the weight of the candidate exactly.

>>> shipped().forest.names == NAMES
True
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matching.features import NAMES, ROW_OF_COLUMN, ROWS
from models.errors import SettingsError
from models.forest import Forest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FOLDER, ARRAYS, MANIFEST = "trained", "matcher.npz", "manifest.json"
_LOG2 = math.log(2.0)


@dataclass(frozen=True, eq=False)
class MatcherModel:
    """Trees over matching.features.COLUMNS. `means` is the mean of a node's training rows, a leaf's own value."""

    forest: Forest
    means: Floats  # (nodes,)
    slope: float  # from margin to log-odds: Platt's line, fitted on suppliers that the trees had not seen
    shift: float
    version: str

    @property
    def prior(self) -> float:
        """Weight in log2 odds before anything is compared."""
        start = self.forest.base + float(self.means[self.forest.roots].sum())
        return (self.slope * start + self.shift) / _LOG2

    def weights(self, rows: Sequence[Sequence[float]]) -> list[list[float]]:
        """For each row of COLUMNS the weight of each of ROWS, in log2 odds; with the prior they are the whole."""
        import numpy as np

        if not rows:
            return []
        forest, table = self.forest, np.asarray(rows, dtype=np.float64)
        flat, start = table.ravel(), (np.arange(len(rows)) * table.shape[1])[:, None]
        row_of_column = np.asarray(ROW_OF_COLUMN)
        cell = (np.arange(len(rows)) * len(ROWS))[:, None]
        node = np.broadcast_to(forest.roots, (len(rows), len(forest.roots)))
        told = np.zeros(len(rows) * len(ROWS))
        for _ in range(forest.depth):
            asked = forest.feature.take(node)
            after = forest.left.take(node) + (flat.take(asked + start) > forest.threshold.take(node))
            gain = self.means.take(after) - self.means.take(node)
            told += np.bincount((row_of_column.take(asked) + cell).ravel(), gain.ravel(), len(told))
            node = after
        scaled: list[list[float]] = (told.reshape(len(rows), len(ROWS)) * (self.slope / _LOG2)).tolist()
        return scaled

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything as arrays for one `.npz`."""
        import numpy as np

        line = np.array([self.slope, self.shift])
        return {**self.forest.to_arrays(), "means": self.means, "line": line, "version": np.array(self.version)}

    def to_bytes(self) -> bytes:
        """The content of the `.npz`."""
        import numpy as np

        content = io.BytesIO()
        np.savez_compressed(content, allow_pickle=False, **self.to_arrays())
        return content.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> MatcherModel:
        """The model that `to_bytes` stored; raises SettingsError where it is damaged or has other columns."""
        import numpy as np

        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            means = arrays["means"].astype(np.float64)
            slope, shift = (float(each) for each in arrays["line"])
            version = str(arrays["version"])
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, zlib.error) as error:
            raise SettingsError(f"the stored matcher is damaged: {error}") from error
        forest = Forest.from_arrays(arrays)
        if forest.names != NAMES:
            raise SettingsError("the stored matcher was trained on other columns; train it again: `facturier train`")
        if means.shape != forest.value.shape or not np.isfinite(means).all() or not 0.0 < slope < math.inf:
            raise SettingsError("the stored matcher is damaged: its means or its line do not fit its trees")
        return cls(forest, means, slope, shift, version)


def load(folder: Path | Traversable) -> MatcherModel:
    """The model in a folder; raises SettingsError where a file is missing or is not the one that was shipped."""
    try:
        content = folder.joinpath(ARRAYS).read_bytes()
        manifest = json.loads(folder.joinpath(MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"the trained matcher cannot be read: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("arrays_sha256") != hashlib.sha256(content).hexdigest():
        raise SettingsError(f"{ARRAYS} is not the file that its manifest describes")
    return MatcherModel.from_bytes(content)


@lru_cache(maxsize=2)
def ranker_at(place: str) -> MatcherModel | None:
    """The model of a folder, once a process; None where no folder is named: then the shipped one ranks."""
    return load(Path(place)) if place else None


@lru_cache(maxsize=1)
def shipped() -> MatcherModel:
    """The model that comes with the program."""
    return load(files("matching").joinpath(FOLDER))
