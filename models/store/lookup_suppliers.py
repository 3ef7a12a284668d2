"""Which suppliers of the master are worth comparing with an invoice's seller, among a million, in milliseconds.

By identifier, by bank account, by what the eye sees of the name, by parts of that (names up to two edits away), and by
the name's words through the n-gram index. Look-alikes are wanted: whoever imitates a supplier must meet the original.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import select
from sqlmodel import Session, col

from models.identity import identity_keys
from models.invoice import Invoice
from models.keys import SLIPS, folded_words, lookalike_keys, views_of
from models.names import normalise_name, skeleton
from models.order import Supplier
from models.reference import squeeze
from models.store.master import billed_before
from models.store.search import GRAM, ask, search
from models.tables import SupplierBankRow, SupplierRow

LIMIT = 200  # suppliers that one invoice is compared with
BY_KEY, BY_PART, BY_WORDS = 60, 6000, 80  # rows of one block
_LONGEST = 200  # characters of a name on paper
_COLUMNS = ("seller_id", "name", "legal_id", "vat_id", "country", "currency", "payment_terms_days", "address", "status")


def candidate_suppliers(session: Session, client_id: str, invoice: Invoice) -> tuple[Supplier, ...]:
    """The client's suppliers that the seller may be, or may imitate: those with its numbers first, at most LIMIT.

    They come with their verified accounts; whether they were billed before is asked for one alone, by `load_supplier`.
    An identifier that is on file decides, and no name is looked for then.
    """
    by_number = _by_keys(session, client_id, identity_keys(invoice.seller_vat_id, invoice.seller_legal_id))
    found = dict.fromkeys([*by_number, *_by_iban(session, client_id, invoice.iban)])
    name = (invoice.seller_name or "")[:_LONGEST]
    if name and not by_number:
        found |= dict.fromkeys(_by_keys(session, client_id, [f"eye:{skeleton(name)[:60]}"]))
        found |= dict.fromkeys(_lookalikes(session, client_id, name))
        found |= dict.fromkeys(_by_words(session, client_id, name))
    return _loaded(session, client_id, list(found)[:LIMIT])


def load_supplier(session: Session, client_id: str, seller_id: str | None) -> Supplier | None:
    """One supplier with its accounts and whether it was billed before; None where the client has none of this id."""
    if seller_id is None:
        return None
    found = _loaded(session, client_id, [seller_id])
    if not found:
        return None
    return found[0].model_copy(update={"has_history": billed_before(session, client_id, seller_id)})


def _by_keys(session: Session, client_id: str, keys: Collection[str]) -> list[str]:
    """Suppliers that are filed under one of the keys, in the order of their ids."""
    sql = "SELECT seller_id FROM supplier_key WHERE client_id = :client AND key IN :keys LIMIT :limit"
    rows = ask(session, sql, keys=keys, client=client_id, limit=BY_KEY) if keys else []
    return sorted({row[0] for row in rows})


def _by_iban(session: Session, client_id: str, iban: str | None) -> list[str]:
    if iban is None or not (number := squeeze(iban)):
        return []
    sql = (
        "SELECT seller_id FROM supplier_bank INDEXED BY ix_supplier_bank_iban "
        "WHERE client_id = :client AND iban IN :keys LIMIT :limit"
    )
    return sorted({row[0] for row in ask(session, sql, keys={number}, client=client_id, limit=BY_KEY)})


def _lookalikes(session: Session, client_id: str, name: str) -> list[str]:
    """Suppliers whose name differs by two edits at most from what the eye sees, the nearest first."""
    sql = "SELECT view, seller_id FROM supplier_key WHERE client_id = :client AND key IN :keys LIMIT :limit"
    views: dict[str, set[str]] = defaultdict(set)
    for view, seller_id in ask(session, sql, keys=lookalike_keys(name), client=client_id, limit=BY_PART):
        views[view].add(seller_id)
    edits: dict[str, float] = {}
    known = list(views)
    for mine in views_of(name):
        for view, distance, _ in process.extract(mine, known, scorer=OSA.distance, score_cutoff=SLIPS, limit=BY_KEY):
            edits |= {each: min(distance, edits.get(each, distance)) for each in views[view]}
    return sorted(edits, key=lambda each: (edits[each], each))[:BY_KEY]


def _by_words(session: Session, client_id: str, name: str) -> list[str]:
    """Suppliers whose name holds words of this one, those that hold most of them first."""
    words = [word for word in folded_words(normalise_name(name)) if len(word) >= GRAM]
    longest = sorted(dict.fromkeys(words), key=len, reverse=True)[:3]
    pairs = [f"{left} {right}" for at, left in enumerate(longest) for right in longest[at + 1 :]]
    asked = dict.fromkeys([" ".join(words), *pairs, *longest])
    votes = search(session, client_id, "supplier", asked, limit=BY_WORDS)
    return [seller_id for seller_id, _ in votes.most_common(BY_WORDS)]


def _loaded(session: Session, client_id: str, seller_ids: Sequence[str]) -> tuple[Supplier, ...]:
    """Suppliers with their verified accounts, in the order of the ids."""
    ibans: dict[str, list[str]] = defaultdict(list)
    banks = select(col(SupplierBankRow.seller_id), col(SupplierBankRow.iban)).where(
        col(SupplierBankRow.client_id) == client_id, col(SupplierBankRow.seller_id).in_(seller_ids),
        col(SupplierBankRow.verified_at).is_not(None),
    )  # fmt: skip
    for seller_id, iban in session.connection().execute(banks):
        ibans[seller_id].append(iban)
    query = select(*(col(getattr(SupplierRow, name)) for name in _COLUMNS)).where(
        col(SupplierRow.client_id) == client_id, col(SupplierRow.seller_id).in_(seller_ids)
    )
    rows = {row[0]: row for row in session.connection().execute(query)}
    return tuple(
        Supplier(**dict(zip(_COLUMNS, rows[each], strict=True)), verified_ibans=tuple(ibans[each]))
        for each in seller_ids if each in rows
    )  # fmt: skip
