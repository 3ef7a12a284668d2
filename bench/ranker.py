"""How well orders are ranked and outcomes are said on generated books of suppliers that training has not seen.

    python bench/ranker.py [--books 12] [--seed 9001] [--misses] [--json]
    python bench/ranker.py --ablate weights|nothing|no-rivals|no-lines|no-amount

Each invoice is matched against its whole book. An order is first or among five by the list of candidates; a link is
automatic where the outcome is "match", and wrong where an order is linked that is not the invoice's. Invoices whose
right answer is "another supplier's order" count for the outcome only; `told` are those of which paper and book say
which order is meant. `undamaged` had all lines read as printed. Speed: fifty candidates without lines.

`--ablate weights` matches with the weights set by hand. The other ablations train anew without some columns and
measure the ranking alone, each supplier by a model that has not seen it; `nothing` leaves nothing out.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

if not __package__:  # run as a file: this folder must not hide the package `matching`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import machine
from matching.blocking import cited_numbers
from matching.comparisons import Pair
from matching.features import COLUMNS, Column
from matching.orders import match_invoice
from matching.score import Ranker, score_candidates
from matching.supplier import match_supplier
from models.match import MatchResult, SupplierMatch
from models.settings import MatchingSettings
from sample_invoices.generator.book import Case, cases, distractors

Json = dict[str, Any]
LEFT_OUT: dict[str, Callable[[Column], bool]] = {
    "nothing": lambda _: False,
    "no-rivals": lambda column: column.comparison == "rivals" or column.name.endswith("_ahead"),
    "no-lines": lambda column: column.comparison in ("lines", "prices", "quantities"),
    "no-amount": lambda column: column.comparison == "amount",
}
CANDIDATES = 50
ROUNDS = 40


def judged(case: Case, settings: MatchingSettings) -> tuple[MatchResult, Counter[str]]:
    """The match of one invoice, and what it counts for."""
    supplier = match_supplier(case.invoice, case.suppliers, settings=settings)
    match = match_invoice(case.invoice, supplier, case.candidates, settings)
    shown = [each.order for each in match.candidates]
    is_asked = bool(case.orders) and case.outcome != "seller_mismatch"
    is_automatic = match.outcome == "match"
    is_right, is_first = match.outcome == case.outcome, bool(shown) and shown[0] in case.orders
    is_undamaged = case.reading.startswith("clean")
    return match, Counter(
        cases=1,
        asked=is_asked,
        first=is_asked and is_first,
        told=is_asked and case.outcome != "ambiguous",
        told_first=is_asked and case.outcome != "ambiguous" and is_first,
        among_five=is_asked and bool(set(shown[:5]) & set(case.orders)),
        outcome=is_right,
        undamaged=is_undamaged,
        undamaged_right=is_undamaged and is_right,
        automatic=is_automatic,
        wrong_link=is_automatic and bool(set(match.orders) - set(case.orders)),
    )


def shares(counts: Counter[str]) -> Json:
    """Counts as shares."""
    return {
        "cases": counts["cases"],
        "top_1": _share(counts["first"], counts["asked"]),
        "top_5": _share(counts["among_five"], counts["asked"]),
        "top_1_of_told": _share(counts["told_first"], counts["told"]),
        "outcome_right": _share(counts["outcome"], counts["cases"]),
        "outcome_right_undamaged": _share(counts["undamaged_right"], counts["undamaged"]),
        "automatic": counts["automatic"],
        "wrong_links": counts["wrong_link"],
        "wrong_of_automatic": _share(counts["wrong_link"], counts["automatic"]),
    }


def measure(found: Iterable[Case], ranker: Ranker) -> Json:
    """All figures, those of each way in which the number, the event or the reading was spoilt, and the misses."""
    settings = MatchingSettings(ranker=ranker)
    whole: Counter[str] = Counter()
    said: Counter[str] = Counter()
    misses: list[Json] = []
    by: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for case in found:
        match, counts = judged(case, settings)
        whole += counts
        said[f"{case.outcome}: {match.outcome}"] += 1
        if not counts["outcome"] or counts["wrong_link"] or counts["asked"] > counts["first"]:
            misses.append(miss(case, match))
        for kind, name in (("number", case.number), ("situation", case.situation), ("reading", case.reading)):
            by[kind][name.split("/")[0]] += counts
    parts = {kind: {name: shares(counts) for name, counts in sorted(rows.items())} for kind, rows in by.items()}
    return {**shares(whole), "planted_and_said": dict(sorted(said.items())), "by": parts, "misses": misses}


def miss(case: Case, match: MatchResult) -> Json:
    """What was planted and what was said of one invoice."""
    return {
        "case": case.name, "situation": case.situation, "number": case.number, "reading": case.reading,
        "planted": case.outcome, "said": match.outcome, "orders": case.orders, "found": match.orders,
        "printed": case.invoice.order_reference or case.invoice.buyer_reference,
        "candidates": [(each.order, round(each.probability, 3)) for each in match.candidates[:3]],
        "variances": [(each.invoice_line, each.kind, each.expected, each.actual) for each in match.variances],
    }  # fmt: skip


def ablated(found: Iterable[Case], part: str) -> Json:
    """The ranking by trees that were trained without some columns, on suppliers that they have not seen."""
    from learning.matcher import cross_fit, figures, ranked, studies_of

    columns = [at for at, column in enumerate(COLUMNS) if LEFT_OUT[part](column)]
    studies = studies_of(found)
    for study in studies:
        study.rows[:, columns] = [COLUMNS[at].neutral for at in columns]
    return figures(ranked(cross_fit(studies, 1, "2026-01-01").unseen, studies))


def speed(ranker: Ranker) -> float:
    """Milliseconds of CPU for one invoice beside fifty orders without lines: the median."""
    case = next(iter(cases(7, 1)))
    pairs = [
        Pair(case.invoice, order.model_copy(update={"lines": ()}), SupplierMatch(), cited_numbers(case.invoice))
        for order in islice(distractors(7, CANDIDATES), CANDIDATES)
    ]
    taken = []
    for _ in range(ROUNDS):
        started = time.process_time()
        score_candidates(pairs, ranker)
        taken.append((time.process_time() - started) * 1000)
    return round(sorted(taken)[ROUNDS // 2], 2)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--books", type=int, default=12, help="40 invoices each")
    parser.add_argument("--seed", type=int, default=9001, help="training uses another")
    parser.add_argument("--ablate", choices=("weights", *LEFT_OUT), help="what to leave out")
    parser.add_argument("--misses", action="store_true", help="name each invoice whose order or outcome is wrong")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = cases(given.seed, given.books)
    if given.ablate in LEFT_OUT:
        print(json.dumps({"ablate": given.ablate, "seed": given.seed, **ablated(found, given.ablate)}))
        return 0
    ranker: Ranker = given.ablate or "trained"
    figures = measure(found, ranker)
    figures["cpu_ms_for_50_candidates"] = speed(ranker)
    misses = figures.pop("misses") if not given.misses else figures["misses"]
    if given.json:
        print(json.dumps({"machine": machine.describe(), "ranker": ranker, "seed": given.seed, **figures}, indent=1))
        return 0
    print(machine.header())
    print(f"ranker: {ranker}, seed {given.seed}, {len(misses)} misses")
    print("\n".join(told(figures)))
    return 0


def told(figures: Json) -> Iterator[str]:
    """The figures as lines for people."""
    parts, said, misses = figures.pop("by"), figures.pop("planted_and_said"), figures.pop("misses", [])
    yield ", ".join(f"{name} {figure}" for name, figure in figures.items())
    yield from (f"  planted and said: {name} {count}" for name, count in said.items())
    for kind, rows in parts.items():
        for name, row in rows.items():
            yield f"  {kind} {name}: " + ", ".join(f"{key} {figure}" for key, figure in row.items())
    yield from (f"  missed: {json.dumps(each, ensure_ascii=False)}" for each in misses)


if __name__ == "__main__":
    raise SystemExit(main())
