"""Company names, compared by what distinguishes them: legal forms, accents, case and punctuation set aside.

Similarities in [0, 100], as rapidfuzz has them. Legal forms are those of cleanco and a list of our own, because
cleanco lacks spelled-out French forms and takes "AB" off any name that begins with it.

>>> normalise_name("Société Anonyme DUPONT & Fils"), normalise_name("Müller GmbH & Co. KG")
('dupont fils', 'muller')
>>> name_similarity("DUPONT ET FILS SARL", "Dupont & Fils")
100.0
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from cleanco import prepare_default_terms
from cleanco.clean import custom_basename
from rapidfuzz import fuzz

# Longest first: "societe a responsabilite limitee" must go before "societe" could.
_SPELLED_OUT = (
    "entreprise unipersonnelle a responsabilite limitee",
    "societe par actions simplifiee unipersonnelle",
    "societe a responsabilite limitee",
    "societe par actions simplifiee",
    "societe en commandite simple",
    "gesellschaft mit beschrankter haftung",
    "societe en nom collectif",
    "auto entrepreneur",
    "micro entreprise",
    "societe anonyme",
    "societe civile",
    "public limited company",
    "private limited company",
    "limited liability company",
    "aktiengesellschaft",
    "sociedad limitada",
    "sociedad anonima",
    "naamloze vennootschap",
    "besloten vennootschap",
    "societa per azioni",
    "societa a responsabilita limitata",
)
_FORMS = frozenset(
    [
        "sas",
        "sasu",
        "sarl",
        "eurl",
        "sa",
        "snc",
        "sci",
        "scp",
        "selarl",
        "selas",
        "scop",
        "gie",
        "ei",
        "eirl",
        "scs",
        "sca",
        "gmbh",
        "ag",
        "kg",
        "ohg",
        "gbr",
        "ug",
        "mbh",
        "ev",
        "eg",
        "se",
        "kgaa",
        "ltd",
        "limited",
        "plc",
        "llp",
        "llc",
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "company",
        "cie",
        "bv",
        "nv",
        "bvba",
        "sprl",
        "srl",
        "spa",
        "sl",
        "slu",
        "sau",
        "oy",
        "ab",
        "as",
        "aps",
        "lda",
        "sp",
        "zoo",
        "sro",
    ]
)
_JOINERS = frozenset({"et", "and", "und", "y", "e", "en", "the"})
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}")
_SPACES = re.compile(r"[\W_]+")
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})

# What looks like a Latin letter: Cyrillic and Greek homoglyphs, digits, and pairs that print alike.
_HOMOGLYPHS = str.maketrans(
    "авекмнорстухіјѕԁһӏԛԝαεικνορτυχ" + "01358|!$", "abekmhopctyxijsdhlqwaeiknoptux" + "olesblls"
)
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("ii", "u"))
_TERMS = prepare_default_terms()


def fold(text: str) -> str:
    """Lower case without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@lru_cache(maxsize=65_536)
def normalise_name(name: str) -> str:
    """The distinguishing words of a company name, folded; the whole name where nothing else is left."""
    plain = _DOTTED.sub(lambda match: match[0].replace(".", ""), fold(name))
    words = _SPACES.sub(" ", plain).strip()
    for form in _SPELLED_OUT:
        words = words.replace(form, " ") if form in words else words
    kept = [word for word in words.split() if word not in _JOINERS]
    while len(kept) > 1 and kept[-1] in _FORMS:
        kept.pop()
    while len(kept) > 1 and kept[0] in _FORMS - {"ab", "as", "se", "co", "ei", "ev", "the"}:
        kept.pop(0)
    shortened = custom_basename(" ".join(kept), _TERMS, suffix=True)
    return shortened or " ".join(kept) or words


@lru_cache(maxsize=65_536)
def skeleton(name: str) -> str:
    """What the eye sees of a name: homoglyphs and look-alike pairs folded, no spaces.

    >>> skeleton("Аcme T00ling") == skeleton("Acme Tooling")
    True
    """
    return _as_seen(normalise_name(name))


@lru_cache(maxsize=65_536)
def whole_skeleton(name: str) -> str:
    """What the eye sees of a name with its legal form, where an imitation may hide as well."""
    return _as_seen(_SPACES.sub(" ", fold(name)))


def _as_seen(text: str) -> str:
    seen = "".join(text.translate(_HOMOGLYPHS).split())
    for pair, single in _PAIRS:
        seen = seen.replace(pair, single)
    return seen


def name_similarity(left: str, right: str) -> float:
    """How alike two company names are, in [0, 100]; word order counts little, legal forms not at all."""
    a, b = normalise_name(left), normalise_name(right)
    if not a or not b:
        return 0.0
    if a == b or a.replace(" ", "") == b.replace(" ", ""):
        return 100.0
    whole = max(fuzz.ratio(a, b), fuzz.token_sort_ratio(a, b))
    shorter = min(len(a), len(b))
    # One name inside the other ("Exact" in "Exact Belgium") is a hint, and a weaker one the shorter it is.
    contained = fuzz.token_set_ratio(a, b) * (0.92 if shorter >= 6 else 0.8)
    return float(max(whole, contained))
