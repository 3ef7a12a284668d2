"""The score's training: signs are kept, and it learns what tells right from wrong."""

from __future__ import annotations

from random import Random

from assurance.score import COLUMNS
from learning.document_score import Judged, area, figures, fit, out_of_fold
from models.certificate import DocumentEvidence


def judged(seed: int, count: int) -> list[Judged]:
    """Documents that are right where a rival is far behind; the sums say the opposite of sense."""
    rng = Random(seed)
    found = []
    for number in range(count):
        margin = rng.random()
        right = rng.random() < margin
        seen = {"margin": margin, "adds_up": float(not right), "product": 0.5, "least": 0.5, "mean": 0.5}
        evidence = DocumentEvidence(channel="digital", acquaintance="new", features=seen)
        found.append(Judged(evidence, () if right else ("iban",), f"g{number % 20}", "generator"))
    return found


def test_weights_keep_the_sign_that_sense_demands() -> None:
    weights = fit(judged(1, 400)).weights
    assert all(weights[name] * sign >= 0 for name, sign in COLUMNS.items())
    assert weights["margin"] > 1
    assert weights["adds_up"] == 0


def test_the_margin_tells_right_from_wrong_on_groups_that_were_not_seen() -> None:
    rows = judged(2, 400)
    told = figures(out_of_fold(rows), rows)
    assert told["auc"] > 0.75
    assert all(abs(band["mean"] - band["right"]) < 0.15 for band in told["reliability"] if band["documents"] > 40)


def test_area_counts_ties_half_and_is_absent_without_both_kinds() -> None:
    assert area([(0.9, True), (0.1, False)]) == 1.0
    assert area([(0.5, True), (0.5, False)]) == 0.5
    assert area([(0.5, True)]) is None
