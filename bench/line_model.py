"""Whether trained trees link lines better than the weights set by hand: the same generator, suppliers never seen.

    python bench/line_model.py [--books 30] [--train-books 60]

Trees learn from every invoice line beside every line of its orders, with the similarities that the hand-set weights
are applied to, and then weigh the pairs in the same assignment with the same moves.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

if not __package__:  # run as a file: this folder must not hide the package `matching`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np

from bench.lines import measure
from learning.grow import Growth, grow
from matching.line_comparisons import LINE_COMPARISONS
from matching.line_sides import LinePair, sides_of, targets_of
from matching.lines import LinkOptions
from matching.packs import conversion
from models.forest import Forest
from sample_invoices.generator.book import Case, cases

NAMES = (*(f"{row.name}{kind}" for row in LINE_COMPARISONS for kind in ("", "_known")), "same_order")
RISING = frozenset(row.name for row in LINE_COMPARISONS)
GROWTH = Growth(trees=90, leaves=12, depth=5, rate=0.1, smallest_leaf=40, ridge=5.0, columns_seen=0.7)


def row_of(pair: LinePair) -> list[float]:
    """What the trees see of two lines."""
    found = [row.similarity(pair) for row in LINE_COMPARISONS]
    mine, theirs = pair.mine.order, pair.theirs.order
    values = [each for alike in found for each in ((0.5, 0.0) if alike is None else (alike, 1.0))]
    return [*values, float(not mine or mine in theirs or theirs in mine)]


def examples(found: Iterable[Case]) -> Iterator[tuple[list[float], bool]]:
    """Every pair of lines of the cases whose order is known, and whether they belong together."""
    for case in found:
        if not case.orders or case.outcome == "seller_mismatch":
            continue
        orders = [order for order in case.candidates if order.order_number in case.orders]
        targets = [target for order in orders for target in targets_of(order.order_number, order.lines)]
        true = set(case.links)
        for at, (line, side) in enumerate(zip(case.invoice.lines, sides_of(case.invoice.lines), strict=True), 1):
            for target in targets:
                factor = conversion(line, target.line, target.price)
                pair = LinePair(side, target.side, None if factor is None else float(factor))
                yield row_of(pair), (at, target.order, target.line.line_number) in true


def weighed_by(forest: Forest) -> LinkOptions:
    """Linking with the trees' log2 odds."""
    return LinkOptions(weigh=lambda pair: float(forest.margins(np.array([row_of(pair)]))[0]) / math.log(2.0))


def main() -> int:
    """Print the figures of both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--books", type=int, default=30)
    parser.add_argument("--train-books", type=int, default=60)
    given = parser.parse_args()
    rows, right = zip(*examples(cases(5, given.train_books)), strict=True)
    forest = grow(np.array(rows), np.array(right), np.ones(len(right)), NAMES, RISING, 1, GROWTH)
    held_out = list(cases(21, given.books))
    for name, options in (("by hand", LinkOptions()), ("trained", weighed_by(forest))):
        found = measure(held_out, options)
        print(name, json.dumps({key: found[key] for key in ("links", "f1", "recall", "wrong")}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
