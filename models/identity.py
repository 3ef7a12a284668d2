"""Identifiers of companies in one notation, and what they have in common.

A French VAT id and a SIRET both hold the SIREN: all three give the same key, so that any of them finds the company.

>>> sorted(identity_keys("FR 40 303 265 045", "303 265 045 00017"))
['SIREN:303265045', 'VAT:FR40303265045']
>>> identity_keys(None, "n/a")
frozenset()
"""

from __future__ import annotations

import re

from models.reference import squeeze

_FRENCH_VAT = re.compile(r"FR[0-9A-Z]{2}(\d{9})")
_VAT = re.compile(r"[A-Z]{2}[0-9A-Z]{2,13}")
_SIREN_WORDS = re.compile(r"^(?:SIREN|SIRET|RCS[A-Z]*|N)+(?=\d)")
_HAS_DIGITS = re.compile(r"\d.*\d.*\d")


def vat_keys(vat_id: str | None) -> frozenset[str]:
    """The keys of a VAT identifier: itself with its country, and the SIREN inside a French one."""
    number = squeeze(vat_id)
    if not _HAS_DIGITS.search(number):
        return frozenset()
    french = _FRENCH_VAT.fullmatch(number)
    return frozenset({f"VAT:{number}"} | ({f"SIREN:{french[1]}"} if french else set()))


def legal_keys(legal_id: str | None) -> frozenset[str]:
    """The keys of a legal registration: 9 and 14 digits are a SIREN and a SIRET, anything else stands for itself."""
    number = _SIREN_WORDS.sub("", squeeze(legal_id))
    if not _HAS_DIGITS.search(number):
        return frozenset()
    if number.isdecimal() and len(number) in (9, 14):
        return frozenset({f"SIREN:{number[:9]}"})
    # Some put the VAT id where the registration belongs.
    return frozenset({f"LEGAL:{number}"}) | (vat_keys(number) if _VAT.fullmatch(number) else frozenset())


def identity_keys(vat_id: str | None, legal_id: str | None) -> frozenset[str]:
    """All keys under which a company may be found."""
    return vat_keys(vat_id) | legal_keys(legal_id)


def own_keys(own_ids: frozenset[str]) -> frozenset[str]:
    """The keys of one's own identifiers, whichever kind each is."""
    return frozenset().union(*(identity_keys(number, number) for number in own_ids))


def are_comparable(left: frozenset[str], right: frozenset[str]) -> bool:
    """Whether both sides name an identifier of the same kind, so that a difference means something."""
    return bool({key.split(":")[0] for key in left} & {key.split(":")[0] for key in right})
