"""The document score as a challenger: made documents that the reader has not learned from beside the home's labels.

Labels of suppliers that are kept for judging are never learned from. No shadow is needed: evidence is kept with each
decision and can be scored again, so the gate sees today what a shadow would see in weeks.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from assurance.score import FILE, ScoreModel, load_score
from flows.champion import keep_files, laid_out, models_in_use
from flows.house import House
from flows.terminal import say
from learning.contest import GOLD_SEED, Contest
from learning.corrections import is_held_out
from learning.document_score import Judged, fit, judged_documents
from learning.material import synthetic
from learning.score_contest import Limits, contest_scores
from learning.values import answers
from models.store import registry
from models.store.audit import now
from models.store.confirmed import LabelledEvidence, labelled_evidence
from models.tables import ModelRow

KIND = "score"
MADE_SEED = 2_026  # of documents that no reader learns from, and that are not those of the gate
LABELS = "labels"


def home_judged(house: House, *, held_out: bool) -> list[Judged]:
    """The home's labels as the score takes them: of suppliers kept for judging, or of the others."""
    with house.store.read() as session:
        found = labelled_evidence(session)
    return [each for each in _judged(found) if is_held_out(each.group) is held_out]


def _judged(found: list[LabelledEvidence]) -> Iterator[Judged]:
    """What was rejected for other reasons says nothing of reading and match."""
    for each in found:
        if not any(term.startswith("rejected:") for term in each.label.terms):
            yield Judged(each.evidence, each.label.terms, f"{each.client_id}/{each.label.seller}", LABELS)


def made_judged(house: House, seed: int, documents: int) -> list[Judged]:
    """Documents of the generator as the reader in use reads them."""
    from extractors.fields.model import load_model

    reader = load_model(models_in_use(house).places.reader)
    return judged_documents(list(answers(reader, list(synthetic(seed, documents)), house.settings.reading)))


def make_score(house: House, documents: int, *, day: str, actor: str) -> ModelRow:
    """Fit on so many made documents and on the home's labels; register what comes out as a challenger."""
    own = home_judged(house, held_out=False)
    say(f"train: reading {documents} made documents; {len(own)} labels of this home")
    made = made_judged(house, MADE_SEED, documents)
    line = fit([*made, *own])
    sets = {"generator": {"documents": len(made)}, LABELS: {"documents": len(own)}}
    manifest = {"day": day, "seed": MADE_SEED, "sets": sets}
    content = json.dumps({"weights": dict(line.weights), "shift": line.shift, "manifest": manifest}, indent=1) + "\n"
    with tempfile.TemporaryDirectory(prefix="facturier-train-") as scratch:
        (Path(scratch) / FILE).write_text(content, encoding="utf-8")
        version = load_score(scratch).version
        kept = keep_files(house, Path(scratch))
    with house.store.write() as session:
        return registry.register(session, KIND, version, files=kept, manifest=manifest, actor=actor, at=now())


def judge_score(house: House, row: ModelRow, held: ModelRow | None) -> Contest:
    """Both on the generator's frozen documents and on the labels of suppliers that are kept for judging."""
    policy, learning = house.settings.policy, house.settings.learning
    judged = [*made_judged(house, GOLD_SEED, learning.gold_documents), *home_judged(house, held_out=True)]
    limits = Limits(policy.error_limit, policy.error_risk)
    return contest_scores(score_of_version(house, held), score_of_version(house, row), judged, limits)


def score_of_version(house: House, row: ModelRow | None) -> ScoreModel:
    """The score of a version; the one that came with the program where the version has no files."""
    folder = laid_out(house, row) if row is not None else None
    return load_score(str(folder)) if folder is not None else load_score()
