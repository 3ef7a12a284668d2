r"""An invoice's lines beside an order's, for choosing and linking by hand: what is open, what is paired with what.

>>> read_links({"link.1": "PO-7\t10", "link.2": "none", "link.3": "auto"}, 3)
(ChosenLink(invoice_line=1, order='PO-7', order_line='10'), ChosenLink(invoice_line=2, order='', order_line=''))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast, get_args

from sqlmodel import Session

from matching.by_hand import match_by_hand
from models.choice import ChoiceReason, ChosenLink, OrderChoice
from models.invoice import Invoice, InvoiceLine
from models.match import LineMatch, MatchResult
from models.open_amounts import open_amount, open_quantity, open_value, order_price
from models.order import OrderLine, PurchaseOrder
from models.settings import MatchingSettings
from models.store.aliases import aliases_of
from models.store.dossier import Dossier
from models.store.master import load_orders
from models.store.tolerances import load_tolerances, matching_of
from models.tables import ClientRow

AUTO, NONE = "auto", "none"
_SEPARATOR = "\t"  # between an order's number and its line's, in a form's value
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class LeftLine:
    """An invoice line with its links, and what the person chose for it: auto, none, or an order line's key."""

    number: int
    line: InvoiceLine
    links: tuple[LineMatch, ...]
    chosen: str

    @property
    def keys(self) -> str:
        """The keys of its order lines, one a line."""
        return "\n".join(key_of(link.order, link.order_line) for link in self.links)


@dataclass(frozen=True, slots=True)
class RightLine:
    """An order line: what is open of it and at what price; `taken` is what this invoice takes of it."""

    order: str
    line: OrderLine
    still: Decimal | None
    price: Decimal | None
    taken: Decimal
    by_lines: tuple[int, ...]

    @property
    def key(self) -> str:
        """As a form names it."""
        return key_of(self.order, self.line.line_number)


@dataclass(frozen=True, slots=True)
class Board:
    """Both sides, the match that the choice makes, and what is left open on its orders."""

    match: MatchResult
    choice: OrderChoice
    left: tuple[LeftLine, ...]
    right: tuple[RightLine, ...]
    orders: tuple[PurchaseOrder, ...]
    open_amount: Decimal


def key_of(order: str, line: str) -> str:
    """An order line as a form names it."""
    return f"{order}{_SEPARATOR}{line}"


def read_links(form: Mapping[str, object], lines: int) -> tuple[ChosenLink, ...]:
    """The links that a person set in a form, line by line; what is left to likeness is not among them."""
    found = []
    for number in range(1, lines + 1):
        value = str(form.get(f"link.{number}", AUTO))
        if value == NONE:
            found.append(ChosenLink(invoice_line=number))
        elif _SEPARATOR in value and len(value) < _LONGEST:
            order, _, line = value.partition(_SEPARATOR)
            found.append(ChosenLink(invoice_line=number, order=order, order_line=line))
    return tuple(found)


def read_reason(value: object) -> ChoiceReason:
    """A reason of the list; none for anything else.

    >>> read_reason("lines"), read_reason("<script>")
    ('lines', '')
    """
    text = str(value)
    return cast("ChoiceReason", text) if text in get_args(ChoiceReason) else ""


def view_board(session: Session, dossier: Dossier, choice: OrderChoice, settings: MatchingSettings) -> Board:
    """What a choice makes of the invoice; nothing is stored."""
    client = session.get_one(ClientRow, dossier.document.client_id)
    invoice = dossier.extraction.invoice if dossier.extraction else Invoice()
    proposed = dossier.match or MatchResult()
    orders = load_orders(session, client.id, choice.orders)
    choice = choice.model_copy(update={"line_count": len(invoice.lines)})
    match = match_by_hand(
        proposed, invoice, orders, choice, matching_of(client, settings),
        aliases=aliases_of(session, client.id, proposed.supplier.seller_id),
        tolerances=load_tolerances(session, client.id),
    )  # fmt: skip
    by_hand = {link.invoice_line: _chosen(link) for link in choice.links}
    left = tuple(LeftLine(at, line, tuple(link for link in match.lines if link.invoice_line == at),
                          by_hand.get(at, AUTO)) for at, line in enumerate(invoice.lines, 1))  # fmt: skip
    right = tuple(_right(order.order_number, line, match.lines) for order in orders for line in order.lines)
    return Board(match, choice, left, right, orders, sum((open_amount(order) for order in orders), Decimal(0)))


def _chosen(link: ChosenLink) -> str:
    return key_of(link.order, link.order_line) if link.order_line else NONE


def _right(order: str, line: OrderLine, links: Sequence[LineMatch]) -> RightLine:
    mine = [link for link in links if (link.order, link.order_line) == (order, line.line_number)]
    still = open_quantity(line)
    if still is None and line.net_amount is not None:
        still = open_value(line)
    taken = sum((link.quantity for link in mine), Decimal(0))
    return RightLine(order, line, still, order_price(line), taken, tuple(link.invoice_line for link in mine))
