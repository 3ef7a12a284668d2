"""What paper prints, and the term that it means: the label files of all languages as one lexicon.

A label is compared squeezed: lower case, no accents, no spaces, letters and digits only, so that a reader that
drops spaces still finds it. All languages are searched at once; a label means one term in its namespace.

>>> squeeze("N° de facture :")
'nodefacture'
>>> load_lexicon().labels["nodefacture"].term
'invoice_number'
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import product
from typing import Any, NamedTuple

from rapidfuzz.distance import Levenshtein

LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pl", "pt")
WEAK = 0.55  # strength of a label that means its term only where nothing better is near
FUZZY = 0.85  # strength factor of a label that is one character off
MEMORY = 100_000  # texts whose label is remembered
LONGEST_KEY = 60  # no label is longer
FUZZY_LENGTH = 8  # shorter labels one character off are other words
FUZZY_HEADING = 6  # column heads and titles are few, and stand among their like
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SIGNS = str.maketrans({"ł": "l", "ß": "ss", "№": "no", "#": "no", "%": "pct", "ø": "o", "æ": "ae", "œ": "oe"})


class Label(NamedTuple):
    """What a squeezed label means: a term (or a decoy's name), how surely in (0, 1], and in which language."""

    term: str
    strength: float
    language: str
    key: str = ""  # the label itself, squeezed
    compound: bool = False  # spelt out from the words that stand for incl., excl. and VAT


class LabelIndex(dict[str, Label]):
    """Squeezed labels and what they mean; finds a label that is one character off as well.

    Of a text one character off, the first or the second half is untouched: labels are kept by both.
    """

    def __init__(self, labels: Mapping[str, Label], fuzzy_length: int = FUZZY_HEADING) -> None:
        super().__init__(labels)
        self._fuzzy_length = fuzzy_length
        self._known: dict[str, Label | None] = {}  # what was asked before
        self._halves: dict[tuple[int, bool, str], list[str]] = defaultdict(list)
        for key, label in labels.items():
            if len(key) >= fuzzy_length and not label.compound:
                middle = len(key) // 2
                self._halves[len(key), True, key[:middle]].append(key)
                self._halves[len(key), False, key[middle:]].append(key)

    def find(self, key: str) -> Label | None:
        """The label that a squeezed text is, or is but for one character."""
        exact = self.get(key)
        if exact or len(key) < self._fuzzy_length or len(key) > LONGEST_KEY:
            return exact
        if key not in self._known:
            if len(self._known) > MEMORY:
                self._known.clear()
            self._known[key] = self._search(key)
        return self._known[key]

    def _search(self, key: str) -> Label | None:
        for length in (len(key), len(key) + 1, len(key) - 1):
            middle = length // 2
            halves = ((length, True, key[:middle]), (length, False, key[-(length - middle) :]))
            for near in (near for half in halves for near in self._halves.get(half, ())):
                if Levenshtein.distance(key, near, score_cutoff=1) <= 1 and _digits(key) == _digits(near):
                    return self[near]._replace(strength=self[near].strength * FUZZY)
        return None


def _digits(key: str) -> str:
    return "".join(c for c in key if c.isdigit())


@dataclass(frozen=True)
class Lexicon:
    """All label files together; keys are squeezed labels."""

    labels: LabelIndex
    sections: LabelIndex
    columns: LabelIndex
    types: LabelIndex
    months: Mapping[str, int]
    words: Mapping[str, frozenset[str]]  # language to its frequent words
    vat_prefixes: Mapping[str, str]  # label to the country whose tax number follows without its prefix


@lru_cache(maxsize=65536)
def squeeze(text: str) -> str:
    """Fold to letters and digits without accents and case."""
    folded = text.casefold().replace("n°", "no").replace("nº", "no").translate(_SIGNS)
    if not folded.isascii():
        folded = unicodedata.normalize("NFKD", folded)
    return "".join(c for c in folded if c.isascii() and c.isalnum())


def read_language(language: str) -> dict[str, Any]:
    """One label file as it stands."""
    return tomllib.loads((files("extractors.fields") / "labels" / f"{language}.toml").read_text(encoding="utf-8"))


def words_of(pack: Mapping[str, Any]) -> dict[str, list[str]]:
    """What the placeholders of a label file stand for: `{no}` for each word for number, and its own `[words]`."""
    return {"no": pack["numbers"], **pack.get("words", {})}


def spellings(label: str, words: Mapping[str, list[str]]) -> Iterator[str]:
    """The squeezed spellings of a label: each placeholder stands for each of its words.

    >>> list(spellings("total {incl} {vat}", {"incl": ["incl", "with"], "vat": ["VAT"]}))
    ['totalinclvat', 'totalwithvat']
    """
    names = _PLACEHOLDER.findall(label)
    for chosen in product(*(words[name] for name in names)):
        yield squeeze(label.format(**dict(zip(names, chosen, strict=True))) if names else label)


def collect(packs: Mapping[str, dict[str, Any]], tables: Mapping[str, float]) -> dict[str, Label]:
    """The labels of some tables (with their strengths) over all languages; the strongest meaning wins."""
    found: dict[str, Label] = {}
    for table, strength in tables.items():
        for language, pack in packs.items():
            for term, labels in pack.get(table, {}).items():
                for label in labels:
                    for key in spellings(label, words_of(pack)):
                        found.setdefault(
                            key, Label(term, strength, language, key, "{incl}" in label or "{excl}" in label)
                        )
    found.pop("", None)
    return found


def _months(packs: Mapping[str, dict[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for pack in packs.values():
        months = pack["months"]
        for names in (months["names"], months["short"]):
            for number, name in enumerate(names, start=1):
                found.setdefault(squeeze(name), number)
        found.update({squeeze(name): number for name, number in months["also"].items()})
    return found


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """Read all label files; once a process."""
    packs = {language: read_language(language) for language in LANGUAGES}
    prefixes = {
        key: country
        for pack in packs.values()
        for country, names in pack.get("vat_prefix", {}).items()
        for name in names
        for key in spellings(name, words_of(pack))
    }
    return Lexicon(
        labels=LabelIndex(collect(packs, {"labels": 1.0, "decoys": 1.0, "weak": WEAK}), FUZZY_LENGTH),
        sections=LabelIndex(collect(packs, {"sections": 1.0})),
        columns=LabelIndex(collect(packs, {"columns": 1.0})),
        types=LabelIndex(collect(packs, {"types": 1.0})),
        months=_months(packs),
        words={language: frozenset(map(squeeze, pack["common"])) for language, pack in packs.items()},
        vat_prefixes=prefixes,
    )
