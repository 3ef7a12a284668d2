"""The reader's language, as reports have it: one set of words for pages and what is printed."""

from __future__ import annotations

from reports.language import DEFAULT, TONGUES, Tongue, choose_language

__all__ = ["DEFAULT", "TONGUES", "Tongue", "choose_language"]
