"""How often invoices find their orders, and the right outcome with them, on a book of orders with planted outcomes.

    python bench/po.py DATA_DIR [--source xml|page] [--ablate weights] [--misses] [--json]

`po_derived` of DATA_DIR holds the book and the truth; orders and suppliers are imported into an empty home, and
`facturier match --json` reads the invoices: their XML, or what is printed. Nothing is stored between invoices, so that
a second invoice on an order is only asked for its order. A link is automatic where the outcome is "match".
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

if not __package__:  # run as a file: this folder must not hide the package `matching`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import machine
from bench.running import extract, facturier
from models.reference import canonical_number

Json = dict[str, Any]
CLIENT = "bench"
SOURCES = ("auto", "xml", "page")
# Kinds of files that a source has nothing of.
LEFT_OUT = {
    "auto": frozenset[str](),
    "xml": frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff"}),
    "page": frozenset({".xml"}),
}
# Planted outcome -> outcomes of ours that say it; none: only the order is asked for.
SAYS: dict[str, frozenset[str]] = {
    "match": frozenset({"match"}),
    "match_name_variant": frozenset({"match"}),
    "price_variance": frozenset({"price_variance"}),
    "quantity_variance": frozenset({"quantity_variance"}),
    "supplier_mismatch": frozenset({"seller_mismatch"}),
    "no_po": frozenset({"no_order"}),
    "already_invoiced": frozenset({"already_invoiced", "closed_order"}),
    "second_invoice_on_po": frozenset(),
}
ORDER_COLUMNS = (
    "order_number", "order_date", "status", "currency", "buyer_name", "seller_id", "seller_name", "seller_vat_id",
    "line_number", "item_name", "quantity", "unit_price", "net_amount", "quantity_invoiced",
)  # fmt: skip


def order_rows(book: Iterable[Json]) -> Iterator[Json]:
    """The book as rows of our purchase-order file; a price for several units becomes that of one, of 6 decimals."""
    for order in book:
        is_invoiced = Decimal(order.get("invoiced_total") or 0) >= Decimal(order["net_total"]) > 0
        for line in order["lines"]:
            base = Decimal(line.get("price_base_quantity") or 1) or Decimal(1)
            price = line.get("unit_price")
            yield {
                "order_number": order["po_number"], "order_date": order.get("order_date"), "status": order["status"],
                "currency": order.get("currency"), "buyer_name": order.get("buyer_name"),
                "seller_id": seller_id(order), "seller_name": order["supplier_name"],
                "seller_vat_id": order.get("supplier_vat_id"), "line_number": line["line"],
                "item_name": line.get("description"), "quantity": line.get("quantity"),
                "unit_price": None if price is None else f"{round(Decimal(price) / base, 6):f}",
                "net_amount": line.get("line_total"), "quantity_invoiced": line.get("quantity") if is_invoiced else "0",
            }  # fmt: skip


def supplier_rows(book: Iterable[Json]) -> list[Json]:
    """The suppliers that the orders name with a VAT id, each once; of the others only the order knows the name."""
    found = {seller_id(order): order for order in book if seller_id(order)}
    return [
        {"seller_id": key, "name": order["supplier_name"], "vat_id": order["supplier_vat_id"]}
        for key, order in found.items()
    ]


def seller_id(order: Json) -> str:
    return canonical_number(order.get("supplier_vat_id") or "")


def judge(truth: Iterable[Json], lines: Iterable[Json]) -> Json:
    """Shares of right orders and right outcomes, in all and by planted outcome."""
    answers = {Path(line["file"]).name: line.get("match", {}) for line in lines}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for row in truth:
        match, planted = answers.get(Path(row["file"]).name, {}), row["expected"]
        has_order = canonical_number(row["po_number"]) in {canonical_number(each) for each in match.get("orders", ())}
        counts[planted]["known"] += 1
        counts[planted]["order_right"] += has_order or (planted == "no_po" and not match.get("orders"))
        counts[planted]["outcome_right"] += match.get("outcome") in SAYS[planted]
        said[planted][match.get("outcome", "no answer")] += 1
        if match.get("outcome") == "match":
            counts[planted]["automatic"] += 1
            counts[planted]["wrong_link"] += {canonical_number(each) for each in match["orders"]} != {
                canonical_number(row["po_number"])
            }
    totals: Counter[str] = sum(counts.values(), Counter())
    scored = sum(each["known"] for planted, each in counts.items() if SAYS[planted])
    return {
        "documents": totals["known"],
        "order_right": _share(totals["order_right"], totals["known"]),
        "outcome_right": _share(totals["outcome_right"], scored),
        "outcomes_asked": scored,
        "automatic_links": totals["automatic"],
        "wrong_links": totals["wrong_link"],
        "by_planted_outcome": {
            planted: dict(counts[planted]) | {"said": dict(said[planted])} for planted in sorted(counts)
        },
    }


def measure(folder: Path, source: str = "auto", ranker: str = "trained", *, misses: bool = False) -> Json:
    """Import the book into an empty home and match every invoice of the truth.

    `source`: "auto" reads each file as it comes, "xml" only those that have XML, "page" only what is printed, for those
    that have pages. `ranker`: a value of the setting `matching.ranker`.
    """
    book, truth = _read(folder / "po_book.jsonl"), _read(folder / "truth.jsonl")
    with tempfile.TemporaryDirectory() as home:
        place = Path(home)
        _write(place / "suppliers.csv", ("seller_id", "name", "vat_id"), supplier_rows(book))
        _write(place / "orders.csv", ORDER_COLUMNS, order_rows(book))
        for kind, name in (("suppliers", "suppliers.csv"), ("purchase-orders", "orders.csv")):
            facturier(place, "import", kind, str(place / name), "--client", CLIENT)
        here = [row for row in truth if (folder / row["file"]).is_file()]  # some sets are kept apart from this folder
        there = [row for row in here if Path(row["file"]).suffix.lower() not in LEFT_OUT[source]]
        files = sorted({(folder / row["file"]).resolve() for row in there})
        how = (("FACTURIER__READING__SOURCE", source), ("FACTURIER__MATCHING__RANKER", ranker))
        run = extract(files, "--client", CLIENT, command="match", home=place, settings=how)
    lines = [line for line in run.lines if source != "xml" or line.get("source") == "xml"]
    read = {Path(line["file"]).name for line in lines}
    there = [row for row in there if source != "xml" or Path(row["file"]).name in read]
    told = judge(there, lines) | {"files_not_here": len(truth) - len(here), "seconds": round(run.seconds, 1)}
    return told | ({"missed": list(missed(there, lines))} if misses else {})


def missed(truth: Iterable[Json], lines: Iterable[Json]) -> Iterator[Json]:
    """Each invoice whose outcome is not the planted one or that has a wrong automatic link, with what was said."""
    answers = {Path(line["file"]).name: line for line in lines}
    for row in truth:
        line = answers.get(Path(row["file"]).name, {})
        match = line.get("match", {})
        wanted = SAYS[row["expected"]]
        links = {canonical_number(each) for each in match.get("orders", ())}
        is_wrong_link = match.get("outcome") == "match" and links != {canonical_number(row["po_number"])}
        if not is_wrong_link and (not wanted or match.get("outcome") in wanted):
            continue
        yield {
            "file": Path(row["file"]).name, "planted": row["expected"], "order": row["po_number"],
            "said": match.get("outcome"), "orders": match.get("orders"), "variances": match.get("variances"),
            "candidates": [(each["order"], each["probability"]) for each in match.get("candidates", ())[:3]],
            "reasons": line.get("reasons"),
        }  # fmt: skip


def _read(path: Path) -> list[Json]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[Json]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def told(name: str, figures: Json) -> Iterator[str]:
    """The figures as lines for people."""
    yield (
        f"{name}: {figures['documents']} invoices in {figures['seconds']} s, order right "
        f"{figures['order_right']:.3f}, outcome right {figures['outcome_right']:.3f} of {figures['outcomes_asked']}, "
        f"{figures['wrong_links']} wrong of {figures['automatic_links']} automatic links"
    )
    for planted, counts in figures["by_planted_outcome"].items():
        yield f"  {planted}: {counts}"
    for miss in figures.get("missed", ()):
        yield f"  missed: {json.dumps(miss, ensure_ascii=False)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA_DIR")
    parser.add_argument("--source", choices=SOURCES, action="append", help="repeat for several; default xml and page")
    parser.add_argument("--ablate", choices=("weights",), help="the hand-set weights instead of the trained ranker")
    parser.add_argument("--misses", action="store_true", help="name each miss")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    ranker = given.ablate or "trained"
    report = {
        source: measure(given.data / "po_derived", source, ranker, misses=given.misses)
        for source in given.source or ("xml", "page")
    }
    if given.json:
        print(json.dumps({"machine": machine.describe(), "ranker": ranker, **report}, indent=1))
        return 0
    print(machine.header())
    print(f"ranker: {ranker}")
    for source, figures in report.items():
        print("\n".join(told(f"po_derived, {source}", figures)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
