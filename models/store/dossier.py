"""All that is known of one document, for showing it: what was read, matched, found, decided, done, and by whom."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, bindparam
from sqlmodel import Session, col, select

from models.coding import CodingProposal, Posting
from models.extraction import Extraction, PageInfo
from models.finding import Finding, Severity
from models.match import MatchResult
from models.status import Status
from models.store.approvals import unverified_iban
from models.store.coding import load_confirmed, load_proposal
from models.store.credits import Credit, load_credits
from models.store.kept import keep_revision
from models.tables import (
    AuditRow,
    CorrectionRow,
    DocumentRow,
    EventRow,
    ExtractionRow,
    FindingRow,
    MatchRow,
    SupplierBankRow,
)

MOVED_BY_PERSONS = frozenset({Status.APPROVED, Status.REJECTED, Status.HELD})  # states that somebody may take back
# Statements are made once: each page runs them, and building one takes as long as running it.
_CLIENT = select(DocumentRow.client_id).where(DocumentRow.id == bindparam("which"))
_DOCUMENT: BindParameter[str] = bindparam("document")
_READ = (
    select(ExtractionRow).where(ExtractionRow.document_id == _DOCUMENT)
    .order_by(col(ExtractionRow.revision).desc()).limit(1)
)  # fmt: skip
_MATCHED = (
    select(MatchRow).where(MatchRow.document_id == _DOCUMENT).order_by(col(MatchRow.revision).desc()).limit(1)
)  # fmt: skip
_FINDINGS = select(FindingRow).where(FindingRow.document_id == _DOCUMENT, FindingRow.revision == bindparam("revision"))
_CORRECTIONS = (
    select(CorrectionRow).where(CorrectionRow.document_id == _DOCUMENT)
    .order_by(col(CorrectionRow.at), col(CorrectionRow.term))
)  # fmt: skip
_MOVES = select(EventRow).where(EventRow.document_id == _DOCUMENT).order_by(col(EventRow.seq).desc()).limit(1)
_ACTS = (
    select(AuditRow).where(AuditRow.object == bindparam("subject"), AuditRow.action != "view")  # who looked: auditors
    .order_by(col(AuditRow.seq))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dossier:
    """One document with everything about it. `match` and `findings` are of the newest revision that was judged."""

    document: DocumentRow
    extraction: Extraction | None
    pages: tuple[PageInfo, ...]
    match: MatchResult | None
    findings: tuple[Finding, ...]
    is_judged: bool  # whether match and findings are of the newest revision
    checked: dict[str, str]  # term to the person who confirmed or changed it last
    history: tuple[AuditRow, ...]
    last_move: EventRow | None
    open_iban: str | None  # the IBAN where nobody verified it for this supplier
    known_ibans: tuple[str, ...]  # those of the supplier that are verified
    proposal: CodingProposal | None = None  # how the lines may be posted
    posted: Mapping[int, tuple[Posting, ...]] = field(default_factory=dict)  # and how a person posts them, by line
    credits: tuple[Credit, ...] = ()  # the invoice that it gives back, or what was given back of it
    corrections: tuple[CorrectionRow, ...] = ()  # what people changed, in order


def find_visible(session: Session, document_id: str, clients: Collection[str] | None) -> DocumentRow | None:
    """The document, if it is one of these clients'; `None` as clients stands for all of them."""
    row = session.get(DocumentRow, document_id)
    return row if row is not None and (clients is None or row.client_id in clients) else None


def client_of(session: Session, document_id: str) -> str | None:
    """Whose document it is; None for an id that is none's."""
    return session.connection().execute(_CLIENT, {"which": document_id}).scalar()


def load_dossier(session: Session, document: DocumentRow) -> Dossier:
    """Gather what the document page shows, in a few small queries."""
    this = {"document": document.id}
    read = session.exec(_READ, params=this).first()
    extraction = Extraction.model_validate_json(read.extraction_json) if read else None
    if read and extraction:
        keep_revision(session, document.id, read.revision, extraction)
    matched = session.exec(_MATCHED, params=this).first()
    match = MatchResult.model_validate_json(matched.match_json) if matched else None
    corrections, posted = session.exec(_CORRECTIONS, params=this).all(), load_confirmed(session, document.id)
    open_iban = unverified_iban(session, document)
    return Dossier(
        document=document,
        extraction=extraction,
        pages=tuple(PageInfo.model_validate(page) for page in json.loads(read.pages_json)) if read else (),
        match=match,
        findings=_findings(session, document.id, matched.revision if matched else document.revision),
        is_judged=matched is not None and matched.revision == document.revision,
        checked={row.term: row.actor for row in corrections},
        history=tuple(session.exec(_ACTS, params={"subject": f"document:{document.id}"})),
        last_move=session.exec(_MOVES, params=this).first() if document.state in MOVED_BY_PERSONS else None,
        open_iban=open_iban,
        known_ibans=_known_ibans(session, document) if open_iban else (),
        proposal=load_proposal(session, document.id) if posted or not (match and match.orders) else None,
        posted=posted,
        credits=load_credits(session, document),
        corrections=tuple(row for row in corrections if row.changed),
    )


def load_page_infos(session: Session, document_id: str) -> tuple[PageInfo, ...]:
    """The pages of the file as they were read; none where nothing was."""
    query = select(ExtractionRow.pages_json).where(ExtractionRow.document_id == document_id)
    pages = session.exec(query.order_by(col(ExtractionRow.revision).desc())).first()
    return tuple(PageInfo.model_validate(page) for page in json.loads(pages)) if pages else ()


def _known_ibans(session: Session, document: DocumentRow) -> tuple[str, ...]:
    query = select(SupplierBankRow.iban).where(
        SupplierBankRow.client_id == document.client_id, SupplierBankRow.seller_id == document.seller_id,
        col(SupplierBankRow.verified_at).is_not(None),
    )  # fmt: skip
    return tuple(session.exec(query.order_by(SupplierBankRow.iban)))


def _findings(session: Session, document_id: str, revision: int) -> tuple[Finding, ...]:
    found = [
        Finding(rule=row.rule, severity=Severity(row.severity), terms=tuple(row.terms.split()), message=row.message,
                expected=row.expected, actual=row.actual)
        for row in session.exec(_FINDINGS, params={"document": document_id, "revision": revision})
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda finding: list(Severity).index(finding.severity)))


def audit_values(row: AuditRow) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an audit row says was before and after."""
    return json.loads(row.before_json or "{}"), json.loads(row.after_json or "{}")
