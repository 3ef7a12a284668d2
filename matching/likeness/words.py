"""What a description is made of: words, numbers and model numbers, folded so that writing habits do not count.

>>> words_of("Bosch GSR-18V Schraubendreher, 2.0 Ah")
('bosch', 'gsr', '18v', 'schraubendreher', '2', '0', 'ah')
>>> sorted(numbers_of("2.0 Ah, 18V, 1,500 pcs")), sorted(models_of("Bosch GSR-18V 2.0 Ah"))
(['1500', '18', '2'], ['gsr18v'])
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from matching.names import fold

SHORTEST_MODEL = 4  # letters and digits; shorter ones are sizes more often than models
PLACEHOLDERS = frozenset({"", "-", "--", "n/a", "na", "nan", "none", "null", "unknown", "?"})
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_CHUNK = re.compile(r"[^\s,;|()\"'\[\]]+")
_NOT_CODE = re.compile(r"[\W_]+")
_DIGIT = re.compile(r"\d")
_AMOUNT = re.compile(r"\s*[^\w\s.,+-]{0,3}\s*([+-]?\d[\d.,]*)\s*%?\s*[^\w\s.,]?\s*")


@lru_cache(maxsize=65_536)
def words_of(text: str) -> tuple[str, ...]:
    """Letters and digits between anything else, in order, folded."""
    return tuple(_WORD.findall(fold(text)))


def squeezed(text: str) -> str:
    """Letters and digits only, folded: "DVD-3800 BD" and "dvd3800bd" are the same.

    >>> squeezed("DVD-3800 BD")
    'dvd3800bd'
    """
    return "".join(words_of(text))


@lru_cache(maxsize=65_536)
def numbers_of(text: str) -> frozenset[str]:
    """The numbers in a text, also those stuck to a unit, without needless zeros."""
    return frozenset(_plain(found) for found in _NUMBER.findall(text))


@lru_cache(maxsize=65_536)
def models_of(text: str) -> frozenset[str]:
    """What looks like a model or item number: a chunk with a digit, of some length, not a plain amount."""
    chunks = (chunk for chunk in _CHUNK.findall(fold(text)) if _DIGIT.search(chunk) and not _AMOUNT.fullmatch(chunk))
    long = frozenset(code for chunk in chunks if len(code := _NOT_CODE.sub("", chunk)) >= SHORTEST_MODEL)
    plain = (number for number in _WORD.findall(text) if number.isdecimal() and len(number) > SHORTEST_MODEL)
    return long | frozenset(plain)


@lru_cache(maxsize=65_536)
def grams_of(text: str) -> tuple[str, ...]:
    """Three letters in a row within words, word ends marked, with repetitions.

    >>> grams_of("M8 nut")
    (' m8', 'm8 ', ' nu', 'nut', 'ut ')
    """
    return tuple(f" {word} "[at : at + 3] for word in words_of(text) for at in range(len(word)))


def is_missing(text: str) -> bool:
    """Whether a value says that there is none.

    >>> is_missing(" - "), is_missing("n/a"), is_missing("0")
    (True, True, False)
    """
    return text.strip().casefold() in PLACEHOLDERS


def number_in(text: str) -> float:
    """The value of a text that is one number, with a sign of currency or per cent at most; else NaN.

    >>> number_in("$1,999.00"), number_in("8.10 %"), number_in("iphone 4")
    (1999.0, 8.1, nan)
    """
    found = _AMOUNT.fullmatch(text)
    return float(_plain(found[1].lstrip("+-"))) if found and len(found[1]) <= 24 else math.nan


def _plain(number: str) -> str:
    """One notation for a number: no thousands separators, a point for decimals, no needless zeros."""
    if _GROUPED.fullmatch(number):
        number = number.replace(",", "")
    whole, _, rest = number.strip(".,").replace(",", ".").partition(".")
    decimals = rest.replace(".", "").rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{decimals}" if decimals else whole
