"""The demo client's labelled history: `python -m sample_invoices.history [--rounds 11] [--scans 0] [--strangers 48]`.

Earlier invoices of the demo's own kinds (other seeds than the samples) go through the real line in a home of its own:
sandbox, reader, matching, rules, score. What each said is held against the truth, and one label a document is written
to `history.jsonl`. Documents that a hard gate holds are left out: no score lets them through.

Run it anew whenever a model changes; the last line says how long it took. With `--home DIR` the home is kept, and
after a change of the matcher `--replay DIR` matches and scores its readings anew, which takes a minute.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlmodel import Session

from assurance.score import score_of
from extractors import ReaderPool
from flows.demo import CLIENT, HISTORY, SAMPLES, buyer
from flows.house import House, open_house
from flows.intake import receive_bytes
from flows.judge import Office, judge_reading
from flows.line import STATE_AFTER, Line
from flows.master_files import import_master
from flows.versions import model_versions
from learning.truth import is_right
from models.certificate import DocumentEvidence, Label
from models.extraction import Extraction
from models.match import MatchResult
from models.status import Status
from models.store.audit import now
from models.store.clients import add_client
from models.store.documents import (
    Arrival,
    Step,
    add_document,
    add_extraction,
    add_judgement,
    find_document,
    load_extraction,
    load_match,
    move_along,
)
from models.store.engine import Store
from models.store.labelling import first_decision, is_gated
from models.tables import BlobRow, ClientRow, DecisionRow, DocumentRow
from sample_invoices.generator.demo.past import Book, Past, make_book
from sample_invoices.generator.truth import visible_terms

SEED = 4711
PAID_TERMS = ("invoice_number", "issue_date", "due_date", "currency", "net_total", "tax_total", "gross_total",
              "payable_total", "iban", "order_reference")  # fmt: skip
LAST = datetime(2026, 11, 20, 12, tzinfo=UTC)  # the newest label; whoever loads them moves them to his own day
BETWEEN = timedelta(hours=1)


class Row(NamedTuple):
    """One labelled document with what its score was made of, and by which models."""

    label: Label
    evidence: DocumentEvidence
    versions: Mapping[str, str]


Walk = Callable[[Sequence[Past]], list[tuple[Past, str]]]


def label_book(
    house: House, book: Book, seed: int, walk: Walk, keep: Path | None = None
) -> tuple[list[Row], Counter[str]]:
    """Walk a book through the line, round by round, so that each supplier becomes known; rows and what came of all.

    What is known after each round is kept in a file, if one is named: a run that is stopped was not for nothing.
    """
    rows: list[Row] = []
    told: Counter[str] = Counter()
    for number, plans in enumerate(book.rounds, start=1):
        for past, document_id in walk([plan.make(seed) for plan in plans]):
            row = _settle(house, past, document_id, told)
            rows += [row] if row else []
        if keep is not None:
            _write_evidence(keep, rows)
        wrong = sum(row.label.wrong for row in rows)
        print(f"round {number} of {len(book.rounds)}: {len(rows)} labels, {wrong} wrong", file=sys.stderr)
    return rows, told


def _walk(house: House, line: Line, made: Sequence[Past]) -> list[tuple[Past, str]]:
    """Receive the files of one round and work them off."""
    found = []
    for past in made:
        received = receive_bytes(house.store, house.home, CLIENT, past.produced.path, past.produced.content,
                                 house.settings)  # fmt: skip
        found += [(past, each.document_id) for each in received if each.document_id]
    while leases := line.take(25):
        for _ in line.work(leases):
            pass
    return found


def _judge_again(house: House, readings: Store, made: Sequence[Past]) -> list[tuple[Past, str]]:
    """One round as it was read before: matched, validated and decided with what ships now."""
    found = []
    for past in made:
        sha256 = hashlib.sha256(past.produced.content).hexdigest()
        with readings.read() as session:
            read = find_document(session, CLIENT, sha256)
            extraction = load_extraction(session, read.id, 1) if read else None
        if extraction is None:
            continue
        with house.store.write() as session:
            session.add(BlobRow(sha256=sha256, size=1, media_type="application/octet-stream", created_at=now()))
            session.flush()
            arrival = Arrival(CLIENT, sha256, past.produced.path, "application/octet-stream", "process")
            document = add_document(session, arrival, actor="history")
            add_extraction(session, document, extraction, origin="reader", actor="history")
            office = Office(session.get_one(ClientRow, CLIENT), house.settings)
            said = judge_reading(session, office, document, extraction)
            add_judgement(session, document, said.match, said.findings, said.decision, actor="policy")
            steps = (Status.EXTRACTED, Status.MATCHED, STATE_AFTER[said.decision.outcome])
            move_along(session, document, [Step(each, "history") for each in steps])
            found.append((past, document.id))
    return found


def _settle(house: House, past: Past, document_id: str, told: Counter[str]) -> Row | None:
    """Hold one document against the truth; a right one is approved, so that it counts as an earlier invoice."""
    with house.store.write() as session:
        document = session.get_one(DocumentRow, document_id)
        decision = first_decision(session, document_id)
        if decision is None:
            told[f"not decided: {document.state} {document.reason_code}"] += 1
            return None
        wrong = _wrong(session, past, document)
        if not wrong and document.state in {Status.IN_REVIEW, Status.HELD}:
            move_along(session, document, (Step(Status.APPROVED, "user:history", "as in the archive"),))
        if is_gated(decision):
            told[f"held by gates: {decision.reasons}"] += 1
            return None
        told[f"{decision.segment}: {'wrong ' + ' '.join(wrong) if wrong else 'right'}"] += 1
        return _row(document, decision, wrong)


def _row(document: DocumentRow, decision: DecisionRow, wrong: tuple[str, ...]) -> Row:
    versions = json.loads(decision.versions_json)
    label = Label(
        key=document.sha256, segment=decision.segment, seller=document.seller_id or "", score=decision.score,
        wrong=bool(wrong), source="history", score_version=versions["score"], at=LAST, terms=wrong,
    )  # fmt: skip
    return Row(label, DocumentEvidence.model_validate_json(decision.evidence_json), versions)


def rescored(rows: Sequence[Row]) -> list[Row]:
    """The same evidence under the score that ships now; raises SystemExit where reader or matcher changed since."""
    current = model_versions()
    for row in rows:
        if any(row.versions[name] != current[name] for name in ("reader", "matcher")):
            raise SystemExit("reader or matcher changed since the evidence was gathered: make the history anew")
    fresh = [{"score": score_of(row.evidence), "score_version": current["score"]} for row in rows]
    return [row._replace(label=row.label.model_copy(update=new)) for row, new in zip(rows, fresh, strict=True)]


def _write_evidence(path: Path, rows: Sequence[Row]) -> None:
    told = ({"label": row.label.model_dump(mode="json"), "evidence": row.evidence.model_dump(mode="json"),
             "versions": dict(row.versions)} for row in rows)  # fmt: skip
    path.write_text("".join(f"{json.dumps(each)}\n" for each in told), encoding="utf-8")


def _read_evidence(path: Path) -> list[Row]:
    told = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Row(Label.model_validate(one["label"]), DocumentEvidence.model_validate(one["evidence"]), one["versions"])
        for one in told
    ]


def _wrong(session: Session, past: Past, document: DocumentRow) -> tuple[str, ...]:
    extraction, match = load_extraction(session, document.id, 1), load_match(session, document.id, 1)
    if extraction is None or match is None:
        return ("unread",)
    return (*_wrong_terms(past, extraction), *_wrong_match(past, match))


def _wrong_terms(past: Past, extraction: Extraction) -> list[str]:
    """Terms that were read otherwise than they are.

    One that the page does not show may be missing, and the amount to pay too: then the gross total is paid.
    """
    composed = past.produced.composed
    visible = set(visible_terms(composed[0])) if composed and extraction.source == "page" else set(PAID_TERMS)
    found = []
    for term in PAID_TERMS:
        true, read = getattr(past.facts.invoice, term), getattr(extraction.invoice, term)
        missing_rightly = read is None and (true is None or term not in visible or term == "payable_total")
        if not missing_rightly and not (true is not None and read is not None and is_right(term, true, read)):
            found.append(term)
    return found


def _wrong_match(past: Past, match: MatchResult) -> list[str]:
    """The supplier, and the order line of each invoice line."""
    found = [] if match.supplier.seller_id == past.seller_id else ["seller"]
    true = {(at, past.order, str(10 * at)) for at in range(1, len(past.facts.invoice.lines) + 1)}
    linked = {(link.invoice_line, link.order, link.order_line) for link in match.lines}
    return found + (["links"] if linked and linked != true else [])


def _open_demo(house: House, book: Book, folder: Path) -> None:
    with house.store.write() as session:
        client = add_client(session, house.home, CLIENT, **buyer(SAMPLES), actor="history")
        client.policy_json = '{"release": "shadow", "straight_through": false}'
        session.add(client)
    for kind, name in (("suppliers", "suppliers.csv"), ("purchase-orders", "purchase-orders.csv")):
        path = folder / name
        path.write_bytes(book.files()[name])
        report = import_master(house.store, kind, path, CLIENT, strict=True, actor="history")
        if not report.taken:
            raise SystemExit(f"{name}: {report.summary}")


def _dated(labels: Sequence[Label]) -> list[Label]:
    """The labels in the order in which they were made, an hour apart, the last at LAST."""
    count = len(labels)
    return [label.model_copy(update={"at": LAST - BETWEEN * (count - at)}) for at, label in enumerate(labels, 1)]


def _gather(options: argparse.Namespace) -> list[Row]:
    """Make the documents and walk them through the line."""
    book = make_book(options.seed, strangers=options.strangers, rounds=options.rounds, scans=options.scans)
    with tempfile.TemporaryDirectory() as folder, open_house(options.home or Path(folder) / "home") as house:
        _open_demo(house, book, Path(folder))
        with _walking(house, options.replay) as walk:
            rows, told = label_book(house, book, options.seed, walk, options.evidence)
    for what, count in sorted(told.items()):
        print(f"{count:5d}  {what}", file=sys.stderr)
    return rows


@contextmanager
def _walking(house: House, replay: Path | None) -> Iterator[Walk]:
    """How a round is walked: read by the line, or taken from the readings of a kept home."""
    if replay is not None:
        readings = Store(f"sqlite:///{replay / 'facturier.db'}")
        try:
            yield lambda made: _judge_again(house, readings, made)
        finally:
            readings.dispose()
        return
    with ReaderPool(house.settings.reading, house.settings.limits) as pool:
        line = Line(house, pool)
        yield lambda made: _walk(house, line, made)


def main(arguments: list[str] | None = None) -> int:
    """Run the tool."""
    parser = argparse.ArgumentParser(description="Write the labelled history of the demo client.")
    parser.add_argument("--rounds", type=int, default=11, help="e-invoices and digital PDFs of each supplier")
    parser.add_argument("--scans", type=int, default=0, help="scans of each supplier")
    parser.add_argument("--strangers", type=int, default=48, help="suppliers beside the demo's own twelve")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--evidence", type=Path, help="keep here what the scores are made of")
    parser.add_argument("--home", type=Path, help="a new home to keep, with all that was read")
    parser.add_argument("--replay", type=Path, help="such a home: take its readings, match and score anew")
    parser.add_argument("--rescore", type=Path, help="read no document: score such a file's evidence anew")
    parser.add_argument("--out", type=Path, default=SAMPLES / HISTORY)
    options = parser.parse_args(arguments)
    started = time.monotonic()
    rows = rescored(_read_evidence(options.rescore)) if options.rescore else _gather(options)
    labels = [row.label for row in rows]
    options.out.write_text("".join(f"{label.model_dump_json()}\n" for label in _dated(labels)), encoding="utf-8")
    spent = time.monotonic() - started
    print(f"{len(labels)} labels written to {options.out} after {spent:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
