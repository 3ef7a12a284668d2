"""Addresses: which line carries the postal code, which is a street, which is a country.

>>> is_postal_line("69001 Lyon"), is_postal_line("Austin, TX 78701"), is_postal_line("Total 12.50")
(True, True, False)
>>> split_address(["Lieferantenstraße 20", "DE 80333 München"])
('Lieferantenstraße 20, 80333 München', 'DE')
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from babel import Locale

from extractors.fields.lexicon import LANGUAGES, squeeze

_CITY = r"(?:['’][a-z] )?[^\W\d_][^\W\d_.'’-]+"
MEMORY = 8192  # lines whose kind is remembered: each is asked about several times
_CODE = re.compile(r"\d{3}|\d\d-\d|\d ?[A-Z]{2}|[A-Z]\d")  # every postal code holds one of these
_POSTAL = (
    re.compile(rf"(?:^|[,;–|•·●] ?|\s)(?:[A-Z]{{1,3}}[- ])?\d{{5}}(?:[ ,]*| [-–] )(?:{_CITY})"),  # DE, FR, ES, IT, MY
    re.compile(rf"^(?:[A-Z]{{1,2}}[- ])?\d{{4}}(?:\s+| [-–] )(?:{_CITY})"),  # AT, CH, BE, DK, LU
    re.compile(  # the same behind a street and a house number, which is no month with its day
        r"(?<![^\W\d_])(?!(?:jan|feb|mar|m[aä]r|apr|ma[iy]|ju[nl]|aug|sep|o[ck]t|nov|de[cz]|d[ée]c)[a-zé]*\.? )"
        rf"[^\W\d_]{{2,}}\.? \d{{1,4}}[a-z]?(?:[-/]\d+)?,? \d{{4}} +(?:{_CITY})",
        re.IGNORECASE,
    ),
    re.compile(rf"[,;–|•·●-]\s(?:[A-Z]{{1,2}}[- ])\d{{4}}\s+(?:{_CITY})"),
    re.compile(rf"(?:^|[,;–|•·●] ?|\s)\d{{4}}\s?[A-Z]{{2}}\s+(?:{_CITY})"),  # NL
    re.compile(rf"(?:^|[,;–|•·●] ?|\s)\d{{2}}-\d{{3}}\s+(?:{_CITY})"),  # PL
    re.compile(rf"(?:^|[,;–|•·●] ?|\s)\d{{4}}-\d{{3}}\s+(?:{_CITY})"),  # PT
    re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"),  # GB
    re.compile(r"\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b"),  # CA
    re.compile(rf"(?:^|, ?)(?:[A-Z]{{1,3}}[- ])?\d{{3}} \d{{2}}\s+(?:{_CITY})"),  # SE, GR, CZ, EE
    re.compile(r"\b[A-Z]\d[\dW](?: |(?=\d*[A-Z]))[A-Z0-9]{4}$"),  # IE
    re.compile(r"[A-Za-z.]+,? +[A-Z]{2}\.?,? +\d{5}(?:-\d{4})?\b"),  # US
    re.compile(r"[A-Za-z.]+,? +(?:NSW|VIC|QLD|SA|WA|TAS|ACT|NT),? +\d{4}\b"),  # AU
    re.compile(r"\bSingapore \(?\d{6}\b|\bS ?\(?\d{6}\)", re.IGNORECASE),  # SG
    re.compile(r"(?:^|, ?)[^\W\d_]{4,}(?:, [^\W\d_ ]{4,}(?: [^\W\d_]+)?| ?[-–]),? ?\d{3} ?\d{3}$"),  # IN
    re.compile(r", [^\W\d_]{4,} \d{6}$"),  # IN behind its street
)
_STREET = re.compile(
    r"(?:stra(?:ss|ß)e|str\.|strasse|weg\b|platz|allee|gasse|ring\b|ufer|damm\b|\brue\b|avenue|\bav\.?\b|boulevard|\bbd\b|chemin|impasse|\bplace\b|\bquai\b|route|"
    r"\bstreet|\bst\.?\b|\broad|\brd\b|\blane\b|\bln\b|\bdrive\b|\bave\b|\bblvd|jalan|\bjln\b|lorong|\blot\b|\bno\.?\s?\d|"
    r"\bvia\b|viale|piazza|corso|calle|\bc/|avda|plaza|paseo|laan\b|straat|plein|kade|\bul\.|\bulica|\baleja|\bal\.|\brua\b|travessa|largo|praceta|estrada|"
    r"postfach|\bb\.?p\.? ?\d|p\.?o\.? box)",
    re.IGNORECASE,
)
_HOUSE = re.compile(r"\d{1,4}[ ,]+(?!St\. )\D")
_BUILDING = re.compile(  # only with a number beside
    r"(?:\bzone\b|z\.?i\.?\b|z\.?a\.?\b|b[aâ]timent|industrial|haus\b|hof\b|\bway\b|\bcourt\b|\bsquare\b|"
    r"suite|floor|taman|\bdr\b|park|cent(?:er|re)|hausnr|level|unit|block|tower)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_FORM = re.compile(r"\b(?:gmbh|ltd|limited|inc|sarl|bhd|co)\b", re.IGNORECASE)
_NUMBERED = re.compile(r"^\d+[a-z]?[, ]+[^\W\d_]{3,}|[^\W\d_]{3,}\.? \d+ ?[a-zA-Z]?(?:[-/ ]\d+)?$")
_CONTACT = re.compile(
    r"@|\bwww\.|https?:|\b(?:tel|t[ée]l|fax|fon|phone|mobile?|telefon|hotline|hp|e-?mail|mail|web)\b\.?\s*[:.+(\d]|"
    r"(?<!\d)(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?!\d)|\+\d{2}|(?<!\d)(?!0\d-\d{3} )\(?0\d{1,4}\)?[ /-]\d{2,}",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\b(?:iban|bic|ust|vat|tva|btw|nip|cif|nif|gst|abn|reg|steuer|bank)\b|[^\W\d_]{2,}\.? ?:", re.IGNORECASE
)
_COUNTRY_PREFIX = re.compile(r"(?:^|(?<=[,;] ))(?P<code>[A-Z]{1,3})[- ](?=\d{4,5}\s)")
_CAR_CODES = {"D": "DE", "A": "AT", "F": "FR", "I": "IT", "E": "ES", "B": "BE", "L": "LU", "P": "PT"}
_SEPARATORS = re.compile(r"\s*[•●·|∙▪■◦*]\s*|\s+[-–—]\s+|\s*[;]\s*|\s{3,}|\t")


@lru_cache(maxsize=MEMORY)
def is_postal_line(text: str) -> bool:
    """Whether a line holds a postal code with its town."""
    if len(text) > 160 or not _CODE.search(text):
        return False
    if _HOUSE.match(text) and _STREET.search(text):
        text = text.lstrip("0123456789")  # a house number of four digits before its street is no postal code
    return any(pattern.search(text) for pattern in _POSTAL)


@lru_cache(maxsize=MEMORY)
def is_street_line(text: str) -> bool:
    """Whether a line looks like a street, a house number or a building."""
    if not _DIGIT.search(text):
        return bool(_STREET.search(text)) and not _FORM.search(text)
    return bool(_NUMBERED.search(text) or _STREET.search(text) or _BUILDING.search(text))


@lru_cache(maxsize=MEMORY)
def is_contact_line(text: str) -> bool:
    """Whether a line holds a telephone number, an e-mail address or a site."""
    return bool(_CONTACT.search(text))


def without_contacts(text: str) -> str:
    """A text up to its first telephone number, address of mail or site, or label.

    >>> without_contacts("5 High Street, N1 9GU London Tel: 020 7946 0000")
    '5 High Street, N1 9GU London'
    """
    ends = [m.start() for m in (_CONTACT.search(text), _LABEL.search(text)) if m]
    return text[: min(ends)].rsplit(" ", 1)[0].strip() if ends else text


def parts_of(text: str) -> list[str]:
    """The parts of a one-line letterhead such as `Acme Ltd • 1 High St • London`."""
    parts = [part.strip(" ,") for part in _SEPARATORS.split(text)]
    return [part for part in parts if part]


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """Squeezed country names in all our languages, and their ISO 3166 codes."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "UN", "ZZ", "EZ"):
                found.setdefault(squeeze(name), code)
    return found | {"usa": "US", "uk": "GB", "england": "GB", "holland": "NL", "deutschlandgermany": "DE"}


def country_of(text: str) -> str | None:
    """The ISO code of a line that is a country's name or code and nothing else."""
    key = squeeze(text)
    if len(key) < 2 or len(text) > 40:
        return None
    if len(key) == 2:
        return key.upper() if text.strip(" .,()").isupper() and key.upper() in _iso_codes() else None
    return countries().get(key)


@lru_cache(maxsize=1)
def _iso_codes() -> frozenset[str]:
    return frozenset(countries().values())


def split_address(lines: Sequence[str]) -> tuple[str, str | None]:
    """One line of text for an address, and its country where one is written."""
    country: str | None = None
    kept: list[str] = []
    for line in lines:
        code = country_of(line)
        if code and kept:
            country = code
            continue
        m = _COUNTRY_PREFIX.search(line)
        if m and (_CAR_CODES.get(m["code"]) or m["code"] in _iso_codes()):
            country = _CAR_CODES.get(m["code"], m["code"])
            kept.append((line[: m.start()] + line[m.end() :]).strip(" ,;"))
            continue
        kept.append(line.strip(" ,;"))
    joined = ", ".join(part for part in kept if part)
    return loosen(re.sub(r"\s*[*•●|∙]\s*", ", ", joined)), country


def loosen(text: str) -> str:
    """Put back the spaces that a reader dropped between numbers and words.

    >>> loosen("14JALAN MANIS, 56100KUALA LUMPUR, NO12")
    '14 JALAN MANIS, 56100 KUALA LUMPUR, NO12'
    """
    return re.sub(r"(?<![\w/])(\d{1,5})(?=[^\W\d_]{4})", r"\1 ", text)
