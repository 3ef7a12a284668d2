"""Making a model: the material that there is, the fit, and a challenger in the home's registry.

Material is the generator, folders of invoices with known truth, and what people approved in this home. The words of
approved documents are read again in the sandbox once and kept below `learning/words` of the home, by the file's hash.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from extractors.fields.model import FOLDER
from flows.champion import keep_files
from flows.house import House
from flows.terminal import say
from flows.words import read_words
from learning.corrections import SET, Reviewed, at_most, examples, is_held_out
from learning.material import UNCLEAR, Example, is_allowed, real, synthetic
from learning.report import by_set, reliability
from learning.ship import manifest_of, ship
from learning.train import cross_fit, learn_scorers, only, out_of_fold, studies_of
from learning.values import answers
from models.errors import SettingsError
from models.settings import Settings
from models.store import registry
from models.store.audit import now
from models.store.reviewed import ReviewedDocument, reviewed_documents
from models.store.seen import words_folder
from models.tables import ModelRow

SETS = ("smartap", "hybrid_misc", "hybrid_ferd", "hybrid_scans", "sroie")
TESTED = 4  # without other material a fourth of the generator's documents is what figures are told on
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Order:
    """What to train on, and where the files go."""

    day: str  # ISO date for the manifest
    data: Path | None = None
    out: Path | None = None  # a folder for the files; without one a challenger is registered in the home
    pages: Path | None = None  # where the words of files are kept for the next time
    documents: int = 1000  # of the generator
    seed: int = 1
    unclear: bool = True  # take sets whose own terms are not stated with them
    from_reviews: bool = False  # learn from what people approved in the home too
    client: str | None = None  # only from this client's documents


@dataclass(frozen=True, eq=False)
class Material:
    """All examples to learn from, and under which licences those of folders stand."""

    made: list[Example]
    found: list[Example]
    licences: Mapping[str, str] = field(default_factory=dict)

    @property
    def all(self) -> list[Example]:
        """Made and found ones."""
        return [*self.made, *self.found]


def gather(order: Order, settings: Settings, house: House | None = None) -> Material:
    """The material of an order; `house` must be given where reviews are asked for."""
    rows = truths(order)
    say(f"train: making {order.documents} documents, reading {sum(map(len, rows.values()))} files")
    made = list(synthetic(order.seed, order.documents))
    found = [example for name, lines in rows.items() for example in set_examples(order, name, lines, settings)]
    licences = _licences(rows)
    if order.from_reviews and house is not None:
        taught = [each for each in reviewed(house, order.client) if not is_held_out(each.supplier)]
        most = settings.learning.per_supplier
        found += reviewed_examples(house, at_most(taught, most))
        licences[SET] = "the client's own"
    return Material(made, found, licences)


def make_model(material: Material, order: Order, settings: Settings, folder: Path) -> Json:
    """Fit, write the files into a folder, and return the manifest with its figures."""
    manifest = manifest_of(material.all, material.licences, seed=order.seed, day=order.day)
    studies = studies_of(material.all, order.seed)
    say(f"train: growing trees on {len(studies)} documents, once on all and once without each fold of layout groups")
    cross = cross_fit(studies, order.seed, version=manifest["version"])
    tested = material.found or material.made[: len(material.made) // TESTED]
    unseen = out_of_fold(cross, tested, settings.reading)
    manifest["figures_unseen_groups"], manifest["reliability"] = by_set(unseen), reliability(unseen)
    if material.found:
        alone = learn_scorers(only(studies, material.made), order.seed)
        manifest["figures_generator_only"] = by_set(list(answers(alone, material.found, settings.reading)))
    ship(cross.model, folder, manifest)
    return manifest


def make_challenger(house: House, order: Order, *, actor: str) -> ModelRow:
    """Train and register what comes out as a challenger of this home."""
    material = gather(order, house.settings, house)
    with tempfile.TemporaryDirectory(prefix="facturier-train-") as scratch:
        manifest = make_model(material, order, house.settings, Path(scratch))
        kept = keep_files(house, Path(scratch))
    with house.store.write() as session:
        return registry.register(session, "reader", manifest["version"], files=kept, manifest=manifest, actor=actor,
                                 at=now())  # fmt: skip


def shipped_folder() -> Path:
    """Where the reader that comes with the program lies."""
    return Path(str(files("extractors.fields"))) / FOLDER


# --- what people approved -------------------------------------------------------------------------------------------


def reviewed(house: House, client_id: str | None = None) -> list[Reviewed]:
    """Approved documents that a person has looked at, the newest first."""
    with house.store.read() as session:
        return [_as_reviewed(each) for each in reviewed_documents(session, client_id)]


def reviewed_examples(house: House, wanted: Sequence[Reviewed]) -> list[Example]:
    """Their examples; a file that cannot be read again teaches nothing."""
    with house.store.read() as session:
        hashes = {each.document.id: each.document.sha256 for each in reviewed_documents(session)}
    paths = {each.key: house.blobs.path(hashes[each.key]) for each in wanted if each.key in hashes}
    once = list(dict.fromkeys(paths.values()))
    pages = read_words(once, house.settings, words_folder(house.home), lambda told: say(f"train: {told}"))
    return list(examples((each, pages[paths[each.key].name]) for each in wanted if each.key in paths))


def _as_reviewed(each: ReviewedDocument) -> Reviewed:
    return Reviewed(each.document.id, each.supplier, each.values, each.corrected, each.extraction.pages,
                    each.extraction.language or "")  # fmt: skip


# --- folders with known truth ---------------------------------------------------------------------------------------


def truths(order: Order) -> dict[str, list[Json]]:
    """The truth lines of each set that is there and may be used."""
    if order.data is None:
        return {}
    wanted = [name for name in SETS if order.unclear or name not in UNCLEAR]
    paths = {name: order.data / name / "truth.jsonl" for name in wanted}
    found = {name: list(_lines(path)) for name, path in paths.items() if path.is_file()}
    if not found:
        raise SettingsError(f"{order.data} holds none of {', '.join(wanted)} with a truth.jsonl")
    return found


def set_examples(order: Order, name: str, rows: Sequence[Json], settings: Settings) -> list[Example]:
    """The examples of one set, its files read by our own reader; a file that cannot be read teaches nothing."""
    assert order.data is not None  # noqa: S101 - rows come from there
    paths = [order.data / name / row["file"] for row in rows]
    pages = read_words(paths, settings, order.pages, lambda told: say(f"train: {told}"))
    return list(real(rows, pages, name))


def _lines(path: Path) -> Iterator[Json]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line) if line.strip() else None
        except ValueError as error:
            raise SettingsError(f"{path}, line {number}: {error}") from error
        if isinstance(row, dict) and isinstance(row.get("file"), str):
            yield row


def _licences(rows: Mapping[str, Sequence[Json]]) -> dict[str, str]:
    """Under which licences the truth lines that were used stand."""
    return {
        name: "; ".join(sorted({str(row["licence"]) for row in lines if is_allowed(str(row.get("licence", "")))}))
        for name, lines in rows.items()
    }
