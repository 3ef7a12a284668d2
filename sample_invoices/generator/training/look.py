"""A layout family: one skeleton of blocks and one manner for each block, and the share of things that it prints.

A skeleton is rows of blocks from top to bottom, `a | b` side by side: "letterhead / buyer | meta". Its name and the
manners make the family's name, which is the `group` to average over and to split by.

>>> look = random_look(Random(3), "DE")
>>> look.group == random_look(Random(3), "DE").group
True
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

LAYOUTS = Path(__file__).parent / "layouts.toml"
LETTER = (612.0, 792.0)
A4 = (595.28, 841.89)


@dataclass(frozen=True, slots=True)
class Look:
    """One layout family. Shares are probabilities in [0, 1] that a document of it prints something."""

    skeleton: str
    number: int
    meta: str
    table: str
    columns: tuple[str, ...]
    totals: str
    footer: str
    letterhead: str
    font: str
    size: float
    margin: float
    paper: tuple[float, float]
    colour: str
    title_size: float
    named_title: bool  # the number stands in the title
    shade: bool  # labels in bold
    line_money: bool  # amounts of lines show the currency
    total_money: bool
    seller_in_footer_only: bool
    country_rows: bool
    values_bold: bool
    wrap_headers: bool
    notes: float
    decoys: float
    salutation: bool

    @property
    def group(self) -> str:
        """The family's name: stable, and the same for every supplier of this layout."""
        return f"a4-{self.number:02d}-{self.meta}-{self.table}-{len(self.columns)}-{self.totals}-{self.footer}"


@cache
def load_layouts() -> dict[str, list[str]]:
    """The lists of layouts.toml: skeletons, columns, and one list of manners a block."""
    return tomllib.loads(LAYOUTS.read_text(encoding="utf-8"))


def random_look(rng: Random, country: str) -> Look:
    """Any skeleton with any manner."""
    lists = load_layouts()
    number = rng.randrange(len(lists["skeletons"]))
    return Look(
        skeleton=lists["skeletons"][number],
        number=number,
        meta=rng.choice(lists["metas"]),
        table=rng.choice(lists["tables"]),
        columns=tuple(rng.choice(lists["columns"]).split()),
        totals=rng.choice(lists["totals"]),
        footer=rng.choice(lists["footers"]),
        letterhead=rng.choice(lists["letterheads"]),
        font=rng.choice(lists["fonts"]),
        size=round(rng.uniform(7.4, 10.4), 1),
        margin=round(rng.uniform(28.0, 70.0), 1),
        paper=LETTER if country in {"US", "CA"} else A4,
        colour=rng.choice(lists["colours"]),
        title_size=rng.choice((10.0, 12.0, 14.0, 18.0, 24.0)),
        named_title=rng.random() < 0.22,
        shade=rng.random() < 0.3,
        line_money=rng.random() < 0.28,
        total_money=rng.random() < 0.62,
        seller_in_footer_only=rng.random() < 0.06,
        country_rows=rng.random() < 0.3,
        values_bold=rng.random() < 0.15,
        wrap_headers=rng.random() < 0.3,
        notes=rng.choice((0.0, 0.0, 0.2, 0.6)),
        decoys=rng.choice((0.1, 0.3, 0.5, 0.7)),
        salutation=rng.random() < 0.5,
    )
