"""One invoice's pages to its values: rows, labels, candidates, links, scores, and the decoder, in this order."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from extractors.fields.candidates import Candidate, Locale, find_candidates
from extractors.fields.decoder import Choice, decode_fields
from extractors.fields.features import DocumentView, cases_of, national_vat_id
from extractors.fields.identifiers import is_valid_vat_id
from extractors.fields.items import LineTable, read_lines
from extractors.fields.links import Link, PageView, link_page
from extractors.fields.numbers import CODES
from extractors.fields.party import Party
from extractors.fields.roles import Chosen, choose
from extractors.fields.scorer import Scorer
from extractors.fields.sheet import Sheet
from extractors.fields.sums import read_facts
from extractors.fields.totals import Support
from extractors.fields.vat_table import VatTable, read_vat_table
from models.document import Box


@dataclass(frozen=True)
class Currency:
    """The currency, as printed and where, and how sure."""

    code: str
    raw: str
    page: int
    box: Box
    confidence: float


@dataclass(frozen=True)
class Found:
    """All that was read of one invoice under one locale."""

    choices: Mapping[str, Choice]
    parties: Mapping[str, Chosen]
    table: LineTable
    vat: VatTable
    score: float
    currency: Currency | None


def read_document(sheets: Sequence[Sheet], locale: Locale, scorer: Scorer) -> Found:
    """The values of one invoice, its numbers read under one locale."""
    candidates: dict[tuple[int, int], tuple[Candidate, ...]] = {
        (sheet.page.number, row.number): find_candidates(row, locale) for sheet in sheets for row in sheet.rows
    }
    lines = [sheet.lines for sheet in sheets]
    table = read_lines(lines, candidates, {s.page.number: s.page.reader for s in sheets})
    vat = read_vat_table(lines, candidates, table.rows)
    links = _links(sheets, candidates, table)
    parties = choose([p for sheet in sheets for p in sheet.parties], lines)
    flat = [c for group in candidates.values() for c in group]
    by_term = _scores(_view(sheets, flat, links, parties, table), scorer)
    support = Support(vat.net, vat.tax, table.total, _rates(flat), _adjustments(by_term))
    choices, score = decode_fields(by_term, support)
    for term in ("seller_vat_id", "buyer_vat_id"):
        if term in choices:
            choices[term] = _with_country(choices[term], links)
    return Found(choices, parties, table, vat, score, _currency(sheets, flat, choices))


def _links(
    sheets: Sequence[Sheet], candidates: Mapping[tuple[int, int], tuple[Candidate, ...]], table: LineTable
) -> dict[int, list[Link]]:
    links: dict[int, list[Link]] = {}
    for sheet in sheets:
        found = {row.number: candidates[sheet.page.number, row.number] for row in sheet.rows}
        headers = frozenset(number for page, number in table.headers if page == sheet.page.number)
        links |= link_page(PageView(sheet.page.width, sheet.page.height, sheet.rows, sheet.anchors, found, headers))
    return links


def _view(
    sheets: Sequence[Sheet],
    flat: Sequence[Candidate],
    links: Mapping[int, Sequence[Link]],
    parties: Mapping[str, Chosen],
    table: LineTable,
) -> DocumentView:
    return DocumentView(
        candidates=flat,
        links=links,
        heights={s.page.number: s.page.height for s in sheets},
        first_page=sheets[0].page.number,
        line_rows=table.rows,
        sides=_sides(flat, parties),
        facts=read_facts(flat, links),
        inside=_inside(flat, [p for sheet in sheets for p in sheet.parties]),
    )


def _scores(view: DocumentView, scorer: Scorer) -> dict[str, list[tuple[Candidate, float]]]:
    """All cases of the document, scored in one call, by term."""
    cases = list(cases_of(view))
    by_term: dict[str, list[tuple[Candidate, float]]] = defaultdict(list)
    for (candidate, case), score in zip(cases, scorer.score([case for _, case in cases]), strict=True):
        by_term[case.term].append((candidate, score))
    return by_term


def _with_country(choice: Choice, links: Mapping[int, Sequence[Link]]) -> Choice:
    """A national tax number gets its country's prefix: BT-31 has one."""
    found = (
        national_vat_id(choice.candidate, links.get(id(choice.candidate), ()))
        if choice.candidate.kind == "code"
        else None
    )
    if found is None:
        return choice
    return replace(choice, candidate=replace(choice.candidate, value=found, checked=is_valid_vat_id(found)))


def _rates(candidates: Sequence[Candidate]) -> tuple[Decimal, ...]:
    values = {c.value for c in candidates if c.kind == "percent" and isinstance(c.value, Decimal)}
    return tuple(sorted(v for v in values if 0 < v <= 30))


def _adjustments(by_term: Mapping[str, Sequence[tuple[Candidate, float]]]) -> tuple[Decimal, ...]:
    """Labelled charges, allowances and roundings, alone and summed up, as differences between net + tax and gross."""
    found: list[Decimal] = []
    for term, sign in (("charge_total", 1), ("allowance_total", -1), ("rounding", 1)):
        likely = {
            abs(c.value) for c, score in by_term.get(term, ()) if score > 0 and isinstance(c.value, Decimal) and c.value
        }
        found += [sign * value for value in sorted(likely)[:4]]
    sums = {a + b for i, a in enumerate(found) for b in found[i + 1 :]}
    return tuple(dict.fromkeys([*found, *sorted(sums), *(-v for v in found if abs(v) < 1)]))


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


def _currency(
    sheets: Sequence[Sheet], candidates: Sequence[Candidate], choices: Mapping[str, Choice]
) -> Currency | None:
    """The currency that stands by the totals, else the most frequent one by amounts."""
    votes: dict[str, float] = defaultdict(float)
    shown: dict[str, Candidate] = {}
    totals = {id(choice.candidate) for choice in choices.values()}
    for candidate in candidates:
        if candidate.currency and candidate.kind == "money":
            votes[candidate.currency] += 3.0 if id(candidate) in totals else 1.0
            shown.setdefault(candidate.currency, candidate)
    named = next((currency for sheet in sheets for currency in _named_currencies(sheet)), None)
    if named is not None or not votes:
        return named
    best = max(votes, key=lambda code: votes[code])
    share = votes[best] / sum(votes.values())
    return Currency(best, shown[best].raw, shown[best].page, shown[best].box, round(0.6 + 0.38 * share, 4))


def _named_currencies(sheet: Sheet) -> Iterator[Currency]:
    """Codes that stand right of a label `Currency:`."""
    for row in sheet.rows:
        for anchor in sheet.anchors[row.number]:
            following = row.tokens[anchor.last + 1 : anchor.last + 2]
            code = following[0].text.strip("().,") if following else ""
            if anchor.term == "currency" and code in CODES:
                yield Currency(code, code, sheet.page.number, following[0].box, 0.98)
