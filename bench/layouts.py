"""How soon a supplier's new layout is noticed, and how often a known one is taken for new.

    python -m bench.layouts [--suppliers 60] [--json]

Each made supplier has four confirmed invoices. Then come five in a new layout (same supplier, same words,
another look), one more in the old one, and one in the old one with misread letters.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import replace
from random import Random

from extractors.fields.drift import note_layout
from extractors.fields.fingerprint import fingerprint
from extractors.fields.memory import Memory
from extractors.fields.sheet import prepare
from models.memory import Fingerprint, Sample
from sample_invoices.generator.training.content import random_deal
from sample_invoices.generator.training.family import Family, random_family
from sample_invoices.generator.training.noise import noisy
from sample_invoices.generator.training.series import Drawn
from sample_invoices.generator.training.sheets import print_sheets

CONFIRMED, NEW = 4, 5
MISREAD = 0.015  # of the letters
SUPPLIER = ("vat:DE136695976", "name:hafenbedarfnordgmbh")


def page_of(family: Family, lot: str, misread: float = 0.0) -> Fingerprint:
    """One invoice of a family as memory sees it."""
    rng = Random(lot)  # noqa: S311 - made documents, no secret
    deal = random_deal(rng, family)
    pages = Drawn(deal, family, print_sheets(deal, family, rng)).reading()
    pages = noisy(pages, misread, rng) if misread else pages
    return fingerprint([prepare(page) for page in pages if page.words]).model_copy(update={"keys": SUPPLIER})


def is_noticed(page: Fingerprint, known: list[Fingerprint]) -> bool:
    """Whether the reader would say that the layout is new."""
    printed = frozenset({"de136695976", "hafenbedarfnordgmbh"})
    return note_layout(Memory(page, tuple(Sample(fingerprint=each) for each in known), printed)) is not None


def measure(suppliers: int) -> dict[str, object]:
    """The figures."""
    noticed: Counter[str] = Counter()
    kept = old = misread = count = 0
    at = 0
    while count < suppliers:
        at += 1
        one, other = (random_family(Random(f"{kind}:{at}"), "all") for kind in ("layout", "other"))  # noqa: S311 - as above
        if "till" in {one.scene, other.scene}:
            continue
        count += 1
        known = [page_of(one, f"{at}:{number}") for number in range(CONFIRMED)]
        changed = replace(one, look=other.look)
        new = [page_of(changed, f"{at}:new:{number}") for number in range(NEW)]
        hits = [is_noticed(page, known) for page in new]
        noticed[str(hits.index(True) + 1) if any(hits) else "never"] += 1
        kept += is_noticed(new[1], [*known, new[0]])  # one was confirmed: still to a person
        old += is_noticed(page_of(one, f"{at}:old"), known)
        misread += is_noticed(page_of(one, f"{at}:misread", MISREAD), known)
    return {
        "suppliers": count, "noticed_at_document": dict(sorted(noticed.items())), "second_still_noticed": kept,
        "false_alarms": old, "false_alarms_misread": misread,
    }  # fmt: skip


def main() -> int:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suppliers", type=int, default=60)
    parser.add_argument("--json", action="store_true", help="figures alone")
    options = parser.parse_args()
    told = measure(options.suppliers)
    print(json.dumps(told, indent=None if options.json else 1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
