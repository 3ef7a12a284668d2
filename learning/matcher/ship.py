"""The files of a trained ranker: arrays that need no pickle, and a manifest that says where they come from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from learning.matcher.figures import figures, ranked
from learning.matcher.rows import MatchCase, studies_of
from learning.matcher.train import cross_fit, data_hash
from matching.features import NAMES, RISING
from matching.ranker import ARRAYS, FOLDER, MANIFEST, MatcherModel
from models.durable import make_folder, write_atomic


def save(model: MatcherModel, folder: Path, manifest: Mapping[str, Any]) -> Path:
    """Write both files of a model into a folder; returns the folder."""
    make_folder(folder)
    arrays = model.to_bytes()
    told = {**manifest, "version": model.version, "arrays_sha256": hashlib.sha256(arrays).hexdigest()}
    write_atomic(folder / ARRAYS, arrays)
    write_atomic(folder / MANIFEST, (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode())
    return folder


def train(
    cases: Iterable[MatchCase], *, seed: int, day: str, out: Path | None = None, sets: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Train on cases, write the files (by default where matching looks for them), and return the manifest.

    `sets` says where the cases come from, unless the generator made all of them.
    """
    studies = studies_of(cases)
    cross = cross_fit(studies, seed, day)
    manifest = {
        "version": cross.model.version,
        "day": day,
        "seed": seed,
        "data_sha256": data_hash(studies),
        "sets": sets or {"generator": {"cases": len(studies), "groups": len(cross.unseen), "licence": "our own"}},
        "libraries": {"scikit-learn": version("scikit-learn"), "numpy": version("numpy")},
        "columns": list(NAMES),
        "rising": sorted(RISING),
        "figures_unseen_suppliers": figures(ranked(cross.unseen, studies)),
    }
    save(cross.model, out or Path(str(files("matching"))) / FOLDER, manifest)
    return manifest
