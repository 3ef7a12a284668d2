"""What others took of an order between a match and its approval by a person: it is refused, with who took how much.

By order line in quantities; in money where invoices without lines took of the order as a whole. What the match itself
had shown as too much is the person's to approve.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import Session, col, select

from models.errors import ConflictError
from models.match import MatchResult
from models.money import decimal_text
from models.open_amounts import CENT, is_blanket, open_amount, order_price, order_total
from models.order import PurchaseOrder
from models.store.claims_orders import WHOLE_ORDER, ZERO, LineKey, match_of, wait_turn, wanted_by
from models.store.master import load_orders
from models.tables import DocumentRow, GoodsReceiptRow, OrderClaimRow, OrderLineRow

Asked = Mapping[LineKey, Decimal]
Claims = dict[LineKey, list[tuple[OrderClaimRow, str | None]]]


@dataclass(frozen=True, slots=True)
class Shortage:
    """Of what others took so much since the match was made that this invoice would take too much."""

    order: str
    order_line: str  # empty for the order as a whole; the figures then are money
    limit: Decimal  # ordered, or received where that counts
    left: Decimal
    asked: Decimal
    takers: tuple[tuple[str, Decimal], ...]  # invoice number and what it took, newest first

    @property
    def message(self) -> str:
        """One sentence for a clerk, with the figures."""
        who = ", ".join(f"invoice {name} took {_shown(taken)}" for name, taken in self.takers[:3])
        what = f"line {self.order_line} of order {self.order}" if self.order_line else f"order {self.order}"
        return (
            f"Meanwhile {who or 'others took'} of the {_shown(self.limit)} of {what}: "
            f"{_shown(max(self.left, ZERO))} left, this invoice asks for {_shown(self.asked)}."
        )


class TakenMeanwhileError(ConflictError):
    """Others took what this invoice asks for after its match was made; nothing was approved."""

    code = "taken_meanwhile"
    advice = "The match is made anew; look at it once more and decide then."

    def __init__(self, shortages: tuple[Shortage, ...]) -> None:
        super().__init__(" ".join(each.message for each in shortages))
        self.shortages = shortages


def refuse_what_was_taken(session: Session, document: DocumentRow) -> None:
    """Wait for the turn, and look whether the match that a person is about to approve still holds.

    What the match itself had shown as too much is the person's to approve; what others took since is not.

    Raises:
        TakenMeanwhileError: Others took too much since.
    """
    wait_turn(session, document)
    if found := tuple(find_shortages(session, document)):
        raise TakenMeanwhileError(found)


def find_shortages(session: Session, document: DocumentRow) -> Iterator[Shortage]:
    """What others took of since the match was made, and of which too little is left now."""
    match = match_of(session, document)
    if match is None or not match.orders:
        return
    wanted = wanted_by(session, document)
    claims = _claims_of_others(session, document, match.orders)
    of_lines = tuple(_by_line(session, document, match, wanted, claims))
    yield from of_lines or _in_money(session, document, match, wanted, claims)


def _by_line(
    session: Session, document: DocumentRow, match: MatchResult, wanted: Asked, claims: Claims
) -> Iterator[Shortage]:
    before = {
        (line.order, line.order_line): line.invoiced_before for line in match.lines if line.invoiced_before is not None
    }
    wanted = {key: asked for key, asked in wanted.items() if key in before} if before else {}
    if not wanted:
        return
    lines = _order_lines(session, document.client_id, wanted)
    received = _received(session, document.client_id, wanted) if match.kind == "three_way" else None
    own = select(OrderClaimRow).where(OrderClaimRow.document_id == document.id)
    counted = {(row.order_number, row.order_line): row.covered or ZERO for row in session.exec(own)}
    for key, asked in wanted.items():
        line = lines.get(key)
        if line is None:
            continue
        taken = sum((row.quantity or ZERO) - (row.covered or ZERO) for row, _ in claims[key])
        invoiced = (line.quantity_invoiced or ZERO) + taken - counted.get(key, ZERO)  # the file may count its own
        if (found := _shortage(line, asked, invoiced, before[key], received)) is not None:
            takers = tuple((name or row.document_id[:8], row.quantity) for row, name in claims[key] if row.quantity)
            yield Shortage(key[0], key[1], *found, takers)


def _in_money(
    session: Session, document: DocumentRow, match: MatchResult, wanted: Asked, claims: Claims
) -> Iterator[Shortage]:
    """Of an invoice without lines, or of orders of which invoices without lines took an amount."""
    orders = load_orders(session, document.client_id, match.orders)
    is_whole = any(line == WHOLE_ORDER for _, line in wanted)
    if match.amount_left is None or not (is_whole or any(order.amount_invoiced > 0 for order in orders)):
        return
    left = sum((open_amount(order, by_receipt=match.kind == "three_way") for order in orders), ZERO)
    prices = _prices(orders)
    asked = sum((_worth(key, quantity, prices) for key, quantity in wanted.items()), ZERO)
    if asked <= left or left >= match.amount_left or asked <= 0:
        return
    takers = tuple(
        (name or row.document_id[:8], _worth(key, row.quantity, prices))
        for key, rows in claims.items() for row, name in rows if row.quantity
    )  # fmt: skip
    limit = sum((order_total(order) for order in orders), ZERO)
    yield Shortage(", ".join(match.orders), WHOLE_ORDER, limit, left, asked, takers)


def _prices(orders: Sequence[PurchaseOrder]) -> dict[LineKey, Decimal]:
    """By what a claimed quantity is worth money; what a blanket line and a whole order lose is money already."""
    return {
        (order.order_number, line.line_number): Decimal(1) if is_blanket(line) else order_price(line) or ZERO
        for order in orders for line in order.lines
    }  # fmt: skip


def _worth(key: LineKey, quantity: Decimal, prices: Mapping[LineKey, Decimal]) -> Decimal:
    return (quantity * prices.get(key, Decimal(1))).quantize(CENT)


def _shortage(
    line: OrderLineRow, asked: Decimal, invoiced: Decimal, before: Decimal, received: Mapping[LineKey, Decimal] | None
) -> tuple[Decimal, Decimal, Decimal] | None:
    """Limit, what is left of it, and what is asked, by magnitude; None where that is no more than was known."""
    ordered = line.quantity if line.quantity is not None else line.net_amount
    if ordered is None:
        return None
    direction = -1 if ordered < 0 else 1
    limit = abs(ordered)
    if received is not None and line.quantity is not None:
        limit = min(limit, abs(received.get((line.order_number, line.line_number), line.quantity_received or ZERO)))
    left = limit - direction * invoiced
    if direction * asked <= left or direction * (invoiced - before) <= 0 or direction * asked <= 0:
        return None
    return limit, left, direction * asked


def _order_lines(session: Session, client_id: str, keys: Iterable[LineKey]) -> dict[LineKey, OrderLineRow]:
    numbers = sorted({number for number, _ in keys})
    query = select(OrderLineRow).where(OrderLineRow.client_id == client_id, col(OrderLineRow.order_number).in_(numbers))
    rows = session.exec(query.execution_options(populate_existing=True))
    return {(row.order_number, row.line_number): row for row in rows}


def _received(session: Session, client_id: str, keys: Iterable[LineKey]) -> dict[LineKey, Decimal]:
    """Accepted quantity by goods receipts; lines without a receipt are absent."""
    numbers = sorted({number for number, _ in keys})
    query = select(GoodsReceiptRow).where(
        GoodsReceiptRow.client_id == client_id, col(GoodsReceiptRow.order_number).in_(numbers)
    )
    sums: dict[LineKey, Decimal] = defaultdict(Decimal)
    for row in session.exec(query):
        sums[row.order_number, row.line_number] += (row.quantity_received or ZERO) - (row.quantity_rejected or ZERO)
    return dict(sums)


def _claims_of_others(session: Session, document: DocumentRow, numbers: Sequence[str]) -> Claims:
    """Claims of other documents on these orders with their invoice numbers, newest first."""
    query = (
        select(OrderClaimRow, DocumentRow.invoice_number)
        .join(DocumentRow, col(DocumentRow.id) == col(OrderClaimRow.document_id))
        .where(OrderClaimRow.client_id == document.client_id, col(OrderClaimRow.order_number).in_(numbers),
               OrderClaimRow.document_id != document.id)
        .order_by(col(OrderClaimRow.at).desc())
        .execution_options(populate_existing=True)
    )  # fmt: skip
    found: Claims = defaultdict(list)
    for row, name in session.exec(query).all():
        found[row.order_number, row.order_line].append((row, name))
    return found


def _shown(number: Decimal) -> str:
    return decimal_text(number.normalize()) if number else "0"
