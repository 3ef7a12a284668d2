"""How often invoices find their orders and the right outcome, and how well the pair model tells records apart.

    python bench/matching.py DATA_DIR [--json] [--only NAME] [--ablate]

`po_derived` of DATA_DIR holds the book and the truth; orders and suppliers are imported into an empty home, and
`facturier match --json` reads the invoices. Nothing is stored between invoices, so that a second invoice on an order is
only asked for its order. The benchmarks of labelled pairs (pairs.py) are one folder each, in DATA_DIR or below it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

if not __package__:  # run as a file: this folder must not hide the package `matching`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import machine, pairs
from bench.po import measure, told

Json = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA_DIR")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", metavar="NAME", help="one benchmark: the name of its folder, or po_derived")
    parser.add_argument("--ablate", action="store_true", help="the pair model again without each of its parts")
    given = parser.parse_args()
    os.environ.update(machine.ONE_THREAD)
    facts, title = machine.describe(), machine.header()
    folders = pairs.benchmarks(given.data, given.only)
    has_book = given.only in (None, "po_derived") and (given.data / "po_derived" / "truth.jsonl").is_file()
    if not folders and not has_book:
        print(f"No benchmark in {given.data}: it needs po_derived/ or folders with pairs_train.csv", file=sys.stderr)
        return 1
    report = pairs.measure_all(folders, is_ablated=given.ablate)
    orders: Json = {"po_derived": measure(given.data / "po_derived")} if has_book else {}
    if given.json:
        print(json.dumps({"machine": facts, **orders, **report}, indent=1))
    else:
        lines = [line for name, figures in orders.items() for line in told(name, figures)]
        print("\n".join((title, *(pairs.table(report) if report else ()), *lines)))
    return 0 if len(report) == len(folders) else 1


if __name__ == "__main__":
    raise SystemExit(main())
