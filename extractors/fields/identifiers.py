"""Identifiers with a shape of their own: VAT ids, IBANs, BICs. A wrong check digit is told, not thrown away.

>>> [(v.value, v.checked) for v in find_vat_ids("USt-IdNr. DE 136695976")]
[('DE136695976', True)]
>>> next(find_ibans("IBAN: DE75 5121 0800 1245 1261 99")).value
'DE75512108001245126199'
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from stdnum import get_cc_module, iban
from stdnum.exceptions import ValidationError
from stdnum.fr import siren, siret

# Shape of the national part behind the country prefix (VIES, Regulation (EU) 904/2010; GB, XI, CH, NO by their own
# tax offices).
VAT_SHAPES = {
    "AT": r"U ?\d{8}", "BE": r"[01]?\d{9}", "BG": r"\d{9,10}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}", "DE": r"\d{9}",
    "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]", "FI": r"\d{8}",
    "FR": r"[A-HJ-NP-Z0-9]{2} ?\d{9}", "GB": r"(?:\d{9}(?:\d{3})?|GD\d{3}|HA\d{3})", "HR": r"\d{11}", "HU": r"\d{8}",
    "IE": r"(?:\d{7}[A-W][A-I]?|\d[A-Z+*]\d{5}[A-W])", "IT": r"\d{11}", "LT": r"(?:\d{12}|\d{9})", "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}", "NL": r"\d{9}B\d{2}", "PL": r"\d{10}", "PT": r"\d{9}", "RO": r"\d{2,10}", "SE": r"\d{12}",
    "SI": r"\d{8}",
    "SK": r"\d{10}", "XI": r"\d{9}", "CHE": r"\d{9}(?:MWST|TVA|IVA)?", "NO": r"\d{9}MVA",
}  # fmt: skip
_VAT = re.compile(
    r"(?<![A-Z0-9])(?:"
    + "|".join(
        rf"(?:{country}[ .-]?(?:" + shape.replace(r"\d", r"(?:\d[ .]?)") + r"))"
        for country, shape in VAT_SHAPES.items()
    )
    + r")(?![A-Z0-9])"
)
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}[0-9OI]{2}(?:[ -]?[A-Z0-9]{1,4}){3,8}")
_LABELLED = re.compile(r"IBAN\W{1,4}(?P<value>[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8})(?![A-Z0-9])")
_BIC = re.compile(r"(?<![A-Z0-9])[A-Z]{6}[A-Z2-9][A-NP-Z0-9](?:[A-Z0-9]{3})?(?![A-Z0-9])")
_COMPANY_WORDS = re.compile(r"siren|siret|rcs|r\.c\.s", re.IGNORECASE)
_COMPANY_ID = re.compile(r"(?<![\w.])(?<!\d[ .])\d{3}[ .]?\d{3}[ .]?\d{3}(?:[ .]?\d{5})?(?![\w])")
# Length of an IBAN by country (SWIFT IBAN registry).
IBAN_LENGTHS = {
    "AD": 24, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18,
    "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20,
    "LU": 20,
    "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27,
    "TR": 26, "AE": 23, "SA": 24, "TN": 24, "UA": 29, "BA": 20, "RS": 22, "ME": 22, "MK": 19, "AL": 28, "MD": 24,
    "XK": 20,
}  # fmt: skip


# Countries whose IBAN is all digits behind its country: a letter there is misread.
_DIGITS_ONLY = frozenset((
        "AT", "BE", "CZ", "DE", "DK", "EE", "ES", "FI", "HR", "HU", "LT", "NO", "PL", "PT", "SE", "SI", "SK",
))  # fmt: skip
_MISREAD = str.maketrans("OQDILSBZ", "00011582")
_RUN = re.compile(r"([A-Z0-9])\1+")
_NEARLY = re.compile(r"(?<![A-Z0-9])[A-Z]{2}[ -]?[0-9OQDILSBZ]{2}(?:[ -]?[0-9OQDILSBZ]){10,26}(?![A-Z0-9])")
_NEARLY_VAT = re.compile(
    r"(?<![A-Z0-9])(?P<country>BE|DE|DK|EE|EL|FI|HR|HU|IT|LT|LU|LV|MT|PL|PT|SE|SI|SK)"
    r"[ .]?\d[0-9OQILSBZ .]{6,15}(?![A-Z0-9])"
)


class Identifier(NamedTuple):
    """An identifier where it stands in a text: [start, end), without separators, and whether its check digits hold."""

    start: int
    end: int
    value: str
    checked: bool


def find_vat_ids(text: str) -> Iterator[Identifier]:
    """VAT ids with their country prefix."""
    for m in _VAT.finditer(text.upper()):
        value = re.sub(r"[^A-Z0-9+*]", "", m[0])
        if "-" in m[0] and not is_valid_vat_id(value):
            continue  # a number of a document that begins like a country
        yield Identifier(m.start(), m.start() + len(m[0].rstrip(" .-")), value, is_valid_vat_id(value))


def with_prefix(text: str, country: str) -> str | None:
    """A national tax number as VAT id of its country; None where it has another shape."""
    plain = re.sub(r"[^A-Z0-9]", "", text.upper()).removeprefix(country)
    return country + plain if re.fullmatch(VAT_SHAPES[country], plain) else None


@lru_cache(maxsize=4096)
def is_valid_vat_id(value: str) -> bool:
    """Whether the check digits of a VAT id with prefix hold; True for countries without a rule of their own."""
    country = "CH" if value.startswith("CHE") else "GR" if value.startswith("EL") else value[:2]
    module = get_cc_module(country.lower(), "vat")
    if module is None:
        return True
    try:
        module.validate(value)
    except ValidationError:
        return False
    return True


def find_ibans(text: str) -> Iterator[Identifier]:
    """IBANs of the registry's length; letters O and I among the check digits are read as 0 and 1."""
    for m in _IBAN.finditer(text.upper()):
        length = IBAN_LENGTHS.get(m[0][:2])
        if length is None:
            continue
        end = _end_of(m[0], length)
        if end is None:
            continue
        value = re.sub(r"[ -]", "", m[0][:end])
        value = value[:2] + value[2:4].replace("O", "0").replace("I", "1") + value[4:]
        if sum(map(str.isdigit, value)) < length // 2:
            continue
        checked = bool(iban.is_valid(value))
        printed, following = text[m.start() : m.start() + end], text[m.start() + end : m.start() + end + 1]
        if checked or (not following.isalnum() and not any(map(str.islower, printed))):
            yield Identifier(m.start(), m.start() + end, value, checked)


def find_labelled_ibans(text: str) -> Iterator[Identifier]:
    """What stands behind the word IBAN but has another length than the registry says."""
    for m in _LABELLED.finditer(text):
        yield Identifier(m.start("value"), m.end("value"), m["value"].replace(" ", ""), checked=False)


def repair_iban(value: str) -> str | None:
    """The one IBAN that a misread value must be: a letter among digits, or a run of equal characters one off.

    None where no reading has right check digits, or more than one: then nobody knows.

    >>> repair_iban("DE0212030000000202051"), repair_iban("DE0212O300000000202O51")
    ('DE02120300000000202051', 'DE02120300000000202051')
    """
    length = IBAN_LENGTHS.get(value[:2], 0)
    plain = value[:2] + value[2:].translate(_MISREAD) if value[:2] in _DIGITS_ONLY else value
    readings = {plain}
    if len(plain) == length - 1:
        readings = {plain[: m.start()] + m[1] + plain[m.start() :] for m in _RUN.finditer(plain, 2)}
    elif len(plain) == length + 1:
        readings = {plain[: m.start()] + plain[m.start() + 1 :] for m in _RUN.finditer(plain, 2)}
    right = [reading for reading in readings if len(reading) == length and iban.is_valid(reading)]
    return right[0] if len(right) == 1 else None


def find_misread_ids(text: str) -> Iterator[tuple[str, Identifier]]:
    """IBANs and VAT ids that a recogniser misread ("iban" or "vat_id"), where check digits leave one reading."""
    for m in _NEARLY.finditer(text.upper()):
        value = re.sub(r"[ -]", "", m[0])
        mended = None if iban.is_valid(value) else repair_iban(value)
        if mended is not None:
            yield "iban", Identifier(m.start(), m.end(), mended, checked=True)
    for m in _NEARLY_VAT.finditer(text.upper()):
        value = re.sub(r"[ .]", "", m[0])
        mended = value[:2] + value[2:].translate(_MISREAD)
        if mended != value and re.fullmatch(VAT_SHAPES[m["country"]], mended[2:]) and is_valid_vat_id(mended):
            yield "vat_id", Identifier(m.start(), m.end(), mended, checked=True)


def find_company_ids(text: str) -> Iterator[Identifier]:
    """French company numbers (SIREN, SIRET) printed in groups, on rows that speak of them; Luhn must hold.

    >>> [v.value for v in find_company_ids("SARL au capital de 8 000 EUR - RCS Nantes 999 118 730")]
    ['999118730']
    """
    if not _COMPANY_WORDS.search(text):
        return
    for m in _COMPANY_ID.finditer(text):
        value = re.sub(r"\D", "", m[0])
        if (siret if len(value) == 14 else siren).is_valid(value):
            yield Identifier(m.start(), m.end(), value, checked=True)


def _end_of(text: str, length: int) -> int | None:
    """Where in a spaced text the given number of characters is reached."""
    count = 0
    for at, character in enumerate(text, start=1):
        count += character not in " -"
        if count == length:
            return at
    return None


def find_bics(text: str) -> Iterator[Identifier]:
    """BICs by their shape; words of eight letters are many, so a label must stand by them."""
    for m in _BIC.finditer(text):
        yield Identifier(m.start(), m.end(), m[0], checked=True)
