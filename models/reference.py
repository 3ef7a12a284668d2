"""Numbers that people and machines write differently: one form in which they compare equal.

Used for order numbers, invoice numbers and identifiers. A canonical number is for finding candidates only: it folds
letters that OCR confuses with digits, so that different numbers may share it; what is found is then compared in full.

>>> canonical_number("PO-4500 017") == canonical_number("p04500O17")
True
>>> squeeze(" fr 40 303-265 045 ")
'FR40303265045'
"""

from __future__ import annotations

import re
import unicodedata

_LOOKALIKES = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "B": "8"})
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


def squeeze(text: str | None) -> str:
    """Upper case, compatibility forms unified, nothing but letters and digits; empty for None."""
    if not text:
        return ""
    return _NOT_ALPHANUMERIC.sub("", unicodedata.normalize("NFKC", text)).upper()


def canonical_number(text: str | None) -> str:
    """The form under which numbers are looked up: squeezed, letters that look like digits folded, no leading zeros.

    >>> canonical_number("0004500017"), canonical_number("lNV-OO1"), canonical_number("INV001"), canonical_number("--")
    ('4500017', '1NV001', '1NV001', '')
    """
    folded = squeeze(text).translate(_LOOKALIKES)
    return folded.lstrip("0") or folded[:1]
