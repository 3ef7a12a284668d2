"""A client's pilot as one report: what the machine would have done, beside what people did, and whether it saves time.

Everything is computed from rows: labels, touches, corrections, the manual baseline. Shares in [0, 1], times in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from assurance.certify import Certified, certify, split_risk
from assurance.intervals import clopper_pearson
from assurance.pilot import PilotCase, Saving, agreement, saving_of, verdict_on, with_automation
from models.certificate import SEGMENTS, Label
from models.settings import PolicySettings
from models.store.pilot import Settled, count_received, manual_seconds, settled_documents

Facts = dict[str, Any]
TERMS = (
    "invoice_number", "issue_date", "due_date", "currency", "seller_name", "seller_vat_id", "seller_legal_id", "iban",
    "net_total", "tax_total", "gross_total", "payable_total", "order_reference", "buyer_name", "seller_address",
)  # fmt: skip
CLAIM = 0.6  # "takes 60 % off the processing time"
METHOD = {
    "paired": "The same files were keyed by hand and settled here; suppliers are drawn as a whole (2,000 draws).",
    "two_samples": "Other invoices were keyed by hand than were settled here: both samples are drawn anew 2,000 times.",
}
ASSUMPTIONS = (
    "Time with the system is what reviewers had documents open, each opening at most two hours.",
    "Who keyed an invoice by hand before seeing it here may have been faster the second time.",
    "What would have been let through is judged on the labels that set the threshold: the bound, not this share, is the"
    " promise.",
)


def report_pilot(
    session: Session, client_id: str, policy: PolicySettings, *, since: datetime | None = None, claim: float = CLAIM
) -> Facts:
    """The report of one client; `claim` is the share of the processing time that is said to be saved."""
    settled = settled_documents(session, client_id, TERMS, since=since)
    times = manual_seconds(session, client_id)
    certified = _certify([each.label for each in settled if each.label], policy)
    cases = [_case(each, times, certified) for each in settled]
    used = {file for each in settled for file in (each.name, each.sha256)}
    apart = [seconds for file, seconds in times.items() if file not in used]
    as_is = saving_of(cases, apart)
    automated = saving_of(cases, apart, seconds=with_automation(policy.audit_share))
    is_certified = any(row.threshold is not None for row in certified.values())
    return {
        "client": client_id,
        "since": since.isoformat() if since else None,
        "received": count_received(session, client_id, since),
        "settled": len(cases),
        "error_limit": policy.error_limit,
        "error_risk": policy.error_risk,
        "agreement": [_agreed(term, right, seen) for term, (right, seen) in agreement(cases).items()],
        "documents_right": _rate([not case.wrong for case in cases if case.wrong is not None]),
        "would_pass": _rate([case.would_pass for case in cases]),
        "wrong_among_would_pass": _rate([bool(case.wrong) for case in cases if case.would_pass]),
        "certificates": {name: _certificate(certified[name]) for name in SEGMENTS if certified[name].labelled},
        "saving": {"as_piloted": _saving(as_is), "with_automation": _saving(automated) if is_certified else None},
        "claim": claim,
        "verdict": verdict_on(automated if is_certified else as_is, claim),
        "assumptions": ASSUMPTIONS,
    }


def _certify(labels: Sequence[Label], policy: PolicySettings) -> dict[str, Certified]:
    newest = max(labels, key=lambda label: label.at).score_version if labels else ""
    of = {name: [row for row in labels if row.segment == name and row.score_version == newest] for name in SEGMENTS}
    risks = split_risk(policy.error_limit, policy.error_risk, {name: len(rows) for name, rows in of.items()})
    return {name: certify(rows, alpha=policy.error_limit, delta=risks[name]) for name, rows in of.items()}


def _case(settled: Settled, times: Mapping[str, float], certified: Mapping[str, Certified]) -> PilotCase:
    label = settled.label
    bar = certified[label.segment].threshold if label and label.segment in certified else None
    return PilotCase(
        settled.document_id, settled.seller, settled.touch_seconds,
        manual_seconds=times.get(settled.sha256, times.get(settled.name)),
        would_pass=label is not None and bar is not None and label.score > bar,
        wrong=label.wrong if label else None,
        segment=label.segment if label else "",
        terms=settled.terms,
    )  # fmt: skip


def _agreed(term: str, right: int, seen: int) -> Facts:
    low, high = clopper_pearson(right, seen)
    return {"term": term, "right": right, "seen": seen, "share": right / seen, "low": low, "high": high}


def _rate(outcomes: Sequence[bool]) -> Facts | None:
    """A share with its exact interval of 95 %; None where nothing was counted."""
    if not outcomes:
        return None
    low, high = clopper_pearson(sum(outcomes), len(outcomes))
    return {"count": sum(outcomes), "of": len(outcomes), "share": sum(outcomes) / len(outcomes), "low": low,
            "high": high}  # fmt: skip


def _certificate(found: Certified) -> Facts:
    return {"threshold": found.threshold, "labelled": found.labelled, "accepted": found.accepted,
            "errors": found.errors, "bound": found.bound, "missing": found.missing}  # fmt: skip


def _saving(saving: Saving | None) -> Facts | None:
    if saving is None:
        return None
    return {"share": saving.share, "low": saving.low, "high": saving.high, "method": saving.method,
            "documents": saving.documents, "manual_mean": saving.manual_mean, "system_mean": saving.system_mean,
            "how": METHOD[saving.method]}  # fmt: skip
