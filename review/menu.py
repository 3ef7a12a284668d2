"""The menu: what a visitor may open, in a few groups by purpose. A group of one is a plain link.

>>> [(group.key, [entry.path for entry in group.entries]) for group in menu_of(RIGHTS["reviewer"])]
[('queue', ['/queue']), ('work', ['/audit-sample', '/verify', '/teaching']), ('micro', ['/micro'])]
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from review.rights import RIGHTS, Right

__all__ = ["RIGHTS", "Entry", "Group", "is_here", "menu_of"]


class Entry(NamedTuple):
    """A page of the menu: `key` of its words, the right that it asks for, one that makes it needless, what belongs."""

    path: str
    key: str
    right: Right
    unless: Right | None = None
    also: str = ""  # another page that counts as this one

    @property
    def words(self) -> str:
        """Key of its words in the catalogues."""
        return f"nav.{self.key}"


class Group(NamedTuple):
    """Pages of one purpose."""

    key: str
    entries: tuple[Entry, ...]

    @property
    def words(self) -> str:
        """Key of its words in the catalogues."""
        return f"nav.group_{self.key}"

    def has(self, path: str) -> bool:
        """Whether an address is one of its pages."""
        return any(is_here(entry, path) for entry in self.entries)


_GROUPS = (
    Group("queue", (Entry("/queue", "queue", "see"),)),
    Group("work", (
        Entry("/audit-sample", "sample", "settle"),
        Entry("/verify", "verify", "settle"),
        Entry("/teaching", "teaching", "edit"),
    )),
    Group("micro", (Entry("/micro", "micro", "micro", unless="steer", also="/pay"),)),
    Group("figures", (
        Entry("/dashboard", "dashboard", "kpis"),
        Entry("/kpis", "kpis", "kpis"),
        Entry("/sla", "sla", "kpis"),
        Entry("/forecast", "forecast", "kpis"),
        Entry("/certificates", "certificates", "kpis"),
        Entry("/reports", "reports", "kpis"),
    )),
    Group("control", (
        Entry("/steering", "steering", "steer"),
        Entry("/quality", "quality", "kpis"),
        Entry("/fraud", "fraud", "kpis"),
        Entry("/timeline", "timeline", "audit"),
    )),
    Group("office", (
        Entry("/micro-desk", "micro_desk", "steer"),
        Entry("/people", "people", "people"),
        Entry("/integrations", "integrations", "people"),
    )),
)  # fmt: skip


def menu_of(rights: Collection[Right]) -> tuple[Group, ...]:
    """The groups in which somebody may open anything."""
    found = (Group(group.key, tuple(entry for entry in group.entries if _may(entry, rights))) for group in _GROUPS)
    return tuple(group for group in found if group.entries)


def _may(entry: Entry, rights: Collection[Right]) -> bool:
    return entry.right in rights and entry.unless not in rights


def is_here(entry: Entry, path: str) -> bool:
    """Whether an address is that page or one of the pages below it.

    >>> [is_here(Entry("/micro", "micro", "micro"), path) for path in ("/micro", "/micro/7", "/micro-desk")]
    [True, True, False]
    """
    return path in {entry.path, entry.also} or path.startswith(f"{entry.path}/")
