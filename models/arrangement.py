"""How the pages of one file are laid out into invoices: by the reader's proposal, or by a person's word.

Every page is in exactly one invoice or set aside. `part` is the document's place in its file: 1 for the first.

>>> layout = Arrangement(groups=(Group(part=1, pages=(1, 2)), Group(part=2, pages=(3,))))
>>> layout.faults(3), layout.faults(4)
((), ('page 4 is nowhere',))
>>> keep_parts(((1,), (2,), (3,)), layout).groups[1]
Group(part=3, pages=(2,))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import count

from pydantic import Field

from models.invoice import Frozen

Pages = tuple[int, ...]


class Group(Frozen):
    """One invoice: its part of the file, and its pages in reading order."""

    part: int = Field(ge=1)
    pages: Pages


class Arrangement(Frozen):
    """The invoices of a file, and the pages that belong to none."""

    groups: tuple[Group, ...] = ()
    aside: Pages = ()

    def pages_of(self, part: int) -> Pages:
        """The pages of a part; none where the file has no such invoice."""
        return next((group.pages for group in self.groups if group.part == part), ())

    def faults(self, pages: int) -> tuple[str, ...]:
        """What is wrong with it for a file of so many pages; nothing if all is well."""
        seen = Counter(page for group in self.groups for page in group.pages) + Counter(self.aside)
        return (
            *(f"page {page} is nowhere" for page in range(1, pages + 1) if not seen[page]),
            *(f"page {page} is there {count} times" for page, count in seen.items() if count > 1),
            *(f"there is no page {page}" for page in seen if not 1 <= page <= pages),
            *("an invoice has no page" for group in self.groups if not group.pages),
            *(() if self.groups else ("no invoice is left",)),
        )

    def changed(self, other: Arrangement) -> frozenset[int]:
        """Parts whose pages are not the same in both, or that only one of both has."""
        parts = {group.part for group in (*self.groups, *other.groups)}
        return frozenset(part for part in parts if self.pages_of(part) != other.pages_of(part))


def keep_parts(groups: Sequence[Pages], before: Arrangement, barred: Collection[int] = ()) -> Arrangement:
    """Groups with their parts and nothing aside: each keeps the part that its pages had, the earliest page's first.

    Cutting and joining again gives back the same parts, so that documents keep their ids; part 1 is always one of
    them. A new invoice takes the lowest part that is neither in use nor `barred`.
    """
    owner = {page: group.part for group in before.groups for page in group.pages}
    parts: list[int] = []
    for group in groups:
        parts.append(next((owner[page] for page in group if owner.get(page, 0) not in {0, *parts}), 0))
    if parts and 1 not in parts:
        parts[0] = 1
    spare = (part for part in count(2) if part not in parts and part not in barred)
    return Arrangement(groups=tuple(
        Group(part=part or next(spare), pages=group) for part, group in zip(parts, groups, strict=True)
    ))  # fmt: skip
