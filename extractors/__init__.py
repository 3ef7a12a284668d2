"""The first stage: bytes to a `Reading`. `extract` reads in this process, `ReaderPool` in confined children.

What comes from outside goes through `ReaderPool`; `extract` is for inside of it and for trusted files.
"""

from __future__ import annotations

from extractors.media import sniff
from extractors.reader import extract
from extractors.sandbox import ReaderPool

__all__ = ["ReaderPool", "extract", "sniff"]
