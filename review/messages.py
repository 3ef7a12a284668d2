"""What a rule says, in the visitor's language: rule id and figures to a sentence of the catalogue.

A rule that has no sentence there, or whose figures are missing, speaks in its own words.

>>> from models.finding import Severity
>>> from review.language import TONGUES
>>> wrong = Finding(rule="BR-CO-15", severity=Severity.ERROR, terms=("gross_total",), message="Net ...",
...                 expected="120.00", actual="121.00")
>>> told(TONGUES["fr"], wrong)
'HT plus TVA donne 120,00, mais le total TTC est 121,00.'
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import NamedTuple

from models.finding import Finding, Severity
from models.invoice import TERMS
from review.language import Tongue

_AMOUNT = re.compile(r"-?\d{1,15}\.\d{1,6}", re.ASCII)
_DAY = re.compile(r"(from )?(\d{4}-\d{2}-\d{2})", re.ASCII)


def key_of(rule: str) -> str:
    """The catalogue's key of a rule.

    >>> key_of("BR-CO-15")
    'rule.BR_CO_15'
    """
    return "rule." + rule.replace("-", "_")


def told(tongue: Tongue, finding: Finding) -> str:
    """A finding as a sentence in the visitor's language."""
    key = key_of(finding.rule)
    if not tongue.has(key):
        return finding.message
    values = {"expected": finding.expected, "actual": finding.actual}
    wanted = {place for _, place, _, _ in Formatter().parse(tongue.words[key]) if place}
    if any(not values.get(place) for place in wanted):
        return finding.message
    return tongue.t(key, n=None, **{place: figure(tongue, values[place] or "") for place in wanted})


def figure(tongue: Tongue, text: str) -> str:
    """A figure of a finding in the reader's way of writing; anything else as it is."""
    if _AMOUNT.fullmatch(text):
        return tongue.stored_value(text, "amount")
    day = _DAY.fullmatch(text)
    return tongue.stored_value(day[2], "date") if day else text


class Said(NamedTuple):
    """What is said beside an input; `is_wrong` where the value itself cannot stand as it is."""

    severity: str
    words: str
    rule: str
    is_wrong: bool


# Rules that say something of the invoice or its sender and nothing against the value as it is typed.
ABOUT_THE_CASE = ("AP-BANK-NEW", "AP-SUPPLIER", "AP-FIRST-INVOICE", "AP-DUPLICATE", "AP-MATCH")


def is_wrong(finding: Finding) -> bool:
    """Whether the values that a finding names cannot stand as they are."""
    return finding.severity in {Severity.ERROR, Severity.HOLD} and not finding.rule.startswith(ABOUT_THE_CASE)


def said_at(findings: Sequence[Finding], errors: Mapping[str, str], tongue: Tongue) -> dict[str, list[Said]]:
    """What is said beside each input, by its name: what cannot be read first, then the rules."""
    found = {name: [Said("error", tongue.t(key), "", is_wrong=True)] for name, key in errors.items()}
    for finding in findings:
        for term in finding.terms:
            if term in TERMS:
                said = Said(finding.severity.value, told(tongue, finding), finding.rule, is_wrong(finding))
                found.setdefault(f"field.{term}", []).append(said)
    return found
