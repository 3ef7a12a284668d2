"""Pages of many files with their words, read in the sandbox side by side; with a folder for them, once for good.

What is kept is named by the hash of the file's bytes; empty the folder after a change of what reads words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from extractors import ReaderPool
from models.document import Document, Page
from models.durable import make_folder, write_atomic
from models.errors import FacturierError
from models.settings import Settings

Pages = tuple[Page, ...]
_PAGES: TypeAdapter[Pages] = TypeAdapter(Pages)


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
    try:
        return _PAGES.validate_json(kept.read_bytes())
    except (OSError, ValidationError):  # not kept yet, or by another version
        pages = pool.words(content)
    make_folder(keep)
    write_atomic(kept, _PAGES.dump_json(pages))
    return pages
