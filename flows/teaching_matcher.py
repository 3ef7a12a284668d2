"""The ranker of orders as a challenger: generated books beside the home's confirmed matches, and its gate.

Suppliers that are kept for judging are never learned from; the frozen book has a seed of its own. No shadow is needed:
every confirmed match can be ranked again as it was, so the gate sees today what a shadow would see in weeks.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from sqlmodel import Session

from flows.champion import keep_files, laid_out
from flows.house import House
from flows.judge import Office
from flows.terminal import say
from learning.contest import Contest
from learning.corrections import is_held_out
from learning.matcher import studies_of, train
from learning.matcher.contest import GOLD_SEED, contest_matchers
from learning.matcher.rows import MatchCase
from matching import match_supplier, order_query
from matching.ranker import MatcherModel, load, shipped
from models.invoice import Invoice
from models.order import PurchaseOrder, Supplier
from models.store import registry
from models.store.audit import now
from models.store.confirmed import ConfirmedMatch, confirmed_matches
from models.store.lookup import candidate_orders
from models.store.lookup_suppliers import candidate_suppliers
from models.tables import ClientRow, ModelRow

KIND = "matcher"
GOLD_BOOKS = 15  # of 40 invoices each: half a point can be shown


@dataclass(frozen=True, eq=False)
class HomeCase:
    """A confirmed match as training takes it: what look-up brings, as it was before this invoice took its share."""

    name: str
    group: str  # client and seller
    invoice: Invoice
    candidates: tuple[PurchaseOrder, ...]
    suppliers: tuple[Supplier, ...]
    orders: tuple[str, ...]


def home_cases(house: House, client_id: str | None = None) -> list[HomeCase]:
    """Every confirmed match of the home, the newest first; at most `learning.per_supplier` of one supplier."""
    taken: dict[str, int] = {}
    found = []
    with house.store.read() as session:
        for each in confirmed_matches(session, client_id):
            group = f"{each.document.client_id}/{each.match.supplier.seller_id or each.document.seller_name}"
            taken[group] = taken.get(group, 0) + 1
            if taken[group] <= house.settings.learning.per_supplier:
                found.append(_case(session, house, each, group))
    return found


def _case(session: Session, house: House, each: ConfirmedMatch, group: str) -> HomeCase:
    office = Office(session.get_one(ClientRow, each.document.client_id), house.settings)
    suppliers = tuple(candidate_suppliers(session, office.client.id, each.invoice))
    supplier = match_supplier(each.invoice, suppliers, office.own_ids, house.settings.matching)
    orders = candidate_orders(session, office.client.id, order_query(each.invoice, supplier, ()))
    before = {(link.order, link.order_line): link.invoiced_before for link in each.match.lines}
    return HomeCase(each.document.id, group, each.invoice, tuple(_before(order, before) for order in orders), suppliers,
                    tuple(dict.fromkeys(link.order for link in each.match.lines)))  # fmt: skip


def _before(order: PurchaseOrder, known: Mapping[tuple[str, str], Decimal | None]) -> PurchaseOrder:
    """The order as it stood when the match was made: its own invoice must not speak against it."""
    lines = [
        line if (taken := known.get((order.order_number, line.line_number))) is None
        else line.model_copy(update={"quantity_invoiced": taken})
        for line in order.lines
    ]  # fmt: skip
    return order.model_copy(update={"lines": tuple(lines)})


def make_matcher(house: House, invoices: int, *, seed: int, day: str, actor: str) -> ModelRow:
    """Train on about so many generated invoices and on the home's matches; register what comes out as a challenger."""
    from sample_invoices.generator.book import cases
    from sample_invoices.generator.book.cases import CASES_EACH

    made: list[MatchCase] = list(cases(seed, max(10, invoices // CASES_EACH)))
    own = [each for each in home_cases(house) if not is_held_out(each.group)]
    say(f"train: weighing {len(made)} made invoices and {len(own)} confirmed matches")
    sets = {"generator": {"cases": len(made), "licence": "our own"},
            "confirmed": {"cases": len(own), "licence": "the client's own"}}  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="facturier-train-") as scratch:
        manifest = train([*made, *own], seed=seed, day=day, out=Path(scratch), sets=sets)
        kept = keep_files(house, Path(scratch))
    with house.store.write() as session:
        return registry.register(session, KIND, str(manifest["version"]), files=kept, manifest=manifest, actor=actor,
                                 at=now())  # fmt: skip


def judge_matcher(house: House, row: ModelRow, held: ModelRow | None, books: int = GOLD_BOOKS) -> Contest:
    """Both on the frozen book and on the confirmed matches of suppliers that are kept for judging."""
    from sample_invoices.generator.book import cases

    own = [each for each in home_cases(house) if is_held_out(each.group)]
    studies = studies_of([*cases(GOLD_SEED, books), *own])
    return contest_matchers(ranker_of(house, held), ranker_of(house, row), studies, len(own))


def ranker_of(house: House, row: ModelRow | None) -> MatcherModel:
    """The ranker of a version, under the name that the registry has for it."""
    folder = laid_out(house, row) if row is not None else None
    found = load(folder) if folder is not None else shipped()
    return replace(found, version=row.version) if row is not None else found
