"""The audit sample: after the policy has let a document through, a lottery decides whether a person looks at it still.

Drawn in the transaction of the decision, by a keyed hash of the document's id: nothing about the document, and nobody
without the key, has a say.
"""

from __future__ import annotations

import math
from datetime import datetime

from sqlmodel import Session

from assurance import is_blind, is_drawn, share_needed
from models.decision import Decision, Outcome
from models.settings import PolicySettings
from models.store.audit import now
from models.store.audit_samples import POLICY, add_sample, week_volume
from models.tables import DocumentRow

SAMPLE_KEY = "audit-sample"
MOST_COUNTED = 10_000  # documents of a week; where there are more, the share alone decides


def sample_after_decision(
    session: Session, document: DocumentRow, decision: Decision, policy: PolicySettings, key: bytes, *,
    at: datetime | None = None,
) -> bool:  # fmt: skip
    """Draw a document that the policy just let through into the audit sample, or not; whether it was drawn.

    Args:
        session: The transaction of the decision; its row is stored already.
        document: The document.
        decision: What was decided; nothing is drawn unless it lets the document through.
        policy: The client's policy: share, weekly number, blind share.
        key: The home's sampling key.
        at: The present.
    """
    if decision.outcome != Outcome.APPROVE:
        return False
    moment = at or now()
    enough = math.ceil(policy.audit_weekly / policy.audit_share) if policy.audit_share else MOST_COUNTED
    volume = week_volume(session, document.client_id, moment, most=min(enough, MOST_COUNTED) + 1)
    share = share_needed(volume, policy.audit_share, policy.audit_weekly)
    if not is_drawn(key, document.id, share):
        return False
    blind = is_blind(key, document.id, policy.blind_share)
    add_sample(session, document, share=share, blind=blind, actor=POLICY, at=moment)
    return True
