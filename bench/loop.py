"""The learning loop from end to end: corrections of suppliers with unusual labels, a challenger, the gate, promotion.

    python -m bench.loop [--documents 1000] [--suppliers 40] [--gold 600] [--json]

Each made supplier has a layout and labels of its own that no language has. Three in ten are kept for judging, as in a
home. Of the others the first documents are corrected by people and learned from; the later ones tell what was gained.
The bench gives way to other work (nice) and prints what training and gate cost in seconds of one core.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from extractors.fields.lexicon import squeeze
from extractors.fields.model import load_model
from extractors.fields.sheet import prepare
from flows import challenge
from flows.champion import keep_files, register_shipped
from flows.house import House, open_house
from flows.teaching import Material, Order, make_model
from learning.contest import frozen_gold, wrong_terms
from learning.corrections import SET, is_held_out
from learning.material import Example, synthetic
from learning.values import answers
from models.document import Page
from models.store import registry
from models.store.audit import now
from models.tables import ModelRow

SEED = 4_051
TAUGHT, LATER = 6, 4  # documents of one supplier
SYLLABLES = ("bra", "kel", "mor", "quo", "zib", "dru", "fen", "lop", "wuf", "tar", "vis", "nog", "hul", "pex", "ryd")


def unusual(example: Example, supplier: str) -> Example:
    """The same document with labels that no language has, each supplier's its own."""
    pages = tuple(_renamed(page, supplier) for page in example.pages)
    return replace(example, pages=pages, marks={}, complete=False, set=SET, group=f"{SET}-{supplier}")


def _renamed(page: Page, supplier: str) -> Page:
    sheet = prepare(page)
    hidden = {
        token.key
        for row in sheet.rows
        for anchor in sheet.anchors[row.number]
        for token in row.tokens[anchor.first : anchor.last + 1]
        if token.key.isalpha() and len(token.key) > 1
    }
    words = tuple(word._replace(text=_word(supplier, word.text)) if squeeze(word.text) in hidden else word
                  for word in page.words)  # fmt: skip
    return replace(page, words=words)


def _word(supplier: str, text: str) -> str:
    lot = hashlib.sha256(f"{supplier}:{squeeze(text)}".encode()).digest()
    made = "".join(SYLLABLES[each % len(SYLLABLES)] for each in lot[: max(2, min(4, len(text) // 3))])
    return made.capitalize() if text[:1].isupper() else made


def suppliers(count: int) -> dict[str, list[Example]]:
    """Supplier to its documents, in order of time."""
    found: dict[str, list[Example]] = {}
    each = TAUGHT + LATER
    for at, example in enumerate(synthetic(SEED, count * each, misread=0.0, per_family=each)):
        supplier = f"bench/S{at // each}"
        found.setdefault(supplier, []).append(unusual(example, supplier))
    return found


def share_right(place: str, examples: Sequence[Example], house: House) -> float:
    """Documents on which everything that a payment rests on is right."""
    read = list(answers(load_model(place), examples, house.settings.reading))
    return round(sum(not wrong_terms(answer) for answer in read) / max(1, len(read)), 4)


def learned(house: House, material: Material, order: Order) -> ModelRow:
    """Train and register, as the nightly run does."""
    with tempfile.TemporaryDirectory() as scratch:
        manifest = make_model(material, order, house.settings, Path(scratch))
        kept = keep_files(house, Path(scratch))
    with house.store.write() as session:
        return registry.register(session, "reader", manifest["version"], files=kept, manifest=manifest, actor="bench",
                                 at=now())  # fmt: skip


def run(house: House, documents: int, count: int, gold: int) -> dict[str, Any]:
    """The whole loop; figures."""
    register_shipped(house)
    known = suppliers(count)
    taught = [each for name, rows in known.items() if not is_held_out(name) for each in rows[:TAUGHT]]
    later = [each for name, rows in known.items() if not is_held_out(name) for each in rows[TAUGHT:]]
    kept = [each for name, rows in known.items() if is_held_out(name) for each in rows]
    order = Order(day=now().date().isoformat(), documents=documents)
    began = time.process_time()
    row = learned(house, Material(list(synthetic(order.seed, documents)), taught, {SET: "the client's own"}), order)
    trained = time.process_time()
    gold_set = challenge.Gold([*frozen_gold(gold), *kept, *later], taught, {})
    told = challenge.run_gate(house, row, gold_set, actor="bench")
    judged = time.process_time()
    place = str(challenge.laid_out(house, row))
    figures = {
        name: {"documents": len(rows), "champion": share_right("", rows, house),
               "challenger": share_right(place, rows, house)}
        for name, rows in (("later of the same suppliers", later), ("other suppliers", kept))
    }  # fmt: skip
    promoted = ""
    if told.verdict.promote:
        challenge.promote(house, row, actor="bench")
        with house.store.read() as session:
            promoted = registry.versions_in_use(session)["reader"]
    return {"learned_from": len(taught), **figures, "gate": told.as_dict(), "promoted": promoted,
            "core_seconds": {"train": round(trained - began), "gate": round(judged - trained)}}  # fmt: skip


def main() -> int:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1000, help="of the generator, to learn from")
    parser.add_argument("--suppliers", type=int, default=40)
    parser.add_argument("--gold", type=int, default=600)
    parser.add_argument("--json", action="store_true", help="figures alone")
    options = parser.parse_args()
    os.nice(10)
    os.environ |= {"FACTURIER__LEARNING__SHADOW_DAYS": "0", "FACTURIER__LEARNING__SHADOW_DOCUMENTS": "0"}
    with tempfile.TemporaryDirectory() as home, open_house(Path(home)) as house:
        told = run(house, options.documents, options.suppliers, options.gold)
    print(json.dumps(told, indent=None if options.json else 1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
