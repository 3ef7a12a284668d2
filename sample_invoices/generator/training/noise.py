"""Noise on words without a picture: what recognisers do to letters, gaps and boxes, for training that must be fast.

>>> from models.document import Box, Page, Word
>>> page = Page(1, 100.0, 100.0, (Word("Total", Box(1, 1, 30, 9)), Word("108.00", Box(40, 1, 70, 9))))
>>> noisy((page,), 0.0, Random(1)) == (page,)
True
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from models.document import Box, Page, Word

CONFUSIONS = {
    "0": "OoD6", "1": "lI7i", "2": "Z7", "3": "8", "4": "A", "5": "S6", "6": "b8G", "7": "1T", "8": "B3", "9": "g4",
    "O": "0Q", "I": "1l", "l": "1I", "S": "5s", "B": "8", "Z": "2", "G": "6C", "D": "0O", "e": "c", "c": "e",
    "o": "0a", "a": "o", "n": "r", "u": "v", "i": "l1", "t": "f", "f": "t", ".": ",", ",": ".", ":": ".;", "-": "~",
    "/": "1l", "€": "C£", "$": "S", "£": "E", "é": "e", "è": "e", "ü": "u", "ö": "o", "ä": "a", "ß": "B", "ł": "l",
    "ą": "a", "ę": "e", "ó": "o", "ś": "s", "ż": "z", "ç": "c", "ã": "a", "õ": "o", "ñ": "n", "°": "o",
}  # fmt: skip
JITTER = 0.04  # of the word's height, at most
Words = list[Word]


def confuse(text: str, rate: float, rng: Random) -> str:
    """Each letter is misread, lost or doubled with this probability."""
    out = []
    for sign in text:
        luck = rng.random()
        if luck >= rate:
            out.append(sign)
        elif luck < rate * 0.8:
            out.append(rng.choice(CONFUSIONS.get(sign, sign)))
        elif luck < rate * 0.9:
            out.append(sign + rng.choice((".", "'", sign, ",")))
    return "".join(out)


def split(word: Word, rng: Random) -> Words:
    """One word as two."""
    at = rng.randint(1, len(word.text) - 1)
    middle = word.box.x0 + word.box.width * at / len(word.text)
    first = Box(word.box.x0, word.box.y0, round(middle, 2), word.box.y1)
    second = Box(round(middle + 0.6, 2), word.box.y0, word.box.x1, word.box.y1)
    return [word._replace(text=word.text[:at], box=first), word._replace(text=word.text[at:], box=second)]


def joined(left: Word, right: Word) -> Word:
    """Two neighbours as one word."""
    return left._replace(text=left.text + right.text, box=left.box.union(right.box))


def adjacent(left: Word, right: Word) -> bool:
    """Whether a recogniser may lose the gap between two words."""
    gap = right.box.x0 - left.box.x1
    return abs(left.box.middle - right.box.middle) < 2 and 0 <= gap < left.box.height * 0.6


def noisy_page(page: Page, rate: float, rng: Random) -> Page:
    """One page with noise."""
    words: Words = []
    for word in page.words:
        if rng.random() < rate * 0.15:
            continue
        text = confuse(word.text, rate, rng)
        if not text:
            continue
        shift = [rng.uniform(-1, 1) * JITTER * word.box.height for _ in range(4)]
        box = Box(*(round(side + move, 2) for side, move in zip(word.box, shift, strict=True)))
        fresh = word._replace(text=text, box=box, confidence=round(rng.uniform(0.75, 1.0), 3))
        if words and rng.random() < rate * 2 and adjacent(words[-1], fresh):
            words[-1] = joined(words[-1], fresh)
        elif len(text) > 3 and rng.random() < rate * 0.5:
            words += split(fresh, rng)
        else:
            words.append(fresh)
    return replace(page, words=tuple(words), reader="ppocr")


def noisy(pages: tuple[Page, ...], rate: float, rng: Random) -> tuple[Page, ...]:
    """Pages as a recogniser with this share of wrong letters (0 to 0.05) would give them; the same pages at rate 0."""
    return tuple(noisy_page(page, rate, rng) for page in pages) if rate > 0 else pages
