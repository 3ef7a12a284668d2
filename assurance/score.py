"""One score a document: the probability that everything a payment rests on was read and matched rightly.

Of a page it is a logistic model over the row of evidence, each weight with the sign that sense demands, and never above
P(supplier) x P(order). Of an e-invoice, where nothing is recognised, and where no file is shipped, it is the product:
the needed confidences x P(supplier) x P(order), as if all erred independently.

The file is JSON, made by `python -m bench.document_score --ship` and told apart by its hash.

>>> found = DocumentEvidence(channel="einvoice", acquaintance="known",
...                          features={"product": 0.9, "supplier": 1.0, "ordered": 1.0, "match": 0.9})
>>> score_of(found)
0.81
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from models.certificate import DocumentEvidence
from models.errors import SettingsError

FOLDER, FILE = "trained", "score.json"
# What the model sees, and the sign of each weight: more of it makes a document surer (+1), less sure (-1).
COLUMNS: Mapping[str, int] = {
    "least": +1, "product": +1, "mean": +1, "margin": +1, "present": 0, "adds_up": +1, "vat_table": +1,
    "lines_sum": +1, "iban_checks": +1, "quality": +1, "recognised": -1, "derived": -1, "recalled": +1, "pages": -1,
    "warnings": -1, "exact_key": +1, "supplier": +1, "match": +1, "match_margin": +1, "named": +1, "named_other": -1,
    "linked": +1, "novelty": -1,
}  # fmt: skip
_LOGITS = frozenset({"least", "product", "mean", "supplier", "match"})
_WITHOUT_ORDER = {"match": 1.0, "match_margin": 1.0, "linked": 1.0}
_LEAST = 1e-4


@dataclass(frozen=True)
class ScoreModel:
    """A line over the columns; without weights the product of the confidences stands."""

    version: str
    weights: Mapping[str, float] = field(default_factory=dict)
    shift: float = 0.0

    def read_rightly(self, evidence: DocumentEvidence) -> float:
        """The probability that the values a payment rests on were read rightly.

        By weights, what was matched speaks for them or against them too: a wrong total fits no order.
        """
        if not self.weights or evidence.channel == "einvoice":
            return evidence.features.get("product", 0.0)
        row = row_of(evidence)
        margin = self.shift + sum(weight * row[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-40.0, min(40.0, margin))))


PRODUCT = ScoreModel("product")


def score_of(evidence: DocumentEvidence, model: ScoreModel | None = None, *, require_order: bool = True) -> float:
    """The score of one document, in [0, 1] to six places; without an order P(order) is 1 where none is required."""
    seen = evidence.features
    linked = seen.get("match", 0.0) if require_order or seen.get("ordered") else 1.0
    matched, chosen = linked * seen.get("supplier", 0.0), model or load_score()
    read = chosen.read_rightly(evidence)
    is_whole = bool(chosen.weights) and evidence.channel != "einvoice"  # then the match is in it already
    return round(min(read, matched) if is_whole else read * matched, 6)


def row_of(evidence: DocumentEvidence) -> dict[str, float]:
    """The columns of the model; shares as log-odds, what was not measured as 0. No order is no fault."""
    seen = evidence.features if evidence.features.get("ordered") else evidence.features | _WITHOUT_ORDER
    return {name: log_odds(seen.get(name, 0.0)) if name in _LOGITS else seen.get(name, 0.0) for name in COLUMNS}


def log_odds(probability: float) -> float:
    """Finite for 0 and 1."""
    inside = max(_LEAST, min(1 - _LEAST, probability))
    return math.log(inside / (1 - inside))


@lru_cache(maxsize=4)
def load_score(place: str = "") -> ScoreModel:
    """The model of a folder, once a process; SettingsError if it is damaged.

    Without a folder it is the shipped one, or the product where none is shipped.
    """
    if place:
        return read_score(Path(place) / FILE)
    path = files("assurance") / FOLDER / FILE
    return read_score(path) if path.is_file() else PRODUCT


def read_score(path: Traversable) -> ScoreModel:
    """The model of a file; raises SettingsError where it is damaged or was made for other columns."""
    try:
        content = path.read_bytes()
        told: Mapping[str, Any] = json.loads(content)
        weights = {str(name): float(weight) for name, weight in told["weights"].items()}
        shift = float(told["shift"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(f"the document score {path} cannot be read: {error}") from error
    wrong = [name for name, weight in weights.items() if not _is_sound(name, weight)]
    if wrong or not math.isfinite(shift):
        raise SettingsError(f"the document score {path} was made for other evidence: {', '.join(wrong) or 'shift'}")
    return ScoreModel(hashlib.sha256(content).hexdigest()[:12], weights, shift)


def _is_sound(name: str, weight: float) -> bool:
    """A known column, a finite weight, and the sign that sense demands."""
    return name in COLUMNS and math.isfinite(weight) and weight * COLUMNS[name] >= 0
