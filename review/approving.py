"""What an approval must know beyond the document: the office's limits, and which errors the typed values cleared."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from models.store.approvals import open_errors, overrides
from models.store.dossier import load_dossier
from models.tables import DocumentRow
from review.checking import context_of, recheck


def cleared_rules(session: Session, document: DocumentRow, today: date) -> frozenset[str]:
    """The errors of the last judgement that the newest values no longer have; none where they were judged since."""
    broken = open_errors(session, document)
    if not broken:
        return frozenset()
    dossier = load_dossier(session, document)
    if dossier.is_judged or dossier.extraction is None:
        return frozenset()
    fresh = recheck(dossier.extraction, dossier.findings, dossier.match, context_of(session, document, today))
    return frozenset(broken) - {finding.rule for finding in fresh if overrides(finding.rule, finding.severity)}
