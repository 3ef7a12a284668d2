"""Asking a stylesheet about a document: every assertion that does not hold.

An assertion whose values cannot be reckoned with ("abc" as an amount) counts as failed: the invoice is not what the
rule asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any

from extractors.einvoice.rules.nodes import Node, Tree
from extractors.einvoice.rules.stylesheet import Assertion, Function, Let, Rule, Stylesheet
from extractors.einvoice.rules.xpath import Context, Scope, XPathError
from extractors.einvoice.rules.xpath.context import Sequence
from extractors.einvoice.rules.xpath.values import CASTS, Untyped, atomize

Index = dict[str, tuple[Rule, ...]]


def failed_assertions(stylesheet: Stylesheet, tree: Tree) -> Iterator[tuple[Assertion, Any]]:
    """Each assertion that fails, with the element or attribute where it does, pattern by pattern."""
    scope = _scope(stylesheet, tree)
    for index in _indexes(id(stylesheet), stylesheet.groups):
        for node, rules in _asked(index, tree):
            yield from _ask(rules, node, scope)
        if of_attributes := index["@"]:
            for attribute in (each for node in tree.all for each in node.attributes.values()):
                yield from _ask(of_attributes, attribute, scope)


def _asked(index: Index, tree: Tree) -> Iterator[tuple[Node, tuple[Rule, ...]]]:
    """The elements that a pattern may speak of: by name, or all where one of its rules names none."""
    if anywhere := index[""]:
        yield from ((node, index.get(node.tag, anywhere)) for node in tree.all)
        return
    for tag, rules in index.items():
        yield from ((node, rules) for node in tree.by.get(tag, ()))


@lru_cache(maxsize=16)
def _indexes(_: int, groups: tuple[tuple[Rule, ...], ...]) -> tuple[Index, ...]:
    return tuple(map(_index, groups))


def _index(rules: tuple[Rule, ...]) -> Index:
    """The rules that can match an element of a name, by that name; "" for all other names, "@" for attributes."""
    tags = {pattern.tag for rule in rules for pattern in rule.patterns} | {"", "@"}
    return {tag: tuple(rule for rule in rules if _can_match(rule, tag)) for tag in tags}


def _can_match(rule: Rule, tag: str) -> bool:
    wanted = {"@"} if tag == "@" else {tag, ""}
    return any(pattern.tag in wanted for pattern in rule.patterns)


def _ask(rules: tuple[Rule, ...], item: Any, scope: Scope) -> Iterator[tuple[Assertion, Any]]:  # noqa: ANN401 - node or attribute
    """The first rule that matches answers for the item."""
    for rule in rules:
        if any(pattern.matches(item, scope) for pattern in rule.patterns):
            yield from _apply(rule, item, scope)
            return


def _apply(rule: Rule, item: Any, scope: Scope) -> Iterator[tuple[Assertion, Any]]:  # noqa: ANN401 - node or attribute
    inner = scope.inner() if any(isinstance(step, Let) for step in rule.steps) else scope
    inner.current = item
    context = Context(item, inner)
    for step in rule.steps:
        if isinstance(step, Let):
            _bind(step, context, inner)
        elif step.rule and not _holds(step, context):
            yield step, item


def _bind(let: Let, context: Context, scope: Scope) -> None:
    """A variable that cannot be computed stays unknown, and every assertion that needs it fails."""
    scope.variables.pop(let.name, None)
    with suppress(XPathError):
        scope.variables[let.name] = let.value(context)


def _holds(assertion: Assertion, context: Context) -> bool:
    try:
        return assertion.test(context)
    except XPathError:
        return False


def _scope(stylesheet: Stylesheet, tree: Tree) -> Scope:
    scope = Scope(tree, current=tree.document, documents=stylesheet.document)
    top = Context(tree.document, scope)
    scope.lazy = {name: partial(value, top) for name, value in stylesheet.variables.items()}
    scope.functions = {name: _callable(function, scope) for name, function in stylesheet.functions.items()}
    return scope


def _callable(function: Function, scope: Scope) -> Callable[..., Sequence]:
    def call(*arguments: Sequence) -> Sequence:
        inner = scope.inner()
        for (name, kind), items in zip(function.parameters, arguments, strict=True):
            inner.variables[name] = _as_parameter(items, kind)
        context = Context(scope.tree.document, inner)
        for let in function.lets:
            inner.variables[let.name] = let.value(context)
        return function.result(context)

    return call


def _as_parameter(items: Sequence, kind: str) -> Sequence:
    """An argument in its declared type; raises XPathError."""
    name = kind.rstrip("?*+")
    if name not in CASTS:
        return items
    if kind[-1:] not in {"*", "+"} and len(items) > 1:
        raise XPathError("one argument is needed, there are several")
    return [CASTS[name](value) if isinstance(value, Untyped) else value for value in atomize(items)]
