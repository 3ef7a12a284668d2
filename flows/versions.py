"""Which versions of the models have a say: they stand on every decision, and a certificate holds for them only.

`version_of` names a model wherever it is named: in the registry, on decisions, in what the commands say.

>>> sorted(model_versions())
['matcher', 'reader', 'score']
>>> model_versions()["score"].startswith(version_of("score") + "-")
True
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

from assurance.score import FILE as SCORE_FILE
from assurance.score import load_score
from models.settings import Settings

MANIFEST = "manifest.json"
ROOMS = {"reader": "extractors.fields", "matcher": "matching", "score": "assurance"}  # kind to the room it lies in
KINDS = tuple(ROOMS)
_MATCHER = ("weights.py", "trained")  # hand-set weights, and what was trained


class Places(NamedTuple):
    """The folders of the models in use; an empty one: the model that came with the program."""

    reader: str = ""
    matcher: str = ""
    score: str = ""


SHIPPED = Places()


def places_of(settings: Settings) -> Places:
    """Where the settings say that the models lie."""
    return Places(settings.reading.model, settings.matching.model, settings.policy.score)


@lru_cache(maxsize=8)
def model_versions(places: Places = SHIPPED) -> dict[str, str]:
    """Versions of reader, matcher and score, as decisions carry them.

    The score's name goes on with a hash over all three: scores of other models are other numbers, and labels with them
    prove nothing about the new ones.
    """
    parts = tuple(version_of(kind, place) for kind, place in zip(KINDS, places, strict=True))
    score = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
    return {"reader": parts[0], "matcher": parts[1], "score": f"{parts[2]}-{score}"}


def version_of(kind: str, place: str = "") -> str:
    """The name of a model: of the one in a folder, or of the one that came with the program."""
    return _NAMES[kind](place)


def manifest_at(kind: str, place: str = "") -> Mapping[str, Any]:
    """What a model was made from; empty where nothing was trained."""
    folder = Path(place) if place else files(ROOMS[kind]) / "trained"
    path = folder / (SCORE_FILE if kind == "score" else MANIFEST)
    told: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    inner: Mapping[str, Any] = told.get("manifest", told)
    return inner


def _reader(place: str) -> str:
    return str(manifest_at("reader", place).get("version", "weights"))


def _matcher(place: str) -> str:
    """In a folder what its manifest tells; of what came along, a hash over all of the room that is a number."""
    if place:
        return str(manifest_at("matcher", place)["version"])
    found = hashlib.sha256()
    for name in _MATCHER:
        for path in _files(files("matching") / name):
            found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:12]


def _score(place: str) -> str:
    return load_score(place).version


_NAMES: dict[str, Callable[[str], str]] = {"reader": _reader, "matcher": _matcher, "score": _score}


def _files(place: Traversable) -> list[Traversable]:
    if place.is_file():
        return [place]
    return sorted(place.iterdir(), key=lambda each: each.name) if place.is_dir() else []
