"""XML from nested tuples: `(tag, content)` or `(tag, content, attributes)`; None and "" leave nothing behind.

>>> root = build(("a:Root", [("a:ID", "7", {"schemeID": "X"}), ("a:Note", None)]), {"a": "urn:a"})
>>> etree.tostring(root).decode()
'<a:Root xmlns:a="urn:a"><a:ID schemeID="X">7</a:ID></a:Root>'
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeAlias

from lxml import etree

Node: TypeAlias = tuple[Any, ...] | None
Namespaces: TypeAlias = dict[str, str]


def build(node: Node, namespaces: Namespaces) -> etree._Element:
    """The element of a node and of all below it; ValueError for a node without content."""
    element = _element(node, namespaces)
    if element is None:
        raise ValueError("a document needs content")
    return element


def _element(node: Node, namespaces: Namespaces) -> etree._Element | None:
    if node is None or node[1] in (None, "", []):
        return None
    tag, content, attributes = node if len(node) == 3 else (*node, {})
    prefix, _, local = tag.rpartition(":")
    known = {key or None: uri for key, uri in namespaces.items()}  # "" is the default namespace
    element = etree.Element(f"{{{namespaces[prefix]}}}{local}", attributes, nsmap=known)  # type: ignore[arg-type] # lxml wants None for it
    if not isinstance(content, list):
        element.text = str(content)
        return element
    children = [child for child in (_element(item, namespaces) for item in content) if child is not None]
    element.extend(children)
    return element if children else None


def serialise(root: etree._Element) -> bytes:
    """Bytes with an XML declaration, indented."""
    etree.indent(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def money(amount: Decimal | None) -> str | None:
    """An amount as text, None where there is none."""
    return None if amount is None else f"{amount:.2f}"


def plain(number: Decimal | None) -> str | None:
    """A number as text without exponent."""
    return None if number is None else format(number, "f")
