"""Which trained models have a say: the champions of the home, checked and laid out where the sandbox can see it.

The files of a version lie in the document store; below `models/` of the home is a copy that is checked by hash each
time and mended from the store. Where the store is damaged too, the version goes and the one that came with the program
is put back, with a warning: reading never stops for want of a model.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from assurance.score import load_score
from extractors import ReaderPool
from flows.house import House
from flows.versions import KINDS, Places, manifest_at, version_of
from models.durable import make_folder, write_atomic
from models.errors import FacturierError, SettingsError
from models.settings import LearningSettings, ReadingSettings, Settings
from models.store import registry
from models.store.audit import now, stored_secret
from models.tables import ModelRow

logger = logging.getLogger(__name__)
FOLDER = "models"
LEFT_ALONE = 30  # days after its shadow: nobody promoted it, then it need not read along for ever
_OPEN, _READABLE = 0o755, 0o644  # in the sandbox another user reads them


@dataclass(frozen=True, slots=True)
class Models:
    """What reads a chunk of documents: the settings with the champion's folder, and who reads along."""

    reading: ReadingSettings
    matcher: str = ""  # folders of ranker and document score; empty: those that came with the program
    score: str = ""
    shadow: str = ""  # folder of the challenger
    share: float = 0.0
    key: bytes = b""

    @property
    def places(self) -> Places:
        """Where the models in use lie."""
        return Places(self.reading.model, self.matcher, self.score)

    def applied_to(self, settings: Settings) -> Settings:
        """The settings of a home with its champions in them, so that decisions name what had a say."""
        return settings.model_copy(update={
            "reading": self.reading,
            "matching": settings.matching.model_copy(update={"model": self.matcher}),
            "policy": settings.policy.model_copy(update={"score": self.score}),
        })  # fmt: skip

    def reading_of(self, sha256: str, *, whole: bool = False) -> ReadingSettings:
        """How one file is read."""
        changes: dict[str, object] = {"bundles": "whole"} if whole else {}
        if self.shadow and is_drawn(self.key, sha256, self.share):
            changes["shadow"] = self.shadow
        return self.reading.model_copy(update=changes) if changes else self.reading


def is_drawn(key: bytes, sha256: str, share: float) -> bool:
    """Whether a file is in a sample: the same answer each time, which nobody without the key can foresee."""
    lot = hmac.new(key, sha256.encode(), hashlib.sha256).digest()
    return int.from_bytes(lot[:8]) < share * 2**64


def models_in_use(house: House) -> Models:
    """The champions, and the reader that is in its shadow; those that came with the program are made known first."""
    with house.store.read() as session:
        held = {kind: registry.champion(session, kind) for kind in KINDS}
        rival = registry.challenger(session, "reader")
    if None in held.values():
        register_shipped(house)
    places = Places(*(_place_or_fall_back(house, row) if row else "" for row in held.values()))
    reading = _with_model(house, places.reader)
    if rival is None or not is_in_shadow(rival, now(), house.settings.learning):
        return Models(reading, places.matcher, places.score)
    folder = laid_out(house, rival)
    share = house.settings.learning.shadow_share if folder else 0.0
    return Models(reading, places.matcher, places.score, str(folder or ""), share, _key(house))


def _with_model(house: House, place: str) -> ReadingSettings:
    return house.settings.reading.model_copy(update={"model": place, "shadow": ""})


def is_in_shadow(row: ModelRow, at: datetime, settings: LearningSettings) -> bool:
    """Whether a challenger reads along now: its gate is passed, and it is not long over."""
    began = str(registry.gate_of(row).get("shadow_from") or "")
    over = timedelta(days=settings.shadow_days + LEFT_ALONE)
    return bool(began) and at < datetime.fromisoformat(began) + over


def reader_pool(house: House) -> ReaderPool:
    """A pool that is warm with the champion and can see every version of the home."""
    folder = make_folder(house.home / FOLDER)
    folder.chmod(_OPEN)
    return ReaderPool(models_in_use(house).reading, house.settings.limits, models=folder)


def register_shipped(house: House) -> None:
    """Make known what came with the program: it is the first champion of each kind."""
    with house.store.write() as session:
        for kind in KINDS:
            registry.adopt_shipped(session, kind, version_of(kind), manifest_at(kind), at=now())


def laid_out(house: House, row: ModelRow) -> Path | None:
    """The folder of a version, every file checked and mended from the store; None where it came with the program.

    Raises:
        BlobDamagedError: A file is damaged in the store too.
    """
    wanted = registry.files_of(row)
    if not wanted:
        return None
    folder = make_folder(house.home / FOLDER / row.kind / row.version)
    for each in (folder, folder.parent, folder.parent.parent):
        each.chmod(_OPEN)
    for name, sha256 in wanted.items():
        path = folder / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            write_atomic(path, house.blobs.read(sha256))
            path.chmod(_READABLE)
    return folder


def keep_files(house: House, folder: Path) -> dict[str, str]:
    """Put the files of a trained model into the document store; name to hash."""
    copies = {}
    for path in sorted(folder.iterdir()):
        copy = house.blobs.stage(path, limit=house.settings.limits.file_bytes, owner="models")
        if copy is not None:
            copies[path.name] = copy
    house.blobs.publish(list(copies.values()))
    return {name: copy.sha256 for name, copy in copies.items()}


def _place_or_fall_back(house: House, held: ModelRow) -> str:
    try:
        folder = laid_out(house, held)
        if folder is not None:
            _REFUSE[held.kind](held, str(folder))
        return str(folder or "")
    except (FacturierError, OSError) as error:
        logger.warning("the %s %s cannot be used (%s); the one that came with the program is put back", held.kind,
                       held.version, error)  # fmt: skip
        _fall_back(house, held, str(error))
        return ""


def _refuse_reader(held: ModelRow, _folder: str) -> None:
    """A model of an older program may ask for features that are measured no more."""
    from extractors.fields.model import columns_of_reader

    told = registry.manifest_of(held).get("features")
    if told and told != columns_of_reader():
        raise SettingsError("it was made for other features")


def _refuse_matcher(_held: ModelRow, folder: str) -> None:
    from matching.ranker import ranker_at

    ranker_at(folder)


def _refuse_score(_held: ModelRow, folder: str) -> None:
    load_score(folder)


_REFUSE = {"reader": _refuse_reader, "matcher": _refuse_matcher, "score": _refuse_score}


def _fall_back(house: House, held: ModelRow, why: str) -> None:
    """Put what came with the program back into use, so that decisions are stamped with what read them."""
    with house.store.write() as session:
        row = session.get(ModelRow, (held.kind, held.version))
        if row is None or row.role != registry.CHAMPION:
            return
        at = now()
        back = registry.adopt_shipped(session, held.kind, version_of(held.kind), manifest_at(held.kind), at=at)
        registry.note(session, row, {"damaged": why[:300]}, role=registry.REFUSED, actor="program", at=at)
        registry.promote(session, back, actor="program", at=at, why=f"instead of the damaged {row.version}")


def _key(house: House) -> bytes:
    with house.store.write() as session:
        return stored_secret(session, "shadow")
