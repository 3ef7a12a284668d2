"""Split and merge: one invoice line over several order lines, and several invoice lines on one.

A greedy search: the first move of MOVES that lowers the amount without a link is made, until none does. Each move takes
a board and gives its links with one change, or None.

>>> from matching.line_sides import targets_of
>>> from models.invoice import InvoiceLine
>>> from models.order import OrderLine
>>> halves = [OrderLine(line_number=each, item_name="Cable", quantity="50", unit_price="2") for each in "12"]
>>> whole = InvoiceLine(item_name="Cable", quantity="80", unit_price="2", net_amount="160")
>>> targets = targets_of("PO1", halves)
>>> links = settle(Board((whole,), targets, [[5.0, 4.5]], (Link(1, targets[0], 5.0),)))
>>> [(link.target.line.line_number, link.quantity) for link in links]
[('1', Decimal('50')), ('2', Decimal('30'))]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from matching.board import ZERO, Board
from matching.line_comparisons import item_ids
from matching.links import Link
from matching.packs import conversion
from matching.pricing import CENT, is_blanket, line_price, units_per_unit
from models.match import Comparison
from models.money import decimal_text

# Log2 odds.
LINK_SHARED = 0.5  # a second invoice line on an order line that has room for it
LINK_TWICE = 2.0  # ... that has none: no more than a variance for a person, so it needs more than a bare majority
SPILLS = 0.0  # a further order line that takes what the first has no room for
SAME_FIGURES = 2.0  # other words, but price and quantity are those of one order line and of no other
SAME_PRICE = 1.0  # ... but the price is, and the quantity is less
TELLING_DIGITS = 3  # a price of fewer digits may be the same by chance
WHOLE_SUM = 3.0  # several lines come to one amount, to the cent, and nothing of the order is left
PART_SUM = 1.5  # neighbouring lines do
FRAME = 1.5  # a line without an order line of its own, on an order that is a frame
HALF_CENT = Decimal("0.005")
LONGEST_RUN = 40  # lines among which sums are looked for

Move = Callable[[Board], tuple[Link, ...] | None]


def settle(board: Board, *, has_moves: bool = True) -> tuple[Link, ...]:
    """The links after all moves, with their margins; ordered by invoice line, then as the order has its lines."""
    if has_moves and (board.goods or any(board.beyond(column) for column in board.taken)):
        board = search(board)
    board = board.with_links((*board.links, *_doubled(board)))
    links = [link._replace(margin=_margin(board, link)) for link in board.links]
    return tuple(sorted(links, key=lambda link: (link.invoice_line, board.columns[link.key])))


def search(board: Board) -> Board:
    """The board after all moves that lower the amount without a link, one after the other."""
    for _ in range(len(board.lines) + len(board.targets)):
        found = (board.with_links(links) for move in MOVES if (links := move(board)) is not None)
        better = next((each for each in found if each.residual < board.residual), None)
        if better is None:
            break
        board = better
    return board


def _margin(board: Board, link: Link) -> float | None:
    """The weight over that of the best order line that the invoice line is not linked to."""
    row = link.invoice_line - 1
    own = {board.columns[each.key] for each in board.links if each.invoice_line == link.invoice_line}
    others = [weight for at, weight in enumerate(board.weights[row]) if at not in own]
    return round(link.weight - max(*others, 0.0), 3) if others else None


def _share(board: Board) -> tuple[Link, ...] | None:
    """A part delivery: a line joins others on an order line that has room for it."""
    cells = [
        (board.weights[row][column], row, column)
        for row in board.unlinked
        for column in board.taken
        if board.weights[row][column] > LINK_SHARED and _has_room(board, row, column)
    ]
    if not cells:
        return None
    weight, row, column = max(cells, key=lambda cell: (cell[0], -cell[1], -cell[2]))
    return (*board.links, _link(board, row, column, weight))


def _has_room(board: Board, row: int, column: int) -> bool:
    left, asked = board.left(column), board.asked(row, column)
    return left is None or (asked is not None and asked <= left)


def _spill(board: Board) -> tuple[Link, ...] | None:
    """A line that takes more than its order line has: what is too much goes to others of the same item."""
    for link in board.links:
        column, row = board.columns[link.key], link.invoice_line - 1
        over = min(board.beyond(column), board.takes(link))
        if not over or link.quantity is not None or is_blanket(link.target.line):
            continue
        parts = list(_parts(board, row, column, over))
        if parts:
            moved = sum((part.quantity or ZERO for part in parts), ZERO)
            whole = board.takes(link)
            kept = link._replace(quantity=whole - moved, coverage=link.coverage * float((whole - moved) / whole))
            rest = [each for each in board.links if each is not link]
            return (*rest, *([kept] if kept.quantity else ()), *parts)
    return None


def _parts(board: Board, row: int, column: int, over: Decimal) -> Iterator[Link]:
    """Links of a line to further order lines of the same price, the likeliest first, until nothing is too much."""
    whole = board.asked(row, column) or over
    price = board.targets[column].price
    others = [at for at, weight in enumerate(board.weights[row]) if at != column and weight > SPILLS]
    for at in sorted(others, key=lambda at: (-board.weights[row][at], at)):
        is_alike = _same_unit(board, column, at) and board.targets[at].price == price
        taken = min(board.left(at) or ZERO, over) if is_alike else ZERO
        if taken > 0:
            over -= taken
            link = _link(board, row, at, board.weights[row][at])
            yield link._replace(quantity=taken, coverage=float(taken / whole))


def _same_unit(board: Board, left: int, right: int) -> bool:
    units = board.targets[left].line.unit_code, board.targets[right].line.unit_code
    return units_per_unit(*units) == 1


def _same_figures(board: Board) -> tuple[Link, ...] | None:
    """A line in other words, or another language, at a price that stands once on either side."""
    free = [column for column in range(len(board.targets)) if column not in board.taken]
    cells = [(row, column) for row in board.goods for column in free if _is_same_price(board, row, column)]
    for row, column in cells:
        if sum(each == row for each, _ in cells) == 1 == sum(each == column for _, each in cells):
            asked, left = board.asked(row, column), board.left(column)
            weight = SAME_FIGURES if asked == left else SAME_PRICE
            return (*board.links, _link(board, row, column, weight, "figures"))
    return None


def _is_same_price(board: Board, row: int, column: int) -> bool:
    """Whether a line's price is the order line's, the quantity no more than is left, and no item number differs."""
    line, target = board.lines[row], board.targets[column]
    price, asked, left = line_price(line), board.asked(row, column), board.left(column)
    if price is None or target.price is None or asked is None or left is None or not 0 < asked <= left:
        return False
    if board.pairs and item_ids(board.pairs[row][column]) == 0.0:
        return False
    factor = conversion(line, target.line, target.price)
    is_telling = len(target.price.normalize().as_tuple().digits) >= TELLING_DIGITS or asked == left
    return factor is not None and is_telling and abs(price / factor - target.price) < HALF_CENT


def _sum_up(board: Board) -> tuple[Link, ...] | None:
    """One line that stands for several order lines: its amount is theirs together, to the cent."""
    free = [column for column in range(len(board.targets)) if column not in board.taken and board.open_amount(column)]
    amounts = {column: board.open_amount(column) for column in free}
    for row in board.goods:
        for columns, weight in _runs(free, board):
            if abs(sum((amounts[column] for column in columns), ZERO) - board.net(row)) <= CENT:
                parts = [_sum_link(board, row, at, weight, amounts[at] / board.net(row)) for at in columns]
                return (*board.links, *parts)
    return None


def _runs(free: Sequence[int], board: Board) -> Iterator[tuple[Sequence[int], float]]:
    """Sets of two or more free order lines of one order: all of them, then neighbours, with the weight of a sum."""
    for order in dict.fromkeys(board.targets[column].order for column in free):
        mine = [column for column in free if board.targets[column].order == order]
        for run in _neighbours(mine):
            yield run, WHOLE_SUM if len(run) == len(mine) else PART_SUM


def _neighbours(places: Sequence[int]) -> Iterator[Sequence[int]]:
    """Runs of two or more places, the longest first; nothing where there are too many for sums to mean anything."""
    if len(places) > LONGEST_RUN:
        if len(places) > 1:
            yield places
        return
    for length in range(len(places), 1, -1):
        for start in range(len(places) - length + 1):
            yield places[start : start + length]


def _sum_link(board: Board, row: int, column: int, weight: float, share: Decimal) -> Link:
    left = board.left(column)
    taken = board.open_amount(column) if is_blanket(board.targets[column].line) else left
    link = _link(board, row, column, weight, "sum")
    return link._replace(quantity=taken or ZERO, coverage=float(share), is_sum=True)


def _sum_down(board: Board) -> tuple[Link, ...] | None:
    """Several lines that stand for one order line: their amounts are its, to the cent."""
    for column in range(len(board.targets)):
        amount, left = board.open_amount(column), board.left(column)
        if column in board.taken or not amount or not left or is_blanket(board.targets[column].line):
            continue
        for rows in _neighbours(board.goods):
            if abs(sum((board.net(row) for row in rows), ZERO) - amount) <= CENT:
                weight = WHOLE_SUM if len(rows) == len(board.goods) else PART_SUM
                return (*board.links, *_shares(board, rows, column, left, weight))
    return None


def _shares(board: Board, rows: Sequence[int], column: int, left: Decimal, weight: float) -> Iterator[Link]:
    """Each line's share of an order line by its amount; the last takes the rest, so that all is taken."""
    total, given = sum((board.net(row) for row in rows), ZERO), ZERO
    for row in rows:
        share = (left * board.net(row) / total).quantize(Decimal("0.0001"))
        share = left - given if row == rows[-1] else share
        given += share
        yield _link(board, row, column, weight, "sum")._replace(quantity=share, coverage=1.0, is_sum=True)


def _frame(board: Board) -> tuple[Link, ...] | None:
    """A line without an order line of its own draws on the order's frame."""
    frames = [at for at, target in enumerate(board.targets) if is_blanket(target.line)]
    if not frames or not board.goods:
        return None
    row = board.goods[0]
    fitting = [at for at in frames if (board.left(at) or ZERO) >= board.net(row)] or frames
    column = max(fitting, key=lambda at: (board.weights[row][at], -at))
    return (*board.links, _link(board, row, column, FRAME, "frame"))


def _doubled(board: Board) -> Iterator[Link]:
    """Lines that clearly are an item of which nothing is left: linked, so that the variance is said of them."""
    for row in board.unlinked:
        column = max(range(len(board.targets)), key=board.weights[row].__getitem__)
        if (weight := board.weights[row][column]) > LINK_TWICE:
            yield _link(board, row, column, weight)


def _link(board: Board, row: int, column: int, weight: float, ground: str = "") -> Link:
    """A new link; `ground`: what stands in its waterfall instead of the comparisons of two lines."""
    line, target = board.lines[row], board.targets[column]
    asked, room = board.asked(row, column), board.room(column)
    coverage = 1.0 if not asked or room is None or asked <= room else float(room / asked)
    shown = (decimal_text(board.net(row)), decimal_text(board.open_amount(column)))
    waterfall = (
        (Comparison(name=ground, invoice_value=shown[0], order_value=shown[1], weight=weight),) if ground else ()
    )
    factor = conversion(line, target.line, target.price)
    pair = board.pairs[row][column] if board.pairs and not ground else None
    return Link(row + 1, target, weight, coverage, factor, pair=pair, waterfall=waterfall)


MOVES: tuple[Move, ...] = (_share, _spill, _same_figures, _sum_up, _sum_down, _frame)
