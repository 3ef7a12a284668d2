"""Line items: a head row, columns below it, items row by row until the totals; without a head, rows that add up.

Where the table can be read in several ways, the one is taken whose amounts add up to a number that is printed below.
Tables go on over pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from extractors.fields.cells import Draft
from extractors.fields.columns import Header, find_header
from extractors.fields.layout import around
from extractors.fields.lines_grid import grid_items
from extractors.fields.lines_rows import Candidates, goes_on_below, lift_names, walk
from extractors.fields.lines_sums import Settled, settle
from extractors.fields.lines_text import codes_of, name_of
from extractors.fields.lines_total import Ledger
from extractors.fields.lines_units import unit_code_of
from extractors.fields.party import PageLines
from extractors.fields.unheaded import unheaded_items
from models.extraction import Evidence
from models.invoice import InvoiceLine


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
    ledger = Ledger(pages, candidates)
    heads, drafts = _headed(pages, candidates)
    headers = {(head.page, number) for head in heads for number in range(head.first, head.last + 1)}
    drafts = ledger.trim(drafts)
    if not ledger.agrees(drafts) or ledger.proven(drafts) * 2 < len(drafts):
        drafts = _otherwise(pages, candidates, ledger, heads, drafts)
    return _table(drafts, readers, headers)


def _otherwise(
    pages: Sequence[PageLines], candidates: Candidates, ledger: Ledger, heads: Sequence[Header], drafts: list[Draft]
) -> list[Draft]:
    """Another reading of the table, whose sum is printed and more of whose rows multiply; else the first one."""
    best, right = drafts, (ledger.agrees(drafts), ledger.proven(drafts))
    for reading in _readings(pages, candidates, heads):
        trimmed = ledger.trim(reading)
        also = (ledger.agrees(trimmed), ledger.proven(trimmed))
        if also > right and (also[0] or not best):
            best, right = trimmed, also
    if right[0] or (drafts and heads):
        return best
    run = ledger.window(best)
    if right[1]:
        return run if ledger.proven(run) == right[1] else best
    return run or ledger.window(unheaded_items(pages, candidates))


def _readings(pages: Sequence[PageLines], candidates: Candidates, heads: Sequence[Header]) -> Iterator[list[Draft]]:
    """Without the headings; with another column taken for the amount."""
    yield grid_items(pages, candidates)
    for column in heads[0].columns if heads else ():
        if column.term in ("other", "gross_amount", "tax_amount"):
            yield _headed(pages, candidates, (column.x0, "net_amount"))[1]


def _headed(
    pages: Sequence[PageLines], candidates: Candidates, change: tuple[float, str] | None = None
) -> tuple[list[Header], list[Draft]]:
    """The items below heads; `change` gives the column that begins at an x another meaning."""
    drafts: list[Draft] = []
    heads: list[Header] = []
    header: Header | None = None
    ended: Header | None = None
    for page in pages:
        start = 0
        while True:
            found = find_header(page.rows, candidates, start)
            if found is not None:
                header = _changed(found, change)
                heads.append(header)
            elif header is None and ended is not None and start == 0:
                header = ended if goes_on_below(page.rows, ended, candidates) else None
            if header is None or (found is None and header.page == page.number):
                break
            start, stopped = walk(page, header, found.last + 1 if found else 0, candidates, drafts)
            if stopped:
                header, ended = None, header
            if found is None:
                break
    lift_names(drafts)
    return heads, drafts


def _changed(header: Header, change: tuple[float, str] | None) -> Header:
    column = next((c for c in header.columns if change is not None and abs(c.x0 - change[0]) < header.height), None)
    return header.named(column, change[1]) if column is not None and change is not None else header


def _table(drafts: Sequence[Draft], readers: Mapping[int, str], headers: set[tuple[int, int]]) -> LineTable:
    lines: list[InvoiceLine] = []
    evidence: list[Evidence] = []
    rows: set[tuple[int, int]] = set()
    for draft in drafts:
        settled = settle(draft)
        if settled is None:
            continue
        lines.append(_line(draft, settled, len(lines) + 1))
        evidence.append(_evidence(draft, settled, readers))
        rows |= {(row.page, row.number) for row in draft.rows}
    return LineTable(tuple(lines), tuple(evidence), frozenset(rows), frozenset(headers))


def _line(draft: Draft, settled: Settled, number: int) -> InvoiceLine:
    line_id = next((text.strip(" .)") for _, term, text in draft.texts if term == "line_id"), "")
    if not line_id and "line_id" in draft.numbers:
        line_id = draft.numbers["line_id"].text
    codes = codes_of(draft, "seller_item_id")
    return InvoiceLine(
        line_id=line_id or str(number),
        quantity=settled.quantity,
        unit_code=unit_code_of(draft.unit) or None if draft.unit else None,
        net_amount=settled.amount,
        order_reference=draft.order,
        unit_price=settled.price,
        price_base_quantity=settled.base,
        vat_rate=draft.value("vat_rate"),
        item_name=name_of(draft) or codes,
        seller_item_id=codes,
        buyer_item_id=codes_of(draft, "buyer_item_id"),
    )


def _evidence(draft: Draft, settled: Settled, readers: Mapping[int, str]) -> Evidence:
    page = draft.rows[0].page
    seen = min((token.confidence for row in draft.rows for token in row.tokens), default=1.0)
    return Evidence(
        confidence=round(settled.sure * min(1.0, 0.3 + 0.7 * seen), 4),
        reader=settled.reader or readers[page],
        raw=" ".join(row.text for row in draft.rows).replace("\t", " "),
        page=page,
        box=around(row.box for row in draft.rows if row.page == page),
    )
