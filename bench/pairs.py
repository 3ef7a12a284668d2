"""The pair model on benchmarks of labelled pairs, beside what others published on the same splits.

A folder is a benchmark: two tables, `pairs_train.csv`, `pairs_valid.csv` and, where there is one, `pairs_test.csv`,
which is then what is scored. Training happens here and now; nothing is kept.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from learning.pairing.labelled import TRAIN
from learning.pairing.measure import measure_set
from learning.pairing.rounds import Recipe
from models.errors import SettingsError

Json = dict[str, Any]
# F1 on the official test splits. Ditto: Li et al., "Deep Entity Matching with Pre-Trained Language Models", VLDB 2021
# (RoBERTa; Walmart-Amazon and those below it as remembered); DeepMatcher: Mudgal et al., SIGMOD 2018.
PUBLISHED: dict[str, dict[str, float]] = {
    "abt_buy": {"DeepMatcher": 0.628, "Ditto": 0.893},
    "amazon_google": {"DeepMatcher": 0.693, "Ditto": 0.756},
    "walmart_amazon": {"DeepMatcher": 0.676, "Ditto": 0.868},
    "beer": {"DeepMatcher": 0.727, "Ditto": 0.944},
    "wdc_computers": {"Ditto": 0.886},
}
PEERS = ("DeepMatcher", "Ditto")
# What the first recipe, one round of boosted trees, had on the test splits.
FIRST_RECIPE = {
    "abt_buy": 0.938, "amazon_google": 0.794, "walmart_amazon": 0.864, "beer": 0.875, "wdc_computers": 0.809,
}  # fmt: skip
ABLATIONS: dict[str, Recipe] = {
    "without_rivals": Recipe(has_rivals=False),
    "without_second_round": Recipe(has_second_round=False),
    "without_model_numbers": Recipe(has_models=False),
    "logistic_only": Recipe(trees=0),
}
HEAD = (
    "benchmark",
    "scored on",
    "pairs",
    "F1",
    "precision",
    "recall",
    "CV F1",
    "seconds",
    "of CPU",
    *PEERS,
    "first recipe",
)


def benchmarks(data: Path, only: str | None = None) -> list[Path]:
    """Folders of labelled pairs at any depth, by name; `only` names one."""
    found = {path.parent.name: path.parent for path in sorted(data.glob(f"**/{TRAIN}"))}
    return [found[name] for name in sorted(found) if only in (None, name)]


def measure_all(folders: Iterable[Path], *, is_ablated: bool = False) -> Json:
    """Figures by benchmark; one that cannot be read is told on stderr and left out."""
    report: Json = {}
    for folder in folders:
        print(f"{folder.name}: comparing and training", file=sys.stderr)
        try:
            report[folder.name] = asdict(measure_set(folder))
            if is_ablated:
                report[folder.name]["ablations"] = dict(_ablated(folder))
        except SettingsError as error:
            print(f"{folder.name}: {error.detail}", file=sys.stderr)
    return report


def table(report: Mapping[str, Json]) -> Iterator[str]:
    """The figures as lines of text, with those of others."""
    rows = [HEAD, *(_row(name, figures) for name, figures in report.items())]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEAD))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    for name, figures in report.items():
        for ablation, found in figures.get("ablations", {}).items():
            yield f"{name}, {ablation.replace('_', ' ')}: F1 {found['f1']:.3f}, CV F1 {found['cv_f1']:.3f}"
    yield "Others' figures are of the official test splits: compare them with ours only where that is what was scored."


def _ablated(folder: Path) -> Iterator[tuple[str, Json]]:
    for name, recipe in ABLATIONS.items():
        figures = measure_set(folder, recipe)
        yield name, {"f1": figures.f1, "cv_f1": figures.cv_f1, "seconds": figures.seconds}


def _row(name: str, figures: Json) -> tuple[str, ...]:
    peers = PUBLISHED.get(name, {})
    return (
        name,
        figures["scored_on"],
        str(figures["pairs"]),
        *(f"{figures[key]:.3f}" for key in ("f1", "precision", "recall", "cv_f1")),
        *(f"{figures[key]:.1f}" for key in ("seconds", "cpu_seconds")),
        *(f"{peers[peer]:.3f}" if peer in peers else "-" for peer in PEERS),
        f"{FIRST_RECIPE[name]:.3f}" if name in FIRST_RECIPE else "-",
    )
