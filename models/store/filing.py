"""Filing suppliers and orders under what they are found by, in the transaction that writes them.

Whatever of a row changes that it is filed under, its keys and words are made anew and the old ones go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from models.identity import vat_keys
from models.keys import net_cents, search_words, supplier_keys
from models.store.loading import Chunk, MasterRow
from models.tables import OrderLineRow, OrderRow, SearchTextRow, SupplierKeyRow, SupplierRow

_IN_CLAUSE = 500  # values in one IN (...): far below the databases' limits
_AMOUNTS = ("net_amount", "quantity", "unit_price")
_WORDS = ("item_name", "seller_item_id", "buyer_item_id")


def file_supplier(chunk: Chunk, key: Mapping[str, str], known: SupplierRow | None, values: Mapping[str, Any]) -> None:
    """File a supplier that `values` make or change under its identifiers and its name."""
    before = {name: getattr(known, name, None) for name in ("name", "vat_id", "legal_id")}
    after = {name: values.get(name, before[name]) for name in before}
    if known is not None and after == before:
        return
    keys = supplier_keys(after["name"], after["vat_id"], after["legal_id"])
    if known is not None:
        chunk.cleared[SupplierKeyRow].append(dict(key))
    chunk.inserts[SupplierKeyRow] += [{**key, "key": each, "view": view} for each, view in sorted(keys.items())]
    if known is None or after["name"] != before["name"]:
        _file_text(chunk, key["client_id"], "supplier", key["seller_id"], [after["name"]], is_new=known is None)


def file_order(
    chunk: Chunk, key: Mapping[str, str], known: OrderRow | None, head: Mapping[str, Any],
    lines: Mapping[str, OrderLineRow], rows: Sequence[MasterRow],
) -> None:  # fmt: skip
    """File an order under the net amount of all its lines and under its words; `rows` of a file go over `lines`."""
    before = {number: _line(line) for number, line in lines.items()}
    after = before | {
        str(row.values["line_number"]): before.get(str(row.values["line_number"]), {})
        | {name: row.values[name] for name in (*_AMOUNTS, *_WORDS) if name in row.values}
        for row in rows
    }
    names = (getattr(known, "seller_name", None), head.get("seller_name", getattr(known, "seller_name", None)))
    words = [names[1], *(line.get(name) for line in after.values() for name in _WORDS)]
    if known is None or names[0] != names[1] or _texts(before) != _texts(after):
        _file_text(chunk, key["client_id"], "order", key["order_number"], words, is_new=known is None)
    cents = net_cents((line.get("net_amount"), line.get("quantity"), line.get("unit_price")) for line in after.values())
    if known is None:
        chunk.inserts[OrderRow][-1]["net_cents"] = cents
    elif known.net_cents != cents:
        chunk.updates[OrderRow].append({**key, "net_cents": cents})


def _line(line: OrderLineRow) -> dict[str, Any]:
    return {name: getattr(line, name) for name in (*_AMOUNTS, *_WORDS)}


def _texts(lines: Mapping[str, Mapping[str, Any]]) -> list[list[Any]]:
    return [[line.get(name) for name in _WORDS] for line in lines.values()]


def _file_text(
    chunk: Chunk, client_id: str, kind: str, key: str, texts: Sequence[str | None], *, is_new: bool
) -> None:  # fmt: skip
    place = {"client_id": client_id, "kind": kind, "key": key}
    if not is_new:
        chunk.cleared[SearchTextRow].append(place)
    chunk.inserts[SearchTextRow].append(place | {"words": search_words(client_id, kind, texts)})


def unlinked_orders(session: Session, client_id: str) -> list[tuple[str, str]]:
    """Number and seller's VAT id of the orders that no supplier is known for."""
    query = select(OrderRow.order_number, OrderRow.seller_vat_id).where(
        OrderRow.client_id == client_id, col(OrderRow.seller_id).is_(None), col(OrderRow.seller_vat_id).is_not(None)
    )
    return [(number, vat_id) for number, vat_id in session.exec(query) if vat_id]


def vat_owners(session: Session, client_id: str, vat_ids: Iterable[str | None]) -> list[tuple[str, str | None]]:
    """Id and VAT id of every supplier that is filed under one of these VAT ids."""
    keys = sorted({key for vat_id in set(vat_ids) for key in vat_keys(vat_id) if key.startswith("VAT:")})
    owners: dict[str, str | None] = {}
    for start in range(0, len(keys), _IN_CLAUSE):
        query = (
            select(SupplierRow.seller_id, SupplierRow.vat_id)
            .join(SupplierKeyRow, (col(SupplierKeyRow.client_id) == col(SupplierRow.client_id))
                                  & (col(SupplierKeyRow.seller_id) == col(SupplierRow.seller_id)))
            .where(SupplierKeyRow.client_id == client_id,
                   col(SupplierKeyRow.key).in_(keys[start : start + _IN_CLAUSE]))
        )  # fmt: skip
        owners |= dict(session.exec(query).all())
    return list(owners.items())
