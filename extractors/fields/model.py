"""The trained reader: forests for fields, parties and confidence behind the reader's seams, and the files they come in.

The files are made by `facturier train` and shipped beside this module: arrays without pickle, and a manifest that says
from which data and by which code they were made, and how well they do on layouts that they have not seen.

>>> WEIGHTED.version
'weights'
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from extractors.fields import confidence, party_rows, rivals
from extractors.fields.confidence import Confidence, HandConfidence, ValueCase
from extractors.fields.party_cases import PartyCase, PartyScorer, WeightedPartyScorer
from extractors.fields.scorer import Case, Scorer, WeightedScorer
from models.errors import SettingsError
from models.forest import Forest

FOLDER, ARRAYS, MANIFEST = "trained", "reader.npz", "manifest.json"
TRUST, PARTY_TRUST = 1.0, 0.5  # share of the trees in a score, the hand-set weights have the rest; see docs/learning.md
SUREST = 0.999  # nothing is surer: that many values were never seen right in a row


@dataclass(frozen=True)
class ReaderModel:
    """Everything trained that reading uses."""

    scorer: Scorer
    parties: PartyScorer
    confidence: Confidence
    version: str


class ForestScorer:
    """Scores cases by trees that see the hand-weighted log-odds as one feature among others, and leans on it still."""

    def __init__(self, forest: Forest, prior: Scorer | None = None, trust: float = TRUST) -> None:
        _expect(forest, rivals.COLUMNS)
        self.forest = forest
        self.prior = prior or WeightedScorer()
        self.trust = trust

    def score(self, cases: Sequence[Case]) -> list[float]:
        """One log-odds for each case of one document."""
        if not cases:
            return []
        priors = self.prior.score(cases)
        margins = self.forest.margins(rivals.rows_of(cases, priors))
        return _blended(margins.tolist(), priors, self.trust)


class ForestPartyScorer:
    """Scores parties the same way."""

    def __init__(self, forest: Forest, prior: PartyScorer | None = None, trust: float = PARTY_TRUST) -> None:
        _expect(forest, party_rows.COLUMNS)
        self.forest = forest
        self.prior = prior or WeightedPartyScorer()
        self.trust = trust

    def score(self, cases: Sequence[PartyCase]) -> list[float]:
        """One log-odds for each case of one document."""
        import numpy as np

        if not cases:
            return []
        priors = self.prior.score(cases)
        margins = self.forest.margins(np.array(party_rows.rows_of(cases, priors)))
        return _blended(margins.tolist(), priors, self.trust)


@dataclass(frozen=True)
class ForestConfidence:
    """A forest's margin made a probability by a line that was fitted on documents which the forest had not seen."""

    forest: Forest
    slope: float
    shift: float

    def estimate(self, cases: Sequence[ValueCase]) -> list[float]:
        """One calibrated probability for each value."""
        import numpy as np

        if not cases:
            return []
        margins = self.forest.margins(np.array([confidence.row_of(case) for case in cases]))
        return [round(min(SUREST, _logistic(self.slope * m + self.shift)), 4) for m in margins.tolist()]


WEIGHTED = ReaderModel(WeightedScorer(), WeightedPartyScorer(), HandConfidence(), "weights")


@lru_cache(maxsize=2)
def load_model(place: str = "") -> ReaderModel:
    """The model of a folder, once a process; SettingsError if damaged.

    Without a folder it is the shipped one, or the hand-weighted one where none is shipped.
    """
    folder = Path(place) if place else files("extractors.fields") / FOLDER
    if not (folder / ARRAYS).is_file():
        return WEIGHTED
    return read_model(folder)


def read_model(folder: Traversable) -> ReaderModel:
    """The model of a folder that `facturier train` wrote; raises SettingsError if its files are damaged."""
    import numpy as np

    try:
        manifest: Mapping[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        content = (folder / ARRAYS).read_bytes()
        if hashlib.sha256(content).hexdigest() != manifest["arrays_sha256"]:
            raise ValueError("its arrays are not those of its manifest")
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = dict(stored)
        version = str(manifest["version"])
        slope, shift = (float(each) for each in arrays["confidence.line"])
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise SettingsError(f"the trained model in {folder} cannot be read: {error}") from error
    fields, parties, sure = (Forest.from_arrays(arrays, f"{name}.") for name in ("fields", "parties", "confidence"))
    _expect(sure, confidence.COLUMNS)
    return ReaderModel(ForestScorer(fields), ForestPartyScorer(parties), ForestConfidence(sure, slope, shift), version)


def model_arrays(model: ReaderModel) -> dict[str, Any]:
    """The arrays of a trained model, as `read_model` expects them."""
    import numpy as np

    fields, parties, sure = model.scorer, model.parties, model.confidence
    if not (
        isinstance(fields, ForestScorer)
        and isinstance(parties, ForestPartyScorer)
        and isinstance(sure, ForestConfidence)
    ):
        raise SettingsError("only a model of forests can be stored")
    return (
        fields.forest.to_arrays("fields.")
        | parties.forest.to_arrays("parties.")
        | sure.forest.to_arrays("confidence.")
        | {"confidence.line": np.array([sure.slope, sure.shift])}
    )


def columns_of_reader() -> dict[str, list[str]]:
    """The features that the forests of a reader must have been grown on, in order."""
    return {
        "fields": list(rivals.COLUMNS), "parties": list(party_rows.COLUMNS), "confidence": list(confidence.COLUMNS),
    }  # fmt: skip


def _expect(forest: Forest, names: Sequence[str]) -> None:
    """Trees that were grown for other columns would read nonsense from ours."""
    if forest.names != tuple(names):
        raise SettingsError("the trained model was made for other features: run `facturier train`")


def _blended(margins: Sequence[float], priors: Sequence[float], trust: float) -> list[float]:
    return [trust * margin + (1 - trust) * prior for margin, prior in zip(margins, priors, strict=True)]


def _logistic(margin: float) -> float:
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, margin))))
