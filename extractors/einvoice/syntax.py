"""The syntaxes of e-invoices as data: which XPath holds which business term, compiled once.

One TOML file a syntax in `syntaxes/`: a path is a string, a list is tried in order, `{sum = …}` adds all that match.

>>> sorted({syntax.name for syntax in syntaxes_by_root().values()})
['CII', 'FatturaPA', 'UBL', 'ZUGFeRD 1']
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from lxml import etree

from models.invoice import LINE_TERMS, TERMS, VatBreakdown, terms_of

VAT_TERMS = terms_of(VatBreakdown)


def select(path: etree.XPath, node: etree._Element) -> list[Any]:
    """What a path finds: elements, or strings where it ends in an attribute or a function."""
    result = path(node)
    return result if isinstance(result, list) else [result]


@dataclass(frozen=True, slots=True)
class Paths:
    """Where one term stands: the paths in order of preference, and whether all values are added up."""

    paths: tuple[etree.XPath, ...]
    is_sum: bool = False

    def found(self, node: etree._Element) -> Iterator[list[Any]]:
        """What each path finds in turn."""
        return (select(path, node) for path in self.paths)


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes that repeat (lines, VAT rows) and the terms of each."""

    each: etree.XPath
    terms: Mapping[str, Paths]


@dataclass(frozen=True, slots=True)
class Address:
    """An address as one string: parts of words."""

    base: etree.XPath
    parts: tuple[tuple[etree.XPath, ...], ...]


@dataclass(frozen=True, slots=True)
class Syntax:
    """One way to write an invoice in XML."""

    name: str
    roots: Mapping[str, str]  # name of the root element -> type code where the document names none
    document: Mapping[str, Paths]  # profile, language, seller_country; payee, bodies
    header: Mapping[str, Paths]
    address: Address
    vat: Group
    lines: Group
    codes: Mapping[str, Mapping[str, str]]  # term -> its code in this syntax -> the standard's code


@lru_cache(maxsize=1)
def syntaxes_by_root() -> dict[str, Syntax]:
    """Every root element that is an invoice, and how to read it."""
    tables = sorted(files(__package__).joinpath("syntaxes").iterdir(), key=lambda entry: entry.name)
    loaded = [_load(tomllib.loads(entry.read_text("utf-8"))) for entry in tables if entry.name.endswith(".toml")]
    return {root: syntax for syntax in loaded for root in syntax.roots}


def _load(table: dict[str, Any]) -> Syntax:
    prefixes = table.get("prefixes", {})

    def compile_path(path: str) -> etree.XPath:
        for name, prefix in prefixes.items():
            path = path.replace("{" + name + "}", prefix)
        return etree.XPath(path, namespaces=table["namespaces"] or None, smart_strings=False)

    return Syntax(
        name=table["name"],
        roots=table["roots"],
        document={name: _paths(value, compile_path) for name, value in table["document"].items()},
        header=_terms(table["header"], set(TERMS), compile_path),
        address=Address(
            compile_path(table["address"]["base"]),
            tuple(tuple(map(compile_path, part)) for part in table["address"]["parts"]),
        ),
        vat=_group(table["vat"], set(VAT_TERMS), compile_path),
        lines=_group(table["lines"], set(LINE_TERMS), compile_path),
        codes=table.get("codes", {}),
    )


def _paths(value: Any, compile_path: Callable[[str], etree.XPath]) -> Paths:  # noqa: ANN401 - str, list or table of TOML
    if isinstance(value, dict):
        return Paths(_paths(value["sum"], compile_path).paths, is_sum=True)
    return Paths(tuple(map(compile_path, [value] if isinstance(value, str) else value)))


def _terms(table: dict[str, Any], known: set[str], compile_path: Callable[[str], etree.XPath]) -> dict[str, Paths]:
    """The paths of each term; KeyError names what is no term."""
    if unknown := set(table) - known:
        raise KeyError(f"no business terms: {sorted(unknown)}")
    return {name: _paths(value, compile_path) for name, value in table.items()}


def _group(table: dict[str, Any], known: set[str], compile_path: Callable[[str], etree.XPath]) -> Group:
    terms = {name: value for name, value in table.items() if name != "each"}
    return Group(compile_path(table["each"]), _terms(terms, known, compile_path))
