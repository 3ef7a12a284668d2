"""Texts for a spreadsheet: what it would run as a formula gets an apostrophe in front (OWASP: CSV injection).

>>> guarded("=1+1"), guarded("Papeterie")
("'=1+1", 'Papeterie')
"""

from __future__ import annotations

# What starts a formula in a spreadsheet, in full-width form too; blanks before it do not hinder.
_TRIGGERS = ("=", "+", "-", "@", "|", "%", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula; NUL characters are left out."""
    clean = text.replace("\0", "")
    if clean.startswith(_TRIGGERS) or clean.lstrip().startswith(_TRIGGERS):
        return f"'{clean}"
    return clean
