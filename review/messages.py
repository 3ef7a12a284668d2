"""What a rule says, in the visitor's language: rule id and figures to a sentence of the catalogue.

A rule speaks English itself (`Finding.message`). Another language has a sentence for each of its messages in
`catalogues/<language>/rules.toml`, under `rule.<id>` or `rule.<id>_<says>`, with the places of `expected`, `actual` and
the finding's figures; `tests/unit/review/test_rule_words.py` triggers every one. Where there is none (rules that others
publish, findings stored before), a sentence for its family goes before the English words.

>>> from models.finding import Severity
>>> from review.language import TONGUES
>>> wrong = Finding(rule="BR-CO-14", severity=Severity.ERROR, terms=("tax_total",), message="The VAT of ...",
...                 expected="20.00", actual="21.00")
>>> told(TONGUES["fr"], wrong)
'La TVA de tous les taux totalise 20,00, mais le total de TVA est 21,00.'
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import NamedTuple

from models.finding import Finding, Severity
from models.invoice import TERMS
from review.language import Tongue

OWN_WORDS = "en"  # what rules and readers speak themselves
# Families of rules by how their id begins, the first that fits; each has a sentence in the catalogue (`family.<name>`).
FAMILIES: tuple[tuple[str, str], ...] = (
    ("BR-CO-", "sums"), ("BR-CL-", "codes"), ("BR-DEC-", "decimals"), ("BR-FR-", "french"), ("BR-DE-", "german"),
    ("BR-S-", "vat_standard"), ("BR-Z-", "vat_zero"), ("BR-E-", "vat_exempt"), ("BR-AE-", "vat_reverse"),
    ("BR-IC-", "vat_community"), ("BR-G-", "vat_export"), ("BR-O-", "vat_outside"), ("BR-AF-", "vat_canary"),
    ("BR-AG-", "vat_ceuta"), ("BR-IG-", "vat_canary"), ("BR-IP-", "vat_ceuta"), ("BR-B-", "vat_split"),
    ("BR-", "required"), ("PEPPOL-EN16931-CL", "codes"), ("PEPPOL-", "peppol"), ("DE-R-", "german"),
    ("KSEF-", "polish"), ("FA-", "polish"), ("UBL-", "notation"), ("CII-", "notation"), ("AP-PAGE-XML", "page_differs"),
    ("AP-PAGE", "page"), ("AP-XML-", "einvoice"), ("AP-PDF-MENDED", "mended"), ("AP-PDF-", "tampered"),
    ("AP-LAYOUT-", "layout"), ("AP-READ-", "reading"), ("AP-RULES-BROKEN", "unchecked"),
)  # fmt: skip
_NATIONAL = re.compile(r"[A-Z]{2}-R-", re.ASCII)
_AMOUNT = re.compile(r"-?\d{1,15}\.\d{1,6}", re.ASCII)  # also a rate or a quantity
_DAY = re.compile(r"(from )?(\d{4}-\d{2}-\d{2})", re.ASCII)


def key_of(rule: str) -> str:
    """The catalogue's key of a rule.

    >>> key_of("BR-CO-15")
    'rule.BR_CO_15'
    """
    return "rule." + rule.replace("-", "_")


def told(tongue: Tongue, finding: Finding) -> str:
    """A finding as a sentence in the visitor's language; where there is none for the rule, one for its family."""
    said = _sentence(tongue, finding)
    if said is not None:
        return said
    return finding.message if tongue.code == OWN_WORDS else tongue.t(f"family.{family_of(finding.rule)}")


def own_words(tongue: Tongue, finding: Finding) -> str:
    """What the rule says itself, where `told` speaks of its family only; empty otherwise."""
    return "" if tongue.code == OWN_WORDS or _sentence(tongue, finding) is not None else finding.message


def family_of(rule: str) -> str:
    """The family of a rule.

    >>> family_of("BR-CO-10"), family_of("BR-09"), family_of("NL-R-004"), family_of("X-1")
    ('sums', 'required', 'national', 'other')
    """
    known = next((name for start, name in FAMILIES if rule.startswith(start)), None)
    return known or ("national" if _NATIONAL.match(rule) else "other")


def _sentence(tongue: Tongue, finding: Finding) -> str | None:
    """The catalogue's sentence of just this rule, with its figures."""
    key = key_of(finding.rule) + (f"_{finding.says}" if finding.says else "")
    if not tongue.has(key):
        return None
    values = {**dict(finding.figures), "expected": finding.expected, "actual": finding.actual}
    wanted = {place for _, place, _, _ in Formatter().parse(tongue.words[key]) if place}
    if any(not values.get(place) for place in wanted):
        return None
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
    own: str = ""  # the rule's own words, where `words` speak of its family only
    is_again: bool = False  # it is said beside another input already


# What a reader says of its own reading, and the rule that says the same of the values.
SAID_BY = {"AP-READ-TOTALS": "BR-CO-15"}
# Rules that say something of the invoice or its sender and nothing against the value as it is typed.
ABOUT_THE_CASE = ("AP-BANK-NEW", "AP-SUPPLIER", "AP-FIRST-INVOICE", "AP-DUPLICATE", "AP-MATCH")


def is_wrong(finding: Finding) -> bool:
    """Whether the values that a finding names cannot stand as they are."""
    return finding.severity in {Severity.ERROR, Severity.HOLD} and not finding.rule.startswith(ABOUT_THE_CASE)


def said_at(findings: Sequence[Finding], errors: Mapping[str, str], tongue: Tongue) -> dict[str, list[Said]]:
    """What is said beside each input, by its name: what cannot be read first, then the rules."""
    found = {name: [Said("error", tongue.t(key), "", is_wrong=True)] for name, key in errors.items()}
    rules = {finding.rule for finding in findings}
    for finding in findings:
        if SAID_BY.get(finding.rule) in rules:
            continue
        for number, term in enumerate(name for name in finding.terms if name in TERMS):
            said = Said(finding.severity.value, told(tongue, finding), finding.rule, is_wrong(finding),
                        own_words(tongue, finding), number > 0)  # fmt: skip
            found.setdefault(f"field.{term}", []).append(said)
    return found
