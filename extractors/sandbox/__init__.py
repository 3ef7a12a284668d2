"""The boundary around untrusted bytes: `ReaderPool` reads documents in confined children of a warm parent."""

from __future__ import annotations

from extractors.sandbox.pool import ReaderPool

__all__ = ["ReaderPool"]
