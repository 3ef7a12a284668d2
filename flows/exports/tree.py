"""XML from nested branches: a tag, then text or branches, then attributes. What is empty leaves nothing behind.

>>> root = tree(Branch("a:Root", (Branch("a:ID", "7", {"schemeID": "X"}), Branch("a:Note", None))), {"a": "urn:a"})
>>> etree.tostring(root).decode()
'<a:Root xmlns:a="urn:a"><a:ID schemeID="X">7</a:ID></a:Root>'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from lxml import etree

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2

Content: TypeAlias = "str | date | Decimal | tuple[Branch, ...] | None"


class Branch(NamedTuple):
    """An element to be: its prefixed tag, what is in it, its attributes."""

    tag: str
    content: Content
    attributes: Mapping[str, str | None] = {}
    is_kept: bool = False  # stays although it is empty, where the schema wants it


def tree(branch: Branch, namespaces: Mapping[str | None, str]) -> etree._Element:
    """The element of a branch that is not empty; the prefix None is the default namespace."""
    root = _element(branch._replace(is_kept=True), namespaces)
    if root is None:
        raise ValueError("a kept branch is never empty")
    return root


def serialise(root: etree._Element) -> bytes:
    """Bytes with an XML declaration, indented."""
    etree.indent(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _element(branch: Branch, namespaces: Mapping[str | None, str]) -> etree._Element | None:
    content = branch.content
    children = [made for each in content if (made := _element(each, namespaces)) is not None] \
        if isinstance(content, tuple) else []  # fmt: skip
    text = None if isinstance(content, tuple) else _text(content)
    if not children and not text and not branch.is_kept:
        return None
    prefix, _, local = branch.tag.rpartition(":")
    attributes = {name: _text(value) for name, value in branch.attributes.items() if value}
    found = etree.Element(f"{{{namespaces[prefix or None]}}}{local}", attributes, nsmap=dict(namespaces))  # type: ignore[arg-type] # lxml takes None for the default
    found.text = text
    found.extend(children)
    return found


def _text(value: str | date | Decimal | None) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else plain_text(str(value))


def plain_text(text: str) -> str:
    """A text without the characters that XML cannot hold."""
    return _NO_XML.sub("", text)


def split_country(address: str | None) -> tuple[str | None, str | None]:
    """An address and the country code behind it, which the schemas want in an element of its own.

    >>> split_country("12 rue du Port, 44000 Nantes, FR"), split_country("12 rue du Port")
    (('12 rue du Port, 44000 Nantes', 'FR'), ('12 rue du Port', None))
    """
    found = re.fullmatch(r"(?:(.*), )?([A-Z]{2})", address or "", re.DOTALL)
    return (found[1], found[2]) if found else (address, None)
