"""Which trained versions there are, and which of them is in use: one champion of each kind, challengers, the retired.

A version's files lie in the document store under their hashes; one without files came with the program. Every change
of roles is audited. Nothing here reads a model: the doors see to files and figures.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session, col, select

from models.errors import ConflictError
from models.store.audit import record, wait_for_audit
from models.tables import ModelRow

Kind = Literal["reader", "matcher", "score"]
Json = Mapping[str, Any]
CHAMPION, CHALLENGER, RETIRED, REFUSED = "champion", "challenger", "retired", "refused"


class ModelConflictError(ConflictError):
    """A version cannot take the role that is asked for."""

    code = "model_conflict"
    advice = "`facturier models` lists the versions and their roles."


def versions_in_use(session: Session) -> dict[str, str]:
    """Kind to the version that is in use; what every decision is stamped with."""
    rows = session.exec(select(ModelRow).where(ModelRow.role == CHAMPION)).all()
    return {row.kind: row.version for row in sorted(rows, key=lambda row: row.kind)}


def champion(session: Session, kind: str) -> ModelRow | None:
    """The version of a kind that is in use; None before the first was registered."""
    query = select(ModelRow).where(ModelRow.kind == kind, ModelRow.role == CHAMPION)
    return session.exec(query.execution_options(populate_existing=True)).first()


def challenger(session: Session, kind: str) -> ModelRow | None:
    """The newest challenger of a kind, if there is one."""
    query = select(ModelRow).where(ModelRow.kind == kind, ModelRow.role == CHALLENGER)
    return session.exec(query.order_by(col(ModelRow.created_at).desc(), col(ModelRow.version).desc())).first()


def find_model(session: Session, version: str, kind: str | None = None) -> ModelRow | None:
    """A version by its name, of any kind unless one is given."""
    query = select(ModelRow).where(ModelRow.version == version)
    return session.exec(query if kind is None else query.where(ModelRow.kind == kind)).first()


def list_models(session: Session) -> list[ModelRow]:
    """All versions: by kind, the newest first."""
    return list(session.exec(select(ModelRow).order_by(col(ModelRow.kind), col(ModelRow.created_at).desc())).all())


def gate_of(row: ModelRow) -> dict[str, Any]:
    """What was said of a version so far: comparison, shadow, promotions."""
    found: dict[str, Any] = json.loads(row.gate_json or "{}")
    return found


def manifest_of(row: ModelRow) -> dict[str, Any]:
    """What a version was made from."""
    found: dict[str, Any] = json.loads(row.manifest_json or "{}")
    return found


def files_of(row: ModelRow) -> dict[str, str]:
    """File name to its SHA-256 in the document store; empty for what came with the program."""
    found: dict[str, str] = json.loads(row.files_json or "{}")
    return found


def register(
    session: Session, kind: str, version: str, *, files: Mapping[str, str], manifest: Json, actor: str, at: datetime
) -> ModelRow:
    """Add a challenger, whose files are in the document store already; the same version again is the same row."""
    wait_for_audit(session)
    known = session.get(ModelRow, (kind, version))
    if known is not None:
        return known
    return _add(session, kind, version, CHALLENGER, files=files, manifest=manifest, actor=actor, at=at)


def adopt_shipped(session: Session, kind: str, version: str, manifest: Json, *, at: datetime) -> ModelRow:
    """Make the version that came with the program known: champion where no trained one is, else in reserve."""
    wait_for_audit(session)
    held = champion(session, kind)
    known = session.get(ModelRow, (kind, version))
    if known is None:
        known = _add(session, kind, version, RETIRED, files={}, manifest=manifest, actor="program", at=at)
    if held is None or (held.version != version and not files_of(held)):
        if held is not None:
            _move(session, held, RETIRED, actor="program", at=at, why="the program brought another")
        _move(session, known, CHAMPION, actor="program", at=at, why="came with the program")
    return known


def note(session: Session, row: ModelRow, said: Json, *, role: str | None = None, actor: str, at: datetime) -> None:
    """Add to what was said of a version, and give it another role if one is named; audited."""
    if wait_for_audit(session):
        session.refresh(row)
    row.gate_json = json.dumps({**gate_of(row), **said}, default=str)
    why = ", ".join(f"{key}: {value}" for key, value in said.items() if isinstance(value, bool | str | int | float))
    if role is not None and role != row.role:
        _move(session, row, role, actor=actor, at=at, why=why)
        return
    session.add(row)
    record(session, actor=actor, action="model_judged", subject=_subject(row), after={"reason": why[:400]}, at=at)


def promote(session: Session, row: ModelRow, *, actor: str, at: datetime, why: str) -> ModelRow | None:
    """Put a version into use; the one before retires and can be put back. Returns the one before."""
    if wait_for_audit(session):  # two who promote would both retire the same one
        session.refresh(row)
    held = champion(session, row.kind)
    if held is not None and held.version == row.version:
        raise ModelConflictError(f"{row.version} is in use already")
    if held is not None:
        _move(session, held, RETIRED, actor=actor, at=at, why=f"replaced by {row.version}")
    row.gate_json = json.dumps({**gate_of(row), "replaced": held.version if held else None})
    _move(session, row, CHAMPION, actor=actor, at=at, why=why)
    return held


def previous(session: Session, kind: str) -> ModelRow | None:
    """What a rollback would put into use: what the champion replaced, else the last to retire."""
    held = champion(session, kind)
    replaced = gate_of(held).get("replaced") if held is not None else None
    if replaced and (row := session.get(ModelRow, (kind, replaced))) is not None and row.role == RETIRED:
        return row
    query = select(ModelRow).where(ModelRow.kind == kind, ModelRow.role == RETIRED)
    return session.exec(query.order_by(col(ModelRow.changed_at).desc())).first()


def rollback(session: Session, kind: str, *, actor: str, at: datetime, why: str) -> tuple[ModelRow, ModelRow]:
    """Put the previous champion back; the one that goes is refused. Returns (gone, back).

    Raises:
        ModelConflictError: There is none to go back to.
    """
    wait_for_audit(session)
    held, back = champion(session, kind), previous(session, kind)
    if held is None or back is None:
        raise ModelConflictError(f"there is no earlier {kind} to go back to")
    _move(session, held, REFUSED, actor=actor, at=at, why=why)
    _move(session, back, CHAMPION, actor=actor, at=at, why=f"back instead of {held.version}: {why}")
    return held, back


def _add(
    session: Session, kind: str, version: str, role: str, *, files: Mapping[str, str], manifest: Json, actor: str,
    at: datetime,
) -> ModelRow:  # fmt: skip
    row = ModelRow(kind=kind, version=version, role=role, files_json=json.dumps(dict(files), sort_keys=True),
                   manifest_json=json.dumps(dict(manifest), default=str), actor=actor, created_at=at,
                   changed_at=at)  # fmt: skip
    session.add(row)
    record(session, actor=actor, action="model_register", subject=_subject(row),
           after={"role": role, "files": dict(files)}, at=at)  # fmt: skip
    session.flush()
    return row


def _move(session: Session, row: ModelRow, role: str, *, actor: str, at: datetime, why: str) -> ModelRow:
    record(session, actor=actor, action=f"model_{role}", subject=_subject(row), before={"role": row.role},
           after={"role": role, "reason": why[:400]}, at=at)  # fmt: skip
    row.role, row.changed_at = role, at
    session.add(row)
    session.flush()
    return row


def _subject(row: ModelRow) -> str:
    return f"model:{row.kind}/{row.version}"
