"""The list of Peppol rules: an id, a severity, a sentence for a clerk, and a function that gives what breaks it.

A function gets the bill and gives the offending nodes; a value that cannot be reckoned with breaks its rule too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import DecimalException

from extractors.einvoice.rules.nodes import Node
from extractors.einvoice.rules.peppol.bill import Bill
from extractors.einvoice.rules.xpath.values import XPathError
from models.finding import Severity

Check = Callable[[Bill], Iterable[Node]]


@dataclass(frozen=True, slots=True)
class PeppolRule:
    """One rule."""

    id: str
    severity: Severity
    message: str
    check: Check

    def breaches(self, bill: Bill) -> list[Node]:
        """What breaks it; the whole document where a value is no number or date."""
        try:
            return list(self.check(bill))
        except (XPathError, ValueError, DecimalException):
            return [bill.root]


RULES: dict[str, PeppolRule] = {}


def rule(name: str, message: str, severity: Severity = Severity.ERROR) -> Callable[[Check], Check]:
    """Enter a function as the check of a rule. Ids are unique: the same twice raises KeyError."""

    def enter(check: Check) -> Check:
        if name in RULES:
            raise KeyError(name)
        RULES[name] = PeppolRule(name, severity, message, check)
        return check

    return enter


def warn(name: str, message: str) -> Callable[[Check], Check]:
    """`rule` with a warning."""
    return rule(name, message, Severity.WARNING)


def unless(holds: object, node: Node | None) -> Iterator[Node]:
    """The node, where something does not hold."""
    if not holds and node is not None:
        yield node
