"""The published stylesheets of rules, read as data: patterns of rules, each with its variables and assertions.

They are Schematron compiled to XSLT: a mode is a pattern, a template a rule (the first that matches an element by
priority), a `failed-assert` the answer to a test that does not hold. Reports of such files carry no rule id and are
left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lxml import etree

from extractors.einvoice.rules.nodes import Tree, grow
from extractors.einvoice.rules.patterns import Pattern, compile_pattern
from extractors.einvoice.rules.xpath import compile_test, compile_value
from extractors.einvoice.rules.xpath.context import Evaluate, Test
from extractors.einvoice.rules.xpath.expression import Compiler, Namespaces

XSL = "{http://www.w3.org/1999/XSL/Transform}"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"
# What every such file begins with; nothing in a rule uses it.
_PLUMBING = re.compile(r"schematron-|generate-id")


@dataclass(frozen=True, slots=True)
class Let:
    """A variable of a rule."""

    name: str
    value: Evaluate


@dataclass(frozen=True, slots=True)
class Assertion:
    """What must hold where its rule applies."""

    rule: str
    flag: str  # fatal, warning, information; empty means fatal
    test: Test
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Where it applies and what it says, in the order of the file."""

    patterns: tuple[Pattern, ...]
    steps: tuple[Let | Assertion, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the stylesheet: parameters with their types, variables, result."""

    parameters: tuple[tuple[str, str], ...]
    lets: tuple[Let, ...]
    result: Evaluate


@dataclass(frozen=True, slots=True)
class Stylesheet:
    """One file. `groups` are its patterns in order, each with its rules in order of precedence."""

    groups: tuple[tuple[Rule, ...], ...]
    variables: dict[str, Evaluate]
    functions: dict[str, Function]
    folder: Path

    def document(self, name: str) -> Tree:
        """A code list that the file names; raises KeyError for a path, OSError where it is missing."""
        if Path(name).name != name:
            raise KeyError(name)
        return _code_list(self.folder / name)


@lru_cache(maxsize=16)
def _code_list(path: Path) -> Tree:
    return grow(etree.parse(path, etree.XMLParser(remove_comments=True, remove_pis=True)).getroot())


@lru_cache(maxsize=16)
def load(path: Path, only: str = "") -> Stylesheet:
    """Read and compile one file, of its assertions those whose id begins with the expression `only`.

    Some hundred milliseconds, once. Raises XPathError, OSError.
    """
    root = etree.parse(path, etree.XMLParser(remove_comments=True, remove_pis=True)).getroot()
    namespaces: Namespaces = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    compiler = Compiler(namespaces)
    modes: dict[str, list[tuple[float, Rule]]] = {mode: [] for mode in _modes(root)}
    for template in root.iterfind(f"{XSL}template[@mode]"):
        mode, match = template.get("mode", ""), template.get("match", "")
        if mode in modes and template.find(f"{SVRL}fired-rule") is not None:
            rule = Rule(tuple(compile_pattern(match, compiler)), tuple(_steps(template, namespaces, only)))
            modes[mode].append((float(template.get("priority", "0.5")), rule))
    return Stylesheet(
        groups=tuple(tuple(rule for _, rule in sorted(rules, key=lambda pair: -pair[0])) for rules in modes.values()),
        variables={let.name: let.value for let in _lets(root, namespaces)},
        functions={node.get("name", ""): _function(node, namespaces) for node in root.iterfind(f"{XSL}function")},
        folder=path.parent,
    )


def _modes(root: etree._Element) -> Iterator[str]:
    """The modes that the start template works through, in order."""
    for apply in root.iterfind(f"{XSL}template[@match='/']//{XSL}apply-templates[@mode]"):
        if not _PLUMBING.match(apply.get("mode", "")):
            yield apply.get("mode", "")


def _lets(parent: etree._Element, namespaces: Namespaces) -> Iterator[Let]:
    for node in parent.iterfind(f"{XSL}variable[@select]"):
        yield Let(node.get("name", ""), compile_value(node.get("select", ""), namespaces))


def _steps(template: etree._Element, namespaces: Namespaces, only: str) -> Iterator[Let | Assertion]:
    for node in template:
        if node.tag == f"{XSL}variable" and node.get("select"):
            yield Let(node.get("name", ""), compile_value(node.get("select", ""), namespaces))
        elif node.tag == f"{XSL}choose" and (failed := node.find(f"{XSL}otherwise/{SVRL}failed-assert")) is not None:
            when = node.find(f"{XSL}when")
            if when is not None and re.match(only, _said(failed).get("id", "")):
                yield _assertion(failed, compile_test(when.get("test", ""), namespaces))


def _assertion(failed: etree._Element, test: Test) -> Assertion:
    said = _said(failed)
    text = failed.find(f"{SVRL}text")
    words = " ".join("".join(map(str, text.itertext())).split()) if text is not None else ""
    return Assertion(said.get("id", ""), said.get("flag", said.get("role", "")).lower(), test, words)


def _said(failed: etree._Element) -> dict[str, str]:
    """The attributes that the stylesheet gives a failed assertion: id, flag."""
    return {node.get("name", ""): node.text or "" for node in failed.iterfind(f"{XSL}attribute")}


def _function(node: etree._Element, namespaces: Namespaces) -> Function:
    result = node.find(f"{XSL}sequence")
    select = result.get("select", "()") if result is not None else "()"
    return Function(
        parameters=tuple((each.get("name", ""), each.get("as", "")) for each in node.iterfind(f"{XSL}param")),
        lets=tuple(_lets(node, namespaces)),
        result=compile_value(select, namespaces),
    )
