"""Coding history as a file brings it: rows are only added, and the same row of the same file again is no new one.

A row has no number of its own: it is known by what it says, and by which of several alike it is. What persons have
confirmed here is never touched by a file.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time

from models.reference import squeeze
from models.store.audit import canonical
from models.store.engine import Store
from models.store.loading import Counts, ImportedFile, MasterRow, Plan, rows_of
from models.tables import CodingRow, SupplierRow

_NAMES = (
    "posted_date", "seller_id", "seller_name", "seller_vat_id", "item_name", "net_amount", "vat_rate", "account",
    "cost_centre", "tax_code", "share", "document_reference",
)  # fmt: skip
_KEPT = ("seller_name", "item_name", "net_amount", "vat_rate", "account", "cost_centre", "tax_code", "share")


def store_coding(store: Store, client_id: str, rows: Sequence[MasterRow], file: ImportedFile, actor: str) -> Counts:
    """Add what was posted; suppliers that only have a VAT id are found in the master data."""
    plan, seen = Plan(), Counter[str]()
    with store.read() as session:
        sellers: dict[str, str] = {
            squeeze(row.vat_id): row.seller_id for row in rows_of(session, SupplierRow, client_id) if row.vat_id
        }
        keys = [_key(client_id, row, seen) for row in rows]
        known = {row.id for row in rows_of(session, CodingRow, client_id, "id", keys)}
    for key, row in zip(keys, rows, strict=True):
        plan.counts.add(is_new=key not in known, is_changed=False)
        if key in known:
            continue
        said = row.values
        plan.chunk.inserts[CodingRow].append(
            {name: said.get(name) for name in _KEPT}
            | {"id": key, "client_id": client_id, "reference": said.get("document_reference"), "origin": "import",
               "actor": actor, "at": datetime.combine(said["posted_date"], time(), UTC),
               "seller_id": said.get("seller_id") or sellers.get(squeeze(said.get("seller_vat_id")))}
        )  # fmt: skip
    return plan.write(store, client_id, file, actor)


def _key(client_id: str, row: MasterRow, seen: Counter[str]) -> str:
    said = canonical({name: row.values.get(name) for name in _NAMES} | {"client": client_id}) or ""
    seen[said] += 1
    return hashlib.sha256(f"{said}{seen[said]}".encode()).hexdigest()[:32]
