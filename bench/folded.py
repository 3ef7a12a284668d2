"""Page sets scored by models that have not seen what they are scored on.

The shipped model has seen the development sets, so its score on them would flatter. Here the same training makes other
models, each without one fold of layout groups, and every document is read by a model without its group:

- unseen layout: without the document's layout group. This is the figure that counts.
- known supplier: the group is in training, the document itself (and other copies of the same invoice) is not.
- unseen words: as unseen layout, and three in ten spellings of the label lexicon are gone.
- after 1 correction: as unseen layout, but the first document of the group was corrected and is remembered.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from bench.accuracy import SETS, figures, keep_lines, truth_of
from bench.hiding import hidden_words
from bench.scoring import score
from extractors.fields import ReaderModel, read_fields
from extractors.fields.model import FOLDER, MANIFEST
from extractors.fields.remembering import sample_of
from flows.contract_lines import extraction_line
from flows.words import read_words
from learning.material import SYNTHETIC, Example, real, synthetic
from learning.report import by_set
from learning.rows import Study
from learning.train import CrossFit, cross_fit, only, out_of_fold, studies_of
from learning.truth import ours
from models.document import Page
from models.extraction import Extraction
from models.invoice import TERMS, Invoice
from models.memory import Fingerprint, Sample, is_known
from models.settings import ReadingSettings, Settings

Json = dict[str, Any]
READING = ReadingSettings()
HIDDEN = 0.3  # of the lexicon's spellings
SEED = 1
TESTED = 300  # made documents that are read for the gap between made and real


@dataclass(frozen=True, slots=True)
class Trial:
    """What is measured: sets of a data folder, and how many made documents train with them."""

    data: Path
    sets: tuple[str, ...]
    generator: int
    pages: Path | None = None
    keep: Path | None = None


@dataclass(frozen=True, eq=False)
class Known:
    """One document of a set: its truth and its pages."""

    set: str
    row: Json
    pages: tuple[Page, ...]

    @property
    def name(self) -> str:
        """The file's bare name."""
        return Path(self.row["file"]).name

    @property
    def group(self) -> str:
        """The layout family."""
        return str(self.row.get("group") or self.name)

    @property
    def invoice(self) -> str:
        """What copies of one invoice have in common, on whatever channel."""
        number = (self.row.get("fields") or {}).get("invoice_number")
        return f"{self.group}/{number or self.name}"


Answers = dict[str, list[Json]]  # set -> lines as `facturier extract --json` prints them
Choose = Callable[[Known], ReaderModel]


def examples_of(known: Sequence[Known]) -> list[Example]:
    """Those that may be trained on, as training takes them."""
    sets: dict[str, list[Known]] = defaultdict(list)
    for each in known:
        sets[each.set].append(each)
    return [
        example
        for name, members in sets.items()
        for example in real([each.row for each in members], {each.name: each.pages for each in members}, name)
    ]


def _tell(text: str) -> None:
    print(text, file=sys.stderr)


def trained_sets() -> frozenset[str]:
    """The sets that the shipped model was trained on."""
    manifest = files("extractors.fields") / FOLDER / MANIFEST
    return frozenset(json.loads(manifest.read_text(encoding="utf-8"))["sets"]) if manifest.is_file() else frozenset()


def load(trial: Trial) -> list[Known]:
    """All documents of the sets with a truth, their pages read."""
    found = []
    for name in trial.sets:
        rows = [row for row in truth_of(trial.data / name, SETS[name]) if row.get("fields")]
        pages = read_words([trial.data / name / row["file"] for row in rows], Settings(), trial.pages, _tell)
        found += [Known(name, row, pages[Path(row["file"]).name]) for row in rows]
    return found


def measure_folded(trial: Trial) -> dict[str, Json]:
    """The figures of each set, with its columns, and those of made documents under `generator`."""
    known = load(trial)
    made = list(synthetic(SEED, trial.generator))
    studies = studies_of([*made, *examples_of(known)], SEED)
    cross = cross_fit(studies, SEED)
    unseen = by_group(cross, known)
    answers = read_all(known, unseen)
    later = second_ones(known)
    columns = {
        "known_supplier": read_all(known, by_invoice(studies, known)),
        "unseen_words": read_with_hidden_words(known, unseen),
        "second_of_a_layout": read_all(later, unseen),
        "second_after_1_correction": read_after_one_correction(known, unseen),
    }
    told: dict[str, Json] = {}
    for name in trial.sets:
        keep_lines(trial.keep, name, answers[name])
        told[name] = _scored(known, name, answers) | {
            "columns": {column: _scored(known, name, read, only_read=True) for column, read in columns.items()}
        }
    return told | {SYNTHETIC: _gap(cross, studies, made, known)}


def _scored(known: Sequence[Known], name: str, answers: Answers, *, only_read: bool = False) -> Json:
    """Figures of one set; with `only_read` of those documents only that a column is about."""
    lines = answers.get(name, [])
    read = {line["file"] for line in lines}
    rows = [each.row for each in known if each.set == name and (each.name in read or not only_read)]
    return figures(score(rows, lines, visible_only=True))


def _gap(cross: CrossFit, studies: Sequence[Study], made: Sequence[Example], known: Sequence[Known]) -> Json:
    """How made documents of unseen families are read, and how real ones by a model of made ones alone."""
    told = by_set(out_of_fold(cross, made[:TESTED], READING))[SYNTHETIC]
    alone = cross_fit(only(studies, made), SEED).model
    answers = read_all(known, lambda _: alone)
    return told | {"trained_on_made_alone": {name: _scored(known, name, answers)["f1_over_groups"] for name in answers}}


def by_group(cross: CrossFit, known: Sequence[Known]) -> Choose:
    """For each document a model that has not seen its layout group."""
    models = {each.group: cross.unseen.get(each.group, cross.model) for each in known}
    return lambda each: models[each.group]


def by_invoice(studies: Sequence[Study], known: Sequence[Known]) -> Choose:
    """For each document a model that has seen others of its group, but not this invoice."""
    key_of = {f"{each.set}/{each.name}": each.invoice for each in known}
    renamed = [
        replace(each, example=replace(each.example, group=key_of.get(each.example.name, each.example.group)))
        for each in studies
    ]
    cross = cross_fit(renamed, SEED)
    models = {each.invoice: cross.unseen.get(each.invoice, cross.model) for each in known}
    return lambda each: models[each.invoice]


def read_all(known: Sequence[Known], choose: Choose) -> Answers:
    """Every document, read by the model chosen for it."""
    return _collected((each, _read(each, choose(each))) for each in known)


def read_with_hidden_words(known: Sequence[Known], choose: Choose) -> Answers:
    """The same while the lexicon lacks a share of its spellings."""
    with hidden_words(HIDDEN):
        return read_all(known, choose)


def read_after_one_correction(known: Sequence[Known], choose: Choose) -> Answers:
    """All but the first document of each group and set, after that one was corrected."""
    families: dict[tuple[str, str], list[Known]] = defaultdict(list)
    for each in sorted(known, key=lambda one: one.name):
        families[each.set, each.group].append(each)
    return _collected(
        (each, _read(each, choose(each), (corrected(first, choose(first)),)))
        for first, *rest in families.values()
        for each in rest
    )


def corrected(known: Known, model: ReaderModel) -> Sample:
    """What is remembered of a document whose wrong values a person put right."""
    found = _read(known, model)
    truth = {name: value for name, value in ours(known.row["fields"]).items() if name in TERMS}
    base = found.invoice.model_dump() if found else {}
    return sample_of(known.pages, Invoice.model_validate(base | truth), model)


def second_ones(known: Sequence[Known]) -> list[Known]:
    """The documents that have an earlier one of their group in their set."""
    seen: set[tuple[str, str]] = set()
    found = []
    for each in sorted(known, key=lambda one: one.name):
        if (each.set, each.group) in seen:
            found.append(each)
        seen.add((each.set, each.group))
    return found


def _read(known: Known, model: ReaderModel, samples: Sequence[Sample] = ()) -> Extraction | None:
    def recall(asked: Fingerprint) -> Sequence[Sample]:
        return [sample for sample in samples if is_known(asked, sample)]

    found = read_fields(known.pages, READING, model, recall if samples else None)
    return found[0] if found else None


def _collected(read: Iterator[tuple[Known, Extraction | None]]) -> Answers:
    answers: Answers = defaultdict(list)
    for known, found in read:
        lines = answers[known.set]
        if found is not None:
            lines.append(extraction_line(known.name, found, 0.0))
    return dict(answers)
