"""All that is known of one document, for showing it: what was read, matched, found, decided, done, and by whom."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from models.coding import CodingProposal, Posting
from models.extraction import Extraction, PageInfo
from models.finding import Finding, Severity
from models.match import MatchResult
from models.store.approvals import unverified_iban
from models.store.coding import load_confirmed, load_proposal
from models.store.credits import Credit, load_credits
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


def load_dossier(session: Session, document: DocumentRow) -> Dossier:
    """Gather what the document page shows, in a few small queries."""
    read = session.exec(
        select(ExtractionRow)
        .where(ExtractionRow.document_id == document.id)
        .order_by(col(ExtractionRow.revision).desc())
    ).first()
    matched = session.exec(
        select(MatchRow).where(MatchRow.document_id == document.id).order_by(col(MatchRow.revision).desc())
    ).first()
    moves = select(EventRow).where(EventRow.document_id == document.id).order_by(col(EventRow.seq).desc())
    return Dossier(
        document=document,
        extraction=Extraction.model_validate_json(read.extraction_json) if read else None,
        pages=tuple(PageInfo.model_validate(page) for page in json.loads(read.pages_json)) if read else (),
        match=MatchResult.model_validate_json(matched.match_json) if matched else None,
        findings=_findings(session, document.id, matched.revision if matched else document.revision),
        is_judged=matched is not None and matched.revision == document.revision,
        checked=_checked(session, document.id),
        history=tuple(
            session.exec(
                select(AuditRow)
                .where(AuditRow.object == f"document:{document.id}", AuditRow.action != "view")  # who looked: auditors
                .order_by(col(AuditRow.seq))
            )
        ),
        last_move=session.exec(moves).first(),
        open_iban=unverified_iban(session, document),
        known_ibans=_known_ibans(session, document),
        proposal=load_proposal(session, document.id),
        posted=load_confirmed(session, document.id),
        credits=load_credits(session, document),
        corrections=tuple(session.exec(
            select(CorrectionRow)
            .where(CorrectionRow.document_id == document.id, col(CorrectionRow.changed))
            .order_by(col(CorrectionRow.at), col(CorrectionRow.term))
        )),
    )  # fmt: skip


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
    query = select(FindingRow).where(FindingRow.document_id == document_id, FindingRow.revision == revision)
    found = [
        Finding(rule=row.rule, severity=Severity(row.severity), terms=tuple(row.terms.split()), message=row.message,
                expected=row.expected, actual=row.actual)
        for row in session.exec(query)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda finding: list(Severity).index(finding.severity)))


def _checked(session: Session, document_id: str) -> dict[str, str]:
    query = select(CorrectionRow.term, CorrectionRow.actor).where(CorrectionRow.document_id == document_id)
    return {term: actor for term, actor in session.exec(query.order_by(col(CorrectionRow.at))).all()}  # noqa: C416


def audit_values(row: AuditRow) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an audit row says was before and after."""
    return json.loads(row.before_json or "{}"), json.loads(row.after_json or "{}")
