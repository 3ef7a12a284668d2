"""What an expression is evaluated in: an item with its position, and a scope of variables, functions and documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from extractors.einvoice.rules.nodes import Tree
from extractors.einvoice.rules.xpath.values import XPathError

Sequence = list[Any]  # of nodes, attributes, texts and atomic values
Evaluate = Callable[["Context"], Sequence]
Test = Callable[["Context"], bool]


@dataclass(slots=True)
class Scope:
    """One document's variables (lazily computed ones in `lazy`), the functions of a stylesheet, and code lists."""

    tree: Tree
    current: Any = None
    variables: dict[str, Sequence] = field(default_factory=dict)
    lazy: Mapping[str, Callable[[], Sequence]] = field(default_factory=dict)
    functions: Mapping[str, Callable[..., Sequence]] = field(default_factory=dict)
    documents: Callable[[str], Tree] | None = None
    memory: dict[int, Any] = field(default_factory=dict)  # what does not change within a document, by who found it

    def variable(self, name: str) -> Sequence:
        """The value of a variable; XPathError when it has none."""
        if name not in self.variables:
            if name not in self.lazy:
                raise XPathError(f"the variable ${name} has no value")
            self.variables[name] = self.lazy[name]()
        return self.variables[name]

    def inner(self, **changes: Any) -> Scope:  # noqa: ANN401 - as dataclasses.replace
        """A scope within this one, whose variables do not leak out."""
        return replace(self, variables=dict(self.variables), **changes)


class Context:
    """An item, its position from 1 and the number of items."""

    __slots__ = ("item", "position", "scope", "size")

    def __init__(self, item: Any, scope: Scope, position: int = 1, size: int = 1) -> None:  # noqa: ANN401 - any item
        self.item, self.scope, self.position, self.size = item, scope, position, size
