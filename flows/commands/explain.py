"""`facturier explain`: everything about one document, in the order in which it happened.

Where it came from, its states, the values with their places, the match with its waterfalls, the findings, the decisions
in plain words, the corrections, the publication.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from sqlmodel import Session, col, select

from flows.commands.explain_match import show_match
from flows.commands.explain_money import credit_facts, posting_facts, show_credits, show_postings
from flows.commands.plain import columns, title
from flows.terminal import EXIT_DONE, EXIT_FAILURE, complain, safe, write_json, write_line
from models.decision import REASON_TEXTS, Reason
from models.money import decimal_text
from models.store.documents import load_extraction, load_match
from models.store.engine import Store
from models.tables import (
    ChangeRow,
    CorrectionRow,
    DecisionRow,
    DocumentRow,
    EventRow,
    FindingRow,
    InvoiceRow,
    MatchRow,
    PublishHoldRow,
    ReceiptRow,
)

Facts = dict[str, Any]

_ID = re.compile(r"[0-9a-f]{1,32}")
_DOCUMENT_NAMES = (
    "id client_id name state outcome score media_type sha256 part parent_id batch channel received_at document_type "
    "source language revision reason_code reason_detail last_editor"
)
_SHOWN_ALIKE = 10  # documents that a prefix may mean and that are listed


def run_explain(store: Store, document_id: str, as_json: bool = False) -> int:
    """Print everything about one document.

    Args:
        store: The database.
        document_id: Its id, or the beginning of it where no other id begins so.
        as_json: One JSON object instead of text.

    Returns:
        0, or 1 where no document or more than one is meant.
    """
    with store.read() as session:
        found = _find(session, document_id)
        if len(found) != 1:
            complain(_unclear(document_id, found))
            return EXIT_FAILURE
        facts = explain(session, found[0])
    if as_json:
        write_json(facts)
    else:
        for name, show in _SECTIONS:
            if facts[name]:
                title(name.replace("_", " ").capitalize())
                show(facts[name])
    return EXIT_DONE


def explain(session: Session, document: DocumentRow) -> Facts:
    """Everything about a document as JSON takes it: numbers as text, times in ISO 8601, UTC."""
    judged = _judged(session, document)
    return {
        "document": _document(document),
        "came_from": _receipts(session, document),
        "states": [_facts(row, "at from_state to_state actor reason") for row in _rows(session, EventRow, document)],
        "values": _values(session, document),
        "match": _match(session, document),
        "credit": credit_facts(session, document),
        "posting": posting_facts(session, document),
        "findings": [
            _facts(row, "revision rule severity message terms expected actual")
            for row in _rows(session, FindingRow, document)
            if row.revision == judged
        ],
        "decisions": [_decision(row) for row in _rows(session, DecisionRow, document)],
        "corrections": [
            _facts(row, "at actor revision term before after changed cause")
            for row in _rows(session, CorrectionRow, document)
        ],
        "publication": _publication(session, document),
    }


def _find(session: Session, document_id: str) -> Sequence[DocumentRow]:
    beginning = document_id.strip().casefold()
    if not _ID.fullmatch(beginning):
        return ()
    query = select(DocumentRow).where(col(DocumentRow.id).startswith(beginning)).order_by(col(DocumentRow.id))
    return session.exec(query.limit(_SHOWN_ALIKE + 1)).all()


def _unclear(document_id: str, found: Sequence[DocumentRow]) -> str:
    if not found:
        return f"There is no document {safe(document_id, 60)}. Its id stands in the review page's address."
    lines = [f"{len(found)} documents or more begin with {safe(document_id, 60)}; give more of the id:"]
    return "\n".join([*lines, *(f"  {row.id}  {safe(row.name, 60)}" for row in found[:_SHOWN_ALIKE])])


def _facts(row: Any, names: str) -> Facts:  # noqa: ANN401 - any row
    """Columns of a row in JSON's types."""
    return {name: _plain(getattr(row, name)) for name in names.split()}


def _plain(value: Any) -> Any:  # noqa: ANN401
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float | str) else decimal_text(value)


def _rows(session: Session, table: Any, document: DocumentRow) -> Sequence[Any]:  # noqa: ANN401
    """Rows of a document in the order of time."""
    order = next(name for name in ("seq", "at", "created_at", "received_at") if hasattr(table, name))
    return session.exec(select(table).where(table.document_id == document.id).order_by(getattr(table, order))).all()


def _document(row: DocumentRow) -> Facts:
    return _facts(row, _DOCUMENT_NAMES)


def _receipts(session: Session, document: DocumentRow) -> list[Facts]:
    """Every arrival of these bytes, each with the mail or archive that it came in."""
    names = "received_at channel original_name batch size state reason"
    arrivals = []
    for row in _rows(session, ReceiptRow, document):
        inside: list[str] = []
        parent_id = row.parent_id
        while parent_id is not None and len(inside) < 10:  # mails in archives in mails: intake itself goes less deep
            parent = session.get(ReceiptRow, parent_id)
            inside += [parent.original_name] if parent else []
            parent_id = parent.parent_id if parent else None
        arrivals.append(_facts(row, names) | {"inside_of": inside})
    return arrivals


def _values(session: Session, document: DocumentRow) -> Facts:
    """The newest revision: each term with its evidence, then the lines and the VAT rows."""
    extraction = load_extraction(session, document.id)
    if extraction is None:
        return {}
    invoice = extraction.invoice.model_dump(mode="json", exclude_none=True)
    lines, vat = invoice.pop("lines"), invoice.pop("vat_breakdown")
    fields = {}
    for term, value in invoice.items():
        evidence = extraction.evidence.get(term)
        fields[term] = {"value": value} | (evidence.model_dump(mode="json", exclude_none=True) if evidence else {})
    return {"fields": fields, "lines": lines, "vat_breakdown": vat}


def _match(session: Session, document: DocumentRow) -> Facts:
    match = load_match(session, document.id, _judged(session, document))
    return match.model_dump(mode="json", exclude_none=True) if match else {}


def _judged(session: Session, document: DocumentRow) -> int:
    """The newest revision that was matched and validated: a person's save waits for its judgement."""
    query = select(MatchRow.revision).where(MatchRow.document_id == document.id)
    return session.exec(query.order_by(col(MatchRow.revision).desc())).first() or document.revision


def _decision(row: DecisionRow) -> Facts:
    texts = {each: REASON_TEXTS[Reason(each)][0] for each in row.reasons.split() if each in set(Reason)}
    stored = json.loads(row.details_json or "[]")
    details = stored.get("details", []) if isinstance(stored, dict) else stored
    return _facts(row, "created_at revision outcome actor score policy_version") | {
        "reasons": texts, "details": details,
    }  # fmt: skip


def _publication(session: Session, document: DocumentRow) -> Facts:
    changes = select(ChangeRow).where(ChangeRow.entity_id == document.id).order_by(col(ChangeRow.change_seq))
    holds = select(PublishHoldRow).where(PublishHoldRow.document_id == document.id)
    versions = select(InvoiceRow).where(InvoiceRow.document_id == document.id).order_by(col(InvoiceRow.version))
    said = {
        "changes": [_facts(row, "change_seq op version published_at batch_id") for row in session.exec(changes)],
        "versions": [_facts(row, "version invoice_key x_approved_by x_approved_at") for row in session.exec(versions)],
        "held_back": [_facts(row, "batch_id expectation message") for row in session.exec(holds)],
    }
    return {name: rows for name, rows in said.items() if rows}


def _show_pairs(facts: Facts) -> None:
    columns([(name.replace("_", " "), value) for name, value in facts.items() if value not in (None, "")])


def _show_receipts(arrivals: Sequence[Facts]) -> None:
    for row in arrivals:
        batch = f" (batch {safe(row['batch'], 60)})" if row["batch"] else ""
        inside = "".join(f", inside of {safe(name, 60)}" for name in row["inside_of"])
        reason = f": {safe(row['reason'])}" if row["reason"] else ""
        came = f"{row['received_at']}  {row['channel']}: {safe(row['original_name'], 80)}"
        write_line(f"  {came}{batch}{inside}, {row['size']} bytes, {row['state']}{reason}")


def _show_states(states: Sequence[Facts]) -> None:
    columns([(row["at"], f"{row['from_state'] or ''} > {row['to_state']}", row["actor"], row["reason"] or "")
             for row in states])  # fmt: skip


def _show_values(values: Facts) -> None:
    columns([(term, field["value"], _place(field)) for term, field in values["fields"].items()])
    for kind in ("lines", "vat_breakdown"):
        for number, line in enumerate(values[kind], 1):
            told = ", ".join(f"{name.replace('_', ' ')} {safe(value, 60)}" for name, value in line.items())
            write_line(f"  {kind.replace('_', ' ').removesuffix('s')} {number}: {told}")


def _place(field: Facts) -> str:
    """Where a value stood and how sure the reader was."""
    if "confidence" not in field:
        return ""
    place = f", page {field['page']}" if field.get("page") else ""
    box = f" at {' '.join(f'{each:.0f}' for each in field['box'])}" if field.get("box") else ""
    return f"{field['confidence']:.1%} by {field['reader']}{place}{box}"


def _show_findings(findings: Sequence[Facts]) -> None:
    columns([(row["severity"], row["rule"], row["message"]) for row in findings])


def _show_decisions(decisions: Sequence[Facts]) -> None:
    for row in decisions:
        write_line(f"  {row['created_at']}  {row['outcome']} by {safe(row['actor'])}, score {row['score']:.3f}, "
                   f"policy {safe(row['policy_version'])}")  # fmt: skip
        for text in (*row["reasons"].values(), *row["details"]) or ("nothing was found that needs a person",):
            write_line(f"    - {safe(text)}")


def _show_corrections(corrections: Sequence[Facts]) -> None:
    columns([(row["at"], row["actor"], row["term"],
              f"{row['before']} > {row['after']}" if row["changed"] else f"{row['after']} confirmed")
             for row in corrections])  # fmt: skip


def _show_publication(publication: Facts) -> None:
    for kind, rows in publication.items():
        for row in rows:
            write_line(f"  {kind.replace('_', ' ').removesuffix('s')}: " + ", ".join(
                f"{name.replace('_', ' ').removeprefix('x ')} {safe(value)}" for name, value in row.items()
            ))  # fmt: skip


_SECTIONS: tuple[tuple[str, Callable[[Any], None]], ...] = (
    ("document", _show_pairs),
    ("came_from", _show_receipts),
    ("states", _show_states),
    ("values", _show_values),
    ("match", show_match),
    ("credit", show_credits),
    ("posting", show_postings),
    ("findings", _show_findings),
    ("decisions", _show_decisions),
    ("corrections", _show_corrections),
    ("publication", _show_publication),
)
