"""Whether a PDF page's text layer says what the page shows, or the page must be read by OCR.

A layer is not believed where its characters are not text (fonts without a character map), where it lies invisible
over a scan (the scanner's own, cheap OCR), or where a scan fills the page and the layer is only a stamp on it.

>>> judge(Layer(characters=300, words=60, ink=5)).is_trusted
True
>>> judge(Layer(characters=300, words=60, invisible=60, ink=5, picture=1.0)).note
'text_layer_by_scanner'
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from extractors.pages.characters import Token

FEW_CHARACTERS = 20
STAMP_CHARACTERS = 250  # a scan with less text than this on top: fax headers, "received" stamps, page numbers
GARBLED_SHARE = 0.1
NONSENSE_SHARE = 0.15  # a shifted character map leaves a quarter of the long words without a vowel, languages 2 %
NONSENSE_WORDS = 5
HIDDEN_SHARE = 0.5
FULL_PAGE = 0.6  # share of the page that a scan's picture covers, margins cut off

_LETTERS = re.compile(r"[^\W\d_]{5,}")
_VOWELS = frozenset("aeiouyàáâãäåæèéêëìíîïòóôõöøœùúûüýÿąęėįųūőűěů")
_LATIN_ONLY = re.compile(r"[A-Za-zÀ-ſ]+")


class Layer(NamedTuple):
    """What was counted on one page; `picture` and `covered` are shares in [0, 1]."""

    characters: int  # that can be seen, without spaces
    garbled: int = 0  # of them replacement characters, private use and control characters
    words: int = 0
    long: int = 0  # runs of five letters or more
    nonsense: int = 0  # of them those without a vowel
    invisible: int = 0  # words in text render mode 3
    ink: int = 0  # objects that are not text: pictures, paths, shadings, forms
    picture: float = 0.0  # covered by the largest picture
    covered: float = 0.0  # share of text objects under a full-page picture that is drawn later


class Verdict(NamedTuple):
    """Whether to believe the layer, and the note that goes with the page where it is not believed."""

    is_trusted: bool
    note: str = ""


def judge(layer: Layer) -> Verdict:
    """Believe the layer or read the page by OCR; a page with nothing on it is believed to be empty."""
    if layer.characters < FEW_CHARACTERS:
        return Verdict(not layer.ink, "" if not layer.ink else "no_text_layer")
    if layer.garbled > GARBLED_SHARE * layer.characters or layer.nonsense > max(
        NONSENSE_WORDS, NONSENSE_SHARE * layer.long
    ):
        return Verdict(is_trusted=False, note="text_layer_garbled")
    if layer.invisible > HIDDEN_SHARE * layer.words or layer.covered > HIDDEN_SHARE:
        return Verdict(
            is_trusted=False, note="text_layer_by_scanner" if layer.picture >= FULL_PAGE else "text_layer_hidden"
        )
    if layer.picture >= FULL_PAGE and layer.characters < STAMP_CHARACTERS:
        return Verdict(is_trusted=False, note="text_layer_partial")
    return Verdict(is_trusted=True)


def is_garbled(character: str) -> bool:
    """No text: U+FFFD, private use, control characters, unassigned code points."""
    return character == "\ufffd" or unicodedata.category(character) in {"Co", "Cc", "Cn", "Cs"}


def count_nonsense(words: list[Token]) -> tuple[int, int]:
    """Runs of five Latin letters or more, and how many have no vowel, which a shifted character map produces."""
    runs = [run for word in words for run in _LETTERS.findall(word.text) if _LATIN_ONLY.fullmatch(run)]
    return len(runs), sum(_VOWELS.isdisjoint(run.lower()) for run in runs)
