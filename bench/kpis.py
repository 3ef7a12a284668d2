"""Figures of a client with many documents: seconds to load and to compute, beside a plain count by pandas.

    python -m bench.kpis [--documents 100000] [--all] [--json]

The database is made anew in a temporary folder: each document has five events, every third a person's touch and
corrections, all in one year of which the last 30 days are the period; with `--all` the year is the period.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import insert
from sqlmodel import Session

from bench.machine import describe
from flows.report_kpis import compute_and_store
from kpis import Basis, measure
from models.migrate import migrate
from models.store.engine import Store
from models.store.figures import load_history
from models.tables import BlobRow, ClientRow, CorrectionRow, DocumentRow, EventRow, TouchRow

END = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
CHUNK = 5000


def rows_of(number: int, dice: random.Random) -> Iterator[tuple[type, dict[str, Any]]]:
    """One document with what happened to it."""
    name, at = f"{number:032x}", END - dice.random() * YEAR
    held = number % 3 == 0
    yield BlobRow, {"sha256": f"{number:064x}", "size": 1, "media_type": "application/pdf", "created_at": at}
    document = DocumentRow(id=name, client_id="acme", sha256=f"{number:064x}", name=name, media_type="application/pdf",
                           state="exported", received_at=at, updated_at=at, document_type="invoice",
                           seller_id=f"S{int(dice.paretovariate(1.2)) % 500}")  # fmt: skip
    yield DocumentRow, document.model_dump()
    way = ("received", "extracted", "matched", "in_review" if held else "approved", "approved" if held else "exported")
    before = None
    for state in (*way, "exported") if held else way:
        actor = "user:ann" if held and state == "approved" else "worker"
        yield EventRow, {"client_id": "acme", "document_id": name, "at": at, "actor": actor, "from_state": before,
                         "to_state": state, "reason": "match" if state == "matched" else ""}  # fmt: skip
        before, at = state, at + timedelta(seconds=dice.random() * 50_000)
    if held:
        yield TouchRow, {"id": name, "client_id": "acme", "document_id": name, "actor": "user:ann", "started_at": at,
                         "seconds": dice.random() * 300, "act": "approve"}  # fmt: skip
        yield (
            CorrectionRow,
            {
                "id": name,
                "client_id": "acme",
                "document_id": name,
                "revision": 1,
                "term": "iban",
                "changed": dice.random() < 0.3,
                "cause": "ocr",
                "at": at,
                "actor": "user:ann",
            },
        )


def fill(store: Store, documents: int) -> None:
    """Make the client's documents."""
    dice = random.Random(1)  # noqa: S311 - made-up documents
    with store.write() as session:
        session.add(ClientRow(id="acme", name="Acme", created_at=END))
    numbers = iter(range(documents))
    while chunk := list(islice(numbers, CHUNK)):
        found: dict[type, list[dict[str, Any]]] = {}
        for number in chunk:
            for table, row in rows_of(number, dice):
                found.setdefault(table, []).append(row)
        with store.write() as session:
            add(session, found)


def add(session: Session, found: dict[type, list[dict[str, Any]]]) -> None:
    """Insert rows, those first that others refer to."""
    for table in (BlobRow, DocumentRow, EventRow, TouchRow, CorrectionRow):
        if table in found:
            session.connection().execute(insert(table), found[table])


def by_pandas(store: Store, start: datetime) -> dict[str, float]:
    """A few of the figures, counted by a data frame: what anybody with the tables would write."""
    with store.read() as session:
        events = pd.read_sql("SELECT document_id, at, to_state FROM event WHERE client_id = 'acme'",
                             session.connection())  # fmt: skip
    events["at"] = pd.to_datetime(events["at"], format="ISO8601", utc=True)
    events = events[events["at"] < END]
    came = events.groupby("document_id")["at"].min()
    left = events[events["to_state"] == "exported"].groupby("document_id")["at"].min()
    left = left[left >= start]
    hours = (left - came[left.index]).dt.total_seconds() / 3600
    stopped = events[events["to_state"] == "in_review"]["document_id"].unique()
    new = came[came >= start]
    return {"documents_received": float(len(new)), "documents_exported": float(len(left)),
            "turnaround_calendar_median": float(hours.sort_values().iloc[-(-len(hours) // 2) - 1]),
            "exception_rate": float(new.index.isin(stopped).mean())}  # fmt: skip


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds on the wall, and what came of it."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def run(documents: int, period: timedelta) -> dict[str, Any]:
    """Make, load, compute, keep; and count by pandas."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'facturier.db'}")
        migrate(store)
        fill(store, documents)
        start = END - period
        with store.read() as session:
            loading, history = timed(lambda: load_history(session, "acme", start - period))
        computing, figures = timed(lambda: measure(history, start, END, Basis()))
        whole, _ = timed(lambda: compute_and_store(store, "acme", END, period))
        rival, counted = timed(lambda: by_pandas(store, start))
        store.dispose()
    ours = {one.name: one.value for one, _ in figures if not one.label and not one.dimension}
    off = [name for name, value in counted.items() if abs(value - (ours[name] or 0)) > 1e-9]
    return {"documents": documents, "days": period.days, "load_seconds": round(loading, 2),
            "compute_seconds": round(computing, 2), "all_seconds": round(whole, 2), "pandas_seconds": round(rival, 2),
            "rows": len(figures),
            "differences": off}  # fmt: skip


def main() -> int:
    """Print a line, or an object with the machine and the date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--all", action="store_true", help="the whole year is the period")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = describe() | run(given.documents, YEAR if given.all else timedelta(days=30))
    told = json.dumps(found) if given.json else "\n".join(f"{name}: {value}" for name, value in found.items())
    sys.stdout.write(told + "\n")
    return 1 if found["differences"] else 0


if __name__ == "__main__":
    sys.exit(main())
