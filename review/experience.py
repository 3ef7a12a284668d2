"""How many documents like the one on the page were wrong, from the labels of its client."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlmodel import Session

from assurance.experience import Experience, experience
from models.settings import PolicySettings
from models.status import Status
from models.store.labelling import first_decision, is_gated
from models.store.labels import labels_of
from models.tables import DocumentRow


def experience_of(session: Session, document: DocumentRow, policy: PolicySettings, at: datetime) -> Experience | None:
    """What labels say of a document under review.

    None where it is not, or where a rule holds it: labels are of documents that no rule held and say nothing of it.
    """
    decision = first_decision(session, document.id) if document.state == Status.IN_REVIEW else None
    if decision is None or not decision.segment or is_gated(decision) or decision.revision != document.revision:
        return None
    version = str(json.loads(decision.versions_json).get("score", ""))
    since = at - timedelta(days=policy.label_days)
    labels = labels_of(session, document.client_id, segment=decision.segment, score_version=version, since=since)
    return experience(labels, decision.score)
