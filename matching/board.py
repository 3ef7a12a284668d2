"""A matching in the making: which lines are linked, what each order line has left, which amount is without a link."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from matching.line_sides import LinePair, Target
from matching.links import Link
from matching.packs import conversion, converted
from matching.pricing import CENT, is_blanket, open_quantity, open_value, ordered_amount
from matching.small_costs import asks_for_nothing, is_small_cost
from models.invoice import InvoiceLine

ZERO = Decimal(0)


@dataclass(frozen=True)
class Board:
    """Lines, order lines, the weights between them (log2 odds, by row and column), and the links so far."""

    lines: Sequence[InvoiceLine]
    targets: Sequence[Target]
    weights: Sequence[Sequence[float]]
    links: tuple[Link, ...] = ()
    pairs: Sequence[Sequence[LinePair]] = ()  # what was weighed, by row and column
    is_return: bool = False

    def with_links(self, links: Sequence[Link]) -> Board:
        """The same board with other links."""
        return replace(self, links=tuple(links))

    @cached_property
    def unlinked(self) -> tuple[int, ...]:
        """Rows of the lines that ask for something and have no link."""
        linked = {link.invoice_line - 1 for link in self.links}
        return tuple(row for row, line in enumerate(self.lines) if row not in linked and not asks_for_nothing(line))

    @cached_property
    def goods(self) -> tuple[int, ...]:
        """Rows without a link that have an amount and are no freight or fee."""
        return tuple(
            row
            for row in self.unlinked
            if self.lines[row].net_amount is not None and not is_small_cost(self.lines[row])
        )

    @cached_property
    def columns(self) -> dict[tuple[str, str], int]:
        """The column of each order line."""
        return {(target.order, target.line.line_number): at for at, target in enumerate(self.targets)}

    @cached_property
    def taken(self) -> dict[int, Decimal]:
        """What the links take from each order line, by column; order lines without a link are absent."""
        found: dict[int, Decimal] = defaultdict(Decimal)
        for link in self.links:
            found[self.columns[link.key]] += self.takes(link)
        return dict(found)

    def takes(self, link: Link) -> Decimal:
        """What one link takes, by magnitude, in the order's unit; of a blanket line the amount."""
        if link.quantity is not None:
            return link.quantity
        return self.asked(link.invoice_line - 1, self.columns[link.key]) or ZERO

    def asked(self, row: int, column: int) -> Decimal | None:
        """What a whole line would take of an order line, by magnitude; None where it cannot be told."""
        line, target = self.lines[row], self.targets[column]
        if is_blanket(target.line):
            return self.net(row)
        factor = conversion(line, target.line, target.price)
        if line.quantity is not None and factor is not None:
            return abs(converted(line.quantity, factor))
        return None if line.net_amount is None or not target.price else self.net(row) / target.price

    def net(self, row: int) -> Decimal:
        """The amount of a line, by magnitude."""
        return abs(self.lines[row].net_amount or ZERO)

    def room(self, column: int) -> Decimal | None:
        """What may be taken of an order line before any link; of a return what was invoiced. None: no limit."""
        line = self.targets[column].line
        if is_blanket(line):
            return max(open_value(line), ZERO)
        if self.is_return:
            return abs(line.quantity_invoiced) or (None if line.quantity is None else abs(line.quantity))
        still = open_quantity(line)
        return None if still is None else max(still, ZERO)

    def left(self, column: int) -> Decimal | None:
        """What may still be taken of an order line after the links; None: no limit."""
        room = self.room(column)
        return None if room is None else max(room - self.taken.get(column, ZERO), ZERO)

    def beyond(self, column: int) -> Decimal:
        """How much the links take more than there is."""
        room = self.room(column)
        return ZERO if room is None else max(self.taken.get(column, ZERO) - room, ZERO)

    def open_amount(self, column: int) -> Decimal:
        """The amount that may still be invoiced of an order line, in cents: as agreed where it is untouched."""
        target, left = self.targets[column], self.left(column)
        if left is None or target.line.quantity is None:
            return abs(ordered_amount(target.line))
        if left == abs(target.line.quantity):
            return abs(ordered_amount(target.line))
        return (left * (target.price or ZERO)).quantize(CENT)

    @cached_property
    def residual(self) -> Decimal:
        """The amount that no link explains: lines without one, and what is taken beyond what is open."""
        alone = sum((self.net(row) for row in self.unlinked), ZERO)
        return alone + sum((self.beyond(at) * (self.targets[at].price or ZERO) for at in self.taken), ZERO)
