"""Several invoices in one file: split only on strong evidence.

A page begins an invoice of its own where it names another invoice number by a strong label or title, is not a
later page by its own count ("page 2/3"), and both what came before and what follows have totals of their own.
All other pages (continued lines, terms, delivery notes) stay with the invoice before them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.fields.candidates import Candidate, Locale, find_candidates
from extractors.fields.features import title_weight
from extractors.fields.lexicon import squeeze
from extractors.fields.links import PageView, link_page
from extractors.fields.sheet import Sheet

SURE = 0.8  # strength of a label (times its link's quality) that names an invoice number
TOTALS = frozenset({"gross_total", "payable_total", "net_total"})
_PAGE = re.compile(
    r"(?<!\w)(\d{1,3})\s?(?:/|von|of|sur|de|di|van|z)\s?(\d{1,3})(?!\w)|^-\s?(\d{1,3})\s?-$", re.IGNORECASE
)


@dataclass(frozen=True)
class PageSigns:
    """What a page says about where it belongs."""

    numbers: frozenset[str]  # invoice numbers that it names surely, squeezed
    later: bool  # it counts itself as second or later page
    totals: bool


def split_pages(sheets: Sequence[Sheet]) -> list[list[Sheet]]:
    """The pages of each invoice, in order; one group for one page."""
    if len(sheets) < 2:
        return [list(sheets)]
    signs = [read_signs(sheet) for sheet in sheets]
    starts = [0]
    known = set(signs[0].numbers)
    for at in range(1, len(sheets)):
        sign = signs[at]
        new = sign.numbers and known and not sign.numbers & known and not sign.later
        closed = any(s.totals for s in signs[starts[-1] : at])
        end = next(
            (i for i in range(at + 1, len(sheets)) if signs[i].numbers and not signs[i].numbers & sign.numbers),
            len(sheets),
        )
        if new and closed and any(s.totals for s in signs[at:end]):
            starts.append(at)
            known = set(sign.numbers)
        else:
            known |= sign.numbers if not known else set()
    return [list(sheets[a:b]) for a, b in zip(starts, [*starts[1:], len(sheets)], strict=True)]


def read_signs(sheet: Sheet) -> PageSigns:
    """The signs of one page."""
    candidates = {row.number: find_candidates(row, Locale()) for row in sheet.rows}
    links = link_page(PageView(sheet.page.width, sheet.page.height, sheet.rows, sheet.anchors, candidates))
    numbers: set[str] = set()
    totals = False
    for found in candidates.values():
        for candidate in found:
            strong = {
                link.anchor.term for link in links.get(id(candidate), ()) if link.quality * link.anchor.strength >= SURE
            }
            totals |= candidate.kind == "money" and bool(strong & TOTALS)
            if candidate.kind == "code" and ("invoice_number" in strong or _is_title_number(candidate)):
                numbers.add(squeeze(candidate.text))
    return PageSigns(frozenset(numbers), any(_counts_on(row.text) for row in sheet.rows), totals)


def _is_title_number(candidate: Candidate) -> bool:
    return title_weight(candidate) >= 1.0 and len(candidate.text) >= 4


def _counts_on(text: str) -> bool:
    """Whether a line is a page count that is past one."""
    if len(text) > 40:
        return False
    m = _PAGE.search(text)
    if m is None or (m[3] is None and not re.search(r"page|seite|pag|str|blad|hoja|p\.|s\.", text, re.IGNORECASE)):
        return False
    return int(m[3] or m[1]) > 1
