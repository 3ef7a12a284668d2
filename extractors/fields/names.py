"""Names of companies: what may be one, and how it is written down.

>>> is_name("Au bon moulin SARL"), is_name("Tel: 030 123"), is_name("12.50")
(True, False, False)
>>> tidy_name("  Acme Ltd., ")
'Acme Ltd.'
"""

from __future__ import annotations

import re

from extractors.fields.addresses import is_contact_line
from extractors.fields.lexicon import squeeze

SALUTATIONS = frozenset(
    (
        "herrn", "herr", "frau", "firma", "an", "mr", "mrs", "ms", "madame", "monsieur", "mme", "m", "messrs",
        "sig", "sigra", "spettle", "exmosenhor", "familie", "company", "eheleute", "dhr", "mevr", "panpani",
    )
)  # fmt: skip
LABELS = frozenset((
    "nameadresse", "nameundadresse", "nameandaddress", "nameaddress", "adresse", "address", "anschrift", "adressse",
    "nometadresse", "nometindirizzo", "direccion", "indirizzo", "adres", "invoiceholder", "guestname", "gastname",
))  # fmt: skip
POLITE = (
    "thankyou",
    "welcome",
    "visitus",
    "comeagain",
    "merci",
    "vielendank",
    "danke",
    "gracias",
    "grazie",
    "bedankt",
    "obrigad",
    "dziekuj",
)
FIRST_WORDS = (
    "thank", "welcome", "visit", "come", "merci", "viele", "danke", "gracia", "grazi", "bedankt", "obrigad", "dziekuj",
)  # fmt: skip
LEGAL_FORM = re.compile(
    r"(?<![^\W_])(?:gmbh|mbh|ag|kg|ohg|ug|gbr|e\.?k\.?|e\.v\.|se|s\.?a\.?|sas|sasu|sarl|eurl|sci|snc|scea|ltd|limited|llc|"
    r"inc|corp|co|plc|llp|pty|b\.?v\.?|n\.?v\.?|s\.?r\.?l\.?|s\.?p\.?a\.?|s\.?l\.?u?\.?|lda|ltda|sp\.? ?z ?o\.? ?o\.?|"
    r"s\.?c\.?|vof|sdn\.? ?bhd|enterprise|trading|company|restaurant|restoran|hotel|kdai|kedai|mart|store|group|"
    r"holding|pharmacy|apotheke|s\.c\.r\.l\.|aps|oy|ab|s/b|catering|caf[eé]|bistro|bakery|market|supermarket|pasar|centre)"
    r"\.?(?![^\W_])",
    re.IGNORECASE,
)
COMPANY = re.compile(
    r"(?<![^\W_])(?:gmbh|g\.?e?s\.?m\.?b\.?h|mbh|ag|kg|ohg|ug|gbr|e\.?k\.?|s\.?a\.?s?|sasu|s\.?[aà]\.?r\.?l|eurl|ltd|"
    r"limited|l\.?l\.?c|inc|corp|plc|llp|plt|pty|pte|pvt|bvba|b\.?v\.?|n\.?v\.?|v\.?o\.?f|c\.?v|s\.?n\.?c|s\.?r\.?l\.?|"
    r"s\.?p\.?a\.?|s\.?l\.?u?\.?|s\.?c\.?p|c\.?b|lda|sp\.? ?z ?o\.? ?o\.?|sp\.? ?[jk]|sdn\.? ?bhd|bhd|enterprise|s/b|"
    r"oy|aps)\.?(?![^\W_])",
    re.IGNORECASE,
)


def has_legal_form(text: str) -> bool:
    """Whether a text names a legal form or a kind of business."""
    return bool(LEGAL_FORM.search(text))


def is_company(text: str) -> bool:
    """Whether a text names a legal form, not merely a kind of business."""
    return bool(COMPANY.search(text))


def company_of(text: str) -> str:
    """The company with which a sentence begins; a short text as it stands.

    >>> company_of("Acme GmbH & Co. KG is a member of the Acme group"), company_of("Acme GmbH")
    ('Acme GmbH & Co. KG', 'Acme GmbH')
    """
    if len(text.split()) <= 6:
        return text
    found = re.match(r"\S+\s.*?" + COMPANY.pattern + r"(?:\s*&\s*co\.?\s*kg\b)?", text, re.IGNORECASE)
    return found[0] if found else text


def is_name(text: str) -> bool:
    """Whether a line may be a person's or a company's name."""
    letters = sum(map(str.isalpha, text))
    digits = sum(map(str.isdigit, text))
    if letters < 3 or len(text) > 90 or digits > max(4, letters) or is_contact_line(text):
        return False
    if text.rstrip().endswith(":") or text.startswith("?"):
        return False
    key = squeeze(text)
    return key not in SALUTATIONS and key not in LABELS and not _is_polite(text, key)


def _is_polite(text: str, key: str) -> bool:
    """Whether a text thanks or greets; `merci` within a word does not."""
    words = (squeeze(word) for word in text.split())
    return any(phrase in key for phrase in POLITE) and any(word.startswith(FIRST_WORDS) for word in words)


def tidy_name(text: str) -> str:
    """Without the separators that stood around it and a registration number in brackets behind it."""
    plain = re.sub(
        r"\s*\(?\b(?:co\.? ?reg\.? ?no\.?:? ?)?[A-Z]?\d{4,}[- ][A-Z]{1,2}\b\)?(?:\s*\(\w+\))?\s*$",
        "",
        text.strip(),
        flags=re.IGNORECASE,
    )
    plain = re.sub(r"\.?\s*\(\s*\d?\s*$", "", plain)  # what a torn number left
    plain = re.sub(r"\s*(?:\bstore ?#?|#|\s-) ?\d{2,6}\s*$", "", plain, flags=re.IGNORECASE)  # the branch's number
    plain = re.sub(r"^(?:own(?:ed)? by|operated by|managed by)\s*:?\s*", "", plain, flags=re.IGNORECASE)
    return re.sub(r"\s+", " ", plain).strip(" ,;:|•·*_-–—\"'")
