"""What agrees between two copies of one invoice and between two invoices: the weights of `matching.duplicate_odds`.

Two copies: an invoice of the generated history printed twice as a PDF, and once as a PDF and once as a scan, each field
misread as often as `sample_invoices/history.jsonl` says of its scans. Two invoices: pairs of one supplier of the same
history, as the look-up of duplicates brings them. Needs no data; `python -m bench.duplicates`, about a minute.
"""

from __future__ import annotations

import io
import itertools
import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import NamedTuple

import pypdfium2
from PIL import Image

from matching.duplicate_odds import COMPARISONS, LEVELS, Side, compare
from models.page_picture import PICTURE_SIZE, page_hash
from sample_invoices.generator.demo.past import Plan, make_book
from sample_invoices.generator.demo.produce import MAKERS
from sample_invoices.generator.demo.script import Expectation, Sample
from sample_invoices.generator.randomly import random_recipe

HISTORY = Path(__file__).parents[1] / "sample_invoices" / "history.jsonl"
SEED, ROUNDS, PRINTED_ROUNDS = 11, 40, 4
TERMS = {"number": "invoice_number", "amount": "gross_total", "date": "issue_date", "iban": "iban"}
FITTING = Expectation("two_way", "match", ("approve",), ())
FLOOR = 0.0025  # a share below one in 400 cannot be told by some 200 scans
# Set by hand: misread values that are near the right one, and how many are misread at least, since the history leaves
# out what a hard gate held.
NEAR_MISREAD, MISREAD = 0.9, 0.02

Counts = dict[str, Counter[str]]


class Printed(NamedTuple):
    """One invoice: its supplier, and what is compared of its PDF and of its scan."""

    seller: str
    digital: Side
    scanned: Side


def picture_of(content: bytes) -> int:
    """The hash of a first page."""
    if content[:4] == b"%PDF":
        image = pypdfium2.PdfDocument(content)[0].render(scale=1.5).to_pil()
    else:
        image = Image.open(io.BytesIO(content))
    return page_hash(image.convert("L").resize(PICTURE_SIZE, Image.Resampling.BOX).tobytes())


def side_of(plan: Plan, picture: int | None = None) -> Side:
    """What is compared of an invoice."""
    invoice = plan.facts.invoice
    return Side(invoice.invoice_number, invoice.gross_total, invoice.issue_date, invoice.iban, picture)


def printed(plan: Plan) -> Printed:
    """An invoice as a PDF and as a scan."""
    recipe = random_recipe(Random(f"{SEED}:{plan.slug}"))  # noqa: S311 - seeded, for figures that repeat
    sample = Sample(plan.slug, "pdf", "", (plan.facts,), ((plan.order,),), FITTING, plan.seller.company.look)
    scan = Sample(plan.slug, "tiff" if recipe.mode == "fax" else "scan", "", (plan.facts,), ((plan.order,),),
                  FITTING, plan.seller.company.look, recipe=recipe)  # fmt: skip
    digital, scanned = (picture_of(MAKERS[each.kind](each, SEED).content) for each in (sample, scan))
    return Printed(plan.seller.seller_id, side_of(plan, digital), side_of(plan, scanned))


def misread() -> Counter[str]:
    """How often a comparison's field was misread on the scans of the history, and under `scans` their number."""
    found: Counter[str] = Counter()
    for line in HISTORY.read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        if label["segment"].startswith("scan"):
            found["scans"] += 1
            found.update(name for name, term in TERMS.items() if term in label["terms"])
    return found


def count_pairs(pairs: list[tuple[Side, Side]]) -> Counts:
    """How often each level is seen."""
    levels = [compare(left, right) for left, right in pairs]
    return {name: Counter(each[name] for each in levels) for name in COMPARISONS}


def shares(counts: Counter[str]) -> dict[str, float]:
    """Shares of the levels, none below FLOOR."""
    total = sum(counts[level] for level in LEVELS)
    return {level: max(FLOOR, round(counts[level] / total, 4)) for level in LEVELS}


def misread_levels(share: float) -> Counter[str]:
    """Levels of two copies, of ten thousand, where so many are misread."""
    lost = round(10_000 * share)
    near = round(lost * NEAR_MISREAD)
    return Counter(same=10_000 - lost, near=near, other=lost - near)


def main() -> None:
    """Count and print."""
    book = make_book(SEED, strangers=0, rounds=ROUNDS)
    plans = [plan for each in book.rounds for plan in each]
    on_paper = [printed(plan) for each in book.rounds[:PRINTED_ROUNDS] for plan in each]
    others = count_pairs([
        (side_of(left), side_of(right)) for left, right in itertools.combinations(plans, 2)
        if left.seller.seller_id == right.seller.seller_id
    ])  # fmt: skip
    others["picture"] = count_pairs([
        (left.digital, right.digital) for left, right in itertools.combinations(on_paper, 2)
        if left.seller == right.seller
    ])["picture"]  # fmt: skip
    copies = count_pairs([(each.digital, each.digital) for each in on_paper]
                         + [(each.digital, each.scanned) for each in on_paper])  # fmt: skip
    wrong = misread()
    for name in TERMS:
        copies[name] = misread_levels(max(MISREAD, wrong[name] / wrong["scans"]))
    for name in COMPARISONS:
        print(name, "m", shares(copies[name]), dict(copies[name]), "u", shares(others[name]), dict(others[name]))


if __name__ == "__main__":
    main()
