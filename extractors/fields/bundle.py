"""Several invoices in one file, and pages that belong to none: a proposal that a person checks.

A page begins an invoice of its own where several signs say so at once: another invoice number, a page count that
starts again, a title, another seller, totals of its own that what came before does not have. What came before must
be complete. A page that names the number of the invoice before it, or counts itself as a later page, never begins
one. All other pages stay with the invoice before them, unless they are attachments (`extractors.fields.attachments`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

from extractors.fields.attachments import attachment_kind
from extractors.fields.candidates import Candidate, Locale, find_candidates
from extractors.fields.doctype import TILL, till_signs, vote
from extractors.fields.features import title_weight
from extractors.fields.lexicon import squeeze
from extractors.fields.links import Link, PageView, link_page
from extractors.fields.sheet import Sheet

SURE = 0.8  # strength of a label (times its link's quality) that names an invoice number
TOTALS = frozenset({"gross_total", "payable_total", "net_total"})
TITLES = ("invoice", "credit_note", "receipt")
TITLE = 1.2  # weight of a title that is no mention in passing
HEAD_ROWS = 6  # upper rows that tell one letterhead from another
# What each sign weighs; together they must reach NEW. No two of them are enough.
NUMBER, RESTART, COUNT, SELLER = 2.0, 2.5, 1.5, 1.5
OWN_NUMBER, TITLED, AMOUNT, HEAD, CLOSED, TILLS, SIZE = 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5
WHOLE = 1.5  # totals, be they the same, beside another number: the next month's invoice
NEW = 4.5
OTHER_HEAD = 0.3  # share of common words below which two letterheads are different
_PAGE_WORD = r"(?:page|seite|p[aá]g(?:ina)?|str(?:ona|\.)?|blad(?:zijde)?|blatt|hoja|folha|foglio|p\.|s\.)"
_PAGE = re.compile(
    rf"(?<!\w){_PAGE_WORD}\W{{0,3}}(?P<at>\d{{1,3}})(?:\s?(?:/|\||von|of|sur|de|di|van|z)\s?(?P<of>\d{{1,3}}))?(?![\w,.]\d|\d)"
    r"|^-\s?(?P<dashed>\d{1,3})\s?-$",
    re.IGNORECASE,
)
LONGEST_COUNT = 40  # characters of a line that counts pages


@dataclass(frozen=True)
class PageSigns:
    """What a page, or the pages of one invoice so far, say about where they belong."""

    numbers: frozenset[str] = frozenset()  # invoice numbers that are named surely, squeezed
    codes: frozenset[str] = frozenset()  # all that could be a number, squeezed
    first: bool = False  # counts itself as first page
    later: bool = False  # counts itself as second or later page
    totals: frozenset[str] = frozenset()  # amounts by the labels of totals
    money: frozenset[str] = frozenset()  # all amounts
    vat_ids: frozenset[str] = frozenset()
    titled: bool = False
    closed: bool = False  # has a total, or what was paid
    till: bool = False
    head: frozenset[str] = frozenset()  # the words of the upper rows
    size: tuple[int, int] = (0, 0)
    attached: bool = False

    def with_page(self, page: PageSigns) -> PageSigns:
        """These pages and one more; the head and the size stay those of the first."""
        return replace(
            self,
            numbers=self.numbers or page.numbers,
            codes=self.codes | page.codes,
            totals=self.totals | page.totals,
            money=self.money | page.money,
            vat_ids=self.vat_ids | page.vat_ids,
            closed=self.closed or page.closed,
        )


def split_pages(sheets: Sequence[Sheet]) -> list[list[Sheet]]:
    """The pages of each invoice, in order; one group for one page."""
    if len(sheets) < 2:
        return [list(sheets)]
    signs = [read_signs(sheet) for sheet in sheets]
    starts, group = [0], signs[0]
    for at in range(1, len(sheets)):
        page = _with_followers(signs, at)
        if begins_invoice(group, page):
            starts.append(at)
            group = signs[at]
        elif not signs[at].attached:
            group = group.with_page(signs[at])
    return [list(sheets[a:b]) for a, b in zip(starts, [*starts[1:], len(sheets)], strict=True)]


def begins_invoice(group: PageSigns, page: PageSigns) -> bool:
    """Whether `page` begins an invoice of its own after the pages of `group`."""
    if page.attached or page.later or page.numbers & group.numbers:
        return False
    if group.numbers & page.codes and not page.numbers:
        return False  # it quotes the invoice that it belongs to
    has_other_number = bool(page.numbers and group.numbers)
    is_other_seller = bool(page.vat_ids and group.vat_ids and not page.vat_ids & group.vat_ids)
    has_own_number = bool(page.numbers and not group.numbers and not page.numbers & group.codes)
    if not (has_other_number or has_own_number or page.titled or _has_own_seller(page, is_other=is_other_seller)):
        return False
    if not has_other_number and not group.closed:
        return False
    signs = (
        NUMBER * has_other_number
        + OWN_NUMBER * has_own_number
        + (RESTART if group.first else COUNT) * page.first
        + SELLER * is_other_seller
        - SELLER * bool(page.vat_ids & group.vat_ids and not has_other_number)
        + TITLED * page.titled
        + (WHOLE if has_other_number and page.totals else AMOUNT * bool(page.totals - group.money))
        + HEAD * (_likeness(page.head, group.head) < OTHER_HEAD)
        + CLOSED * group.closed
        + TILLS * (page.till and group.till)
        + SIZE * (not _is_same_size(page.size, group.size))
    )
    return signs >= NEW


def _has_own_seller(page: PageSigns, *, is_other: bool) -> bool:
    return bool(page.vat_ids) and (page.first or (is_other and len(page.vat_ids) > 1))


def read_signs(sheet: Sheet) -> PageSigns:
    """The signs of one page."""
    candidates = {row.number: find_candidates(row, Locale()) for row in sheet.rows}
    links = link_page(PageView(sheet.page.width, sheet.page.height, sheet.rows, sheet.anchors, candidates))
    every = [(candidate, _terms(links.get(id(candidate), ()))) for found in candidates.values() for candidate in found]
    codes = [(squeeze(candidate.text), candidate, terms) for candidate, terms in every if candidate.kind == "code"]
    counts = [at for row in sheet.rows if (at := page_count(row.text)) is not None]
    totals = frozenset(c.text for c, terms in every if c.kind == "money" and terms & TOTALS)
    votes = vote(sheet.rows[: len(sheet.rows) // 2 + 1])
    is_till = till_signs([sheet]) >= TILL
    return PageSigns(
        numbers=frozenset(key for key, c, terms in codes if "invoice_number" in terms or _is_title_number(c)),
        codes=frozenset(key for key, _, _ in codes),
        first=1 in counts,
        later=bool(counts) and min(counts) > 1,
        totals=totals,
        money=frozenset(c.text for c, _ in every if c.kind == "money"),
        vat_ids=frozenset(c.text for c, _ in every if c.kind == "vat_id"),
        titled=max((votes.get(kind, 0.0) for kind in TITLES), default=0.0) >= TITLE or is_till,
        closed=bool(totals) or _is_paid(sheet),
        till=is_till,
        head=frozenset(token.key for row in sheet.rows[:HEAD_ROWS] for token in row.tokens if len(token.key) > 2),
        size=(round(sheet.page.width), round(sheet.page.height)),
        attached=bool(attachment_kind(sheet, has_totals=bool(totals))),
    )


def page_count(text: str) -> int | None:
    """The number of the page that a line such as `Seite 2 von 3` or `- 2 -` counts; None where it counts none."""
    match = _PAGE.search(text) if len(text) <= LONGEST_COUNT else None
    return int(match["at"] or match["dashed"]) if match else None


def _with_followers(signs: Sequence[PageSigns], at: int) -> PageSigns:
    """Page `at` with the totals of the pages after it that name no other number and do not start to count again."""
    page = signs[at]
    followers = []
    for after in signs[at + 1 :]:
        if after.first or after.attached or (after.numbers and not after.numbers & page.numbers):
            break
        followers.append(after.totals)
    return replace(page, totals=reduce(frozenset.union, followers, page.totals))


def _is_paid(sheet: Sheet) -> bool:
    """Whether a label such as `cash` or `change` stands on the page."""
    return any(a.term == "cash" and a.strength >= SURE for anchors in sheet.anchors.values() for a in anchors)


def _terms(links: Sequence[Link]) -> set[str]:
    """What strong labels say of a value."""
    return {link.anchor.term for link in links if link.quality * link.anchor.strength >= SURE}


def _is_title_number(candidate: Candidate) -> bool:
    return title_weight(candidate) >= 1.0 and len(candidate.text) >= 4


def _likeness(a: frozenset[str], b: frozenset[str]) -> float:
    """Shared words over all words; 1.0 where there are none."""
    return len(a & b) / len(a | b) if a or b else 1.0


def _is_same_size(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return all(abs(one - other) <= 0.03 * max(one, other, 1) for one, other in zip(a, b, strict=True))
