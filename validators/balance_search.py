"""The smallest change that makes every sum of an invoice agree: one cell, a line too many or too few, at most two.

Each sum that does not hold is solved for each of its cells; a solution counts if no other sum breaks by it. Two cells
are changed only where no single one settles everything. Pure and exact; 50 lines take a few milliseconds.

>>> lines = [{"quantity": "3", "unit_price": "10", "net_amount": "80"}]
>>> [str(c.new) for c in suggest(Invoice(lines=lines, net_total="80"))[0].changes]
['8']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, DivisionByZero, InvalidOperation

from models.invoice import Invoice
from models.money import round_amount
from validators.balance import NOTHING, ONE, ZERO, Cells, Equation, cells_of, equations_of
from validators.balance_changes import cost_of

RATES = tuple(map(Decimal, ("20", "19", "21", "10", "5.5", "7", "0", "25", "22", "9", "6", "23", "24", "2.1", "13",
                            "8.1", "2.6")))  # fmt: skip
MOST, SEEDS, MOST_CELLS = 5, 8, 4000
LINE_COST, ADDED_COST = 4.5, 3.0  # a line read twice or not at all is rarer than a digit


@dataclass(frozen=True, slots=True)
class Change:
    """One cell's new value. `new` is None where a line goes; `cell` is `lines[+].net_amount` where one is missing."""

    cell: str
    old: Decimal | None
    new: Decimal | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Changes, how many sums they settle, how many still differ, and what speaks for them."""

    changes: tuple[Change, ...]
    fixed: int
    left: int
    cost: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Doubts:
    """What the reader says of cells: its confidence, and other values that an engine saw."""

    confidence: Mapping[str, float] = field(default_factory=dict)
    seen: Mapping[str, tuple[Decimal, ...]] = field(default_factory=dict)


def suggest(invoice: Invoice, doubts: Doubts | None = None, *, exact: bool = False) -> tuple[Suggestion, ...]:
    """The best changes first, at most five; none where all sums agree."""
    cells, equations = cells_of(invoice), equations_of(invoice, exact=exact)
    if len(cells) > MOST_CELLS:
        return ()
    search = _Search(equations, doubts or Doubts())
    broken = [one for one in equations if not one.agrees(cells)]
    if not broken:
        return ()
    singles = sorted(search.singles(cells, broken), key=_rank)
    whole = [one for one in singles if not one.left]
    if whole:
        return tuple(whole[:MOST])
    pairs = sorted(search.pairs(cells, singles[:SEEDS]), key=_rank)
    return tuple(_unique([one for one in pairs if not one.left] or singles)[:MOST])


def _rank(one: Suggestion) -> tuple[int, float, str]:
    return -one.fixed, one.cost, one.changes[0].cell


def _unique(found: Sequence[Suggestion]) -> list[Suggestion]:
    """The first of each set of changes."""
    return list({frozenset(one.changes): one for one in reversed(found)}.values())[::-1]


class _Search:
    """Tries changes over one invoice's equations."""

    def __init__(self, equations: Sequence[Equation], doubts: Doubts) -> None:
        self._doubts = doubts
        self._equations = equations
        self._of: dict[str, list[Equation]] = {}
        for one in equations:
            for name in {*one.all_cells, *one.by_lines, one.or_result} - {""}:
                self._of.setdefault(name, []).append(one)

    def singles(self, cells: Cells, broken: Sequence[Equation]) -> Iterator[Suggestion]:
        """Every single change that settles a sum and breaks fewer."""
        tried: set[tuple[str, Decimal]] = set()
        for one in broken:
            for name in one.all_cells:
                for value in (*self._solutions(one, name, cells), *self._doubts.seen.get(name, ())):
                    if (name, value) not in tried and value != cells.get(name):
                        tried.add((name, value))
                        yield from self._try(cells, broken, name, value)
        yield from self._rows(cells, broken)

    def pairs(self, cells: Cells, seeds: Sequence[Suggestion]) -> Iterator[Suggestion]:
        """A good change with a second one after it."""
        for seed in seeds:
            first = seed.changes[0]
            if first.new is None or "+" in first.cell:
                continue
            changed = {**cells, first.cell: first.new}
            still = [one for one in self._equations if not one.agrees(changed)]
            for second in self.singles(changed, still):
                if not second.left and second.changes[0].cell != first.cell:
                    both = sorted((first, second.changes[0]), key=lambda change: change.cell)
                    yield Suggestion(tuple(both), seed.fixed + second.fixed, 0, seed.cost + second.cost,
                                     tuple(dict.fromkeys((*seed.reasons, *second.reasons))))  # fmt: skip

    def _try(self, cells: Cells, broken: Sequence[Equation], name: str, value: Decimal) -> Iterator[Suggestion]:
        changed = {**cells, name: value}
        touched = self._of.get(name, [])
        before = sum(not one.agrees(cells) for one in touched)
        after = sum(not one.agrees(changed) for one in touched)
        if after >= before:
            return
        seen = self._doubts.seen.get(name, ())
        old = cells.get(name)
        cost, reasons = cost_of(old, value, confidence=self._doubts.confidence.get(name, 0.9), seen=seen,
                                is_whole=name.endswith("quantity"))  # fmt: skip
        cost += ADDED_COST if old is None and name in NOTHING else 0.0
        yield Suggestion((Change(name, old, value),), before - after, len(broken) - before + after, cost, reasons)

    def _rows(self, cells: Cells, broken: Sequence[Equation]) -> Iterator[Suggestion]:
        """A line that stands twice or does not belong, and one that was not read."""
        sums = [one for one in broken if one.what in {"lines", "lines_net"}]
        for one in sums:
            stated, added = cells.get(one.result), one.computed(cells)
            if stated is None or added is None:
                continue
            missing, fixed = stated - added, sum(other.what in {"lines", "lines_net", "base"} for other in broken)
            fits = [name for name in one.cells if name.endswith("net_amount") and cells.get(name) == -missing]
            for name in fits if len(one.cells) > 1 else ():
                changed = {**cells, name: ZERO}
                after = sum(not other.agrees(changed) for other in self._of[name] if other.what != "line")
                line_off = any(other.what == "line" for other in broken if name in other.all_cells)
                settled = sum(not other.agrees(cells) for other in self._of[name] if other.what != "line") - after
                yield Suggestion((Change(name.partition(".")[0], cells.get(name), None),), settled + line_off,
                                 len(broken) - settled - line_off, LINE_COST, ("line_twice",))  # fmt: skip
            if missing > 0:
                others = len(broken) - fixed
                yield Suggestion((Change("lines[+].net_amount", None, missing),), fixed, others, LINE_COST + 2.0,
                                 ("line_missing",))  # fmt: skip

    def _solutions(self, one: Equation, name: str, cells: Cells) -> Iterator[Decimal]:
        """Values of a cell that make an equation agree, the rounder first."""
        try:
            yield from _SOLVERS.get(one.what, _solve_sum)(one, name, cells)
        except (InvalidOperation, DivisionByZero):
            return


def _solve_sum(one: Equation, name: str, cells: Cells) -> Iterator[Decimal]:
    added, stated = one.computed(cells), cells.get(one.result)
    if added is None or stated is None:
        return
    if name == one.result:
        yield added
        return
    old = cells.get(name) or ZERO
    gap = stated - added if one.signs[one.cells.index(name)] > 0 else added - stated
    if name not in NOTHING or old + gap >= 0 or name == "rounding":
        yield old + gap


def _solve_line(one: Equation, name: str, cells: Cells) -> Iterator[Decimal]:
    quantity, price, base = (cells.get(cell) for cell in one.cells)
    amount = cells.get(one.result)
    if name == one.result:
        due = one.due(cells)
        yield from () if due is None else (due,)
    elif amount is not None and quantity is not None and price is not None:
        base = base or ONE
        if name == one.cells[2]:
            yield from (other for other in map(Decimal, (1, 10, 100, 1000)) if other != base)
            return
        known = price if name == one.cells[0] else quantity
        yield from _roundest(amount * base / known, name, one, cells)


def _roundest(value: Decimal, name: str, one: Equation, cells: Cells) -> Iterator[Decimal]:
    """The value with as few digits as do: a price of cents, a quantity of pieces."""
    for digits in (0, 1, 2, 3, 4):
        rounded = value.quantize(Decimal(1).scaleb(-digits))
        if one.agrees({**cells, name: rounded}):
            yield rounded
            return


def _solve_vat(one: Equation, name: str, cells: Cells) -> Iterator[Decimal]:
    taxable, rate, tax = cells.get(one.cells[0]), cells.get(one.cells[1]), cells.get(one.result)
    if name == one.result:
        due = one.due(cells)
        yield from () if due is None else (due,)
    elif name == one.cells[1]:
        yield from (other for other in RATES if one.agrees({**cells, name: other}))
    elif rate and tax is not None and taxable is not None:
        yield round_amount(tax * 100 / rate, one.currency)


_SOLVERS = {"line": _solve_line, "vat": _solve_vat}
