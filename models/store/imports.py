"""Master data of a client as files bring it: suppliers with their bank accounts, orders with their lines, receipts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from models.keys import order_keys
from models.reference import squeeze
from models.store.audit import Act, now
from models.store.covering import Rise
from models.store.engine import Store
from models.store.filing import file_order, file_supplier, unlinked_orders, vat_owners
from models.store.loading import Chunk, Counts, ImportedFile, MasterRow, Plan, changes_of, extra_of, plan_row, rows_of
from models.tables import GoodsReceiptRow, OrderLineRow, OrderRow, SupplierBankRow, SupplierRow

VERIFIED_BY = "import"

ORDER_COLUMNS = (
    "order_date", "status", "currency", "buyer_name", "buyer_vat_id", "seller_id", "seller_name", "seller_vat_id",
)  # fmt: skip
_STATUS_ORDER = ("open", "closed", "cancelled")  # an order is open as long as one of its lines is


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who imports when, and whether accounts of new suppliers are trusted."""

    actor: str
    moment: datetime
    trusted: bool

    def stamp(self, *, is_new: bool) -> dict[str, Any]:
        """What an account that is added is marked with: verified, or proposed."""
        if is_new and self.trusted:
            return {"verified_at": self.moment, "verified_by": VERIFIED_BY, "proposed_by": None}
        return {"verified_at": None, "verified_by": None, "proposed_by": self.actor}


def store_suppliers(
    store: Store, client_id: str, rows: Sequence[MasterRow], file: ImportedFile, actor: str, *, trusted: bool = True
) -> Counts:
    """Insert or update suppliers with their bank accounts, and link orders that only had the supplier's VAT id.

    An account that comes with a new supplier is verified by the import where that is `trusted`; one of a supplier that
    was known is a proposal, which somebody else verifies.
    """
    plan, moment = Plan(), now()
    seller_ids = dict.fromkeys(row.values["seller_id"] for row in rows)
    with store.read() as session:
        known: dict[str, SupplierRow] = {
            row.seller_id: row for row in rows_of(session, SupplierRow, client_id, "seller_id", seller_ids)
        }
        banks: dict[str, dict[str, SupplierBankRow]] = defaultdict(dict)
        for bank in rows_of(session, SupplierBankRow, client_id, "seller_id", seller_ids):
            banks[bank.seller_id][bank.iban] = bank
        loose = unlinked_orders(session, client_id)
        owners = vat_owners(session, client_id, (vat_id for _, vat_id in loose))
    vat_ids = {seller_id: row.vat_id for seller_id, row in known.items()}
    for row in rows:
        _plan_supplier(
            plan, client_id, row, known.get(row.values["seller_id"]), banks, Vouched(actor, moment, trusted=trusted)
        )
        if "vat_id" in row.values:
            vat_ids[row.values["seller_id"]] = row.values["vat_id"]
    sellers = _sellers_by_vat([*vat_ids.items(), *(pair for pair in owners if pair[0] not in seller_ids)])
    for number, vat_id in loose:
        if (seller := sellers.get(squeeze(vat_id))) is not None:
            key = {"client_id": client_id, "order_number": number}
            plan.chunk.updates[OrderRow].append(key | {"seller_id": seller, "updated_at": moment})
    plan.counts.notices = tuple(_notice(act) for chunk in plan.chunks for act in chunk.acts)
    return plan.write(store, client_id, file, actor)


def store_orders(store: Store, client_id: str, rows: Sequence[MasterRow], file: ImportedFile, actor: str) -> Counts:
    """Insert or update orders and their lines; the rows of an order may stand anywhere in the file."""
    plan, moment = Plan(), now()
    grouped: dict[str, list[MasterRow]] = defaultdict(list)
    for row in rows:
        grouped[row.values["order_number"]].append(row)
    with store.read() as session:
        known = {row.order_number: row for row in rows_of(session, OrderRow, client_id, "order_number", grouped)}
        lines: dict[str, dict[str, OrderLineRow]] = defaultdict(dict)
        for line in rows_of(session, OrderLineRow, client_id, "order_number", grouped):
            lines[line.order_number][line.line_number] = line
        billers = [each.seller_vat_id for each in known.values()]
        billers += [row.values.get("seller_vat_id") for row in rows]
        sellers = _sellers_by_vat(vat_owners(session, client_id, billers))
    for number, group in grouped.items():
        chunk = plan.chunk  # an order and its lines in one transaction: nobody sees half an order
        head = _head(group, known.get(number), sellers)
        is_changed = _plan_head(
            chunk, {"client_id": client_id, "order_number": number}, head, known.get(number), moment
        )
        for line_key, values, row, line in _lines(client_id, group, lines[number]):
            is_line_changed = plan_row(chunk, OrderLineRow, line_key, values | extra_of(row.extra, line), line)
            chunk.rises += _rises(client_id, values, line)
            plan.counts.add(is_new=line is None, is_changed=is_changed or is_line_changed)
        file_order(chunk, {"client_id": client_id, "order_number": number}, known.get(number), head, lines[number],
                   group)  # fmt: skip
    return plan.write(store, client_id, file, actor)


def store_receipts(store: Store, client_id: str, rows: Sequence[MasterRow], file: ImportedFile, actor: str) -> Counts:
    """Insert or update rows of goods receipts."""
    plan = Plan()
    numbers = dict.fromkeys(row.values["receipt_number"] for row in rows)
    with store.read() as session:
        known = {
            (row.receipt_number, row.order_number, row.line_number): row
            for row in rows_of(session, GoodsReceiptRow, client_id, "receipt_number", numbers)
        }
    for row in rows:
        names = ("receipt_number", "order_number", "line_number")
        before = known.get((row.values[names[0]], row.values[names[1]], row.values[names[2]]))
        key = {"client_id": client_id, **{name: row.values[name] for name in names}}
        values = {name: value for name, value in row.values.items() if name not in names} | extra_of(row.extra, before)
        is_changed = plan_row(plan.chunk, GoodsReceiptRow, key, values, before)
        plan.counts.add(is_new=before is None, is_changed=is_changed)
    return plan.write(store, client_id, file, actor)


def _plan_supplier(
    plan: Plan, client_id: str, row: MasterRow, known: SupplierRow | None,
    banks: Mapping[str, Mapping[str, SupplierBankRow]], by: Vouched,
) -> None:  # fmt: skip
    seller_id, name = row.values["seller_id"], row.values["name"]
    values = {each: value for each, value in row.values.items() if each not in {"seller_id", "iban"}}
    if known is None or "status" in values:
        values["status"] = values.get("status") or "active"
    values |= extra_of(row.extra, known)
    chunk, key = plan.chunk, {"client_id": client_id, "seller_id": seller_id}
    changes = changes_of(values, known)
    if known is None:
        chunk.inserts[SupplierRow].append(key | values | {"updated_at": by.moment})
    elif changes:
        chunk.updates[SupplierRow].append(key | changes | {"updated_at": by.moment})
    file_supplier(chunk, key, known, values)
    are_banks_changed = "iban" in row.values and _plan_banks(
        chunk, key, name if known else None, row.values["iban"], banks.get(seller_id, {}), by
    )
    plan.counts.add(is_new=known is None, is_changed=bool(changes) or are_banks_changed)


def _plan_banks(
    chunk: Chunk, key: dict[str, str], known_name: str | None, wanted: Sequence[str],
    present: Mapping[str, SupplierBankRow], by: Vouched,
) -> bool:  # fmt: skip
    """Add the accounts that the file names, drop those that only an import vouched for; True where any changed."""
    added = [iban for iban in wanted if iban not in present]
    only_imported = (None, VERIFIED_BY)
    dropped = [bank for iban, bank in present.items() if iban not in wanted and bank.verified_by in only_imported]
    stamp = by.stamp(is_new=known_name is None)
    chunk.inserts[SupplierBankRow] += [{**key, "iban": iban, **stamp} for iban in added]
    chunk.dropped += dropped
    if known_name is not None and (added or dropped):
        trusted = {iban for iban, bank in present.items() if bank.verified_at is not None}
        after = {"ibans": sorted(trusted - {bank.iban for bank in dropped}), "proposed": sorted(added)}
        chunk.acts.append(Act("import:bank_account", f"supplier:{key['seller_id']}", key["client_id"],
                              {"name": known_name, "ibans": sorted(trusted)}, after))  # fmt: skip
    return bool(added or dropped)


def _notice(act: Act) -> str:
    before, after = act.before or {}, act.after or {}
    proposed = f"; to be verified by a second person: {' '.join(after['proposed'])}" if after["proposed"] else ""
    return (
        f"{act.subject.removeprefix('supplier:')} ({before['name']}): verified bank accounts were "
        f"{' '.join(before['ibans']) or 'none'}, are now {' '.join(after['ibans']) or 'none'}{proposed}"
    )


def _head(rows: Sequence[MasterRow], known: OrderRow | None, sellers: Mapping[str, str]) -> dict[str, Any]:
    """What an order has once: of each column the first value that a row gives."""
    names = [name for name in ORDER_COLUMNS if name in rows[0].values]
    head = {name: next((row.values[name] for row in rows if row.values[name] is not None), None) for name in names}
    if "status" in head:
        head["status"] = min((row.values["status"] for row in rows), key=_STATUS_ORDER.index)
    elif known is None:
        head["status"] = "open"
    if head.get("seller_id") is None:  # an order that was linked before stays linked
        vat_id = head.get("seller_vat_id") or (known.seller_vat_id if known else None)
        head["seller_id"] = sellers.get(squeeze(vat_id)) or (known.seller_id if known else None)
    return head


def _plan_head(
    chunk: Chunk, key: dict[str, Any], head: dict[str, Any], known: OrderRow | None, moment: datetime
) -> bool:
    """Plan the order itself; True where one that was known changes."""
    if known is None:
        head |= {**order_keys(key["order_number"]), "updated_at": moment}
    elif changes_of(head, known):
        head["updated_at"] = moment
    return plan_row(chunk, OrderRow, key, head, known) and known is not None


def _lines(
    client_id: str, rows: Sequence[MasterRow], known: Mapping[str, OrderLineRow]
) -> Iterator[tuple[dict[str, Any], dict[str, Any], MasterRow, OrderLineRow | None]]:
    """Key and values of each line. Lines keep their place; new ones come after them, in the order of the file."""
    position = max((line.position for line in known.values()), default=0)
    for row in rows:
        line = known.get(row.values["line_number"])
        values = {name: value for name, value in row.values.items() if name not in ORDER_COLUMNS}
        key = {"client_id": client_id, **{name: values.pop(name) for name in ("order_number", "line_number")}}
        if line is None:
            position += 1
            values["position"] = position
        yield key, values, row, line


def _rises(client_id: str, values: Mapping[str, Any], line: OrderLineRow | None) -> Iterator[Rise]:
    """By how much the file's figure of what was invoiced differs from what it said before."""
    if line is None or "quantity_invoiced" not in values:
        return
    rise = (values["quantity_invoiced"] or Decimal(0)) - (line.quantity_invoiced or Decimal(0))
    if rise:
        ordered = line.quantity if line.quantity is not None else line.net_amount
        direction = -1 if ordered is not None and ordered < 0 else 1
        yield Rise(client_id, line.order_number, line.line_number, rise, line.unit_price, direction)


def _sellers_by_vat(suppliers: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """Squeezed VAT id to the one supplier that has it; ids that several have are left out."""
    found: dict[str, list[str]] = defaultdict(list)
    for seller_id, vat_id in suppliers:
        if number := squeeze(vat_id):
            found[number].append(seller_id)
    return {number: sellers[0] for number, sellers in found.items() if len(sellers) == 1}
