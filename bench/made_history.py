"""A year in an office, made up and written in bulk, for benches, tests and pictures of pages.

Documents, their events, people's touches, corrections, decisions, audits, a contract, certificates, figures, forecasts.

    python -m bench.made_history HOME [--documents 10000] [--days 365]

Documents come on working days, more at month ends; fewer need a person as the year goes by; some stand open at the end.
The same seed makes the same year.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from flows.report_kpis import compute_and_store
from flows.volumes import forecast_client
from kpis.calendar import BusinessCalendar, calendar_of
from kpis.service import open_limits
from models.certificate import Certificate
from models.contract import Accuracy, Band, Contract, Credits, Fees, Turnaround
from models.migrate import migrate
from models.settings import Settings
from models.settings_review import ReviewSettings
from models.store.audit import now
from models.store.certificates import add_certificate
from models.store.contracts import put_contract
from models.store.engine import Store
from models.store.service import load_service, put_due
from models.tables import (
    AuditSampleRow,
    BlobRow,
    ClientRow,
    CorrectionRow,
    DecisionRow,
    DocumentRow,
    EventRow,
    TouchRow,
)

CLIENTS = {"acme": "Acme Fournitures", "beta": "Bêta Logistique"}
REASONS = ("unknown_supplier", "low_confidence", "price_variance", "no_order", "arithmetic", "new_bank_account")
WEIGHTS = (46, 22, 12, 9, 7, 4)
CAUSES = ("ocr", "label", "parse", "master_data")
SEGMENTS = ("digital/known", "scan/known")
PEOPLE = ("user:ann", "user:bob", "user:rita")
_ORDER = (BlobRow, DocumentRow, DecisionRow, EventRow, TouchRow, CorrectionRow, AuditSampleRow)
Rows = dict[type, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Year:
    """How much happened, until when, and by which dice."""

    documents: int = 10_000  # of all clients together
    days: int = 365
    end: datetime | None = None
    seed: int = 7


def make_year(store: Store, settings: Settings, year: Year | None = None) -> datetime:
    """Fill a database that has none of CLIENTS yet, or just their rows; returns the end of what was made."""
    wish = year or Year()
    end = (wish.end or now()).replace(microsecond=0)
    office, dice = calendar_of(ReviewSettings()), random.Random(wish.seed)  # noqa: S311 - made-up documents
    for number, (client, share) in enumerate(zip(CLIENTS, (0.7, 0.3), strict=True)):
        rows: Rows = defaultdict(list)
        for place, at in enumerate(_arrivals(int(wish.documents * share), wish.days, end, office, dice)):
            for table, row in _document(client, (number, place), at, end, office, dice):
                rows[table].append(row)
        with store.write() as session:
            _open_books(session, client, end - timedelta(days=wish.days), end)
            for table in _ORDER:
                if rows[table]:
                    session.connection().execute(insert(table), rows[table])
        _count(store, settings, client, end)
    return end


def _arrivals(
    documents: int, days: int, end: datetime, office: BusinessCalendar, dice: random.Random
) -> list[datetime]:
    """Moments within opening hours, more of them where a month ends."""
    first = end.date() - timedelta(days=days)
    open_days = [day for k in range(days + 1) if office.is_open(day := first + timedelta(days=k))]
    weights = [1.0 + 0.9 * (day.day > 27 or day.day < 3) + 0.25 * (day.weekday() == 0) for day in open_days]
    found = [_within(dice.choices(open_days, weights)[0], dice) for _ in range(documents)]
    return sorted(at for at in found if at < end - timedelta(minutes=5))


def _within(day: date, dice: random.Random) -> datetime:
    return datetime.combine(day, time(7), UTC) + timedelta(seconds=int(dice.triangular(0, 9 * 3600, 2 * 3600)))


def _document(
    client: str, key: tuple[int, int], at: datetime, end: datetime, office: BusinessCalendar, dice: random.Random
) -> Iterator[tuple[type, dict[str, Any]]]:
    """One document with all that happened to it until the end."""
    name = f"{key[0] + 1:04x}{key[1]:028x}"
    progress = 1 - (end - at) / timedelta(days=365)
    held = dice.random() > 0.58 + 0.22 * progress
    reason = dice.choices(REASONS, WEIGHTS)[0] if held else ""
    way = list(_way(at, held=held, rejected=held and dice.random() < 0.06, reason=reason, office=office, dice=dice))
    seen = [step for step in way if step[0] < end]
    state, done = seen[-1][1], len(seen) == len(way)
    yield BlobRow, {"sha256": f"{name:0>64}", "size": 1, "media_type": "application/pdf", "created_at": at}
    supplier = f"S{min(int(dice.paretovariate(1.1)), 60)}"
    yield DocumentRow, DocumentRow(
        id=name, client_id=client, sha256=f"{name:0>64}", name=f"{key[1]:05}.pdf", media_type="application/pdf",
        state=state, received_at=at, updated_at=seen[-1][0], document_type="invoice", seller_id=supplier,
        seller_name=f"Fournisseur {supplier[1:]}", invoice_number=f"F-{key[1]}", currency="EUR", reasons=reason,
        gross_total=Decimal(dice.randrange(2_000, 900_000)) / 100,
        channel=dice.choices(("folder", "email", "api"), (5, 4, 1))[0], outcome="review" if held else "approve",
    ).model_dump()  # fmt: skip
    yield DecisionRow, DecisionRow(
        id=name, client_id=client, document_id=name, revision=1, outcome="review" if held else "approve",
        reasons=reason, score=0.8, policy_version="made", actor="policy", created_at=at,
    ).model_dump()  # fmt: skip
    before = None
    for moment, to, actor, why in seen:
        yield EventRow, {"client_id": client, "document_id": name, "at": moment, "actor": actor, "from_state": before,
                         "to_state": to, "reason": why}  # fmt: skip
        before = to
    if held and done:
        yield from _touched(client, name, way[-2][0], reason, progress, dice)
    elif not held and done and dice.random() < 0.05:
        yield AuditSampleRow, AuditSampleRow(
            document_id=name, client_id=client, segment=dice.choice(SEGMENTS), share=0.05,
            state="wrong" if dice.random() < 0.008 else "right", checked_by="user:rita", drawn_at=at,
            checked_at=min(at + timedelta(days=1), end - timedelta(seconds=1)),
        ).model_dump()  # fmt: skip


def _way(
    at: datetime, *, held: bool, rejected: bool, reason: str, office: BusinessCalendar, dice: random.Random
) -> Iterator[tuple[datetime, str, str, str]]:
    """Each step: when, to which state, by whom, why."""
    yield at, "received", "system", ""
    read = at + timedelta(seconds=dice.randrange(5, 90))
    yield read, "extracted", "worker", ""
    matched = read + timedelta(seconds=dice.randrange(1, 20))
    yield matched, "matched", "worker", "match" if not held else "variance"
    if not held:
        yield matched + timedelta(seconds=2), "approved", "policy", ""
        yield office.add_hours(matched, dice.triangular(0.1, 3.0, 0.6)), "exported", "publisher", ""
        return
    person = dice.choice(PEOPLE)
    yield matched + timedelta(seconds=2), "in_review", "policy", reason
    settled = office.add_hours(matched, min(dice.lognormvariate(2.2, 0.95), 90.0))
    if rejected:
        yield settled, "rejected", person, "DOUBLON" if dice.random() < 0.5 else "TX_TVA_ERR"
        return
    yield settled, "approved", person, ""
    yield office.add_hours(settled, 0.5), "exported", "publisher", ""


def _touched(
    client: str, name: str, until: datetime, reason: str, progress: float, dice: random.Random
) -> Iterator[tuple[type, dict[str, Any]]]:
    """What a person did on a document before it was settled."""
    person, seconds = dice.choice(PEOPLE), dice.lognormvariate(4.6 + (reason == "no_order"), 0.6)
    started = until - timedelta(seconds=seconds + 1)
    yield TouchRow, {"id": name, "client_id": client, "document_id": name, "actor": person, "started_at": started,
                     "seconds": round(seconds, 1), "act": "approve"}  # fmt: skip
    for number, term in enumerate(("gross_total", "invoice_number", "order_reference", "seller_name")):
        yield CorrectionRow, {
            "id": f"{number:x}{name[1:]}", "client_id": client, "document_id": name, "revision": 1, "term": term,
            "changed": dice.random() < 0.16 - 0.1 * progress, "cause": dice.choices(CAUSES, (5, 3, 2, 1))[0],
            "at": until - timedelta(seconds=1), "actor": person,
        }  # fmt: skip


def _open_books(session: Session, client: str, begin: datetime, end: datetime) -> None:
    """The client, its terms and its certificates."""
    if session.get(ClientRow, client) is None:
        session.add(ClientRow(id=client, name=CLIENTS[client], created_at=begin))
        session.flush()
    contract = Contract(
        name=f"{CLIENTS[client]} {end.year}", valid_from=begin.date(), accuracy=Accuracy(limit=0.02, credit=Decimal(3)),
        turnaround=(Turnaround(name="Factures", hours=16, share=0.95),),
        fees=Fees(month=Decimal(500), document=Decimal("0.80")),
        credits=Credits(cap=Decimal(10), bands=(Band(below=0.95, percent=Decimal(2)),
                                                Band(below=0.9, percent=Decimal(5)))),
    )  # fmt: skip
    put_contract(session, client, contract, actor="system", at=begin)
    for number, segment in enumerate(SEGMENTS):
        add_certificate(session, Certificate(
            id=f"{client}-{number}", client_id=client, segment=segment, alpha=0.02, delta=0.025, threshold=0.95,
            labelled=600, accepted=520, errors=1 + number, bound=0.0107 + 0.0031 * number, missing=0, window_from=None,
            window_to=None, score_version="made", made_at=end - timedelta(days=3),
        ), actor="system")  # fmt: skip


def _count(store: Store, settings: Settings, client: str, end: datetime) -> None:
    """Time limits of what is open, the figures, a forecast."""
    with store.write() as session:
        put_due(session, open_limits(load_service(session, client, end, end), end))
        row = session.get_one(ClientRow, client)
    compute_and_store(store, client, end)
    forecast_client(store, settings, row, end)


def main() -> int:
    """Fill a home."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=365)
    given = parser.parse_args()
    given.home.mkdir(parents=True, exist_ok=True)
    store = Store(f"sqlite:///{given.home / 'facturier.db'}")
    migrate(store)
    end = make_year(store, Settings(home=given.home), Year(given.documents, given.days))
    store.dispose()
    sys.stdout.write(f"{given.documents} documents until {end.isoformat()} in {given.home}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
