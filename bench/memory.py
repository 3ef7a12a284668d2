"""What supplier memory is worth: every layout group read without it, again after its first k invoices were corrected.

Pure: pages come in, answers in the form of `facturier extract --json` go out; `bench.scoring.score` scores both.
Groups with more than k documents only; the corrected ones are never scored.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from bench.scoring import HEADER_FIELDS, OTHER_NAMES
from extractors.fields import ReaderModel, Recall, read_fields, sample_of
from models.document import Page
from models.extraction import Extraction
from models.invoice import Invoice
from models.memory import Fingerprint, Sample, is_known
from models.settings import ReadingSettings

Row = Mapping[str, Any]
Pages = Mapping[str, tuple[Page, ...]]  # by bare file name


def later_rows(truth: Iterable[Row], pages: Pages, after: int) -> list[tuple[Sequence[Row], list[Row]]]:
    """For each group of more than `after` documents: those to correct, and those to score."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in truth:
        if pages.get(PurePath(row["file"]).name):
            groups[row["group"]].append(row)
    return [(rows[:after], rows[after:]) for rows in groups.values() if len(rows) > after]


def answers_after(
    truth: Iterable[Row], pages: Pages, *, shown: int, after: int, model: ReaderModel | None = None
) -> Iterator[dict[str, Any]]:
    """Answers for the documents behind the first `after` of each group, with the first `shown` of them corrected.

    `shown` 0 is the reading without memory of the very same documents. Samples of all groups lie in one memory, as in
    a client's: a layout that merely looks alike would show as harm.
    """
    groups = later_rows(truth, pages, after)
    samples = [sample_of_row(row, pages[PurePath(row["file"]).name]) for first, _ in groups for row in first[:shown]]
    recall = recall_from(samples)
    for _, rest in groups:
        for row in rest:
            found = read_fields(pages[PurePath(row["file"]).name], ReadingSettings(), model, recall)
            yield answer_of(row, found[0])


def sample_of_row(row: Row, pages: tuple[Page, ...]) -> Sample:
    """The sample of a document whose every known field a person has set right; unknown fields are not absent."""
    fields = {OTHER_NAMES.get(name, name): value for name, value in row["fields"].items() if name != "lines"}
    invoice = Invoice(**{name: fields[name] for name in HEADER_FIELDS if fields.get(name)})
    return sample_of(pages, invoice).model_copy(update={"absent": ()})


def recall_from(samples: Sequence[Sample]) -> Recall:
    """A memory of these samples, searched from end to end."""

    def recall(asked: Fingerprint) -> Sequence[Sample]:
        return [sample for sample in samples if is_known(asked, sample)]

    return recall


def answer_of(row: Row, found: Extraction) -> dict[str, Any]:
    """One reading as `facturier extract --json` prints it."""
    values = json.loads(found.invoice.model_dump_json(exclude_none=True))
    lines = values.pop("lines", [])
    values.pop("vat_breakdown", None)
    confidence = {term: proof.confidence for term, proof in found.evidence.items()}
    fields = {term: {"value": value, "confidence": confidence.get(term, 0.0)} for term, value in values.items()}
    return {"file": row["file"], "fields": fields, "lines": lines, "decision": found.decision}
