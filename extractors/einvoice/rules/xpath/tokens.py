"""XPath to tokens.

>>> [token.text for token in tokenize("cac:A/cbc:B[. = 'x']")]
['cac:A', '/', 'cbc:B', '[', '.', '=', 'x', ']', '']
"""

from __future__ import annotations

import re
from typing import NamedTuple

from extractors.einvoice.rules.xpath.values import XPathError

_NAME = r"[A-Za-z_][\w.\-]*"
_TOKEN = re.compile(
    rf"""\s*(?:
    (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)
  | (?P<string>"(?:[^"]|"")*"|'(?:[^']|'')*')
  | (?P<variable>\${_NAME}(?::{_NAME})?)
  | (?P<name>{_NAME}(?::(?!:)(?:{_NAME}|\*))?|\*:{_NAME})
  | (?P<symbol>//|::|\.\.|!=|<=|>=|<<|>>|[/()\[\]@,|+\-*=<>.?])
)""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """A piece of an expression; `kind` is number, string, variable, name, symbol or end."""

    kind: str
    text: str


def tokenize(expression: str) -> list[Token]:
    """Cut an expression; raises XPathError at what is no XPath."""
    tokens: list[Token] = []
    position, end = 0, len(expression.rstrip())
    while position < end:
        found = _TOKEN.match(expression, position)
        if not found or not found.lastgroup:
            raise XPathError(f"no XPath at {expression[position : position + 30]!r}")
        kind, text = found.lastgroup, found[found.lastgroup]
        if kind == "string":
            text = text[1:-1].replace(text[0] * 2, text[0])
        tokens.append(Token(kind, text[1:] if kind == "variable" else text))
        position = found.end()
    return [*tokens, Token("end", "")]
