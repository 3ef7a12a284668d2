"""XPath to a syntax tree of tuples: (kind, ...). Only what the published rules use; anything else is refused.

>>> parse("a/b = 1")
('compare', '=', ('path', '', (('step', 'child', 'a', ()), ('step', 'child', 'b', ()))), ('literal', 1))
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from extractors.einvoice.rules.xpath.tokens import Token, tokenize
from extractors.einvoice.rules.xpath.values import XPathError

Tree = tuple[Any, ...]

GENERAL = frozenset({"=", "!=", "<", "<=", ">", ">="})
VALUE = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
KIND_TESTS = frozenset({"node", "text", "element", "comment", "processing-instruction", "document-node"})
# Left-associative levels from loose to tight; or/and come before, casts and signs after.
_LEVELS: tuple[tuple[str, frozenset[str]], ...] = (
    ("arithmetic", frozenset({"+", "-"})),
    ("arithmetic", frozenset({"*", "div", "idiv", "mod"})),
    ("union", frozenset({"|", "union"})),
)
_QUANTIFIERS = frozenset({"for", "some", "every"})


@lru_cache(maxsize=8192)
def parse(expression: str) -> Tree:
    """The syntax tree of an expression; raises XPathError."""
    parser = _Parser(tokenize(expression))
    tree = parser.sequence()
    if parser.now.kind != "end":
        raise XPathError(f"left over in {expression!r}: {parser.now.text!r}")
    return tree


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def now(self) -> Token:
        return self._tokens[self._at]

    @property
    def _next(self) -> Token:
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    def _take(self) -> str:
        text = self.now.text
        self._at += 1
        return text

    def _is(self, *texts: str) -> bool:
        return self.now.kind in {"symbol", "name"} and self.now.text in texts

    def _try(self, text: str) -> bool:
        if found := self._is(text):
            self._at += 1
        return found

    def _need(self, text: str) -> None:
        if not self._try(text):
            raise XPathError(f"{text!r} expected, not {self.now.text!r}")

    def sequence(self) -> Tree:
        parts = [self._single()]
        while self._try(","):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else ("sequence", tuple(parts))

    def _single(self) -> Tree:
        if self.now.kind == "name" and self.now.text in _QUANTIFIERS and self._next.kind == "variable":
            return self._quantified(self._take())
        if self._is("if") and self._next.text == "(":
            return self._conditional()
        return self._or()

    def _quantified(self, kind: str) -> Tree:
        bindings = []
        while True:
            name = self._take()
            self._need("in")
            bindings.append((name, self._single()))
            if not self._try(","):
                break
        self._need("return" if kind == "for" else "satisfies")
        return (kind, tuple(bindings), self._single())

    def _conditional(self) -> Tree:
        self._need("if")
        self._need("(")
        condition = self.sequence()
        self._need(")")
        self._need("then")
        positive = self._single()
        self._need("else")
        return ("if", condition, positive, self._single())

    def _or(self) -> Tree:
        tree = self._and()
        while self._try("or"):
            tree = ("or", tree, self._and())
        return tree

    def _and(self) -> Tree:
        tree = self._comparison()
        while self._try("and"):
            tree = ("and", tree, self._comparison())
        return tree

    def _comparison(self) -> Tree:
        tree = self._range()
        if self.now.kind in {"symbol", "name"} and self.now.text in GENERAL | VALUE:
            operator = self._take()
            return ("compare", operator, tree, self._range())
        return tree

    def _range(self) -> Tree:
        tree = self._level(0)
        return ("range", tree, self._level(0)) if self._try("to") else tree

    def _level(self, depth: int) -> Tree:
        if depth == len(_LEVELS):
            return self._cast()
        kind, operators = _LEVELS[depth]
        tree = self._level(depth + 1)
        while self._is(*operators):
            tree = (kind, self._take(), tree, self._level(depth + 1))
        return tree

    def _cast(self) -> Tree:
        tree = self._signed()
        while self._is("castable", "cast") and self._next.text == "as":
            kind = self._take()
            self._need("as")
            tree = (kind, tree, self._take())
            self._try("?")
        return tree

    def _signed(self) -> Tree:
        if self._try("-"):
            return ("arithmetic", "-", ("literal", 0), self._signed())
        if self._try("+"):
            return self._signed()
        return self._path()

    def _path(self) -> Tree:
        start = self._take() if self._is("/", "//") else ""
        if start == "/" and not self._starts_step():
            return ("path", "/", ())
        steps = [self._step()]
        while self._is("/", "//"):
            if self._take() == "//":
                steps.append(("step", "descendant-or-self", "node()", ()))
            steps.append(self._step())
        if not start and len(steps) == 1 and steps[0][0] == "filter" and not steps[0][2]:
            primary: Tree = steps[0][1]
            return primary
        return ("path", start, tuple(steps))

    def _starts_step(self) -> bool:
        return self.now.kind == "name" or self._is("@", "*", ".", "..", "(")

    def _step(self) -> Tree:
        if self._try(".."):
            return ("step", "parent", "node()", self._predicates())
        if self._try("@"):
            return ("step", "attribute", self._take(), self._predicates())
        if self.now.kind == "name" and self._next.text == "::":
            axis = self._take()
            self._need("::")
            return ("step", axis, self._test(), self._predicates())
        is_call = self._next.text == "(" and self._next.kind == "symbol" and self.now.text not in KIND_TESTS
        if (self.now.kind == "name" and not is_call) or self._is("*"):
            return ("step", "child", self._test(), self._predicates())
        return ("filter", self._primary(), self._predicates())

    def _test(self) -> str:
        name = self._take()
        if name in KIND_TESTS and self._try("("):
            self._need(")")
            return f"{name}()"
        return name

    def _predicates(self) -> tuple[Tree, ...]:
        found = []
        while self._try("["):
            found.append(self.sequence())
            self._need("]")
        return tuple(found)

    def _primary(self) -> Tree:
        kind, text = self.now
        if kind in {"number", "string", "variable"}:
            self._at += 1
            return ("variable", text) if kind == "variable" else ("literal", _literal(kind, text))
        if self._try("."):
            return ("self",)
        if self._try("("):
            tree = ("sequence", ()) if self._is(")") else self.sequence()
            self._need(")")
            return tree
        if kind == "name" and self._next.text == "(":
            return self._call()
        raise XPathError(f"no expression begins with {text!r}")

    def _call(self) -> Tree:
        name = self._take()
        self._need("(")
        arguments = []
        while not self._try(")"):
            arguments.append(self._single())
            self._try(",")
        return ("call", name, tuple(arguments))


def _literal(kind: str, text: str) -> str | int | Decimal | float:
    if kind == "string":
        return text
    if "e" in text.lower():
        return float(text)
    return Decimal(text) if "." in text else int(text)
