"""One invoice's pages under one locale, before anything is scored: candidates, lines, VAT table, links and parties."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from extractors.fields.arithmetic import Arithmetic
from extractors.fields.candidates import Candidate, Locale, find_candidates
from extractors.fields.features import DocumentView
from extractors.fields.items import LineTable, read_lines
from extractors.fields.links import Link, PageView, link_page
from extractors.fields.party import Party
from extractors.fields.roles import Chosen
from extractors.fields.sheet import Sheet
from extractors.fields.sums import read_facts
from extractors.fields.vat_table import VatTable, read_vat_table
from models.document import Box


@dataclass(frozen=True)
class Survey:
    """What stands on the pages of one invoice, its numbers read under one locale."""

    sheets: Sequence[Sheet]
    candidates: Sequence[Candidate]
    links: Mapping[int, Sequence[Link]]  # by candidate identity
    table: LineTable
    vat: VatTable

    @property
    def parties(self) -> list[Party]:
        """All parties of all pages."""
        return [party for sheet in self.sheets for party in sheet.parties]

    @property
    def rates(self) -> tuple[Decimal, ...]:
        """The per cent values that could be tax rates."""
        values = {c.value for c in self.candidates if c.kind == "percent" and isinstance(c.value, Decimal)}
        return tuple(sorted(v for v in values if 0 < v <= 30))


def survey(sheets: Sequence[Sheet], locale: Locale) -> Survey:
    """Look at the pages of one invoice; nothing is chosen yet."""
    candidates: dict[tuple[int, int], tuple[Candidate, ...]] = {
        (sheet.page.number, row.number): find_candidates(row, locale) for sheet in sheets for row in sheet.rows
    }
    lines = [sheet.lines for sheet in sheets]
    table = read_lines(lines, candidates, {s.page.number: s.page.reader for s in sheets})
    vat = read_vat_table(lines, candidates, table.rows)
    links = _links(sheets, candidates, table)
    return Survey(sheets, [c for group in candidates.values() for c in group], links, table, vat)


def view_of(found: Survey, parties: Mapping[str, Chosen]) -> DocumentView:
    """The document as the features see it, once it is known who is who."""
    sheets, flat = found.sheets, found.candidates
    return DocumentView(
        candidates=flat,
        links=found.links,
        heights={s.page.number: s.page.height for s in sheets},
        first_page=sheets[0].page.number,
        line_rows=found.table.rows,
        sides=_sides(flat, parties),
        facts=read_facts(flat, found.links),
        inside=_inside(flat, found.parties),
        widths={s.page.number: s.page.width for s in sheets},
        last_page=sheets[-1].page.number,
        sums=Arithmetic.of(flat, found.table, found.vat, found.rates),
    )


def _links(
    sheets: Sequence[Sheet], candidates: Mapping[tuple[int, int], tuple[Candidate, ...]], table: LineTable
) -> dict[int, list[Link]]:
    links: dict[int, list[Link]] = {}
    for sheet in sheets:
        found = {row.number: candidates[sheet.page.number, row.number] for row in sheet.rows}
        headers = frozenset(number for page, number in table.headers if page == sheet.page.number)
        links |= link_page(PageView(sheet.page.width, sheet.page.height, sheet.rows, sheet.anchors, found, headers))
    return links


def _sides(candidates: Sequence[Candidate], parties: Mapping[str, Chosen]) -> dict[int, str]:
    """For identifiers the party whose block they stand in or right under."""
    sides: dict[int, str] = {}
    for candidate in candidates:
        if candidate.kind not in ("vat_id", "code", "iban"):
            continue
        distances = {
            role: _distance(candidate, chosen.party)
            for role, chosen in parties.items()
            if chosen.party.page == candidate.page
        }
        near = {role: d for role, d in distances.items() if d < 7 * candidate.row.height}
        if near:
            sides[id(candidate)] = min(near, key=lambda role: near[role])
    return sides


def _inside(candidates: Sequence[Candidate], parties: Sequence[Party]) -> frozenset[int]:
    """Candidates that stand among a party's lines: its numbers are not the document's."""
    boxes: dict[int, list[Box]] = defaultdict(list)
    for party in parties:
        if not party.sender_line and not party.named_only:
            boxes[party.page].append(party.box)
    return frozenset(
        id(c)
        for c in candidates
        for box in boxes[c.page]
        if box.y0 - 1 <= c.box.middle <= box.y1 + 1 and box.x0 - 1 <= c.box.x0 <= box.x1 + 1
    )


def _distance(candidate: Candidate, party: Party) -> float:
    box, other = candidate.box, party.box
    across = max(other.x0 - box.x1, box.x0 - other.x1, 0.0)
    down = max(other.y0 - box.y1, box.y0 - other.y1, 0.0)
    if box.y1 <= other.y0:
        down = 3 * down + 2 * box.height  # identifiers stand below the party that they belong to
    return math.hypot(across * 1.5, down)
