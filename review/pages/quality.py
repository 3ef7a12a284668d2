"""What the expectations found: publish batches with the gate's word, and the daily look at whole tables.

The engine's results are shown by this page alone: no report of the engine's own, no remote asset.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from models.store.dossier import find_visible
from models.store.quality import find_batch, find_run, held_rows, newest_batches, newest_runs
from models.tables import DocumentRow, PublishHoldRow
from review.language import Tongue
from review.site import Visitor, not_found, show, site_of, visitor_of

router = APIRouter()
BATCHES = 50  # on one page; older ones are a link away
DAYS = 14  # of looks at tables


@dataclass(frozen=True, slots=True)
class Verdict:
    """One expectation: its name, its sentence, whether one row or all hang on it, and what stood against it."""

    name: str
    sentence: str
    scope: str  # row, table, or the frame of a look at tables
    is_met: bool
    is_evaluated: bool
    against: int
    unexpected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What the engine said of one batch or table."""

    engine: str
    verdicts: tuple[Verdict, ...]

    @property
    def unmet(self) -> int:
        """How many expectations were not met."""
        return sum(not verdict.is_met for verdict in self.verdicts)


def tell(result_json: str, tongue: Tongue) -> Told:
    """The stored result, with its sentences in the visitor's language; what was not met stands first.

    >>> from review.language import TONGUES
    >>> tell("{}", TONGUES["en"])
    Told(engine='', verdicts=())
    """
    whole = json.loads(result_json)
    verdicts = [_verdict(each, tongue) for each in whole.get("results", ())]
    return Told(str(whole.get("engine", "")), tuple(sorted(verdicts, key=lambda one: one.is_met)))


def _verdict(each: Mapping[str, object], tongue: Tongue) -> Verdict:
    name, unexpected, own = str(each["name"]), each.get("unexpected") or (), each.get("says")
    sentence = str(own.get(tongue.code, name)) if isinstance(own, Mapping) else sentence_of(name, tongue)
    rows = tuple(map(str, unexpected)) if isinstance(unexpected, Sequence) else ()
    against = each.get("against", len(rows))
    return Verdict(name, sentence, str(each.get("scope") or each.get("frame")), bool(each["success"]),
                   bool(each["evaluated"]), against if isinstance(against, int) else len(rows), rows)  # fmt: skip


def sentence_of(name: str, tongue: Tongue) -> str:
    """What an expectation asks; its name where it is one of an older suite or of a client's own."""
    key = f"quality.says.{name}"
    return tongue.t(key) if tongue.has(key) else name.replace("_", " ")


@router.get("/quality")
def quality_page(request: Request) -> Response:
    """Looks at tables of two weeks, and publish batches, newest first; `client` chooses one, `before` goes on."""
    site, visitor = site_of(request), visitor_of(request)
    wanted = request.query_params.get("client", "")
    chosen = [client.id for client in visitor.clients if wanted in {"", client.id}]
    before = _moment_of(request.query_params.get("before", ""))
    with site.store.read() as session:
        runs = [] if before else newest_runs(session, chosen, DAYS, site.clock())
        batches = newest_batches(session, chosen, before=before, limit=BATCHES + 1)
    more = batches[BATCHES - 1].created_at.isoformat() if len(batches) > BATCHES else ""
    told = {row.id: tell(row.result_json, visitor.tongue) for row in batches}
    return show(request, "quality.html", runs=runs, batches=batches[:BATCHES], told=told, wanted=wanted, more=more,
                names={client.id: client.name for client in visitor.clients}, days=DAYS, before=before)  # fmt: skip


@router.get("/quality/{batch_id}")
def batch_page(request: Request, batch_id: str) -> Response:
    """One publish batch: every expectation, and what was held back with where it stands now."""
    visitor = visitor_of(request)
    with site_of(request).store.read() as session:
        batch = find_batch(session, batch_id, visitor.client_ids)
        if batch is None:
            raise not_found()
        held = held_rows(session, batch.id)
        told = tell(batch.result_json, visitor.tongue)
        known = _visible(session, told, visitor)
    return show(request, "quality_batch.html", batch=batch, told=told, held=_sorted(held), known=known,
                says={one.name: one.sentence for one in told.verdicts}, sentence_of=sentence_of)  # fmt: skip


@router.get("/quality/tables/{run_id}")
def run_page(request: Request, run_id: str) -> Response:
    """One look at the tables of a client."""
    visitor = visitor_of(request)
    with site_of(request).store.read() as session:
        run = find_run(session, run_id, visitor.client_ids)
        if run is None:
            raise not_found()
        told = tell(run.result_json, visitor.tongue)
        known = _visible(session, told, visitor)
    return show(request, "quality_run.html", run=run, told=told, known=known)


def _visible(session: Session, told: Told, visitor: Visitor) -> dict[str, DocumentRow]:
    """The documents among what stood out that this visitor may open."""
    ids = {row for verdict in told.verdicts for row in verdict.unexpected}
    found = {row: find_visible(session, row, visitor.client_ids) for row in sorted(ids)}
    return {row: document for row, document in found.items() if document is not None}


def _sorted(
    held: Sequence[tuple[PublishHoldRow, DocumentRow | None]],
) -> list[tuple[PublishHoldRow, DocumentRow | None]]:
    return sorted(held, key=lambda pair: (pair[0].expectation, pair[1].name if pair[1] else ""))


def _moment_of(text: str) -> datetime | None:
    """A time from the address; None where it is none."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
