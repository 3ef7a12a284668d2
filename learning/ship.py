"""The files of a trained reader: arrays that need no pickle, and a manifest that says where they come from."""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from extractors.fields import ReaderModel
from extractors.fields.model import ARRAYS, MANIFEST, columns_of_reader, model_arrays
from learning.material import Example
from models.durable import make_folder, write_atomic


def ship(model: ReaderModel, folder: Path, manifest: Mapping[str, Any]) -> Path:
    """Write both files of a model into a folder; returns the folder."""
    make_folder(folder)
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **model_arrays(model))
    arrays = content.getvalue()
    told = {**manifest, "arrays_sha256": hashlib.sha256(arrays).hexdigest()}
    write_atomic(folder / ARRAYS, arrays)
    write_atomic(folder / MANIFEST, (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode())
    return folder


def manifest_of(examples: Sequence[Example], licences: Mapping[str, str], *, seed: int, day: str) -> dict[str, Any]:
    """What is known before the figures: data, code, libraries, seed, features."""
    data, code = data_hash(examples), code_hash()
    identity = hashlib.sha256(f"{data} {code} {seed}".encode()).hexdigest()  # the same material, code and seed
    counts = Counter(example.set for example in examples)
    return {
        "version": f"{day}-{identity[:8]}",
        "day": day,
        "seed": seed,
        "data_sha256": data,
        "sets": {
            name: {"documents": counts[name], "licence": licences.get(name, "our own")} for name in sorted(counts)
        },
        "code": {"facturier": version("facturier"), "fields_sha256": code},
        "libraries": {"scikit-learn": version("scikit-learn"), "numpy": version("numpy")},
        "features": columns_of_reader(),
    }


def data_hash(examples: Iterable[Example]) -> str:
    """SHA-256 over all words, places and truths, in order."""
    found = hashlib.sha256()
    for example in examples:
        words = [[w.text, *(round(edge, 2) for edge in w.box)] for page in example.pages for w in page.words]
        found.update(json.dumps([example.name, words, sorted(example.fields.items())]).encode())
    return found.hexdigest()


def code_hash() -> str:
    """SHA-256 over the reader's sources and label files: a model belongs to the features that it was trained on."""
    found = hashlib.sha256()
    room = Path(str(files("extractors.fields")))
    for path in sorted([*room.glob("*.py"), *room.glob("labels/*.toml")]):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()
