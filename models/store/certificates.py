"""Certificates as rows that are only added: the newest of a segment stands. All in the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile

from sqlmodel import Session, col, select

from models.certificate import Certificate
from models.store.alarms import last_lift, lift_alarm, lowering
from models.store.audit import record
from models.tables import CertificateRow

MOST_RENEWED = 400  # certificates that are looked back upon


def add_certificate(session: Session, certificate: Certificate, *, actor: str) -> None:
    """Keep a certificate; from now on it stands for its client and segment.

    It lifts an alarm of its segment only if all its labels are newer than the alarm: labels from before prove nothing
    about what the alarm was raised for.
    """
    session.add(
        CertificateRow(id=certificate.id, client_id=certificate.client_id, segment=certificate.segment,
                       threshold=certificate.threshold, certificate_json=certificate.model_dump_json(),
                       made_at=certificate.made_at, actor=actor)
    )  # fmt: skip
    session.flush()
    told = certificate.model_dump(mode="json", include={"segment", "alpha", "delta", "threshold", "accepted", "errors",
                                                        "labelled", "missing", "score_version"})  # fmt: skip
    record(session, actor=actor, action="certify", subject=f"certificate:{certificate.id}",
           client_id=certificate.client_id, after=told, at=certificate.made_at)  # fmt: skip
    alarm = lowering(session, certificate.client_id, certificate.segment)
    start = certificate.window_from
    if alarm is not None and certificate.threshold is not None and start is not None and start >= alarm.at:
        lift_alarm(session, certificate.client_id, certificate.segment, reason=f"certificate {certificate.id}",
                   actor=actor, at=certificate.made_at)  # fmt: skip


def certified(session: Session) -> list[tuple[str, str]]:
    """The clients and segments that have certificates."""
    query = select(CertificateRow.client_id, CertificateRow.segment).distinct()
    return list(session.exec(query.order_by(CertificateRow.client_id, CertificateRow.segment)))


def standing_certificate(session: Session, client_id: str, segment: str) -> Certificate | None:
    """The newest certificate of a segment, also one that lets nothing through; None before the first."""
    query = select(CertificateRow.certificate_json).where(
        CertificateRow.client_id == client_id, CertificateRow.segment == segment
    )
    text = session.exec(query.order_by(col(CertificateRow.made_at).desc(), col(CertificateRow.id))).first()
    return Certificate.model_validate_json(text) if text else None


def promise_since(session: Session, client_id: str, segment: str) -> datetime | None:
    """From when on audits count as evidence about the standing promise; None: all of them.

    A certificate made anew for the same limit and the same models continues the promise, so that certifying every
    night does not wipe out what the audits have shown; a lifted alarm begins a new one.
    """
    query = select(CertificateRow.certificate_json).where(
        CertificateRow.client_id == client_id, CertificateRow.segment == segment
    )
    found = session.exec(query.order_by(col(CertificateRow.made_at).desc(), col(CertificateRow.id)).limit(MOST_RENEWED))
    chain = [Certificate.model_validate_json(text) for text in found]
    same = takewhile(lambda one: (one.alpha, one.score_version) == (chain[0].alpha, chain[0].score_version), chain)
    begun = min((one.made_at for one in same), default=None)
    starts = [moment for moment in (begun, last_lift(session, client_id, segment)) if moment is not None]
    return max(starts, default=None)


def find_certificate(session: Session, certificate_id: str) -> Certificate | None:
    """A certificate by its id."""
    row = session.get(CertificateRow, certificate_id)
    return Certificate.model_validate_json(row.certificate_json) if row else None


def certificates_of(session: Session, client_id: str, *, limit: int = 200) -> tuple[Certificate, ...]:
    """A client's certificates, newest first."""
    query = select(CertificateRow.certificate_json).where(CertificateRow.client_id == client_id)
    found = session.exec(query.order_by(col(CertificateRow.made_at).desc(), col(CertificateRow.id)).limit(limit))
    return tuple(Certificate.model_validate_json(text) for text in found)
