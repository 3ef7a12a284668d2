"""Below a head: which numbers of a row stand in which column, which rows end the table, and which open an item.

A row opens an item where its amount, or its number, quantity or price, is already taken in the item before; rows of
text alone belong to the item above, or to the one below where a table has its names above the numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from extractors.fields.anchors import Anchor, find_anchors
from extractors.fields.candidates import Candidate
from extractors.fields.cells import CENT, Draft, decimal_of, join_thousands, product_fits
from extractors.fields.columns import NUMERIC, Column, Header
from extractors.fields.layout import Row, around
from extractors.fields.lexicon import load_lexicon
from extractors.fields.lines_text import ALIGNED, add_texts
from extractors.fields.party import PageLines
from extractors.fields.vat_table import breakdown_of

Candidates = Mapping[tuple[int, int], Sequence[Candidate]]  # of each (page, row)
STOPS = frozenset({"net_total", "gross_total", "tax_total", "payable_total", "sum_of_lines"})
PRIOR = "prior_total"
KEYS = frozenset({"net_amount", "gross_amount", "line_id", "quantity", "unit_price"})
CELL_KINDS = ("money", "number", "percent")
SURE = 0.75  # a label that counts


def walk(page: PageLines, header: Header, begin: int, candidates: Candidates, drafts: list[Draft]) -> tuple[int, bool]:
    """Read items from a row on; return the row after the table and whether totals ended it."""
    labels = load_lexicon().labels
    order = drafts[-1].order if drafts else None
    above: list[Row] = []  # rows of text before the first item
    for row in page.rows[begin:]:
        anchors = find_anchors(row, labels)
        found = candidates[page.number, row.number]
        cells = cells_of(row, header, found)
        if named := _order_of(anchors, found):
            order = named
            continue
        if is_between(anchors, cells.get("net_amount")):
            continue  # before all: what is carried over equals the sum so far, as a total does
        if _ends(row, header, anchors, found, cells, drafts):
            if not goes_on_below(page.rows[row.number + 1 :], header, candidates):
                return row.number + 1, True
            continue  # a sub-total
        section = row.number > begin and not cells and any(s.row is row for s in page.sections)
        if section and not goes_on_below(page.rows[row.number + 1 :], header, candidates):
            return row.number + 1, True
        known = len(drafts)
        _place(row, header, cells, found, drafts, above)
        if len(drafts) > known:
            drafts[-1].order = order
    return len(page.rows), False


def is_between(anchors: Sequence[Anchor], amount: Candidate | None) -> bool:
    """Whether a row says what was carried over, or counts or weighs something: it is no item and ends none."""
    terms = {a.term for a in anchors if a.first == 0 and a.strength >= SURE}
    counts = "count" in terms and amount is not None and amount.decimals != 2
    return PRIOR in terms or counts


def goes_on_below(rows: Sequence[Row], header: Header, candidates: Candidates) -> bool:
    """Whether a row below still is an item: quantity, price and amount under their headings, and they agree."""
    for row in rows:
        found = candidates[row.page, row.number]
        if sum(c.kind in CELL_KINDS for c in found) < 3:
            continue
        cells = cells_of(row, header, found)
        q, p, a = (decimal_of(cells.get(term)) for term in ("quantity", "unit_price", "net_amount"))
        if q and p and a and product_fits(q, p, a, [d for d in [decimal_of(cells.get("discount"))] if d]):
            return True
    return False


def _order_of(anchors: Sequence[Anchor], found: Sequence[Candidate]) -> str | None:
    """The order that a row names for the items below it: nothing in it but the label, a number and perhaps its date."""
    heads = [a for a in anchors if a.term == "order_reference" and a.first == 0 and a.strength >= SURE]
    if not heads or any(c.kind in ("money", "percent") for c in found):
        return None
    numbers = [c for c in found if c.kind == "code" and c.first > heads[0].last]
    return numbers[0].text if numbers and numbers[0].first - heads[0].last <= 2 else None


def _right_of_names(row: Row, header: Header, cells: Mapping[str, Candidate]) -> bool:
    """Whether a row has an amount only, and its words begin where the names have ended: a block of totals."""
    if not cells.keys() & {"net_amount", "gross_amount"} or cells.keys() & {"quantity", "unit_price", "line_id"}:
        return False
    words = [t.box.x0 for t in row.tokens if sum(map(str.isalpha, t.text)) >= 3]
    return bool(words) and min(t.box.x0 for t in row.tokens) > header.name_end


def _ends(
    row: Row,
    header: Header,
    anchors: Sequence[Anchor],
    found: Sequence[Candidate],
    cells: Mapping[str, Candidate],
    drafts: Sequence[Draft],
) -> bool:
    """Whether a row is none of the items but what follows them: a total, or a row of the VAT recapitulation."""
    q, p, a = (decimal_of(cells.get(term)) for term in ("quantity", "unit_price", "net_amount"))
    if q is not None and p is not None:
        if q and p and a and product_fits(q, p, a):
            return False
        return _is_recapitulation(found, drafts)
    if _right_of_names(row, header, cells):
        return True
    money = [c for c in found if c.kind in ("money", "number")]
    if money and any(a_.term in STOPS and a_.first == 0 and a_.last + 1 >= money[0].first for a_ in anchors):
        return True  # nothing but a label, if a weak one, and its amount
    clear = [a_ for a_ in anchors if a_.term in STOPS and a_.strength >= SURE]
    heads = [a_ for a_ in clear if _leads(row, a_) or row.breaks[a_.first]]
    if heads and (_leads(row, heads[0]) or any(c.first > heads[0].last for c in money)):
        return True
    return _is_recapitulation(found, drafts)


def _leads(row: Row, anchor: Anchor) -> bool:
    """Whether no letters stand before a label: `19 % VAT`."""
    return not any(any(map(str.isalpha, t.text)) for t in row.tokens[: anchor.first])


def _is_recapitulation(found: Sequence[Candidate], drafts: Sequence[Draft]) -> bool:
    """Whether a row taxes what the items above come to, all of them or those of its rate."""
    amounts = [(d.value("vat_rate"), a) for d in drafts if (a := d.value("net_amount")) is not None]
    if not amounts:
        return False
    total = sum((a for _, a in amounts), Decimal(0))
    money, rates = ([decimal_of(c) for c in found if c.kind == kind] for kind in ("money", "percent"))
    if len(money) == len(rates) == 1 and rates[0] and money[0] and abs(total * rates[0] / 100 - money[0]) <= CENT / 4:
        return True
    row = breakdown_of(found)
    if row is None or row.taxable is None:
        return False
    if len(amounts) == 1:
        return row.taxable == total and row.tax != 0
    return row.taxable in (total, sum(a for rate, a in amounts if rate == row.rate) or None)


def cells_of(row: Row, header: Header, found: Sequence[Candidate]) -> dict[str, Candidate]:
    """The numbers of a row by column; `loose` and a number for those without one, `second` for another reader's."""
    cells: dict[str, Candidate] = {}
    name = next((c for c in header.columns if c.term == "item_name"), None)
    for candidate in sorted(found, key=lambda c: c.first):
        if candidate.kind not in CELL_KINDS or candidate.repaired:
            continue
        candidate = _cut(row, candidate, header)  # noqa: PLW2901 - the part of it that is its column's
        column = header.numeric_column(candidate.box, candidate.kind)
        if column is None:
            continue
        if candidate.kind == "number" and any(map(str.isalpha, row.tokens[candidate.first].text)):
            continue  # 250g, 12x1l: part of a name
        if column.term == "line_id" and candidate.kind != "number":
            continue
        if _inside_name(row, candidate, column, name, header):
            continue
        _settle(cells, column, _whole(row, candidate, column, header, cells), header)
    return cells


def _cut(row: Row, candidate: Candidate, header: Header) -> Candidate:
    """Without the words that begin a text column: `12 552` may be a quantity and a code."""
    if candidate.first == candidate.last or candidate.kind != "number":
        return candidate
    for i in range(candidate.first + 1, candidate.last + 1):
        digits = row.tokens[i - 1].text
        if digits.isdigit() and _is_edge(row, i, header):
            first = row.tokens[candidate.first : i]
            value = Decimal("".join(t.text for t in first)) if all(t.text.isdigit() for t in first) else None
            if value is not None:
                return replace(candidate, value=value, last=i - 1, box=around(t.box for t in first), raw=digits)
    return candidate


def _is_edge(row: Row, at: int, header: Header) -> bool:
    """Whether a word begins where a column of text does."""
    return any(abs(row.tokens[at].box.x0 - c.x0) <= ALIGNED * row.height for c in header.columns if c.is_text)


def _inside_name(row: Row, candidate: Candidate, column: Column, name: Column | None, header: Header) -> bool:
    return (
        name is not None
        and not row.breaks[candidate.first]
        and candidate.box.x0 > name.x0
        and candidate.box.x0 < column.x0 - 2 * header.height
        and _run_start(row, candidate.first) <= name.x1
    )


def _whole(row: Row, candidate: Candidate, column: Column, header: Header, cells: dict[str, Candidate]) -> Candidate:
    """The number with its thousands, where these stand under the same heading."""
    joined = join_thousands(row, candidate)
    if joined is None or _is_edge(row, candidate.first, header):
        return candidate
    for term, cell in list(cells.items()):
        if cell.first == joined.first:
            if header.numeric_column(cell.box) != column:
                return candidate
            del cells[term]
    return joined


def _settle(cells: dict[str, Candidate], column: Column, candidate: Candidate, header: Header) -> None:
    """Of two numbers under one heading the better aligned stays; the other is loose, or part of a text."""
    if column.term == "other":
        cells[f"loose{candidate.first}"] = candidate
        return
    known = cells.get(column.term)
    if known is None:
        cells[column.term] = candidate
        return
    better = (header.misfit(column, candidate.box) or 0.0) < (header.misfit(column, known.box) or 0.0)
    winner, other = (candidate, known) if better else (known, candidate)
    cells[column.term] = winner
    if other.row.breaks[other.first]:
        cells[f"loose{other.first}"] = other


def _run_start(row: Row, at: int) -> float:
    while at > 0 and not row.breaks[at]:
        at -= 1
    return row.tokens[at].box.x0


def _place(
    row: Row,
    header: Header,
    cells: Mapping[str, Candidate],
    found: Sequence[Candidate],
    drafts: list[Draft],
    above: list[Row],
) -> None:
    """Add a row to the item that it belongs to."""
    current = drafts[-1] if drafts else None
    opens = current is None or any(key in cells and key in current.numbers for key in KEYS)
    keys = KEYS & cells.keys()
    if opens and not keys:
        above.append(row)  # text before the first item
        return
    if opens and keys == {"net_amount"} and cells["net_amount"].kind == "number":
        return  # a page's number
    if opens:
        current = Draft(price_first=header.price_first)
        drafts.append(current)
    elif current is not None and not cells and not follows(current.rows[-1], row):
        return  # too far below to be its description
    if current is None:
        return
    current.rows.append(row)
    named = {term: c for term, c in cells.items() if term in NUMERIC or term == "line_id"}
    current.loose += [c for term, c in cells.items() if term not in named]
    current.numbers.update({term: c for term, c in named.items() if term not in current.numbers})
    seconds = ((header.numeric_column(c.box, c.kind), c) for c in found if c.repaired)
    current.second += [(column.term, c) for column, c in seconds if column is not None]
    add_texts(row, header, cells, current)
    if opens and above and len(drafts) == 1 and not _is_named(current) and follows(above[-1], row):
        _head(current, header, above)


def _head(draft: Draft, header: Header, above: Sequence[Row]) -> None:
    """Give an item without a name the row of text above it."""
    row = above[-1]
    draft.rows.insert(0, row)
    own, draft.texts = draft.texts, []
    add_texts(row, header, {}, draft)
    draft.texts += own


def _is_named(draft: Draft) -> bool:
    texts = [text for _, term, text in draft.texts if term == "item_name" and any(map(str.isalpha, text))]
    return any(" " in text or not any(map(str.isdigit, text)) or not text.isupper() for text in texts)


def follows(above: Row, row: Row) -> bool:
    """Whether a row stands close enough below another to go on with it."""
    return row.page == above.page and row.box.y0 - above.box.y1 <= 1.6 * row.height


def lift_names(drafts: Sequence[Draft]) -> None:
    """Where names stand above the numbers: the last rows of text of an item are the name of the next."""
    if not drafts or not drafts[0].texts or not drafts[0].rows or drafts[0].texts[0][0] is not drafts[0].rows[0]:
        return
    headed = drafts[0].rows[0].number < min((c.row.number for c in drafts[0].numbers.values()), default=0)
    if not headed:
        return
    for before, after in pairwise(drafts):
        numbered = max((c.row.number for c in before.numbers.values()), default=0)
        moved = [row for row in before.rows if row.number > numbered and row.page == before.rows[-1].page]
        if _is_named(after) or not moved or len(before.rows) - len(moved) < 1:
            continue
        before.rows = [row for row in before.rows if row not in moved]
        after.rows = [*moved, *after.rows]
        after.texts = [t for t in before.texts if t[0] in moved] + after.texts
        before.texts = [t for t in before.texts if t[0] not in moved]
