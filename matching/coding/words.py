"""What of a line can be compared: its words, its supplier, its VAT rate and the size of its amount.

>>> sorted(words_of("Abonnement téléphone n° 4711, mars"))
['abonnement', 'mars', 'telephone']
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from math import log10
from zlib import crc32

from models.coding import CodingLine
from models.reference import squeeze

FEATURES = 2**14  # of the hashed space: collisions of a few thousand words cost next to nothing
_WORD = re.compile(r"[^\W\d_]{2,}")


@lru_cache(maxsize=65_536)
def words_of(text: str | None) -> frozenset[str]:
    """Words without accents and case; numbers say which invoice it was, not what was bought."""
    plain = unicodedata.normalize("NFKD", text or "").encode("ascii", "ignore").decode().casefold()
    return frozenset(_WORD.findall(plain))


def seller_of(line: CodingLine) -> str:
    """By what the supplier is recognised: its number, else its name; empty for neither."""
    return line.seller_id or squeeze(line.seller_name)


def features_of(line: CodingLine) -> list[int]:
    """The line as positions in the hashed space."""
    return [crc32(mark.encode()) % FEATURES for mark in _marks(line)]


def _marks(line: CodingLine) -> Iterator[str]:
    seller = seller_of(line)
    for word in sorted(words_of(line.item_name)):
        yield f"w:{word}"
        yield f"sw:{seller}:{word}"
    yield f"s:{seller}"
    yield f"r:{line.vat_rate}"
    band = round(2 * log10(abs(float(line.net_amount)))) if line.net_amount else None
    yield f"sa:{seller}:{band}"
