"""An XML tree for asking many questions: children by name in one look-up, every string made once.

lxml makes a new Python object each time an element is touched; a thousand rules touch each element often. This tree is
built once for each document and read by every rule.

>>> from lxml import etree
>>> tree = grow(etree.fromstring("<a><b>1</b><b x='2'/></a>"))
>>> [node.string for node in tree.root.by["b"]], tree.root.by["b"][1].attributes["x"].string
(['1', ''], '2')
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

_NO_NODES: list[Node] = []


class Attribute:
    """An attribute: its name in Clark notation, value and owner."""

    __slots__ = ("name", "order", "parent", "string", "tag")

    def __init__(self, tag: str, value: str, parent: Node, order: int) -> None:
        self.tag, self.string, self.parent, self.order = tag, value, parent, order
        self.name = etree.QName(tag).localname


class Text:
    """A text node."""

    __slots__ = ("order", "parent", "string")

    def __init__(self, value: str, parent: Node) -> None:
        self.string, self.parent, self.order = value, parent, parent.order


class Node:
    """An element, or the document itself (`tag` is then empty); `texts` stand before, between and after children."""

    __slots__ = (
        "_local",
        "_string",
        "_tables",
        "attributes",
        "by",
        "children",
        "name",
        "order",
        "parent",
        "tag",
        "texts",
    )

    def __init__(self, tag: str, name: str, parent: Node | None, order: int) -> None:
        self.tag, self.name, self.parent, self.order = tag, name, parent, order
        self.children: list[Node] = _NO_NODES
        self.by: dict[str, list[Node]] = {}
        self.attributes: dict[str, Attribute] = {}
        self.texts: list[str] = []
        self._string: str | None = None
        self._local: dict[str, list[Node]] | None = None
        self._tables: dict[tuple[str, str], dict[str, list[Node]]] | None = None

    def table(self, tag: str, attribute: str) -> dict[str, list[Node]]:
        """The children of one name by the value of an attribute, made once."""
        self._tables = {} if self._tables is None else self._tables
        if (tag, attribute) not in self._tables:
            made: dict[str, list[Node]] = {}
            for node in self.by.get(tag, ()):
                if attribute in node.attributes:
                    made.setdefault(node.attributes[attribute].string, []).append(node)
            self._tables[tag, attribute] = made
        return self._tables[tag, attribute]

    @property
    def local(self) -> dict[str, list[Node]]:
        """The children by name without namespace."""
        if self._local is None:
            self._local = {tag.rpartition("}")[2]: nodes for tag, nodes in self.by.items()}
        return self._local

    @property
    def string(self) -> str:
        """All text in it, in order."""
        if self._string is None:
            self._string = "".join(self._pieces()) if self.children else "".join(self.texts)
        return self._string

    def _pieces(self) -> Iterator[str]:
        yield self.texts[0] if self.texts else ""
        for child, tail in zip(self.children, self.texts[1:], strict=False):
            yield child.string
            yield tail

    def walk(self) -> Iterator[Node]:
        """It and everything below, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


Item = Node | Attribute | Text


class Tree:
    """One document: its node above the root element, all elements and attributes by name, in document order."""

    __slots__ = ("all", "attributes", "by", "document", "root")

    def __init__(self, document: Node, everything: list[Node]) -> None:
        self.document = document
        self.root = document.children[0]
        self.all = everything
        self.by: dict[str, list[Node]] = {}
        self.attributes: dict[str, list[Attribute]] = {}
        for node in everything:
            self.by.setdefault(node.tag, []).append(node)
            for tag, attribute in node.attributes.items():
                self.attributes.setdefault(tag, []).append(attribute)


def grow(root: etree._Element) -> Tree:
    """Copy a document that was parsed without comments and processing instructions."""
    document = Node("", "", None, 0)
    everything: list[Node] = []
    _copy(root, document, everything)
    return Tree(document, everything)


def _copy(element: etree._Element, parent: Node, everything: list[Node]) -> None:
    tag = element.tag
    local = tag.rpartition("}")[2]
    node = Node(tag, f"{element.prefix}:{local}" if element.prefix else local, parent, len(everything) + 1)
    everything.append(node)
    if parent.children is _NO_NODES:
        parent.children = []
    parent.children.append(node)
    parent.by.setdefault(tag, []).append(node)
    node.texts = [element.text or ""]
    if element.attrib:
        pairs = ((str(name), str(value)) for name, value in element.attrib.items())
        node.attributes = {name: Attribute(name, value, node, node.order) for name, value in pairs}
    for child in element:
        _copy(child, node, everything)
        node.texts.append(child.tail or "")
