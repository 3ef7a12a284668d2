"""The functions of XPath 2 that the published rules call: each takes a context and sequences, and gives a sequence.

>>> FUNCTIONS["substring"](None, ["DE123"], [1], [2])
['DE']
>>> FUNCTIONS["sum"](None, [1, 2])
[3]
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache, reduce
from typing import Any

from extractors.einvoice.rules.nodes import Attribute, Node
from extractors.einvoice.rules.xpath.context import Context, Sequence
from extractors.einvoice.rules.xpath.values import (
    CASTS,
    Untyped,
    XPathError,
    atomize,
    effective,
    holds,
    reckon,
    round_half_up,
    single,
    text_of,
    to_double,
    to_string,
)

Function = Callable[..., Sequence]


def _item(context: Context) -> Sequence:
    return [context.item]


def _normalize(context: Context, items: Sequence | None = None) -> Sequence:
    return [" ".join(text_of(_item(context) if items is None else items).split())]


def _string(context: Context, items: Sequence | None = None) -> Sequence:
    return [text_of(_item(context) if items is None else items)]


def _length(context: Context, items: Sequence | None = None) -> Sequence:
    return [len(text_of(_item(context) if items is None else items))]


def _number(context: Context, items: Sequence | None = None) -> Sequence:
    value = single(_item(context) if items is None else items)
    try:
        return [math.nan if value is None else to_double(value)]
    except XPathError:
        return [math.nan]


def _sum(_: Context, items: Sequence, zero: Sequence | None = None) -> Sequence:
    values = [to_double(value) if isinstance(value, Untyped) else value for value in atomize(items)]
    if not values:
        return [0] if zero is None else zero
    return [reduce(lambda one, other: reckon("+", one, other), values)]


def _extreme(symbol: str) -> Function:
    def pick(_: Context, items: Sequence) -> Sequence:
        values = [to_double(value) if isinstance(value, Untyped) else value for value in atomize(items)]
        return [reduce(lambda one, other: one if holds(symbol, [one], [other]) else other, values)] if values else []

    return pick


def _on_number(reckoning: Callable[[Any], Any]) -> Function:
    def apply(_: Context, items: Sequence, *rest: Sequence) -> Sequence:
        value = single(items)
        if value is None:
            return []
        return [reckoning(to_double(value) if isinstance(value, Untyped) else value, *rest)]

    return apply


def _substring(_: Context, items: Sequence, start: Sequence, length: Sequence | None = None) -> Sequence:
    text = text_of(items)
    first = round_half_up(to_double(single(start)))
    last = math.inf if length is None else float(first) + float(round_half_up(to_double(single(length))))
    return ["".join(letter for at, letter in enumerate(text, start=1) if first <= at < last)]


def _translate(_: Context, items: Sequence, old: Sequence, new: Sequence) -> Sequence:
    before, after = text_of(old), text_of(new)
    table = {ord(letter): after[at] if at < len(after) else None for at, letter in reversed(list(enumerate(before)))}
    return [text_of(items).translate(table)]


def _before(_: Context, items: Sequence, mark: Sequence) -> Sequence:
    before, found, _after = text_of(items).partition(text_of(mark) or "\0")
    return [before if found else ""]


def _after(_: Context, items: Sequence, mark: Sequence) -> Sequence:
    wanted = text_of(mark)
    return [text_of(items).partition(wanted)[2] if wanted else text_of(items)]


@lru_cache(maxsize=1024)
def pattern(expression: str) -> re.Pattern[str]:
    r"""A regular expression of XML Schema in Python's notation: `$` means the very end.

    >>> bool(pattern("^a$").search("a\n"))
    False
    """
    translated = re.sub(r"(\\.)|(\[(?:\\.|[^\]\\])*\])|(\$)", lambda m: m[1] or m[2] or r"\Z", expression)
    try:
        return re.compile(translated)
    except re.error as error:
        raise XPathError(f"no regular expression: {expression!r}") from error


def _matches(_: Context, items: Sequence, expression: Sequence) -> Sequence:
    return [bool(pattern(text_of(expression)).search(text_of(items)))]


def _replace(_: Context, items: Sequence, expression: Sequence, new: Sequence) -> Sequence:
    replacement = re.sub(r"\$(\d)", r"\\\1", text_of(new))
    return [pattern(text_of(expression)).sub(replacement, text_of(items))]


def _tokenize(_: Context, items: Sequence, expression: Sequence) -> Sequence:
    text = text_of(items)
    return list(pattern(text_of(expression)).split(text)) if text else []


def _distinct(_: Context, items: Sequence) -> Sequence:
    found: dict[Any, Any] = {}
    for value in atomize(items):
        found.setdefault(str(value) if isinstance(value, Untyped) else value, value)
    return list(found)


def _join(_: Context, items: Sequence, mark: Sequence | None = None) -> Sequence:
    return [(text_of(mark) if mark else "").join(map(to_string, atomize(items)))]


def _named(part: Callable[[str, str], str]) -> Function:
    def name(context: Context, items: Sequence | None = None) -> Sequence:
        node = (_item(context) if items is None else [*items, None])[0]
        return [part(node.tag, node.name) if isinstance(node, Node | Attribute) else ""]

    return name


def _document(context: Context, items: Sequence) -> Sequence:
    if context.scope.documents is None:
        raise XPathError("no other document is at hand")
    return [context.scope.documents(text_of(items)).document]


def _cast(name: str) -> Function:
    def convert(_: Context, items: Sequence) -> Sequence:
        value = single(items)
        return [] if value is None else [CASTS[name](value)]

    return convert


FUNCTIONS: dict[str, Function] = {
    "not": lambda _, items: [not effective(items)],
    "boolean": lambda _, items: [effective(items)],
    "exists": lambda _, items: [bool(items)],
    "empty": lambda _, items: [not items],
    "count": lambda _, items: [len(items)],
    "true": lambda _: [True],
    "false": lambda _: [False],
    "position": lambda context: [context.position],
    "last": lambda context: [context.size],
    "current": lambda context: [context.scope.current],
    "string": _string,
    "data": lambda _, items: atomize(items),
    "normalize-space": _normalize,
    "string-length": _length,
    "number": _number,
    "sum": _sum,
    "max": _extreme(">="),
    "min": _extreme("<="),
    "round": _on_number(round_half_up),
    "abs": _on_number(abs),
    "floor": _on_number(math.floor),
    "ceiling": _on_number(math.ceil),
    "upper-case": lambda _, items: [text_of(items).upper()],
    "lower-case": lambda _, items: [text_of(items).lower()],
    "contains": lambda _, items, part: [text_of(part) in text_of(items)],
    "starts-with": lambda _, items, part: [text_of(items).startswith(text_of(part))],
    "ends-with": lambda _, items, part: [text_of(items).endswith(text_of(part))],
    "substring": _substring,
    "substring-before": _before,
    "substring-after": _after,
    "translate": _translate,
    "concat": lambda _, *parts: ["".join(map(text_of, parts))],
    "string-join": _join,
    "matches": _matches,
    "replace": _replace,
    "tokenize": _tokenize,
    "distinct-values": _distinct,
    "name": _named(lambda _tag, name: name),
    "local-name": _named(lambda tag, _name: tag.rpartition("}")[2]),
    "namespace-uri": _named(lambda tag, _name: tag[1:].rpartition("}")[0]),
    "document": _document,
    **{name: _cast(name) for name in CASTS},
}

# What can only give true or false: a predicate of these is never a position.
BOOLEAN = frozenset(
    {"not", "boolean", "exists", "empty", "true", "false", "contains", "starts-with", "ends-with", "matches"}
)
