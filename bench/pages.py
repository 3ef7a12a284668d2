"""Pages of files with their words, read once in the sandbox; with a folder for them, once for good.

What is kept is named by the hash of the file's bytes; empty the folder after a change of what reads words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter

from extractors import ReaderPool, sniff
from models.document import Document, Page
from models.errors import FacturierError
from models.settings import LimitSettings, ReadingSettings

_PAGES: TypeAdapter[tuple[Page, ...]] = TypeAdapter(tuple[Page, ...])


def read_words(paths: Sequence[Path], keep: Path | None = None) -> Mapping[str, tuple[Page, ...]]:
    """File name to its pages; none for a file that cannot be read."""
    with ReaderPool(ReadingSettings(workers=1), LimitSettings()) as pool:
        return {path.name: _pages(pool, path.read_bytes(), path.name, keep) for path in paths}


def _pages(pool: ReaderPool, content: bytes, name: str, keep: Path | None) -> tuple[Page, ...]:
    kept = keep / f"{Document(content, name).sha256}.json" if keep else None
    if kept is not None and kept.is_file():
        return _PAGES.validate_json(kept.read_bytes())
    try:
        pages = pool.words(content, sniff(content))
    except FacturierError:
        pages = ()
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(_PAGES.dump_json(pages))
    return pages
