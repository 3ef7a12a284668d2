"""The words of an item: which column each piece stands under, the unit beside the quantity, and the name made of them.

A segment that runs over the beginning of another text column is cut there: columns of text are aligned left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from extractors.fields.candidates import Candidate
from extractors.fields.cells import Draft
from extractors.fields.columns import Header
from extractors.fields.layout import Row, segments_of
from extractors.fields.lexicon import load_lexicon
from extractors.fields.lines_units import known_unit

ALIGNED = 0.3  # heights beside a heading's left edge that still are its edge
SYLLABLE = 4  # letters: a short rest of a word that was broken without a hyphen
LONG_WORD = 12  # letters: only a word as long is broken so
_SIGNS = frozenset(("€", "$", "£", "EUR", "USD", "CHF", "GBP", "PLN", "zł", "%", "x", "X", "×", "*", "@", "à", "á"))
_PRICE_BASE = re.compile(r"^[€$£]?/ ?(\d+)?(?:[^\W\d]{1,5}\.?)?$")  # the price is for so many
_DETAIL = re.compile(r"^[•·*–-]\s|^[^\W\d][\w .()/-]{1,40}?\s?:(?:\s|\S*\d|$)")


def add_texts(row: Row, header: Header, cells: Mapping[str, Candidate], draft: Draft) -> None:
    """Put the words of a row that are no numbers into the item's columns."""
    taken = {i for c in cells.values() for i in range(c.first, c.last + 1)}
    unit = _unit_words(row, header, cells.get("quantity"), taken) if not draft.unit else []
    if unit:
        draft.unit = " ".join(row.tokens[i].text for i in unit)
        taken.update(unit)
    for token in row.tokens:
        base = _PRICE_BASE.match(token.text)
        if base and base[1] and len(base[1]) < 5:
            draft.per = Decimal(base[1])
    for piece in _pieces(row, header):
        kept = [i for i in piece if i not in taken and not _PRICE_BASE.match(row.tokens[i].text)]
        words = [row.tokens[i] for i in kept if row.tokens[i].key]
        if not words or all(w.text in _SIGNS for w in words):
            continue
        column = header.text_column(words[0].box.x0)
        term = column.term if column is not None else "item_name"
        if term == "unit_code":
            draft.unit = draft.unit or words[0].text
        else:
            draft.texts.append((row, term, " ".join(row.tokens[i].text for i in kept)))


def _unit_words(row: Row, header: Header, quantity: Candidate | None, taken: set[int]) -> list[int]:
    """At most two words right behind the quantity in its segment, or a known unit alone before the next number."""
    if quantity is None:
        return []
    behind: list[int] = []
    for i in range(quantity.last + 1, len(row.tokens)):
        if i in taken or row.breaks[i] or row.tokens[i].text in _SIGNS or _under_name(row, i, header, quantity):
            break
        behind.append(i)
    if 1 <= len(behind) <= 2:
        return behind
    following = quantity.last + 1
    if behind == [] and following < len(row.tokens) and following not in taken:
        apart = row.breaks[following] and (following + 1 == len(row.tokens) or following + 1 in taken)
        if apart and known_unit(row.tokens[following].text):
            return [following]
    return []


def _under_name(row: Row, at: int, header: Header, quantity: Candidate) -> bool:
    """Whether a word stands below the heading of the names, right of the quantity: then it is no unit."""
    column = header.text_column(row.tokens[at].box.x0)
    if column is None or column.term != "item_name" or column.x0 < quantity.box.x0:
        return False
    return row.tokens[at].box.x0 >= column.x0 - 1.5 * header.height


def _pieces(row: Row, header: Header) -> Iterator[list[int]]:
    """The segments of a row, cut where a word begins under the left edge of another text column."""
    edges = [c.x0 for c in header.columns if c.is_text]
    for segment in segments_of(row):
        piece: list[int] = []
        for i in range(segment.first, segment.last + 1):
            if piece and any(abs(row.tokens[i].box.x0 - x0) <= ALIGNED * row.height for x0 in edges):
                yield piece
                piece = []
            piece.append(i)
        yield piece


def name_of(draft: Draft, term: str = "item_name") -> str | None:
    """The words of a column, rows joined; details that follow the name (`Colour: red`, bullets) are left out."""
    parts: list[str] = []
    first: Row | None = None
    for row, column, text in draft.texts:
        if column != term:
            continue
        if first is not None and row is not first and _DETAIL.match(text):
            break
        first = first or row
        _join(parts, text)
    name = " ".join(" ".join(parts).split())
    return name or None


def codes_of(draft: Draft, term: str) -> str | None:
    """The words of a column of codes, without labels in them (`Art-Nr: CO-123` gives `CO-123`)."""
    texts = [text for _, column, text in draft.texts if column == term]
    found = [text.rpartition(":")[2].strip() if text.count(":") == 1 else text for text in texts]
    return " ".join(" ".join(found).split()) or None


def _join(parts: list[str], text: str) -> None:
    """Add a row's words; the rest of a word that the column's edge broke is put to it."""
    last = parts[-1].rsplit(" ", 1)[-1] if parts else ""
    start = text.split(" ", 1)[0]
    if len(last) > 1 and last.endswith("-") and last[-2].isalpha() and start[:1].islower():
        parts[-1] = parts[-1][:-1] + text
        return
    broken = (
        len(last) >= LONG_WORD
        and last.isalpha()
        and len(start) <= SYLLABLE
        and start.islower()
        and start.isalpha()
        and not any(start in words for words in load_lexicon().words.values())
    )
    if broken:
        parts[-1] += text
    else:
        parts.append(text)
