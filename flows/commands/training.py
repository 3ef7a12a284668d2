"""`facturier train`: examples to the reader's model files, with every figure told on layouts that were not seen.

The folders under `--data` are sets: each has a `truth.jsonl` and its files. Without them the generator alone teaches.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from extractors.fields.model import FOLDER
from flows.commands.plain import columns, title
from flows.terminal import EXIT_DONE, say
from flows.words import read_words
from learning.material import UNCLEAR, Example, is_allowed, real, synthetic
from learning.report import by_set
from learning.ship import manifest_of, ship
from learning.train import cross_fit, learn_scorers, only, out_of_fold, studies_of
from learning.values import answers
from models.errors import SettingsError
from models.settings import Settings, load_settings

SETS = ("smartap", "hybrid_misc", "hybrid_ferd", "hybrid_scans", "sroie")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Order:
    """What to train on, and where the files go."""

    day: str  # ISO date for the manifest
    data: Path | None = None
    out: Path | None = None  # default: where the reader looks for them
    pages: Path | None = None  # where the words of files are kept for the next time
    documents: int = 1000  # of the generator
    seed: int = 1
    unclear: bool = True  # take sets whose own terms are not stated with them


def run_train(order: Order, home: Path | None = None) -> int:
    """Train, say how well it does on layouts that were not seen, and write the files."""
    settings, started = load_settings(home), time.monotonic()
    rows = _truths(order)
    say(f"train: making {order.documents} documents, reading {sum(map(len, rows.values()))} files")
    made = list(synthetic(order.seed, order.documents))
    found = [example for name, lines in rows.items() for example in _examples(order, name, lines, settings)]
    manifest = manifest_of([*made, *found], _licences(rows), seed=order.seed, day=order.day)
    studies = studies_of([*made, *found], order.seed)
    say(f"train: growing trees on {len(studies)} documents, once on all and once without each fold of layout groups")
    cross = cross_fit(studies, order.seed, version=manifest["version"])
    tested = found or made[: len(made) // 4]
    manifest["figures_unseen_groups"] = by_set(out_of_fold(cross, tested, settings.reading))
    if found:
        alone = learn_scorers(only(studies, made), order.seed)
        manifest["figures_generator_only"] = by_set(list(answers(alone, found, settings.reading)))
    folder = ship(cross.model, order.out or Path(str(files("extractors.fields"))) / FOLDER, manifest)
    _tell(manifest)
    say(f"train: {manifest['version']} written to {folder} after {time.monotonic() - started:.0f} s")
    return EXIT_DONE


def _truths(order: Order) -> dict[str, list[Json]]:
    """The truth lines of each set that is there and may be used."""
    if order.data is None:
        return {}
    wanted = [name for name in SETS if order.unclear or name not in UNCLEAR]
    paths = {name: order.data / name / "truth.jsonl" for name in wanted}
    found = {name: list(_lines(path)) for name, path in paths.items() if path.is_file()}
    if not found:
        raise SettingsError(f"{order.data} holds none of {', '.join(wanted)} with a truth.jsonl")
    return found


def _lines(path: Path) -> Iterator[Json]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line) if line.strip() else None
        except ValueError as error:
            raise SettingsError(f"{path}, line {number}: {error}") from error
        if isinstance(row, dict) and isinstance(row.get("file"), str):
            yield row


def _examples(order: Order, name: str, rows: Sequence[Json], settings: Settings) -> list[Example]:
    """The examples of one set, its files read by our own reader; a file that cannot be read teaches nothing."""
    assert order.data is not None  # noqa: S101 - rows come from there
    paths = [order.data / name / row["file"] for row in rows]
    pages = read_words(paths, settings, order.pages, lambda told: say(f"train: {told}"))
    return list(real(rows, pages, name))


def _licences(rows: Mapping[str, Sequence[Json]]) -> dict[str, str]:
    """Under which licences the truth lines that were used stand."""
    return {
        name: "; ".join(sorted({str(row["licence"]) for row in lines if is_allowed(str(row.get("licence", "")))}))
        for name, lines in rows.items()
    }


def _tell(manifest: Mapping[str, Any]) -> None:
    for name, heading in (
        ("figures_unseen_groups", "Layout groups not seen"),
        ("figures_generator_only", "Generator only"),
    ):
        if name not in manifest:
            continue
        title(heading)
        head = ("set", "documents", "F1 over groups", "whole", "let through", "wrong", "coverage at 1 % error")
        shown = ("documents", "f1_over_groups", "whole", "auto", "auto_wrong", "coverage_at_1_percent")
        columns([head, *((each, *(figures[key] for key in shown)) for each, figures in manifest[name].items())])
