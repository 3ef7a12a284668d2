"""Texts for a spreadsheet: what it would run as a formula gets an apostrophe in front (OWASP: CSV injection).

>>> guarded("=1+1"), guarded("Papeterie")
("'=1+1", 'Papeterie')
"""

from __future__ import annotations

_RUN = ("=", "+", "-", "@", "|", "%", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # full-width signs too


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula; NUL characters are left out."""
    clean = text.replace("\0", "")
    return f"'{clean}" if clean.startswith(_RUN) or clean.lstrip().startswith(_RUN) else clean
