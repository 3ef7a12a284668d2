"""How often values like one were wrong: counts of the reader's model card, and the house's own where there are enough.

A value is like another when the reader was as sure of it: the bands are those of `learning.report.reliability`. What
people confirmed or changed in this home counts by term and band, and wins from FEWEST on: it is about these suppliers.

>>> card = (Band(0.0, 40, 10), Band(0.9, 329, 9))
>>> Chances(card).of("net_total", 0.93)
Counted(checked=329, wrong=9, is_own=False)
>>> Chances(card, {("net_total", 0.9): (60, 0)}).of("net_total", 0.93)
Counted(checked=60, wrong=0, is_own=True)
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from math import ceil, floor
from typing import NamedTuple

from sqlmodel import Session

from assurance.intervals import clopper_pearson
from models.store.corrected import count_corrected
from models.store.edits import NOT_READ
from models.store.engine import Store
from models.store.registry import champion, manifest_of
from review.language import Tongue

FEWEST = 50  # own corrections of one term in one band, from which they say more than the card
ENOUGH = 20  # values of a band, below which nothing is said
EDGES = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99)
KEPT = 600  # seconds that counts of a home are kept
_INDEX = re.compile(r"\[\d+\]")


class Band(NamedTuple):
    """One row of the card: from which confidence on, how many values were held against the truth, how many wrong."""

    start: float
    checked: int
    wrong: int


class Counted(NamedTuple):
    """Values like one: how many were checked, how many of them wrong, and whether people of this home did it."""

    checked: int
    wrong: int
    is_own: bool = False


@dataclass(frozen=True)
class Chances:
    """What is known of the reader in use. `own` holds (term, start of the band) to (checked, wrong)."""

    card: tuple[Band, ...] = ()
    own: Mapping[tuple[str, float], tuple[int, int]] = field(default_factory=dict)

    def of(self, term: str, confidence: float) -> Counted | None:
        """The counts for a value of this confidence; None where too few were checked to say anything."""
        checked, wrong = self.own.get((_INDEX.sub("[]", term), band_of(confidence)), (0, 0))
        if checked >= FEWEST:
            return Counted(checked, wrong, is_own=True)
        below = [band for band in self.card if band.start <= confidence]
        if "[" in term or not below or below[-1].checked < ENOUGH:  # the card knows no lines
            return None
        return Counted(below[-1].checked, below[-1].wrong)


def band_of(confidence: float) -> float:
    """Where the band of a confidence starts.

    >>> band_of(0.93), band_of(0.2)
    (0.9, 0.0)
    """
    return max((edge for edge in EDGES if edge <= confidence), default=0.0)


def chance_words(reader: str, term: str, confidence: float, chances: Chances, tongue: Tongue) -> str:
    """How sure a value is, in words with the number of values that it rests on; says so where nothing is known."""
    if reader in NOT_READ:
        return tongue.t(f"confidence.{reader}")
    counted = chances.of(term, confidence)
    if counted is None:
        return tongue.t("chance.unknown", percent=tongue.percent(confidence))
    where = "own" if counted.is_own else "card"
    checked = tongue.number(counted.checked, 0)
    low, high = spread_of(counted.wrong, counted.checked)
    if not counted.wrong:
        return tongue.t(f"chance.none_{where}", checked=checked, high=high)
    rate = 100 * counted.wrong / counted.checked
    if rate < 1:
        return tongue.t(f"chance.few_{where}", checked=checked, high=high)
    return tongue.t(f"chance.about_{where}", count=ceil(round(rate, 6)), checked=checked, low=low, high=high)


@lru_cache(maxsize=1024)
def spread_of(wrong: int, checked: int) -> tuple[int, int]:
    """Between how many and how many in 100 the rate is, with 95 % confidence, rounded outwards.

    >>> spread_of(4, 93), spread_of(0, 145)
    ((1, 11), (0, 3))
    """
    low, high = clopper_pearson(wrong, checked)
    return floor(100 * low), ceil(100 * high)


def chances_of(store: Store, client_id: str, at: datetime) -> Chances:
    """The card of the reader in use, and what people of this client confirmed; counted anew every ten minutes."""
    return _counted(store, client_id, int(at.timestamp()) // KEPT)


@lru_cache(maxsize=256)
def _counted(store: Store, client_id: str, _turn: int) -> Chances:
    with store.read() as session:
        counts = count_corrected(session, client_id, EDGES)
        return Chances(read_card(session), {(term, band): (checked, wrong) for term, band, checked, wrong in counts})


def read_card(session: Session) -> tuple[Band, ...]:
    """The bands of the card of the reader that is in use; without a champion it is the one that came along."""
    held = champion(session, "reader")
    manifest = manifest_of(held) if held is not None else {}
    shipped = shipped_card()
    if held is None or manifest.get("version") == shipped.get("version"):
        manifest = shipped
    return tuple(Band(float(row["from"]), int(row["values"]), int(row["wrong"]))
                 for row in manifest.get("reliability", ()) if "wrong" in row)  # fmt: skip


@lru_cache(maxsize=1)
def shipped_card() -> dict[str, list[dict[str, float]]]:
    """The card of the reader that comes with the program."""
    found: dict[str, list[dict[str, float]]] = json.loads(
        files("extractors.fields").joinpath("trained", "manifest.json").read_text(encoding="utf-8")
    )
    return found
