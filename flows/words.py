"""Pages of many files with their words, read in the sandbox side by side; with a folder for them, once for good.

What is kept is named by the hash of the file's bytes; empty the folder after a change of what reads words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from extractors import ReaderPool
from models.document import Document
from models.errors import FacturierError
from models.settings import Settings
from models.store.seen import Pages, keep_words, load_words


def read_words(
    paths: Sequence[Path], settings: Settings, keep: Path | None = None, tell: Callable[[str], None] = print
) -> dict[str, Pages]:
    """File name to its pages, in the order given; a file that cannot be read is told and has none."""
    workers = settings.reading.workers

    def read(path: Path) -> Pages:
        try:
            return _words(pool, path, keep)
        except (FacturierError, OSError) as error:
            tell(f"{path} is left out: {error}")
            return ()

    with (
        ReaderPool(settings.reading, settings.limits, window=workers) as pool,
        ThreadPoolExecutor(workers, thread_name_prefix="facturier-words") as threads,
    ):
        return dict(zip([path.name for path in paths], threads.map(read, paths), strict=True))


def _words(pool: ReaderPool, path: Path, keep: Path | None) -> Pages:
    content = path.read_bytes()
    if keep is None:
        return pool.words(content)
    kept = keep / f"{Document(content, path.name).sha256}.json"
    known = load_words(kept)
    if known is not None:
        return known
    pages = pool.words(content)
    keep_words(kept, pages)
    return pages
