"""The order file comes again and counts invoices of ours: their claims then must not count a second time.

The file says a figure, not which invoices are in it. The rule errs towards counting twice, which sends an invoice to
a person, and never towards counting too little, which would pay twice:

- Only what finance could see is taken for booked: a published document's claim, and nothing of one that is not
  published (any more). What the file counts of a document that was reopened is waited for to leave the file, in
  whatever state the document is by then.
- A rise of `quantity_invoiced` covers whole claims, oldest first: all of them up to one where the sum is the rise
  exactly, else each that still fits into it. What of a rise no claim explains was booked by somebody else, and
  explains no later claim either. A fall covers credit notes and what was taken back in the same way.
- A fall beyond that takes claims out of the file again until it is used up, newest first: they count anew.

So the covered parts together never exceed what the file says, and what is taken is never less than what is approved.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlmodel import Session, col, select

from models.status import Status
from models.store.claims_orders import WHOLE_ORDER, ZERO, LineKey
from models.tables import DocumentRow, OrderClaimRow

_CENT = Decimal("0.01")


class Rise(NamedTuple):
    """By how much the order file's `quantity_invoiced` of a line rose, negative for a fall, and the line's price.

    `direction` is -1 for a line that is ordered with a negative quantity: there a fall is what invoices make.
    """

    client_id: str
    order_number: str
    order_line: str
    quantity: Decimal
    unit_price: Decimal | None
    direction: int = 1


class Told(NamedTuple):
    """A claim and what finance books of it once it knows what is published: all of it, or nothing."""

    row: OrderClaimRow
    booked: Decimal

    @property
    def missing(self) -> Decimal:
        """What the file does not count yet; negative for what it counts too much."""
        return self.booked - (self.row.covered or ZERO)


def cover_claims(session: Session, rises: Sequence[Rise]) -> None:
    """Mark what the file counts by now; what lines do not explain may explain claims on the order as a whole."""
    values: dict[tuple[str, str], Decimal] = {}
    for rise in rises:
        told = _claims(session, rise.client_id, (rise.order_number, rise.order_line))
        rest = _cover(told, rise.quantity, rise.direction)
        order = (rise.client_id, rise.order_number)
        values[order] = values.get(order, ZERO) + rest * (rise.unit_price or ZERO)
    for (client_id, number), value in values.items():
        if value:
            _cover(_claims(session, client_id, (number, WHOLE_ORDER)), value.quantize(_CENT), 1)
    session.flush()


def _claims(session: Session, client_id: str, key: LineKey) -> list[Told]:
    """Claims on a line with what finance books of them, oldest first."""
    query = (
        select(OrderClaimRow, DocumentRow.state)
        .join(DocumentRow, col(DocumentRow.id) == col(OrderClaimRow.document_id))
        .where(OrderClaimRow.client_id == client_id, OrderClaimRow.order_number == key[0],
               OrderClaimRow.order_line == key[1])
        .order_by(col(OrderClaimRow.at), col(OrderClaimRow.document_id))
        .execution_options(populate_existing=True)
    )  # fmt: skip
    rows = session.exec(query).all()
    return [Told(row, (row.quantity or ZERO) if state == Status.EXPORTED else ZERO) for row, state in rows]


def _cover(claims: Sequence[Told], rise: Decimal, direction: int) -> Decimal:
    """Cover what a rise explains; returns what is left of it."""
    waiting = [claim for claim in claims if claim.missing]
    for position in explained([claim.missing for claim in waiting], rise):
        claim = waiting[position]
        rise -= claim.missing
        claim.row.covered = claim.booked
    return _uncover(claims, rise, direction) if rise * direction < 0 else rise


def _uncover(claims: Iterable[Told], fall: Decimal, direction: int) -> Decimal:
    """Let claims count anew until a fall is used up: what was taken back first, then the newest."""
    counted = [claim for claim in claims if (claim.row.covered or ZERO) * direction > 0]
    for claim in sorted(counted, key=lambda claim: (not claim.booked, claim.row.at), reverse=True):
        if fall * direction >= 0:
            return ZERO
        fall += claim.row.covered or ZERO
        claim.row.covered = ZERO
    return fall if fall * direction < 0 else ZERO


def explained(open_claims: Sequence[Decimal], rise: Decimal) -> list[int]:
    """Positions of the claims that a rise (or fall) of the file's figure explains.

    >>> explained([Decimal(8), Decimal(-3)], Decimal(5)), explained([Decimal(8), Decimal(2)], Decimal(3))
    ([0, 1], [1])
    >>> explained([Decimal(8)], Decimal(5)), explained([Decimal(-2)], Decimal(-2))
    ([], [0])
    """
    total = ZERO
    for count, claim in enumerate(open_claims, start=1):
        total += claim
        if total == rise:
            return list(range(count))
    chosen = []
    for position, claim in enumerate(open_claims):
        same_way = (claim > 0) == (rise > 0)
        if rise and same_way and abs(claim) <= abs(rise):
            chosen.append(position)
            rise -= claim
    return chosen
