"""Second copies of invoices among honest ones, drawn by a seed: the pairs on which `bench.fraud` measures.

A hundred and fifty suppliers with their own notation of numbers; a third of them bill rent, telephone or a
subscription, the same amount month by month; some deliver twice a day at one price, some write credit notes. A copy
is an honest invoice in one or more disguises. Nothing here looks at what tells copies.

>>> archive = make_archive(1, honest=50, copies=10)
>>> len(archive.honest), len(archive.copies), archive == make_archive(1, honest=50, copies=10)
(50, 10, True)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

CENT = Decimal("0.01")
FIRST_DAY = date(2024, 1, 8)
BITS = 256
DISGUISES = ("notation", "misread", "cent", "days", "alias", "establishment", "rescan", "credit_note", "cut")
# How many bits of a page's picture differ: two scans of one paper, two invoices of one layout.
_SCAN_BITS, _LAYOUT_BITS = (0, 14), (6, 40)
_MISREAD = {"0": "O86", "1": "I7", "2": "Z7", "3": "8", "5": "S6", "6": "8", "7": "1", "8": "3B", "9": "4"}


@dataclass(frozen=True, slots=True)
class Paper:
    """One invoice as it is read. `siret` and `seller` are those of the establishment that bills."""

    key: str
    number: str
    issued: date
    gross: Decimal
    seller: str
    name: str
    siret: str
    iban: str
    picture: int | None
    is_credit: bool = False


class Copy(NamedTuple):
    """A second copy, of which invoice, and how it is disguised."""

    paper: Paper
    original: str
    disguise: str


class Archive(NamedTuple):
    """What comes in: honest invoices in the order of their days, then the copies."""

    honest: tuple[Paper, ...]
    copies: tuple[Copy, ...]


class _Supplier(NamedTuple):
    seller: str
    name: str
    siren: str
    style: str
    is_monthly: bool
    price: Decimal
    layout: int


def make_archive(seed: int, *, honest: int = 5000, copies: int = 1000) -> Archive:
    """Honest invoices and copies of some of them."""
    draw = Random(seed)  # noqa: S311 - seeded, for figures that repeat
    suppliers = [_supplier(draw, at) for at in range(max(5, honest // 33))]
    per = -(-honest // len(suppliers))
    papers = [paper for each in suppliers for paper in _papers(draw, each, per)]
    papers = sorted(draw.sample(papers, honest), key=lambda paper: (paper.issued, paper.key))
    chosen = draw.sample(papers, copies)
    return Archive(tuple(papers), tuple(_copy(draw, at, original) for at, original in enumerate(chosen)))


def _supplier(draw: Random, at: int) -> _Supplier:
    words = draw.choice(("Papeterie", "Transports", "Boulangerie", "Garage", "Telecom", "Immo", "Atelier", "Labo"))
    name = f"{words} {draw.choice(('Dupont', 'Martin', 'Nord', 'du Midi', 'Bernard', 'Lemoine'))} {at}"
    style = draw.choice(("F-{year}-{n:04}", "INV-{n:03}", "FA{n:06}", "{year}{n:05}", "{n}", "R{year2}/{n:04}"))
    price = Decimal(draw.randint(900, 900_000)) / 100
    return _Supplier(f"S{at}", name, f"{draw.randint(100_000_000, 999_999_999)}", style, at % 3 == 0, price,
                     draw.getrandbits(BITS))  # fmt: skip


def _papers(draw: Random, supplier: _Supplier, count: int) -> list[Paper]:
    number, day, found = draw.randint(1, 400), FIRST_DAY + timedelta(days=draw.randint(0, 28)), []
    step = draw.randint(1, 3)  # other customers get numbers between ours
    for at in range(count):
        gross = supplier.price if supplier.is_monthly else Decimal(draw.randint(900, 900_000)) / 100
        repeated = found[-1] if found and not supplier.is_monthly and draw.random() < 0.03 else None
        if repeated:  # two deliveries of one day at one price
            gross, day = repeated.gross, repeated.issued
        is_credit = not repeated and draw.random() < 0.03 and bool(found)
        gross = found[-1].gross if is_credit else gross
        found.append(Paper(f"{supplier.seller}-{at}", _written(supplier.style, number, day), day, gross,
                           supplier.seller, supplier.name, f"{supplier.siren}00017", f"FR76{supplier.siren}0000000000",
                           _flipped(draw, supplier.layout, _LAYOUT_BITS), is_credit))  # fmt: skip
        number += draw.randint(1, step)
        day += timedelta(days=draw.choice((28, 30, 31)) if supplier.is_monthly else draw.randint(1, 40))
    return found


def _written(style: str, number: int, day: date) -> str:
    return style.format(n=number, year=day.year, year2=day.year % 100)


def _copy(draw: Random, at: int, original: Paper) -> Copy:
    disguise = DISGUISES[at % len(DISGUISES)]
    paper = _disguised(draw, original, disguise)
    if disguise in {"notation", "days", "cent"} and draw.random() < 0.4:  # two at once
        paper = _disguised(draw, paper, draw.choice(("notation", "days", "cent")))
    if disguise != "rescan" and draw.random() < 0.5:  # came as a file of its own: no paper to compare
        paper = replace(paper, picture=None)
    return Copy(replace(paper, key=f"copy-{at}"), original.key, disguise)


def _disguised(draw: Random, paper: Paper, disguise: str) -> Paper:
    return _COSTUMES[disguise](draw, paper)


def _notation(draw: Random, paper: Paper) -> Paper:
    number = paper.number
    shown = draw.choice((number.replace("-", "").replace("/", ""), number.lower().replace("1", "l"),
                         number.replace("0", "O"), number.replace("-", " ").replace("/", "-")))  # fmt: skip
    return replace(paper, number=shown)


def _cent(draw: Random, paper: Paper) -> Paper:
    return replace(paper, gross=paper.gross + draw.choice((CENT, -CENT)), number=paper.number.replace("-", "/"))


def _days(draw: Random, paper: Paper) -> Paper:
    days = draw.choice((-3, -2, -1, 1, 2, 3))
    return replace(paper, issued=paper.issued + timedelta(days=days), number=paper.number.replace("-", ""))


def _alias(_draw: Random, paper: Paper) -> Paper:
    return replace(paper, seller=f"{paper.seller}b", name=f"{paper.name.split()[0]} Groupe", siret="")


def _establishment(_draw: Random, paper: Paper) -> Paper:
    return replace(paper, seller=f"{paper.seller}e", name=f"{paper.name} Agence 2", siret=paper.siret[:9] + "00025")


def _rescan(draw: Random, paper: Paper) -> Paper:
    changed = replace(paper, picture=_flipped(draw, paper.picture or 0, _SCAN_BITS))
    return replace(changed, number=_misread(draw, paper.number)) if draw.random() < 0.5 else changed


_COSTUMES: dict[str, Callable[[Random, Paper], Paper]] = {
    "notation": _notation,
    "misread": lambda draw, paper: replace(paper, number=_misread(draw, paper.number)),
    "cent": _cent,
    "days": _days,
    "alias": _alias,
    "establishment": _establishment,
    "rescan": _rescan,
    "credit_note": lambda _, paper: replace(paper, is_credit=not paper.is_credit),
    "cut": lambda _, paper: replace(paper, number=paper.number.lstrip("FINVAR-") or paper.number),
}


def _misread(draw: Random, number: str) -> str:
    places = [at for at, sign in enumerate(number) if sign in _MISREAD]
    if not places:
        return number
    at = draw.choice(places)
    return number[:at] + draw.choice(_MISREAD[number[at]]) + number[at + 1 :]


def _flipped(draw: Random, bits: int, span: tuple[int, int]) -> int:
    for place in draw.sample(range(BITS), draw.randint(*span)):
        bits ^= 1 << place
    return bits
