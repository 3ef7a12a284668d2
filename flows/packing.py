"""The governance pack and the pilot's report as files: HTML and PDF, in the language of whoever reads them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from flows.house import House
from models.durable import write_atomic
from models.errors import ConflictError
from models.governance import Governance
from models.settings_review import client_review
from models.store.audit import record
from models.store.governance import load_governance
from models.tables import ClientRow
from reports.content import Pack
from reports.governance import governance_pack
from reports.html import as_html
from reports.pdf import as_pdf
from reports.review import period_of

ACTOR = "operator"


class Wish(NamedTuple):
    """What somebody asks for: a month, or days; without either the last full month."""

    month: tuple[int, int] | None = None
    since: date | None = None
    until: date | None = None
    language: str = "fr"

    @property
    def name(self) -> str:
        """Of the files."""
        if self.month:
            return f"{self.month[0]}-{self.month[1]:02}"
        return "_".join(day.isoformat() for day in (self.since, self.until) if day)


def make_governance(house: House, client_id: str, wish: Wish, at: datetime) -> Pack:
    """Load a period and write its pack.

    Raises:
        ConflictError: The period is none, or has not begun.
    """
    facts = load_facts(house, client_id, wish, at)
    return governance_pack(facts, wish.language, office=house.settings.review, costs=house.settings.costs)


def load_facts(house: House, client_id: str, wish: Wish, at: datetime) -> Governance:
    """What a pack is made of.

    Raises:
        ConflictError: The period is none, or has not begun.
    """
    with house.store.read() as session:
        client = session.get_one(ClientRow, client_id)
        zone = client_review(house.settings.review, client.review_json).timezone
        period = period_of(at, zone, month=wish.month, since=wish.since, until=wish.until)
        if period.start >= period.end:
            raise ConflictError("the period ends before it begins, or has not begun")
        return load_governance(session, client, period)


def write_pack(
    house: House, client_id: str, kind: str, pack: Pack, folder: Path, at: datetime, *, name: str = ""
) -> list[Path]:  # fmt: skip
    """Print a report into a folder and note that it was made; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"{kind}_{client_id}_{name or f'{at:%Y-%m-%d}'}_{pack.language}"
    pages = ((Path(f"{stem}.html"), as_html(pack).encode()), (Path(f"{stem}.pdf"), as_pdf(pack)))
    for path, content in pages:
        write_atomic(path, content)
    with house.store.write() as session:
        record(session, actor=ACTOR, action="make_report", subject=f"report:{kind}", client_id=client_id,
               after={"period": pack.period, "language": pack.language}, at=at)  # fmt: skip
    return [path for path, _ in pages]
