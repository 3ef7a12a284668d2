"""Other readings of a value, each with whose it is: what the reader weighed, and what its second reader saw.

>>> from models.extraction import Alternative
>>> seen = Evidence(confidence=0.6, reader="ppocr", raw="120,00", page=1, box=Box(0, 0, 50, 10),
...                 alternatives=(Alternative(value="128.00", confidence=0.1),))
>>> page = Page(1, 595, 842, (Word("120,00", Box(1, 1, 49, 9), 0.6, alternative="126,00"),))
>>> [(one.key, one.value, one.by) for one in choices_of(seen, "amount", (page,), TONGUES["fr"])]
[(1, '128,00', 'ppocr'), (2, '126,00', 'second')]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.document import Box, Page, Word
from models.extraction import Evidence
from models.invoice import Kind
from review.language import TONGUES, Tongue
from review.values import InputError, parse_value

MOST = 4  # one key each
SECONDS_KEY = 2  # always the second reader's, so that hands learn it
SECOND = "second"  # the reader that looks again where the first was not sure
PICKED = "page"  # a person picked words on the page
ENGINES = ("ppocr", "tesseract", "text", "xml", "memory", "repaired", "derived", "person", SECOND, PICKED)
_MARGIN = 2.0  # points by which a word may stick out of the box of its value


@dataclass(frozen=True, slots=True)
class Choice:
    """One other reading: the value as the form shows it, whose it is, its place, and the key that takes it."""

    value: str
    by: str
    page: int | None = None
    box: Box | None = None
    key: int = 0

    @property
    def place(self) -> str:
        """The place as a form carries it: page and box in points."""
        return place_text(self.page, self.box)


def place_text(page: int | None, box: Box | None) -> str:
    """Page and box as a form carries them.

    >>> place_text(1, Box(0, 0.5, 10, 20))
    '1 0.00 0.50 10.00 20.00'
    """
    return f"{page} " + " ".join(f"{edge:.2f}" for edge in box) if page and box else ""


def choices_of(seen: Evidence | None, kind: Kind, pages: Sequence[Page], tongue: Tongue) -> tuple[Choice, ...]:
    """Up to four other readings by their keys; where both saw the same, it is the second reader's word."""
    if seen is None:
        return ()
    found = [Choice(value, SECOND, seen.page, seen.box) for value in _second(seen, kind, pages, tongue)]
    found += [Choice(tongue.stored_value(other.value, kind), seen.reader, other.page, other.box)
              for other in seen.alternatives]  # fmt: skip
    unique = {one.value: one for one in reversed(found) if one.value}
    return _with_keys(list(dict.fromkeys(unique[one.value] for one in found if one.value))[:MOST])


def _with_keys(found: Sequence[Choice]) -> tuple[Choice, ...]:
    """Each with its key, in order."""
    is_second = any(one.by == SECOND for one in found)
    free = iter(key for key in range(1, MOST + 1) if not (is_second and key == SECONDS_KEY))
    keyed = [replace(one, key=SECONDS_KEY if one.by == SECOND else next(free)) for one in found]
    return tuple(sorted(keyed, key=lambda one: one.key))


def _second(seen: Evidence, kind: Kind, pages: Sequence[Page], tongue: Tongue) -> list[str]:
    words = words_in(seen, pages)
    if not any(word.alternative for word in words):
        return []
    return [_as_value(" ".join(word.alternative or word.text for word in words), kind, tongue)]


def words_in(seen: Evidence, pages: Sequence[Page]) -> list[Word]:
    """The words that a value stands in, from left to right."""
    page = next((page for page in pages if page.number == seen.page), None)
    if page is None or seen.box is None:
        return []
    x0, y0, x1, y1 = seen.box
    inside = [
        word for word in page.words
        if word.box.x0 >= x0 - _MARGIN and word.box.x1 <= x1 + _MARGIN
        and y0 - _MARGIN <= word.box.middle <= y1 + _MARGIN
    ]  # fmt: skip
    return sorted(inside, key=lambda word: word.box.x0)


def _as_value(text: str, kind: Kind, tongue: Tongue) -> str:
    """A text of the page as the form shows such values; as it stands where it is no such value."""
    for code in dict.fromkeys((tongue.code, *TONGUES)):
        try:
            return tongue.form_value(parse_value(kind, text, code))
        except InputError:
            continue
    return text
