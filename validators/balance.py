"""The sums of an invoice as equations over its cells: what follows from what, what is stated, and whether they agree.

A cell is named as in the contract: `net_total`, `lines[2].quantity`, `vat_breakdown[0].tax`. Amounts are exact
decimals in the invoice's currency; an equation with a missing cell is silent, but for those that count as nothing
(allowances, charges, prepaid, rounding). Source: EN 16931-1:2017, 6.4.2; tolerances as in validators/arithmetic.py.

>>> invoice = Invoice(net_total="100", tax_total="20", gross_total="130")
>>> [(e.what, str(e.computed(cells_of(invoice)))) for e in equations_of(invoice) if not e.agrees(cells_of(invoice))]
[('gross', '120')]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from models.invoice import Invoice
from models.money import round_amount
from validators.rule import CENT

What = Literal["line", "lines", "lines_net", "base", "net", "vat", "bases", "taxes", "gross", "payable"]
Cells = Mapping[str, Decimal | None]
ZERO, ONE = Decimal(0), Decimal(1)
HALF_CENT = Decimal("0.005")
NOTHING = frozenset({"allowance_total", "charge_total", "prepaid_total", "rounding"})  # absent means zero
AMOUNTS = ("sum_of_lines", "allowance_total", "charge_total", "net_total", "tax_total", "gross_total", "prepaid_total",
           "rounding", "payable_total")  # fmt: skip
LINE_CELLS = ("quantity", "unit_price", "price_base_quantity", "net_amount", "vat_rate")
VAT_CELLS = ("rate", "taxable", "tax")


@dataclass(frozen=True, slots=True)
class Equation:
    """One sum: `cells` make `result`. `signs` gives each cell's sign in a sum; products have none."""

    what: What
    cells: tuple[str, ...]
    result: str
    signs: tuple[int, ...] = ()
    spare: Decimal = ZERO
    row: int | None = None
    currency: str | None = None
    or_result: str = ""  # another cell that may be the result: lines with VAT in them
    by_lines: tuple[str, ...] = ()  # amounts whose VAT may be rounded one by one

    @property
    def all_cells(self) -> tuple[str, ...]:
        """What it is about, the result last."""
        return (*self.cells, self.result)

    def computed(self, cells: Cells) -> Decimal | None:
        """What follows from the cells, unrounded; None where one is missing."""
        return _COMPUTE.get(self.what, _sum)(self, cells)

    def due(self, cells: Cells) -> Decimal | None:
        """What follows from the cells, as an invoice would print it."""
        exact = self.computed(cells)
        return exact if exact is None or self.signs else round_amount(exact, self.currency)

    def agrees(self, cells: Cells) -> bool:
        """Whether what is stated follows; true where something is missing."""
        exact, stated = self.computed(cells), cells.get(self.result)
        if exact is None or stated is None:
            return True
        if self.what == "vat":
            return _tax_agrees(self, cells, exact, stated)
        if abs(exact - stated) <= self.tolerance(cells):
            return True
        if self.what == "line":
            return abs(abs(exact) - abs(stated)) <= self.tolerance(cells)
        other = cells.get(self.or_result)
        return other is not None and abs(exact - other) <= self.spare

    def is_known(self, cells: Cells) -> bool:
        """Whether nothing is missing."""
        return self.computed(cells) is not None and cells.get(self.result) is not None

    def tolerance(self, cells: Cells) -> Decimal:
        """How far both may be apart: a price printed with two decimals hides up to half a cent for each unit."""
        if self.what != "line" or not self.spare:
            return self.spare or (CENT if self.what == "line" else ZERO)
        quantity, base = cells.get(self.cells[0]) or ZERO, cells.get(self.cells[2]) or ONE
        return self.spare + abs(quantity) * HALF_CENT / base


def _sum(one: Equation, cells: Cells) -> Decimal | None:
    total = ZERO
    for name, sign in zip(one.cells, one.signs, strict=True):
        value = cells.get(name)
        if value is None:
            if name in NOTHING:
                continue
            return None
        total += value if sign > 0 else -value
    return total


def _line(one: Equation, cells: Cells) -> Decimal | None:
    quantity, price = cells.get(one.cells[0]), cells.get(one.cells[1])
    return None if quantity is None or price is None else quantity * price / (cells.get(one.cells[2]) or ONE)


def _vat(one: Equation, cells: Cells) -> Decimal | None:
    taxable, rate = cells.get(one.cells[0]), cells.get(one.cells[1])
    return None if taxable is None or rate is None else taxable * rate / 100


_COMPUTE: dict[str, Callable[[Equation, Cells], Decimal | None]] = {"line": _line, "vat": _vat}


def _tax_agrees(one: Equation, cells: Cells, exact: Decimal, stated: Decimal) -> bool:
    """Rounded once, or line by line where the lines make up the base."""
    if abs(abs(round_amount(exact, one.currency)) - abs(stated)) <= one.spare:
        return True
    rate, amounts = cells.get(one.cells[1]) or ZERO, [cells.get(name) for name in one.by_lines]
    known = [amount for amount in amounts if amount is not None]
    if not known or len(known) < len(amounts) or sum(known) != cells.get(one.cells[0]):
        return False
    each = sum((round_amount(amount * rate / 100, one.currency) for amount in known), ZERO)
    return abs(each) == abs(stated)


def cells_of(invoice: Invoice) -> dict[str, Decimal | None]:
    """Every cell that takes part in a sum."""
    found: dict[str, Decimal | None] = {name: getattr(invoice, name) for name in AMOUNTS}
    for at, line in enumerate(invoice.lines):
        found |= {f"lines[{at}].{name}": getattr(line, name) for name in LINE_CELLS}
    for at, row in enumerate(invoice.vat_breakdown):
        found |= {f"vat_breakdown[{at}].{name}": getattr(row, name) for name in VAT_CELLS}
    return found


def equations_of(invoice: Invoice, *, exact: bool = False) -> tuple[Equation, ...]:
    """The sums of an invoice, top to bottom. `exact`: an e-invoice, where printed roundings are no excuse."""
    return (*_lines(invoice, exact=exact), *_rates(invoice, exact=exact), *_totals(invoice, exact=exact))


def _lines(invoice: Invoice, *, exact: bool) -> Iterator[Equation]:
    count, money = len(invoice.lines), invoice.currency
    for at in range(count):
        cells = tuple(f"lines[{at}].{name}" for name in LINE_CELLS[:3])
        yield Equation("line", cells, f"lines[{at}].net_amount", (), ZERO if exact else CENT, at, money)
    if not count:
        return
    amounts = tuple(f"lines[{at}].net_amount" for at in range(count))
    if invoice.sum_of_lines is not None:
        yield Equation("lines", amounts, "sum_of_lines", (1,) * count)
    else:
        yield Equation("lines_net", (*amounts, "allowance_total", "charge_total"), "net_total",
                       (*(1,) * count, -1, 1), CENT * count, or_result="gross_total")  # fmt: skip


def _rates(invoice: Invoice, *, exact: bool) -> Iterator[Equation]:
    rows, lines = invoice.vat_breakdown, invoice.lines
    rates = [row.rate for row in rows]
    is_whole = lines and all(line.vat_rate in rates and line.net_amount is not None for line in lines)
    is_plain = not invoice.allowance_total and not invoice.charge_total and len(set(rates)) == len(rates)
    for at, row in enumerate(rows):
        mine = tuple(f"lines[{i}].net_amount" for i, line in enumerate(lines) if line.vat_rate == row.rate)
        base = f"vat_breakdown[{at}].taxable"
        if is_whole and is_plain and mine:
            spare = ZERO if exact else CENT * len(mine)
            yield Equation("base", mine, base, (1,) * len(mine), spare, at)
        cells = (base, f"vat_breakdown[{at}].rate")
        yield Equation("vat", cells, f"vat_breakdown[{at}].tax", (), CENT, at, invoice.currency, by_lines=mine)


def _totals(invoice: Invoice, *, exact: bool) -> Iterator[Equation]:
    yield Equation("net", ("sum_of_lines", "allowance_total", "charge_total"), "net_total", (1, -1, 1))
    count = len(invoice.vat_breakdown)
    if count:
        bases = tuple(f"vat_breakdown[{at}].taxable" for at in range(count))
        yield Equation("bases", bases, "net_total", (1,) * count, ZERO if exact else CENT * count)
        taxes = tuple(f"vat_breakdown[{at}].tax" for at in range(count))
        yield Equation("taxes", taxes, "tax_total", (1,) * count)
    yield Equation("gross", ("net_total", "tax_total"), "gross_total", (1, 1))
    yield Equation("payable", ("gross_total", "prepaid_total", "rounding"), "payable_total", (1, -1, 1))
