"""Invoices on a book of orders, each with its right answer: which orders, which lines, what outcome, what was spoilt.

An invoice is made in three steps: what happened (`SITUATIONS`), how its order number is printed (`NUMBERS`), and how
well the rest of the page was read (`READINGS`). All shares are set by hand.

>>> found = list(cases(1, 2))
>>> {case.outcome for case in found} <= {"match", "no_order", "price_variance", "quantity_variance", "closed_order",
...                                      "already_invoiced", "seller_mismatch", "ambiguous"}
True
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from random import Random

from models.invoice import Invoice
from models.match import MatchOutcome
from models.order import OrderLine, PurchaseOrder, Supplier
from sample_invoices.generator.book.billing import SITUATIONS, Bill, bill
from sample_invoices.generator.book.ledger import ZERO, Ledger, ledger
from sample_invoices.generator.book.reading import NUMBERS, READINGS, SELLERS, as_read, numbered, signed
from sample_invoices.generator.book.twins import is_open_question

CASES_EACH = 40  # invoices of one book
DAYS_WAITED, LONGEST_WAIT = 55, 500  # from order to invoice: the mean, and the most


@dataclass(frozen=True, slots=True)
class Case:
    """An invoice beside the book that it belongs to. `links` are (invoice line from 1, order, order line)."""

    name: str
    group: str  # the book: suppliers of two groups have nothing in common
    invoice: Invoice
    book: Ledger
    orders: tuple[str, ...]
    links: tuple[tuple[int, str, str], ...]
    outcome: MatchOutcome
    situation: str
    number: str  # how the order number stands on the paper
    reading: str  # what happened to the rest

    @property
    def candidates(self) -> tuple[PurchaseOrder, ...]:
        """Every order of the book."""
        return self.book.orders

    @property
    def suppliers(self) -> tuple[Supplier, ...]:
        """The master data."""
        return self.book.suppliers


def cases(seed: int, books: int, each: int = CASES_EACH) -> Iterator[Case]:
    """`each` invoices on each of `books` books; same seed, same invoices."""
    for at in range(books):
        book = ledger(seed, at)
        for number in range(each):
            made = case_of(book, Random(f"case:{seed}:{at}:{number}"), number)
            if made is not None:
                yield made


def case_of(book: Ledger, rng: Random, at: int) -> Case | None:
    """One invoice, or None where the book has no order for what was to happen."""
    situation = _drawn(rng, SITUATIONS)
    made = bill(book, situation, rng)
    if made is None:
        return None
    number, reading, seller = _drawn(rng, NUMBERS), _drawn(rng, READINGS), _drawn(rng, SELLERS)
    if situation in ("other_seller", "already_invoiced", "closed"):
        number = "clean"  # without the number nobody could say that it is this order
    wait = min(LONGEST_WAIT, int(rng.expovariate(1 / DAYS_WAITED)))
    day = made.day + timedelta(days=wait)
    invoice = made.invoice.model_copy(update={"issue_date": day})
    invoice = signed(numbered(invoice, made.orders, number, rng), made.seller, seller, rng)
    printed = invoice.order_reference
    invoice, kept = as_read(invoice, reading, rng, made.telling)
    links = tuple((kept[line], order, order_line) for line, order, order_line in made.links if line in kept)
    is_open = is_open_question(book, made, number, printed, has_lines=bool(invoice.lines), day=day)
    outcome = "ambiguous" if is_open else _outcome(book, made, has_lines=bool(invoice.lines))
    name = f"{book.name}-{at}"
    return Case(name, book.name, invoice, book, made.orders, links, outcome, situation, number, f"{reading}/{seller}")


def _drawn(rng: Random, table: dict[str, int]) -> str:
    return rng.choices(list(table), list(table.values()))[0]


def _outcome(book: Ledger, made: Bill, *, has_lines: bool) -> MatchOutcome:
    """What can be said of the invoice as it was read: less than happened where its lines are gone."""
    if has_lines or made.outcome not in ("match", "price_variance", "quantity_variance"):
        return made.outcome
    is_over = made.invoice.type_code != "381" and (made.invoice.net_total or ZERO) > _open_amount(book, made)
    return "price_variance" if is_over else "match"  # of a total nobody can say whether price or quantity is too high


def _open_amount(book: Ledger, made: Bill) -> Decimal:
    lines = (line for order in book.orders if order.order_number in made.orders for line in order.lines)
    return sum(map(_open_of, lines), ZERO)


def _open_of(line: OrderLine) -> Decimal:
    if line.quantity is None:
        return line.net_amount or ZERO
    return (line.quantity - line.quantity_invoiced) * (line.unit_price or ZERO)
