"""Tolerances of a client's suppliers and categories: loaded from a file, and as matching wants them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, select

from models.settings import MatchingSettings
from models.store.audit import canonical, now
from models.store.engine import Store
from models.store.loading import Counts, ImportedFile, MasterRow, Plan, plan_row, rows_of
from models.tables import ClientRow, ToleranceRow
from models.tolerances import TOLERANCE_NAMES, ToleranceBook, Tolerances, category_key


def store_tolerances(store: Store, client_id: str, rows: Sequence[MasterRow], file: ImportedFile, actor: str) -> Counts:
    """Insert or update tolerances; columns that the file lacks stay as they are, an empty cell takes a figure back."""
    plan, moment = Plan(), now()
    with store.read() as session:
        known = {(row.scope, row.key): row for row in rows_of(session, ToleranceRow, client_id)}
    for row in rows:
        scope, key = row.values["scope"], stored_key(row.values)
        before = known.get((scope, key))
        values: dict[str, Any] = {"tolerances_json": _merged(row.values, before)}
        if before is None or before.tolerances_json != values["tolerances_json"]:
            values["updated_at"] = moment
        is_changed = plan_row(
            plan.chunk, ToleranceRow, {"client_id": client_id, "scope": scope, "key": key}, values, before
        )
        plan.counts.add(is_new=before is None, is_changed=is_changed)
    return plan.write(store, client_id, file, actor)


def stored_key(values: Mapping[str, Any]) -> str:
    """Under what a row of the file is kept: the supplier's id as it is, a category without case."""
    key: str = values["key"]
    return category_key(key) if values["scope"] == "category" else key


def _merged(values: Mapping[str, Any], before: ToleranceRow | None) -> str:
    figures = json.loads(before.tolerances_json) if before else {}
    told = {name: values[name] for name in TOLERANCE_NAMES if name in values}
    figures |= {name: None if value is None else str(value) for name, value in told.items()}
    return canonical({name: value for name, value in figures.items() if value is not None}) or "{}"


def load_tolerances(session: Session, client_id: str) -> ToleranceBook:
    """What the client's suppliers and categories have of their own."""
    suppliers: dict[str, Tolerances] = {}
    categories: dict[str, Tolerances] = {}
    for row in session.exec(select(ToleranceRow).where(ToleranceRow.client_id == client_id)):
        book = suppliers if row.scope == "supplier" else categories
        book[row.key] = Tolerances.model_validate_json(row.tolerances_json)
    return ToleranceBook(suppliers, categories)


def matching_of(client: ClientRow, settings: MatchingSettings) -> MatchingSettings:
    """The matching settings with what this client's contract says instead."""
    if not client.matching_json:
        return settings
    own = MatchingSettings.model_validate_json(client.matching_json)
    return settings.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})
