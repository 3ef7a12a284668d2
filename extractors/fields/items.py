"""Line items: a head row, columns below it, items row by row until the totals; without a head, rows that add up.

A row opens an item where its amount, or its number, quantity or price, is already taken in the item before; rows of
text alone belong to the item above. Tables go on over pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from extractors.fields.anchors import Anchor, find_anchors
from extractors.fields.candidates import Candidate
from extractors.fields.cells import Draft, finish
from extractors.fields.columns import NUMERIC, Column, Header, find_header
from extractors.fields.layout import Row, around, segments_of
from extractors.fields.lexicon import load_lexicon
from extractors.fields.party import PageLines
from extractors.fields.unheaded import STOPS, Candidates, unheaded_items
from models.extraction import Evidence
from models.invoice import InvoiceLine

PRIOR = frozenset({"prior_total", "count"})
_PRICE_BASE = re.compile(r"^/ ?\d+$")  # the price is for so many
CELL_KINDS = ("money", "number", "percent")


@dataclass(frozen=True)
class LineTable:
    """The lines, where each stood, the rows (page, row) that they take, and the rows that head them."""

    lines: tuple[InvoiceLine, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    rows: frozenset[tuple[int, int]] = frozenset()
    headers: frozenset[tuple[int, int]] = frozenset()

    @property
    def total(self) -> Decimal | None:
        """Sum of the lines' net amounts; None without lines."""
        amounts = [line.net_amount for line in self.lines if line.net_amount is not None]
        return sum(amounts, Decimal(0)) if amounts else None


def read_lines(pages: Sequence[PageLines], candidates: Candidates, readers: Mapping[int, str]) -> LineTable:
    """The line items of all pages."""
    drafts: list[Draft] = []
    headers: set[tuple[int, int]] = set()
    header: Header | None = None
    for page in pages:
        start = 0
        while True:
            found = find_header(page.rows, candidates, start)
            if found is None and header is None:
                break
            if found is None and (header is None or header.page == page.number):
                break
            if found is not None:
                header = found
                headers |= {(page.number, n) for n in range(found.first, found.last + 1)}
            current = header
            if current is None:
                break
            begin = found.last + 1 if found is not None else 0
            end, stopped = _walk(page, current, begin, candidates, drafts)
            start = end
            if stopped:
                header = None
            if found is None:
                break
    return _table(drafts or unheaded_items(pages, candidates), readers, headers)


def _table(drafts: Sequence[Draft], readers: Mapping[int, str], headers: set[tuple[int, int]]) -> LineTable:
    lines: list[InvoiceLine] = []
    evidence: list[Evidence] = []
    rows: set[tuple[int, int]] = set()
    for draft in drafts:
        done = finish(draft, len(lines) + 1)
        if done is None:
            continue
        line, sure = done
        lines.append(line)
        rows |= {(row.page, row.number) for row in draft.rows}
        page = draft.rows[0].page
        seen = min((token.confidence for row in draft.rows for token in row.tokens), default=1.0)
        box = around(row.box for row in draft.rows if row.page == page)
        raw = " ".join(row.text for row in draft.rows).replace("\t", " ")
        evidence.append(
            Evidence(
                confidence=round(sure * min(1.0, 0.3 + 0.7 * seen), 4),
                reader=readers[page],
                raw=raw,
                page=page,
                box=box,
            )
        )
    return LineTable(tuple(lines), tuple(evidence), frozenset(rows), frozenset(headers))


def _walk(page: PageLines, header: Header, begin: int, candidates: Candidates, drafts: list[Draft]) -> tuple[int, bool]:
    """Read items from a row on; return the row after the table and whether totals ended it."""
    labels = load_lexicon().labels
    order = drafts[-1].order if drafts else None
    for row in page.rows[begin:]:
        anchors = find_anchors(row, labels)
        cells = _cells(row, header, candidates[page.number, row.number])
        if named := _order_of(anchors, candidates[page.number, row.number]):
            order = named
            continue
        if _is_total(row, anchors, candidates[page.number, row.number], cells):
            return row.number + 1, True
        if any(a.term in PRIOR and a.first == 0 and a.strength >= 0.75 for a in anchors):
            continue
        if row.number > begin and any(s.row is row for s in page.sections) and not cells:
            return row.number + 1, True
        known = len(drafts)
        _place(row, header, cells, drafts)
        if len(drafts) > known:
            drafts[-1].order = order
    return len(page.rows), False


def _order_of(anchors: Sequence[Anchor], found: Sequence[Candidate]) -> str | None:
    """The order that a row names for the items below it: nothing in it but the label, a number and perhaps its date."""
    heads = [a for a in anchors if a.term == "order_reference" and a.first == 0 and a.strength >= 0.75]
    if not heads or any(c.kind in ("money", "percent") for c in found):
        return None
    numbers = [c for c in found if c.kind == "code" and c.first > heads[0].last]
    return numbers[0].text if numbers and numbers[0].first - heads[0].last <= 2 else None


def _is_total(row: Row, anchors: Sequence[Anchor], found: Sequence[Candidate], cells: Mapping[str, Candidate]) -> bool:
    """Whether a row begins the totals: a total's label before an amount, with no quantity or price of an item."""
    if "quantity" in cells and "unit_price" in cells:
        return False
    money = [c for c in found if c.kind in ("money", "number")]
    if money and any(a.term in STOPS and a.first == 0 and a.last + 1 >= money[0].first for a in anchors):
        return True  # nothing but a label, if a weak one, and its amount
    heads = [a for a in anchors if a.term in STOPS and a.strength >= 0.75 and (a.first == 0 or row.breaks[a.first])]
    if not heads:
        return False
    return heads[0].first == 0 or any(c.kind in ("money", "number") and c.first > heads[0].last for c in found)


def _cells(row: Row, header: Header, found: Sequence[Candidate]) -> dict[str, Candidate]:
    """The numbers of a row by column."""
    cells: dict[str, Candidate] = {}
    name = next((c for c in header.columns if c.term == "item_name"), None)
    for candidate in sorted(found, key=lambda c: c.first):
        if candidate.kind not in CELL_KINDS:
            continue
        column = header.numeric_column(candidate.box)
        if column is None:
            continue
        inside_text = (
            name is not None
            and not row.breaks[candidate.first]
            and candidate.box.x0 > name.x0
            and candidate.box.x0 < column.x0 - 2 * header.height
            and _run_start(row, candidate.first) <= name.x1
        )
        if candidate.kind == "number" and any(map(str.isalpha, row.tokens[candidate.first].text)):
            continue  # 250g, 12x1l: part of a name
        if inside_text or (column.term == "line_id" and candidate.kind != "number"):
            continue
        if column.term in cells and candidate.kind == "percent" and column.term != "vat_rate":
            continue
        _settle(cells, column, candidate, header)
    return cells


def _settle(cells: dict[str, Candidate], column: Column, candidate: Candidate, header: Header) -> None:
    """Of two numbers under one heading the better aligned stays; the other is loose, or part of a text."""
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


def _place(row: Row, header: Header, cells: Mapping[str, Candidate], drafts: list[Draft]) -> None:
    """Add a row to the item that it belongs to."""
    keys = {"net_amount", "gross_amount", "line_id", "quantity", "unit_price"}
    current = drafts[-1] if drafts else None
    opens = current is None or any(key in cells and key in current.numbers for key in keys)
    if opens and not any(key in cells for key in keys):
        return  # text before the first item
    if opens:
        current = Draft()
        drafts.append(current)
    elif current is not None and not cells and not _goes_on(current.rows[-1], row):
        return  # too far below to be its description
    if current is None:
        return
    current.rows.append(row)
    named = {term: c for term, c in cells.items() if term in NUMERIC or term == "line_id"}
    current.loose += [c for term, c in cells.items() if term not in named]
    current.numbers.update({term: c for term, c in named.items() if term not in current.numbers})
    _add_texts(row, header, cells, current)


def _goes_on(above: Row, row: Row) -> bool:
    return row.page == above.page and row.box.y0 - above.box.y1 <= 1.6 * row.height


def _add_texts(row: Row, header: Header, cells: Mapping[str, Candidate], draft: Draft) -> None:
    taken = {i for c in cells.values() for i in range(c.first, c.last + 1)}
    quantity = cells.get("quantity")
    for segment in segments_of(row):
        kept = [i for i in range(segment.first, segment.last + 1) if i not in taken]
        if quantity is not None:
            behind = [
                i
                for i in kept
                if i > quantity.last
                and not _under_name(row, i, header, quantity)
                and all(j in taken or j in kept for j in range(quantity.last, i))
            ]
            if (
                behind
                and segment.first <= quantity.last + 1 <= segment.last + 1
                and len(behind) <= 2
                and not draft.unit
            ):
                draft.unit = " ".join(row.tokens[i].text for i in behind)
                kept = [i for i in kept if i not in behind]
        kept = [i for i in kept if not _PRICE_BASE.match(row.tokens[i].text)]
        words = [row.tokens[i] for i in kept if row.tokens[i].key]
        if not words or all(w.text in ("€", "$", "£", "EUR", "USD", "%") for w in words):
            continue
        column = header.text_column(words[0].box.x0)
        term = column.term if column is not None else "item_name"
        if term == "unit_code":
            draft.unit = draft.unit or words[0].text
        else:
            draft.texts.setdefault(term, []).append(" ".join(row.tokens[i].text for i in kept))


def _under_name(row: Row, at: int, header: Header, quantity: Candidate) -> bool:
    """Whether a word stands below the heading of the names, right of the quantity: then it is no unit."""
    column = header.text_column(row.tokens[at].box.x0)
    if column is None or column.term != "item_name" or column.x0 < quantity.box.x0:
        return False
    return row.tokens[at].box.x0 >= column.x0 - 1.5 * header.height
