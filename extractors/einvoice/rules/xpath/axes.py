"""The axes of XPath over the tree of `rules.nodes`: from an item to others, in document order.

>>> sorted(AXES)[:3]
['ancestor', 'ancestor-or-self', 'attribute']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from extractors.einvoice.rules.nodes import Item, Node, Text


def _child(item: Any) -> Iterable[Item]:  # noqa: ANN401 - any item
    if not isinstance(item, Node):
        return []
    texts = [Text(text, item) for text in item.texts if text]
    return [*item.children, *texts]


def _ancestors(item: Item) -> list[Item]:
    found = [item.parent] if item.parent is not None else []
    while found and found[-1].parent is not None:
        found.append(found[-1].parent)
    return list(reversed(found))


def _siblings(item: Item, *, before: bool) -> list[Item]:
    if not isinstance(item, Node) or item.parent is None:
        return []
    return [node for node in item.parent.children if (node.order < item.order if before else node.order > item.order)]


def _preceding(item: Item) -> list[Item]:
    if not isinstance(item, Node):
        return []
    top: Node = item
    while top.parent is not None:
        top = top.parent
    above = {id(node) for node in _ancestors(item)}
    return [node for node in top.walk() if node.tag and node.order < item.order and id(node) not in above]


AXES: dict[str, Callable[[Any], Iterable[Item]]] = {
    "child": _child,
    "attribute": lambda item: item.attributes.values() if isinstance(item, Node) else [],
    "self": lambda item: [item],
    "parent": lambda item: [item.parent] if item.parent is not None else [],
    "descendant": lambda item: list(item.walk())[1:] if isinstance(item, Node) else [],
    "descendant-or-self": lambda item: item.walk() if isinstance(item, Node) else [item],
    "ancestor": _ancestors,
    "ancestor-or-self": lambda item: [*_ancestors(item), item],
    "preceding-sibling": lambda item: _siblings(item, before=True),
    "following-sibling": lambda item: _siblings(item, before=False),
    "preceding": _preceding,
}
