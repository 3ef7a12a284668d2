"""How surely and how fast the right order is found among millions, and the right supplier.

    python bench/lookup.py [--orders 1000000] [--suppliers 1000000] [--cases 150] [--url URL | --postgres] [--json]

A book of generated orders is written into an empty database: a SQLite file, the one of --url, or a PostgreSQL server
that is started for it (--postgres, where its programs are installed). Invoices on some of the orders give the number
whole, damaged, cut, merged or not at all, with the seller recognised by its VAT id or by nothing but a name as it may
be read. `top_1` and `top_5` are after `match_invoice`; `found` is whether the look-up brought the order. Times are wall
clock of one look-up as the line does it: indexes, cheap score, and loading the candidates with their lines.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

if not __package__:  # run as a file: this folder must not hide the package `matching`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from sqlmodel import Session

from bench import machine
from bench.book import CLIENT, Case, fill, invoices
from bench.postgres import throwaway_server
from matching import match_invoice, match_supplier, order_query
from models.invoice import Invoice
from models.migrate import migrate
from models.order import Supplier
from models.store.audit import now
from models.store.engine import Store
from models.store.lookup import candidate_orders
from models.store.lookup_suppliers import candidate_suppliers
from models.tables import ClientRow
from sample_invoices.generator.book.names import as_written

Json = dict[str, Any]
TOP = 5


def measure(url: str, *, orders: int, suppliers: int, cases: int, seed: int) -> Json:
    """Fill an empty database and look up."""
    store = Store(url)
    try:
        migrate(store)
        with store.write() as session:
            session.add(ClientRow(id=CLIENT, name=CLIENT, created_at=now()))
        started = time.perf_counter()
        chosen, sellers = fill(store, seed, orders, suppliers, cases)
        written = time.perf_counter() - started
        _settle(store)
        rng = Random(seed)  # noqa: S311 - a benchmark's data
        known = invoices(chosen, rng, is_seller_known=True)
        unread = invoices(chosen, rng, is_seller_known=False)
        with store.read() as session:
            _warm_up(session, known[:20])
            return {
                "database": store.engine.dialect.name, "orders": orders, "suppliers": suppliers,
                "seconds_to_write": round(written, 1), "bytes": _size(store),
                "seller_known": _look_up(session, known), "seller_by_name": _look_up(session, unread),
                "supplier_look_up": _find_suppliers(session, sellers, rng),
            }  # fmt: skip
    finally:
        store.dispose()


def _settle(store: Store) -> None:
    """What PostgreSQL does by itself after a while; on SQLite nothing gathers statistics, and nothing does here."""
    if not store.is_sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _size(store: Store) -> int:
    with store.engine.connect() as connection:
        if store.is_sqlite:
            return Path(store.url.removeprefix("sqlite:///")).stat().st_size
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


def _warm_up(session: Session, cases: Sequence[Case]) -> None:
    for case in cases:
        candidate_suppliers(session, CLIENT, case.invoice)


def _look_up(session: Session, cases: Sequence[Case]) -> Json:
    """Shares and times by kind of damage, and over all."""
    rows: dict[str, list[Json]] = defaultdict(list)
    for case in cases:
        row = _one(session, case)
        rows[case.kind].append(row)
        rows["all"].append(row)
    return {kind: _summary(each) for kind, each in rows.items()}


def _one(session: Session, case: Case) -> Json:
    began = time.perf_counter()
    suppliers = candidate_suppliers(session, CLIENT, case.invoice)
    supplied = time.perf_counter()
    supplier = match_supplier(case.invoice, suppliers)
    query = order_query(case.invoice, supplier)
    asked = time.perf_counter()
    orders = candidate_orders(session, CLIENT, query)
    found = time.perf_counter()
    result = match_invoice(case.invoice, supplier, orders)
    ranked = [candidate.order for candidate in result.candidates]
    return {
        "found": case.order in {order.order_number for order in orders},
        "top_1": ranked[:1] == [case.order], "top_5": case.order in ranked[:TOP],
        "supplier_ms": 1000 * (supplied - began), "order_ms": 1000 * (found - asked),
        "match_ms": 1000 * (time.perf_counter() - found), "candidates": len(orders),
    }  # fmt: skip


def _summary(rows: Sequence[Json]) -> Json:
    shares = {name: round(sum(row[name] for row in rows) / len(rows), 4) for name in ("found", "top_1", "top_5")}
    times = {f"{name}_p{share}": round(_quantile([row[name] for row in rows], share), 2)
             for name in ("order_ms", "supplier_ms", "match_ms", "candidates") for share in (50, 95)}  # fmt: skip
    return {"invoices": len(rows)} | shares | times


def _quantile(values: Sequence[float], per_cent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * per_cent // 100)]


def _find_suppliers(session: Session, suppliers: Sequence[Supplier], rng: Random) -> Json:
    """Suppliers by number, by name as letterheads have it, and by a name with one letter changed."""
    found: Json = {}
    for kind in ("vat_id", "name", "look-alike"):
        times, hits = [], 0
        for supplier in suppliers:
            invoice = _letterhead(kind, supplier, rng)
            began = time.perf_counter()
            candidates = candidate_suppliers(session, CLIENT, invoice)
            times.append(1000 * (time.perf_counter() - began))
            hits += supplier.seller_id in {each.seller_id for each in candidates}
        found[kind] = {"found": round(hits / len(suppliers), 4), "ms_p50": round(_quantile(times, 50), 2),
                       "ms_p95": round(_quantile(times, 95), 2)}  # fmt: skip
    return found


def _letterhead(kind: str, supplier: Supplier, rng: Random) -> Invoice:
    if kind == "vat_id":
        return Invoice(seller_name=supplier.name, seller_vat_id=supplier.vat_id)
    if kind == "name":
        return Invoice(seller_name=as_written(supplier.name, rng))
    at = rng.randrange(1, len(supplier.name.split()[0]))
    return Invoice(seller_name=f"{supplier.name[:at]}{rng.choice('aeiou')}{supplier.name[at + 1 :]}")


@contextmanager
def _database(url: str | None, *, postgres: bool) -> Iterator[str]:
    if url is not None:
        yield url
    elif postgres:
        with throwaway_server() as made:
            yield made
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/book.db"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--suppliers", type=int, default=1_000_000)
    parser.add_argument("--cases", type=int, default=150, help="orders with an invoice of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--url", help="an empty database, such as postgresql+psycopg://user@host/name")
    parser.add_argument("--postgres", action="store_true", help="start a PostgreSQL server for the while")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    facts = machine.describe()
    with _database(args.url, postgres=args.postgres) as url:
        figures = measure(url, orders=args.orders, suppliers=args.suppliers, cases=args.cases, seed=args.seed)
    if args.json:
        print(json.dumps({"machine": facts} | figures))
        return 0
    print(machine.header())
    _print(figures)
    return 0


def _print(figures: Json) -> None:
    for name, value in figures.items():
        if not isinstance(value, dict):
            print(f"{name}: {value}")
            continue
        print(f"\n{name}")
        for kind, row in value.items():
            print(f"  {kind:<12}" + "  ".join(f"{key} {shown}" for key, shown in row.items()))


if __name__ == "__main__":
    sys.exit(main())
