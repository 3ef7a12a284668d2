"""What a document weighs: its evidence, its score, and what the client's certificate says of such documents."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlmodel import Session

from assurance.evidence import document_evidence
from assurance.score import load_score, score_of
from flows.basis import Basis
from flows.versions import SHIPPED, Places, model_versions
from models.extraction import Extraction
from models.finding import Finding
from models.match import MatchResult
from models.settings import PolicySettings
from models.store.alarms import lowering
from models.store.certificates import standing_certificate
from models.store.labelling import count_past
from models.tables import AlarmRow, DocumentRow


def weigh(
    session: Session, document: DocumentRow, extraction: Extraction, match: MatchResult, findings: Sequence[Finding],
    policy: PolicySettings, places: Places = SHIPPED,
) -> Basis:  # fmt: skip
    """Gather what the decision on one document rests on.

    Args:
        session: The transaction in which it is judged.
        document: Its row.
        extraction: What was read.
        match: What it was matched with.
        findings: What the rules said.
        policy: The client's policy.
        places: Where the models lie that have a say.
    """
    past = count_past(session, document, match.supplier.seller_id)
    evidence = document_evidence(extraction, match, findings, past=past)
    versions = model_versions(places)
    certificate = standing_certificate(session, document.client_id, evidence.segment)
    alarm = lowering(session, document.client_id, evidence.segment)
    obstacle = alarm_text(alarm) if alarm else ""
    if certificate is not None and certificate.score_version != versions["score"]:
        obstacle = obstacle or f"The certificate for {evidence.segment} was made for other versions of the models."
    score = score_of(evidence, load_score(places.score), require_order=policy.require_order)
    return Basis(evidence, score, certificate, obstacle, versions)


def alarm_text(alarm: AlarmRow) -> str:
    """What an alarm says to a clerk."""
    cause = {"error_rate": "more errors were found among those let through", "drift": "such documents have changed"}
    why = json.loads(alarm.detail_json).get("reason") or cause.get(alarm.kind, alarm.kind)
    return f"An alarm of {alarm.at:%Y-%m-%d} lowered {alarm.segment}: {why}."
