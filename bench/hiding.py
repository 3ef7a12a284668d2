"""A label lexicon with holes: how reading fares where a supplier uses words that nobody listed.

Which spellings are hidden depends on the spelling alone, so every run and every set hides the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from extractors.fields import lexicon

TABLES = ("labels", "weak")


@contextmanager
def hidden_words(share: float, languages: frozenset[str] = frozenset()) -> Iterator[None]:
    """Within the block the lexicon lacks this share of its header labels, and all labels of some languages."""
    whole = lexicon.read_language

    def holed(language: str) -> dict[str, Any]:
        return _without(whole(language), 1.0 if language in languages else share)

    with patch.object(lexicon, "read_language", holed):
        lexicon.load_lexicon.cache_clear()
        lexicon.load_lexicon()
        try:
            yield
        finally:
            lexicon.load_lexicon.cache_clear()


def _without(pack: Mapping[str, Any], share: float) -> dict[str, Any]:
    holed = dict(pack)
    for table in TABLES:
        terms: Mapping[str, list[str]] = pack.get(table, {})
        holed[table] = {term: [each for each in words if not _is_hidden(each, share)] for term, words in terms.items()}
    return holed


def _is_hidden(label: str, share: float) -> bool:
    digest = hashlib.sha256(label.casefold().encode()).digest()
    return int.from_bytes(digest[:4], "big") < share * 2**32
