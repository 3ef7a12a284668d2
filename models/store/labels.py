"""Labels: documents of which it is known whether letting them through would have been wrong.

All in the caller's transaction, each with its audit row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models.certificate import Label
from models.store.audit import Act, now, record_all, wait_for_audit
from models.tables import LabelRow

_CHUNK = 500  # keys a query


def put_label(session: Session, client_id: str, label: Label, *, actor: str = "system") -> None:
    """Keep what became known of one document; an earlier label of it under the same score version is replaced."""
    put_labels(session, client_id, (label,), actor=actor)


def put_labels(session: Session, client_id: str, labels: Iterable[Label], *, actor: str = "system") -> int:
    """Keep many labels at once; returns how many."""
    wait_for_audit(session)  # two who label the same document would both find no label of it
    acts, wanted = [], list(labels)
    standing = _standing(session, client_id, [label.key for label in wanted])
    for label in wanted:
        row = standing.get((label.key, label.score_version))
        told = _told(Label.model_validate_json(row.label_json)) if row else None
        row = row or LabelRow(client_id=client_id, key=label.key, score_version=label.score_version,
                              segment="", label_json="", at=label.at)  # fmt: skip
        row.segment, row.label_json, row.at = label.segment, label.model_dump_json(), label.at
        session.add(row)
        standing[label.key, label.score_version] = row
        acts.append(Act("label", f"label:{label.key}", client_id, told, _told(label)))
    session.flush()
    record_all(session, acts, actor=actor, at=now())
    return len(acts)


def _standing(session: Session, client_id: str, keys: Sequence[str]) -> dict[tuple[str, str], LabelRow]:
    """The labels that these documents have, by key and score version."""
    found = {}
    for at in range(0, len(keys), _CHUNK):
        some = col(LabelRow.key).in_(keys[at : at + _CHUNK])
        query = select(LabelRow).where(LabelRow.client_id == client_id, some)
        found.update({(row.key, row.score_version): row for row in session.exec(query)})
    return found


def labels_of(
    session: Session, client_id: str, *, segment: str | None = None, score_version: str | None = None,
    since: datetime | None = None,
) -> tuple[Label, ...]:  # fmt: skip
    """A client's labels, oldest first; of one segment, one score version, from a moment on, where these are given."""
    query = select(LabelRow.label_json).where(LabelRow.client_id == client_id)
    if segment is not None:
        query = query.where(LabelRow.segment == segment)
    if score_version is not None:
        query = query.where(LabelRow.score_version == score_version)
    if since is not None:
        query = query.where(col(LabelRow.at) >= since)
    found = session.exec(query.order_by(col(LabelRow.at), col(LabelRow.key)))
    return tuple(Label.model_validate_json(text) for text in found)


def _told(label: Label) -> dict[str, object]:
    """What the audit row says of a label."""
    return {"wrong": label.wrong, "source": label.source, "segment": label.segment, "terms": list(label.terms)}
