"""Writing what a file of master data says: new rows are inserted, what differs is updated, the rest is left alone.

First everything is compared, then it is written in transactions of about CHUNK rows. The audit row of the import, with
the file's hash and the counts, is in the first of them: what an import that is cut short has written is accounted
for, and the same file again completes it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, delete, insert, select, update

from models.errors import ConflictError
from models.store.audit import Act, canonical, now, record, record_all
from models.store.covering import Rise, cover_claims
from models.store.engine import Store
from models.tables import SearchTextRow, SupplierBankRow, SupplierKeyRow

CHUNK = 1000  # rows in one transaction
_FILING = frozenset({SupplierKeyRow, SearchTextRow})
_IN_CLAUSE = 500  # values in one IN (...): far below the databases' limits


@dataclass(frozen=True, slots=True)
class MasterRow:
    """One row of a file: where it begins (line from 1), its checked values by column, and its columns unknown to us."""

    line: int
    values: Mapping[str, Any]
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What the audit keeps of a file."""

    kind: str
    name: str
    sha256: str
    rows: int
    bad: int


@dataclass(slots=True)
class Counts:
    """What came of the rows that were taken."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    notices: tuple[str, ...] = ()

    def add(self, *, is_new: bool, is_changed: bool) -> None:
        """Count one row."""
        self.new += is_new
        self.changed += is_changed and not is_new
        self.unchanged += not is_new and not is_changed


@dataclass(slots=True)
class Chunk:
    """Writes of one transaction."""

    inserts: dict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    updates: dict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    cleared: dict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    dropped: list[SupplierBankRow] = field(default_factory=list)
    rises: list[Rise] = field(default_factory=list)  # of what the order file says was invoiced
    acts: list[Act] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many rows of master data it writes; what they are filed under comes with them."""
        writes = [*self.inserts.items(), *self.updates.items()]
        return sum(len(rows) for table, rows in writes if table not in _FILING) + len(self.dropped)


class Plan:
    """Writes in chunks, and the counts of the file's rows."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.chunks = [Chunk()]

    @property
    def chunk(self) -> Chunk:
        """Where the next writes go; what belongs together must be added to one chunk."""
        if self.chunks[-1].size >= CHUNK:
            self.chunks.append(Chunk())
        return self.chunks[-1]

    def write(self, store: Store, client_id: str, file: ImportedFile, actor: str) -> Counts:
        """Write everything, the audit row first.

        Raises:
            ConflictError: Somebody else brought the same rows at the same time.
        """
        try:
            return self._write(store, client_id, file, actor)
        except IntegrityError as error:
            raise ConflictError("the master data was changed by somebody else meanwhile: import it again") from error

    def _write(self, store: Store, client_id: str, file: ImportedFile, actor: str) -> Counts:
        moment = now()
        for number, chunk in enumerate(self.chunks):
            with store.write() as session:
                if number == 0:
                    after = {"file": file.name, "sha256": file.sha256, "rows": file.rows, "bad": file.bad,
                             "new": self.counts.new, "changed": self.counts.changed}  # fmt: skip
                    record(session, actor=actor, action=f"import:{file.kind}", subject=f"client:{client_id}",
                           client_id=client_id, after=after, at=moment)  # fmt: skip
                _write(session, chunk, actor, moment)
        return self.counts


def plan_row(
    chunk: Chunk, table: type[SQLModel], key: dict[str, Any], values: dict[str, Any], known: SQLModel | None
) -> bool:
    """Plan an insert, or an update of what differs; True where there is anything to write."""
    changes = changes_of(values, known)
    if known is None:
        chunk.inserts[table].append(key | values)
    elif changes:
        chunk.updates[table].append(key | changes)
    return known is None or bool(changes)


def changes_of(wanted: Mapping[str, Any], known: SQLModel | None) -> dict[str, Any]:
    """Those of the wanted values that the stored row does not have."""
    if known is None:
        return dict(wanted)
    return {name: value for name, value in wanted.items() if getattr(known, name) != value}


def extra_of(extra: Mapping[str, str], known: Any) -> dict[str, str]:  # noqa: ANN401 - any row with extra_json
    """Columns unknown to us, over those that an earlier file brought."""
    before = json.loads(known.extra_json) if known is not None else {}
    return {"extra_json": canonical(before | dict(extra)) or "{}"}


def rows_of(
    session: Session,
    table: Any,  # noqa: ANN401 - any table with a client_id
    client_id: str,
    column: str = "",
    values: Collection[str] = (),
) -> Iterator[Any]:
    """Rows of a client: every one, or those whose column has one of the values."""
    query = select(table).where(table.client_id == client_id)
    if not column:
        yield from session.exec(query).all()
    wanted = list(values)
    for start in range(0, len(wanted), _IN_CLAUSE):
        chunk = wanted[start : start + _IN_CLAUSE]
        yield from session.exec(query.where(getattr(table, column).in_(chunk))).all()


def _write(session: Session, chunk: Chunk, actor: str, moment: datetime) -> None:
    for table, keys in chunk.cleared.items():
        for key in keys:
            session.exec(delete(table).where(*(getattr(table, name) == value for name, value in key.items())))
    for table, rows in chunk.inserts.items():
        if rows:
            session.exec(insert(table), params=rows)
    for table, rows in chunk.updates.items():
        for names in dict.fromkeys(tuple(sorted(row)) for row in rows):  # one statement for each set of columns
            session.exec(update(table), params=[row for row in rows if tuple(sorted(row)) == names])
    for bank in chunk.dropped:
        session.exec(
            delete(SupplierBankRow).where(
                col(SupplierBankRow.client_id) == bank.client_id, col(SupplierBankRow.seller_id) == bank.seller_id,
                col(SupplierBankRow.iban) == bank.iban,
            )
        )  # fmt: skip
    if chunk.rises:
        cover_claims(session, chunk.rises)
    record_all(session, chunk.acts, actor=actor, at=moment)
