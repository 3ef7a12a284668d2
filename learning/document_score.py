"""The document score: evidence of documents with known truth to the weights of `assurance.score`.

Documents are read by models that have not seen their layout, and scored by weights that have not either. What a hard
gate would hold is left out: it never comes before the score. The line is calibrated on documents that it was not fitted
on (Platt), within what it learns from.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assurance.evidence import document_evidence
from assurance.score import COLUMNS, row_of
from extractors.fields.confidence import GROUP_OF
from learning.folds import folds
from learning.grow import Growth, grow
from learning.material import SYNTHETIC, Example
from learning.report import share_that_passes
from learning.truth import is_right
from learning.values import Answer
from models.certificate import DocumentEvidence
from models.decision import Reason
from models.extraction import Extraction
from models.match import MatchResult, SupplierMatch

Floats = NDArray[np.float64]
PAID = ("invoice_number", "issue_date", "due_date", "currency", "net_total", "tax_total", "gross_total",
        "payable_total", "iban")  # fmt: skip  # the order's number is the match's matter
KEYS = {"vat_id": "seller_vat_id", "legal_id": "seller_legal_id", "iban": "iban"}
FOLDS, RIDGE, REAL = 5, 2.0, 4.0  # REAL: weight of a document that nobody made up
_STILL = 1e-6
EDGES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 1.01)
ERRORS = (0.005, 0.01, 0.02)
TREES = Growth(trees=120, leaves=4, depth=2, rate=0.1, smallest_leaf=15, ridge=5.0, columns_seen=0.5)


@dataclass(frozen=True, eq=False)
class Judged:
    """One document that came before the score: its evidence, and what a payment rests on and was wrong."""

    evidence: DocumentEvidence
    wrong: tuple[str, ...]
    group: str
    set: str
    seller: str = ""

    @property
    def right(self) -> bool:
        """Whether letting it through would have been right."""
        return not self.wrong

    def to_json(self) -> str:
        """One line of a file of evidence."""
        told = {"evidence": self.evidence.model_dump(), "wrong": self.wrong, "group": self.group, "set": self.set,
                "seller": self.seller}  # fmt: skip
        return json.dumps(told)

    @classmethod
    def from_json(cls, line: str) -> Judged:
        """What `to_json` wrote."""
        told = json.loads(line)
        evidence = DocumentEvidence.model_validate(told["evidence"])
        return cls(evidence, tuple(told["wrong"]), told["group"], told["set"], told["seller"])

    @property
    def weight(self) -> float:
        """Made-up documents make other mistakes than real ones."""
        return 1.0 if self.set == SYNTHETIC else REAL


@dataclass(frozen=True)
class Line:
    """Weights over COLUMNS and a shift, as the shipped file has them."""

    weights: Mapping[str, float]
    shift: float

    def margins(self, judged: Sequence[Judged]) -> Floats:
        """Log-odds of each document."""
        found: Floats = _rows(judged) @ np.array([self.weights.get(name, 0.0) for name in COLUMNS]) + self.shift
        return found

    def probabilities(self, judged: Sequence[Judged]) -> list[float]:
        """P(right) of each document."""
        return [1 / (1 + math.exp(-max(-40.0, min(40.0, margin)))) for margin in self.margins(judged).tolist()]


def judged_documents(answers: Sequence[Answer]) -> list[Judged]:
    """Those of some answers that no hard gate holds, with what is true of them."""
    found = []
    for answer in answers:
        supplier = _supplier(answer)
        if supplier is None or _is_gated(answer.extraction):
            continue
        match = MatchResult(supplier=supplier)
        evidence = document_evidence(answer.extraction, match, answer.extraction.findings, past=0)
        wrong = tuple(wrong_terms(answer.example, answer.extraction))
        found.append(Judged(evidence, wrong, answer.example.group, answer.example.set))
    return found


def wrong_terms(example: Example, extraction: Extraction) -> list[str]:
    """Terms a payment rests on that were read wrongly, missed though visible, or made up."""
    invoice = extraction.invoice
    found = []
    for term in PAID:
        true, read = example.fields.get(term), getattr(invoice, term)
        if true is None:
            is_wrong = example.complete and read is not None and extraction.evidence[term].reader != "derived"
        elif read is None:
            is_wrong = term in example.visible and term in GROUP_OF and term != "payable_total"
        else:
            is_wrong = (term in example.visible or example.complete) and not is_right(term, true, read)
        found += [term] if is_wrong else []
    return found


def fit(judged: Sequence[Judged]) -> Line:
    """Weights, each with the sign that sense demands; calibrated on groups that other weights had not seen."""
    line = _line(judged)
    fold_of = folds([each.group for each in judged], FOLDS)
    margins = np.zeros(len(judged))
    for learn, held in _parted(judged, fold_of):
        if len({judged[at].right for at in learn}) == 2:
            margins[held] = _line([judged[at] for at in learn]).margins([judged[at] for at in held])
    slope, shift = _platt(margins, judged)
    weights = {name: round(slope * weight, 6) for name, weight in line.weights.items()}
    return Line(weights, round(slope * line.shift + shift, 6))


def _parted(judged: Sequence[Judged], fold_of: Mapping[str, int]) -> Iterator[tuple[list[int], list[int]]]:
    for fold in range(FOLDS):
        held = [at for at, each in enumerate(judged) if fold_of[each.group] == fold]
        if held:
            yield [at for at, each in enumerate(judged) if fold_of[each.group] != fold], held


def _platt(margins: Floats, judged: Sequence[Judged]) -> tuple[float, float]:
    """The line from margin to log-odds; as it is where it would turn the order round."""
    from sklearn.linear_model import LogisticRegression

    right = np.array([each.right for each in judged])
    if right.all() or not right.any():
        return 1.0, 0.0
    weights = np.array([each.weight for each in judged])
    line = LogisticRegression(C=10.0).fit(margins[:, None], right, sample_weight=weights)
    slope = float(line.coef_[0][0])
    return (slope, float(line.intercept_[0])) if slope > 0 else (1.0, 0.0)


def _line(judged: Sequence[Judged]) -> Line:
    """Weights by penalised likelihood."""
    from scipy.optimize import minimize

    rows, right = _rows(judged), np.array([each.right for each in judged], dtype=float)
    weights = np.array([each.weight for each in judged])
    spread = rows.std(axis=0)
    scale = np.where(spread > _STILL, 1 / np.maximum(spread, _STILL), 0.0)  # a column that never moves gets no weight
    middle = rows.mean(axis=0)
    scaled = (rows - middle) * scale

    def loss(at: Floats) -> tuple[float, Floats]:
        margin = scaled @ at[:-1] + at[-1]
        chance = 1 / (1 + np.exp(-np.clip(margin, -40, 40)))
        error = weights * (chance - right)
        value = float((weights * (np.logaddexp(0, margin) - right * margin)).sum() + RIDGE * (at[:-1] ** 2).sum())
        return value, np.append(scaled.T @ error + 2 * RIDGE * at[:-1], error.sum())

    bounds = [{1: (0, None), -1: (None, 0), 0: (None, None)}[sign] for sign in COLUMNS.values()]
    found = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, bounds=[*bounds, (None, None)], method="L-BFGS-B")
    values = found.x[:-1] * scale
    return Line({name: round(float(value), 6) for name, value in zip(COLUMNS, values, strict=True)},
                round(float(found.x[-1] - values @ middle), 6))  # fmt: skip


Fit = Callable[[Sequence[Judged]], Callable[[Sequence[Judged]], Sequence[float]]]


def by_line(judged: Sequence[Judged]) -> Callable[[Sequence[Judged]], Sequence[float]]:
    """The line as a way to score."""
    return fit(judged).probabilities


def by_trees(judged: Sequence[Judged]) -> Callable[[Sequence[Judged]], Sequence[float]]:
    """Boosted trees over the same columns with the same signs, for comparison."""
    right = np.array([each.right for each in judged])
    weights = np.array([each.weight for each in judged])
    rising = [name for name, sign in COLUMNS.items() if sign]
    forest = grow(_turned(judged), right, weights, tuple(COLUMNS), rising, 1, TREES)

    def score(rows: Sequence[Judged]) -> Sequence[float]:
        return [1 / (1 + math.exp(-margin)) for margin in forest.margins(_turned(rows)).tolist()]

    return score


def _turned(judged: Sequence[Judged]) -> Floats:
    """Columns that may only fall, the other way round: trees are told which ones rise."""
    found: Floats = _rows(judged) * np.array([-1.0 if sign < 0 else 1.0 for sign in COLUMNS.values()])
    return found


def out_of_fold(judged: Sequence[Judged], learn: Fit = by_line) -> list[float]:
    """Each document's probability by a score that has not seen its layout group."""
    fold_of = folds([each.group for each in judged], FOLDS)
    found = [0.0] * len(judged)
    for seen, held in _parted(judged, fold_of):
        score = learn([judged[at] for at in seen])
        for at, probability in zip(held, score([judged[at] for at in held]), strict=True):
            found[at] = probability
    return found


def figures(scores: Sequence[float], judged: Sequence[Judged]) -> dict[str, Any]:
    """How well a score tells right documents from wrong ones, and how honest it is."""
    pairs = [(score, each.right) for score, each in zip(scores, judged, strict=True)]
    return {
        "documents": len(pairs),
        "right": round(sum(right for _, right in pairs) / max(1, len(pairs)), 4),
        "auc": area(pairs),
        "brier": round(sum((score - right) ** 2 for score, right in pairs) / max(1, len(pairs)), 4),
        "coverage": {f"{error:.1%}": share_that_passes(pairs, error)[0] for error in ERRORS},
        "reliability": _bands(pairs),
    }


def area(pairs: Sequence[tuple[float, bool]]) -> float | None:
    """The probability that a right document scores higher than a wrong one; ties count half."""
    right, wrong = ([score for score, is_right in pairs if is_right is kind] for kind in (True, False))
    if not right or not wrong:
        return None
    better = sum((one > other) + (one == other) / 2 for one in right for other in wrong)
    return round(better / (len(right) * len(wrong)), 4)


def _bands(pairs: Sequence[tuple[float, bool]]) -> list[dict[str, float]]:
    found = []
    for low, high in pairwise(EDGES):
        inside = [(score, right) for score, right in pairs if low <= score < high]
        if inside:
            found.append({
                "from": low, "documents": len(inside),
                "mean": round(sum(score for score, _ in inside) / len(inside), 4),
                "right": round(sum(right for _, right in inside) / len(inside), 4),
            })  # fmt: skip
    return found


def _rows(judged: Sequence[Judged]) -> Floats:
    return np.array([list(row_of(each.evidence).values()) for each in judged])


def _supplier(answer: Answer) -> SupplierMatch | None:
    """Whom master data with the truth's keys would give."""
    fields, invoice = answer.example.fields, answer.extraction.invoice
    for key, term in KEYS.items():
        true, read = fields.get(term), getattr(invoice, term)
        if true is not None and read is not None and is_right(term, true, read):
            return SupplierMatch(seller_id="S", by="vat_id" if key == "vat_id" else "iban", probability=1.0)
    name = fields.get("seller_name")
    if name is not None and invoice.seller_name is not None and is_right("seller_name", name, invoice.seller_name):
        return SupplierMatch(seller_id="S", by="name", probability=1.0)
    return None


def _is_gated(extraction: Extraction) -> bool:
    """Whether a gate holds it whatever its score: repaired, sums that do not agree, no total, no invoice."""
    invoice = extraction.invoice
    repaired = any(each.reader == "repaired" for each in (*extraction.evidence.values(), *extraction.line_evidence))
    others = set(extraction.reasons) - {Reason.LOW_CONFIDENCE.value}
    return repaired or bool(others) or (invoice.gross_total is None and invoice.payable_total is None)
