"""Peppol rules on identifiers: their form and check digits, by the scheme (ISO 6523) that they name.

Sources of the check digits: GS1 General Specifications 7.9 (GLN); Brønnøysund (modulo 11); KBO/BCE (modulo 97);
Agenzia delle Entrate (partita IVA); Bolagsverket (Luhn); Australian Business Register (modulo 89); Luxembourg's
matricule and VAT.

>>> is_gln("7300010000001"), is_norwegian("991825827"), is_swedish("2021005489"), is_abn("51824753556")
(True, True, True, True)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from extractors.einvoice.rules.nodes import Node
from extractors.einvoice.rules.peppol.bill import Bill, at, attribute, text
from extractors.einvoice.rules.peppol.registry import rule
from models.finding import Severity

_CODICE_FISCALE = re.compile(r"[A-Za-z]{6}\d\d[A-Za-z]\d\d.{3}\d[A-Za-z]")
_EVEN_PLACES = "0246813579"  # what a digit on an even place of a partita IVA counts for


def _digits(value: str) -> list[int]:
    return [ord(letter) - 48 for letter in value]


def _weighted(digits: Sequence[int], weights: Sequence[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def is_gln(value: str) -> bool:
    """A GS1 number of any length: weights 3 and 1 from the right."""
    if not re.fullmatch(r"[0-9]+", value):
        return False
    *body, check = _digits(value)
    return (10 - _weighted(body[::-1], [3, 1] * len(body)) % 10) % 10 == check


def is_norwegian(value: str) -> bool:
    """Nine digits, modulo 11 with weights 2 to 7 from the right."""
    if not re.fullmatch(r"[0-9]{9}", value):
        return False
    *body, check = _digits(value)
    return int(value) > 0 and (11 - _weighted(body[::-1], [2, 3, 4, 5, 6, 7] * 2) % 11) % 11 == check


def is_danish_company(value: str) -> bool:
    """Eight digits, with or without DK before them."""
    return bool(re.fullmatch(r"(?:DK)?[0-9]{8}", value))


def is_belgian(value: str) -> bool:
    """Ten digits whose last two are 97 less the others modulo 97."""
    return bool(re.fullmatch(r"[0-9]{10}", value)) and 97 - int(value[:8]) % 97 == int(value[8:])


def is_codice_fiscale(value: str) -> bool:
    """A person's sixteen characters, or a company's eleven digits."""
    if len(value) == 11:
        return bool(re.fullmatch(r"[0-9]+", value))
    return bool(_CODICE_FISCALE.fullmatch(value))


def is_italian_vat(value: str) -> bool:
    """A partita IVA with IT before it; other countries' numbers are not judged."""
    if value[:2] not in {"IT", "it"}:
        return True
    digits = value[2:]
    if not re.fullmatch(r"[0-9]{11}", digits):
        return False
    return sum(int(_EVEN_PLACES[int(digit)]) if at % 2 else int(digit) for at, digit in enumerate(digits)) % 10 == 0


def is_swedish(value: str) -> bool:
    """Ten digits whose last is Luhn's."""
    if not re.fullmatch(r"[0-9]{10}", value):
        return False
    *body, check = _digits(value)
    doubled = [sum(divmod(digit * 2, 10)) if place % 2 == 0 else digit for place, digit in enumerate(reversed(body))]
    return (10 - sum(doubled) % 10) % 10 == check


def is_abn(value: str) -> bool:
    """Eleven digits, modulo 89 after one is taken from the first."""
    if not re.fullmatch(r"[0-9]{11}", value):
        return False
    first, *rest = _digits(value)
    return _weighted([first - 1, *rest], [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) % 89 == 0


def is_luxembourg_vat(value: str) -> bool:
    """LU and eight digits whose last two are the first six modulo 89."""
    value = value.upper()
    return bool(re.fullmatch(r"LU[0-9]{8}", value)) and int(value[2:8]) % 89 == int(value[8:])


def is_matricule(value: str) -> bool:
    """Eleven digits: year, legal form from 20, number, and a check digit modulo 11."""
    if not re.fullmatch(r"[0-9]{11}", value) or int(value[4:6]) < 20:
        return False
    *body, check = _digits(value)
    rest = _weighted(body, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
    valid = {0 if rest == 0 else 11 - rest}
    if value[4:6] == "24":
        valid.add({0: 1, 1: 0}.get(rest, 12 - rest))
    return check in valid


def _shaped(expression: str) -> Callable[[str], bool]:
    return lambda value: bool(re.fullmatch(expression, value))


# Rule -> scheme, what must hold, its name for people, severity, and whether only electronic addresses are meant.
_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
SCHEMES: dict[str, tuple[str, Callable[[str], bool], str, Severity]] = {
    "R040": ("0088", is_gln, "global location number (GLN)", _ERROR),
    "R041": ("0192", is_norwegian, "Norwegian organisation number", _ERROR),
    "R042": ("0184", is_danish_company, "Danish CVR number", _ERROR),
    "R043": ("0208", is_belgian, "Belgian enterprise number", _ERROR),
    "R044": ("0201", _shaped(r"[A-Za-z0-9]{6}"), "Italian IPA code", _WARNING),
    "R045": ("0210", is_codice_fiscale, "Italian codice fiscale", _WARNING),
    "R046": ("9907", is_codice_fiscale, "Italian codice fiscale", _WARNING),
    "R047": ("0211", is_italian_vat, "Italian partita IVA", _WARNING),
    "R049": ("0007", is_swedish, "Swedish organisation number", _ERROR),
    "R050": ("0151", is_abn, "Australian business number", _ERROR),
    "R052": ("0096", _shaped(r"[0-9]{10}"), "Danish P number", _WARNING),
    "R053": ("0198", _shaped(r"DK[0-9]{8}"), "Danish SE number", _WARNING),
    "R054": ("0106", _shaped(r"[0-9]{8}"), "Dutch KVK number", _WARNING),
    "R055": ("0190", _shaped(r"[0-9]{20}"), "Dutch OIN", _WARNING),
    "R056-1": ("9944", _shaped(r"NL[0-9]{9}B[0-9]{2}"), "Dutch VAT number", _WARNING),
    "R057": ("0217", _shaped(r"[0-9]{12}|[0-9]{20}"), "Dutch establishment number", _WARNING),
    "R059": ("0240", is_matricule, "Luxembourg matricule", _WARNING),
}
_ONLY_ADDRESSES = frozenset({"R046"})
_AS_IT_STANDS = frozenset({"R042", "R052", "R053"})  # white space is an error there


def _enter(number: str, code: str, holds: Callable[[str], bool], name: str, severity: Severity) -> None:
    @rule(f"PEPPOL-COMMON-{number}", f"An identifier of the scheme {code} is no {name}.", severity)
    def is_well_formed(bill: Bill) -> Iterable[Node]:
        for node in _identifiers(bill, only_addresses=number in _ONLY_ADDRESSES):
            value = node.string if number in _AS_IT_STANDS else text(node)
            if attribute(node, "schemeID") == code and not holds(value):
                yield node


for _number, _row in SCHEMES.items():
    _enter(_number, *_row)


def _identifiers(bill: Bill, *, only_addresses: bool) -> Iterable[Node]:
    """Electronic addresses, party identifiers and company numbers."""
    if not bill.is_ubl:
        return bill.named("URIID") if only_addresses else bill.named("URIID", "ID", "GlobalID")
    if only_addresses:
        return bill.named("EndpointID")
    parties = (node for party in bill.named("PartyIdentification") for node in at(party, "ID"))
    return [*bill.named("EndpointID", "CompanyID"), *parties]


def _vat_nodes(bill: Bill, country: str) -> Iterable[Node]:
    """VAT identifiers that begin with a country's letters."""
    if bill.is_ubl:
        schemes = (each for each in bill.named("PartyTaxScheme") if text(each, "TaxScheme/ID") == "VAT")
        found: Iterable[Node] = (node for each in schemes for node in at(each, "CompanyID"))
    else:
        registrations = (node for each in bill.named("SpecifiedTaxRegistration") for node in at(each, "ID"))
        found = (node for node in registrations if attribute(node, "schemeID") == "VA")
    return [node for node in found if text(node).upper().startswith(country)]


@rule("PEPPOL-COMMON-R056-2", "A Dutch VAT number is not written as NL123456789B12.", Severity.WARNING)
def _dutch_vat_is_well_formed(bill: Bill) -> Iterable[Node]:
    return [node for node in _vat_nodes(bill, "NL") if not re.fullmatch(r"NL[0-9]{9}B[0-9]{2}", text(node))]


@rule("PEPPOL-COMMON-R058", "A Luxembourg VAT number is wrong.", Severity.WARNING)
def _luxembourg_vat_is_well_formed(bill: Bill) -> Iterable[Node]:
    return [node for node in _vat_nodes(bill, "LU") if not is_luxembourg_vat(text(node))]
