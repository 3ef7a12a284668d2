"""The engine that reads nothing: for installations that take only digital invoices, and for tests.

>>> NullEngine().is_available()
True
"""

from __future__ import annotations

from extractors.ocr.recognition import GreyImage, Recognition


class NullEngine:
    """Finds no word on any picture."""

    name = "null"

    def is_available(self) -> bool:
        """Always."""
        return True

    def warm_up(self) -> None:
        """Nothing to load."""

    def recognise(self, image: GreyImage, dpi: float) -> Recognition:  # noqa: ARG002 - the Protocol's signature
        """No words."""
        return Recognition(words=())
