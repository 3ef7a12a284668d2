"""Laying pages out on the screen: a layout as a form carries it, and what each button makes of it. Pure.

Invoices are parted by "/", their pages by "."; pages set aside come after "~". Page numbers count from 1.

>>> layout = read_layout("1.2.3~4")
>>> write_layout(do(layout, "cut:3")), write_layout(do(layout, "right:1")), write_layout(do(layout, "back:4"))
('1.2/3~4', '2.1.3~4', '1.2.3.4')
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

MOST_PAGES = 500
_LONGEST = 4 * MOST_PAGES

Groups = tuple[tuple[int, ...], ...]


class Layout(NamedTuple):
    """The pages of each invoice in reading order, and those that belong to none."""

    groups: Groups
    aside: tuple[int, ...] = ()


def read_layout(text: str) -> Layout:
    """The layout in a form's text; raises ValueError where it is none."""
    if len(text) > _LONGEST:
        raise ValueError("too long for a layout")
    groups, _, aside = text.partition("~")
    return Layout(tuple(map(_pages, filter(None, groups.split("/")))), _pages(aside))


def write_layout(layout: Layout) -> str:
    """The text of a layout.

    >>> write_layout(Layout(((1, 2), (3,)), (4,)))
    '1.2/3~4'
    """
    groups = "/".join(".".join(map(str, group)) for group in layout.groups)
    return groups + ("~" + ".".join(map(str, layout.aside)) if layout.aside else "")


def do(layout: Layout, act: str) -> Layout:
    """What a button makes of a layout; one that has nothing to do there changes nothing.

    `cut:n` before page n, `join:n` its invoice with the one before, `left:n`, `right:n`, `aside:n`, `back:n`,
    `move:n:m` page n before page m. Raises ValueError for anything else.

    >>> write_layout(do(read_layout("1/2.3"), "join:2")), write_layout(do(read_layout("1/2.3"), "left:2"))
    ('1.2.3', '1.2/3')
    """
    name, *numbers = act.split(":")
    if name not in _ACTS or not numbers or not all(each.isascii() and each.isdecimal() for each in numbers):
        raise ValueError(f"there is no act {act[:40]!r}")
    made = _ACTS[name](layout, [int(each) for each in numbers])
    return Layout(tuple(group for group in made.groups if group), made.aside)


def _pages(text: str) -> tuple[int, ...]:
    numbers = tuple(int(each) for each in text.split(".") if each)
    if any(not 1 <= number <= MOST_PAGES for number in numbers):
        raise ValueError("no such page")
    return numbers


def _place(layout: Layout, page: int) -> tuple[int, int] | None:
    """The invoice and the place in it where a page stands; None where it is set aside."""
    return next(((at, group.index(page)) for at, group in enumerate(layout.groups) if page in group), None)


def _cut(layout: Layout, numbers: Sequence[int]) -> Layout:
    found = _place(layout, numbers[0])
    if found is None:
        return layout
    at, place = found
    group = layout.groups[at]
    return Layout((*layout.groups[:at], group[:place], group[place:], *layout.groups[at + 1 :]), layout.aside)


def _join(layout: Layout, numbers: Sequence[int]) -> Layout:
    found = _place(layout, numbers[0])
    if found is None or found[0] == 0:
        return layout
    at, groups = found[0], layout.groups
    return Layout((*groups[: at - 1], groups[at - 1] + groups[at], *groups[at + 1 :]), layout.aside)


def _left(layout: Layout, numbers: Sequence[int]) -> Layout:
    """One place to the left; the first page of an invoice goes to the end of the one before."""
    found = _place(layout, numbers[0])
    if found is None or found == (0, 0):
        return layout
    at, place = found
    groups = [list(group) for group in layout.groups]
    groups[at].remove(numbers[0])
    if place:
        groups[at].insert(place - 1, numbers[0])
    else:
        groups[at - 1].append(numbers[0])
    return Layout(tuple(map(tuple, groups)), layout.aside)


def _right(layout: Layout, numbers: Sequence[int]) -> Layout:
    """One place to the right; the last page of an invoice goes to the beginning of the next."""
    found = _place(layout, numbers[0])
    if found is None:
        return layout
    at, place = found
    groups = [list(group) for group in layout.groups]
    is_last = place == len(groups[at]) - 1
    if is_last and at == len(groups) - 1:
        return layout
    groups[at].remove(numbers[0])
    if is_last:
        groups[at + 1].insert(0, numbers[0])
    else:
        groups[at].insert(place + 1, numbers[0])
    return Layout(tuple(map(tuple, groups)), layout.aside)


def _aside(layout: Layout, numbers: Sequence[int]) -> Layout:
    if _place(layout, numbers[0]) is None:
        return layout
    return Layout(_without(layout, numbers[0]), tuple(sorted({*layout.aside, numbers[0]})))


def _back(layout: Layout, numbers: Sequence[int]) -> Layout:
    """Into the invoice of the page before it in the file, or as an invoice where there is none."""
    page = numbers[0]
    if page not in layout.aside:
        return layout
    aside = tuple(each for each in layout.aside if each != page)
    before = max((each for group in layout.groups for each in group if each < page), default=None)
    if before is None:
        groups = ((page, *layout.groups[0]), *layout.groups[1:]) if layout.groups else ((page,),)
        return Layout(groups, aside)
    at, place = _place(layout, before) or (0, 0)
    group = layout.groups[at]
    return Layout((*layout.groups[:at], (*group[: place + 1], page, *group[place + 1 :]), *layout.groups[at + 1 :]),
                  aside)  # fmt: skip


def _move(layout: Layout, numbers: Sequence[int]) -> Layout:
    page, before = numbers[0], numbers[-1]
    if page == before or _place(layout, before) is None or (_place(layout, page) is None and page not in layout.aside):
        return layout
    groups = [list(group) for group in _without(layout, page)]
    for group in groups:
        if before in group:
            group.insert(group.index(before), page)
    return Layout(tuple(map(tuple, groups)), tuple(each for each in layout.aside if each != page))


def _without(layout: Layout, page: int) -> Groups:
    return tuple(tuple(each for each in group if each != page) for group in layout.groups)


_ACTS: dict[str, Callable[[Layout, Sequence[int]], Layout]] = {
    "cut": _cut, "join": _join, "left": _left, "right": _right, "aside": _aside, "back": _back, "move": _move,
}  # fmt: skip
