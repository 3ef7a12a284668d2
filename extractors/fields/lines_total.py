"""Whether the items of a table add up to something that is printed, and which of its last rows are none of it.

The amounts of the whole document are kept by value; a sum is confirmed where it stands outside the items' own rows and
below the first of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from extractors.fields.candidates import Candidate
from extractors.fields.cells import Draft
from extractors.fields.lines_rows import Candidates
from extractors.fields.lines_sums import settle
from extractors.fields.party import PageLines

MOST_RUN = 40  # rows of a text and an amount that are tried
NEAR = 5  # rows below the last item
MOST_ITEMS = 400  # of a table whose prefixes are tried


class Ledger:
    """The amounts of a document and where they stand."""

    def __init__(self, pages: Sequence[PageLines], candidates: Candidates) -> None:
        self._places: dict[Decimal, list[tuple[int, int]]] = defaultdict(list)
        for page in pages:
            for row in page.rows:
                for c in candidates[page.number, row.number]:
                    if _is_amount(c):
                        self._places[abs(Decimal(str(c.value)))].append((page.number, row.number))

    def agrees(self, drafts: Sequence[Draft]) -> bool:
        """Whether the items' sum is printed below the first of them, outside of their rows."""
        return bool(drafts) and self._stands(_sum(drafts), drafts, {(r.page, r.number) for d in drafts for r in d.rows})

    def proven(self, drafts: Sequence[Draft]) -> int:
        """How many items' quantity times price is their amount."""
        return sum(1 for d in drafts if (s := settle(d)) is not None and s.proven)

    def trim(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Without rows that have no amount, without sub-totals, and without the totals behind the last item."""
        found = [d for d in drafts if settle(d) is not None]
        if len(found) < 2 or len(found) > MOST_ITEMS or self.agrees(found):
            return found
        settled = {id(d): settle(d) for d in found}
        plain = [id(d) for d in found if not ((s := settled[id(d)]) is not None and s.proven)]
        end = _total_at(found, plain)
        if end:
            return found[:end]
        kept = _without_subtotals(found, plain)
        for end in range(len(kept), 0, -1):
            head, tail = kept[:end], kept[end:]
            if any(id(d) not in plain for d in tail):
                break
            if self.agrees(head):
                return head
        return found

    def window(self, drafts: Sequence[Draft]) -> list[Draft]:
        """The longest run of rows whose sum is printed below, the last of such; empty where there is none."""
        found = list(drafts[-MOST_RUN:])
        for length in range(len(found), 0, -1):
            for start in range(len(found) - length, -1, -1):
                run = found[start : start + length]
                if self.agrees(run) or (length + start == len(found) and self._taxed(run)):
                    return run
        return []

    def _taxed(self, drafts: Sequence[Draft]) -> bool:
        """Whether the sum and a tax printed right below it make another amount that is printed there."""
        total = abs(_sum(drafts))
        last = (drafts[-1].rows[-1].page, drafts[-1].rows[-1].number)
        below = {v for v, at in self._places.items() if any(p[0] == last[0] and 0 < p[1] - last[1] <= NEAR for p in at)}
        return any(total + tax in below for tax in below if tax < total)

    def _stands(self, total: Decimal, drafts: Sequence[Draft], own: set[tuple[int, int]]) -> bool:
        first = (drafts[0].rows[0].page, drafts[0].rows[0].number)
        return any(place > first and place not in own for place in self._places.get(abs(total), ()))


def _is_amount(candidate: Candidate) -> bool:
    return candidate.kind == "money" and isinstance(candidate.value, Decimal) and candidate.value != 0


def _sum(drafts: Sequence[Draft]) -> Decimal:
    return sum((d.amount or Decimal(0) for d in drafts), Decimal(0))


def _without_subtotals(drafts: Sequence[Draft], plain: Sequence[int]) -> list[Draft]:
    """Leave out rows without quantity that are the sum of the items since the last such row, or of all so far."""
    kept: list[Draft] = []
    run = total = Decimal(0)
    count = 0
    for draft in drafts:
        amount = draft.amount or Decimal(0)
        if id(draft) in plain and count > 1 and "quantity" not in draft.numbers and amount in (run, total):
            run, count = Decimal(0), 0
            continue
        kept.append(draft)
        run, total, count = run + amount, total + amount, count + 1
    return kept


def _total_at(drafts: Sequence[Draft], plain: Sequence[int]) -> int:
    """Where a row is the sum of all above it, with nothing but such rows below; 0 where there is none."""
    total = Decimal(0)
    for at, draft in enumerate(drafts):
        alone = id(draft) in plain and "quantity" not in draft.numbers
        if at and alone and draft.amount == total and all(id(d) in plain for d in drafts[at:]):
            return at
        total += draft.amount or Decimal(0)
    return 0
