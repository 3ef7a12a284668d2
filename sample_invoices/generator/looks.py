"""Looks: one choice on every axis of a page's layout. Named ones in layouts.toml, random ones for training.

>>> load_looks()["norm"].address
'window'
>>> random_look(Random(3)) == random_look(Random(3))
True
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

LAYOUTS = Path(__file__).parent / "layouts.toml"

AXES: dict[str, tuple[str, ...]] = {
    "font": ("helvetica", "times", "courier", "vera"),
    "letterhead": ("left", "right", "centred", "banner", "minimal"),
    "address": ("window", "right", "left", "columns"),
    "meta": ("colon", "grid", "table", "right", "sentence"),
    "table": ("ruled", "grid", "striped", "headerless"),
    "totals": ("right", "boxed", "recap", "bar"),
    "footer": ("columns", "line", "payment", "centred"),
    "tax_rows": ("rates", "total"),
}
COLUMN_SETS: tuple[tuple[str, ...], ...] = (
    ("code", "name", "quantity", "price", "rate", "amount"),
    ("position", "code", "name", "quantity", "unit", "price", "amount"),
    ("name", "quantity", "price", "amount"),
    ("quantity", "code", "name", "price", "rate", "amount"),
    ("position", "name", "quantity", "unit", "price", "rate", "amount"),
    ("name", "quantity", "unit", "price", "amount"),
)
MEASURED_EDGE = 40.0  # points: the narrowest margin of the named looks


@dataclass(frozen=True, slots=True)
class Look:
    """One choice on every axis. `currency` is an index into the locale's ways to write money; `margin` in points."""

    name: str
    font: str
    letterhead: str
    address: str
    meta: str
    table: str
    columns: tuple[str, ...]
    totals: str
    footer: str
    tax_rows: str
    currency: int = 0
    margin: float = 48.0
    size: float = 9.0


@cache
def load_looks() -> dict[str, Look]:
    """The named looks of layouts.toml."""
    raw = tomllib.loads(LAYOUTS.read_text(encoding="utf-8"))
    return {name: Look(name=name, **{**axes, "columns": tuple(axes["columns"])}) for name, axes in raw.items()}


def random_look(rng: Random) -> Look:
    """A look with every axis drawn on its own."""
    axes = {axis: rng.choice(options) for axis, options in AXES.items()}
    return Look(
        name="-".join(axes[axis] for axis in ("letterhead", "address", "meta", "table", "totals")),
        columns=rng.choice(COLUMN_SETS),
        currency=rng.randrange(4),
        margin=round(rng.uniform(MEASURED_EDGE, 62.0), 1),
        size=round(rng.uniform(8.0, 10.0), 1),
        **axes,
    )
