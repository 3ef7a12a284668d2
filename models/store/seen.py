"""The words of pages as they were read, one file in the home for each document that a person looks at.

Causes of corrections are told by them, and the next training needs to read nothing again. They are a copy of what can
be read anew at any time: empty the folder when documents have to go, or after a change of what reads words.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from models.document import Page
from models.durable import make_folder, write_atomic

Pages = tuple[Page, ...]
_PAGES: TypeAdapter[Pages] = TypeAdapter(Pages)


def words_folder(home: Path) -> Path:
    """Where a home keeps words."""
    return home / "learning" / "words"


def kept_words(home: Path, sha256: str) -> Path:
    """The file in which the words of one document are kept, if they are."""
    return words_folder(home) / f"{sha256}.json"


def load_words(path: Path) -> Pages | None:
    """The pages of a file of words; None where it is not there, or of another version."""
    try:
        return _PAGES.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def keep_words(path: Path, pages: Pages) -> None:
    """Write a file of words; where the disk is full there is none, which costs another reading only."""
    with suppress(OSError):
        make_folder(path.parent)
        write_atomic(path, _PAGES.dump_json(pages))


def texts_of(pages: Pages | None, numbers: Sequence[int] = ()) -> tuple[str, ...]:
    """The words of some pages (all if none is named), in rows from the top."""
    words = [(page.number, round(word.box.middle / 4), word.box.x0, word.text)
             for page in pages or () if not numbers or page.number in numbers
             for word in page.words]  # fmt: skip
    return tuple(text for *_, text in sorted(words))
