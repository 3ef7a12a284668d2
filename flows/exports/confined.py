"""The confined child for PDFs that came from outside, started for the first one that an export meets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from extractors.sandbox import ReaderPool
from models.settings import Settings

Attach = Callable[[bytes, bytes, Mapping[str, str]], bytes]  # as ReaderPool.attach


@contextmanager
def confined(settings: Settings) -> Iterator[Attach]:
    """What puts an XML into a PDF in a confined child. Most exports have no PDF and start nothing."""
    with ExitStack() as while_used:
        pools: list[ReaderPool] = []

        def attach(pdf: bytes, xml: bytes, about: Mapping[str, str]) -> bytes:
            if not pools:
                pools.append(while_used.enter_context(ReaderPool(settings.reading, settings.limits, workers=1)))
            return pools[0].attach(pdf, xml, about)

        yield attach
