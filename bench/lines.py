"""How well invoice lines find their order lines, and what each part of the linking is worth.

    python bench/lines.py [--ablate greedy|no-moves|no-alias|no-codes] [--seed 9] [--books 40] [--json]

Invoices on generated books of orders (`sample_invoices.generator.book`; every book has suppliers of its own), linked to
their true orders, so that only the lines are measured. What a supplier called an item on an earlier invoice of its
book counts as confirmed. `wrong` is the share of links that are not true: the figure that costs money. The ambiguous
set has lines of one item that only quantity and price tell apart, both of them misread here and there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

if not __package__:  # run as a file: this folder must not hide the package `matching`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from matching.assignment import assign, assign_greedily
from matching.line_comparisons import line_weight
from matching.line_sides import LinePair, sides_of, targets_of
from matching.lines import LinkOptions, link_lines
from matching.order_sets import Linking
from matching.outcome import gives_back
from models.aliases import Aliases, invoice_key, is_called_otherwise, order_keys
from models.invoice import InvoiceLine
from models.order import OrderLine
from sample_invoices.generator.book import Case, cases

Json = dict[str, Any]
Memory = dict[str, dict[str, dict[str, int]]]  # seller -> wording -> item -> times
ABLATIONS: dict[str, LinkOptions] = {
    "greedy": LinkOptions(is_greedy=True),
    "no-moves": LinkOptions(has_moves=False),
    "no-alias": LinkOptions(without=frozenset({"alias"})),
    "no-codes": LinkOptions(without=frozenset({"item_id", "order_line"})),
}
AMBIGUOUS = 300  # invoices of the ambiguous set
REWORDED = 100  # invoices whose supplier has other words
CENT = Decimal("0.01")


def measure(found: Iterable[Case], options: LinkOptions) -> Json:
    """Precision, recall, F1 and the share of wrong links, in all and by situation."""
    memory: Memory = defaultdict(lambda: defaultdict(dict))
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for case in found:
        if not case.orders or case.outcome == "seller_mismatch":
            continue
        book = {order.order_number: order for order in case.candidates}
        orders = [book[number] for number in case.orders]
        seller = orders[0].seller_id or ""
        linking = Linking(case.invoice.lines, Aliases(memory[seller]), options, is_return=gives_back(case.invoice))
        links = {(link.invoice_line, *link.key) for link in linking.to(*orders)}
        true = set(case.links)
        counts[case.situation] += Counter(right=len(links & true), made=len(links), true=len(true))
        _remember(memory[seller], case)
    total = sum(counts.values(), Counter[str]())
    return _scores(total) | {"by_situation": {name: _scores(counts[name]) for name in sorted(counts)}}


def _remember(memory: dict[str, dict[str, int]], case: Case) -> None:
    """What a person who approves this invoice confirms."""
    ordered = {(order.order_number, line.line_number): line for order in case.candidates for line in order.lines}
    for at, order, number in case.links:
        line, target = case.invoice.lines[at - 1], ordered[order, number]
        if is_called_otherwise(line, target):
            meant = memory.setdefault(invoice_key(line), {})
            meant.update({key: meant.get(key, 0) + 1 for key in order_keys(target)})


def _scores(counts: Counter[str]) -> Json:
    precision = counts["right"] / counts["made"] if counts["made"] else 1.0
    recall = counts["right"] / counts["true"] if counts["true"] else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"links": counts["true"], "f1": round(f1, 4), "recall": round(recall, 4), "wrong": round(1 - precision, 4)}


def ambiguous(seed: int, number: int = AMBIGUOUS) -> Iterator[tuple[list[InvoiceLine], list[OrderLine], list[int]]]:
    """Invoices over one item at several prices: lines, order lines, and for each line the place of its order line."""
    rng = Random(seed)  # noqa: S311 - made-up lines
    for _ in range(number):
        price = rng.randint(2000, 9000)
        ordered = [
            OrderLine(line_number=str(at), item_name="Consulting day", quantity=Decimal(rng.randint(2, 9)),
                      unit_price=Decimal(price + rng.randint(-300, 300)) / 100)
            for at in range(1, rng.randint(3, 7))
        ]  # fmt: skip
        places = rng.sample(range(len(ordered)), len(ordered))
        yield [_misread(ordered[place], rng) for place in places], ordered, places


def _misread(line: OrderLine, rng: Random) -> InvoiceLine:
    quantity, price = line.quantity or Decimal(1), line.unit_price or Decimal(1)
    if rng.random() < 0.3:
        quantity = Decimal(rng.randint(1, int(quantity)))
    if rng.random() < 0.5:
        price += Decimal(rng.randint(-150, 150)) / 100
    return InvoiceLine(item_name=line.item_name, quantity=quantity, unit_price=price)


def on_ambiguous(seed: int) -> Json:
    """The share of lines that optimal and greedy assignment put right on the ambiguous set."""
    right: Counter[str] = Counter()
    for lines, ordered, places in ambiguous(seed):
        targets = targets_of("PO", ordered)
        sides = [side._replace(position=-1) for side in sides_of(lines)]  # the place on the page would give it away
        weights = [[line_weight(LinePair(side, target.side)) for target in targets] for side in sides]
        right["lines"] += len(lines)
        for name, method in (("optimal", assign), ("greedy", assign_greedily)):
            right[name] += sum(places[row] == column for row, column in method(weights))
    return {name: round(right[name] / right["lines"], 4) for name in ("optimal", "greedy")} | {"lines": right["lines"]}


def on_reworded(seed: int) -> Json:
    """The share of lines linked whose supplier has words of its own for everything, before and after one approval."""
    rng, right = Random(seed), Counter[str]()  # noqa: S311 - made-up lines
    for _ in range(REWORDED):
        ordered = [
            OrderLine(line_number=str(at), item_name=_name(rng), quantity=Decimal(20),
                      unit_price=Decimal(rng.randint(100, 9000)) / 100)
            for at in range(1, 7)
        ]  # fmt: skip
        words = [_name(rng) for _ in ordered]
        memory = {name: dict.fromkeys(order_keys(line), 1) for name, line in zip(words, ordered, strict=True)}
        bill = [
            InvoiceLine(item_name=name, quantity=Decimal(rng.randint(1, 19)),
                        unit_price=((line.unit_price or Decimal(1)) * rng.randint(97, 103) / 100).quantize(CENT))
            for name, line in zip(words, ordered, strict=True)
        ]  # fmt: skip
        right["lines"] += len(bill)
        for name, aliases in (("first", Aliases()), ("after", Aliases(memory))):
            links = link_lines(bill, targets_of("PO", ordered), aliases=aliases)
            right[name] += sum(str(link.invoice_line) == link.target.line.line_number for link in links)
    return {name: round(right[name] / right["lines"], 4) for name in ("first", "after")} | {"lines": right["lines"]}


def _name(rng: Random) -> str:
    return " ".join("".join(rng.choices("aeioubdgklmnprst", k=6)) for _ in range(2))


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--ablate", choices=sorted(ABLATIONS), help="what to leave out")
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--books", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(cases(options.seed, options.books), ABLATIONS.get(options.ablate, LinkOptions()))
    figures = {"ablate": options.ablate, **found, "ambiguous": on_ambiguous(options.seed)}
    figures["reworded"] = on_reworded(options.seed)
    if options.json:
        print(json.dumps(figures))
        return 0
    situations = figures.pop("by_situation")
    for name, value in figures.items():
        print(f"{name:14} {value}")
    for name, value in situations.items():
        print(f"  {name:16} {value}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
