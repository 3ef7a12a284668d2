"""When a value is right: both in one form, then equal; the forms are those that accuracy is scored by.

Amounts to the cent and without sign, dates ISO, codes by letters and digits, names and addresses by their words: one in
ten may be missing or extra, legal forms and accents do not count.

>>> is_right("gross_total", "1234.5", "-1234.50"), is_right("seller_name", "Müller GmbH", "MUELLER AG")
(True, False)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from models.invoice import TERMS

OUR_NAMES = {
    "supplier_name": "seller_name", "supplier_vat_id": "seller_vat_id", "supplier_address": "seller_address",
    "po_number": "order_reference",
}  # fmt: skip
SHARED_WORDS = 0.9
_LEGAL_FORMS = re.compile(
    r"\b(?:gmbh|mbh|ag|kg|ohg|ug|se|sa|sas|sasu|sarl|eurl|sci|snc|ltd|limited|llc|inc|corp|co|plc|bv|nv|srl|spa|sl"
    r"|slu|ab|as|oy|aps|pty|sdn|bhd|enterprise|company)\b"
)
_CENT = Decimal("0.01")


def normal(term: str, value: object) -> str:
    """The form in which two values of a term are compared; empty where there is none."""
    text = "" if value is None else str(value)
    kind = TERMS[term].kind if term in TERMS else "text"
    if kind in ("amount", "number"):
        try:
            number = abs(Decimal(text))
            return str(number.quantize(_CENT)) if number.is_finite() else text
        except InvalidOperation:
            return text
    if kind == "date":
        return text[:10]
    if kind == "party":
        folded = _fold(text)
        return " ".join(_LEGAL_FORMS.sub(" ", folded).split()) or folded
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def is_right(term: str, truth: object, found: object) -> bool:
    """Whether a found value counts as right."""
    one, two = normal(term, truth), normal(term, found)
    if one == two or TERMS[term].kind != "party":
        return one == two
    left, right = set(one.split()), set(two.split())
    return bool(left and right) and len(left & right) / len(left | right) >= SHARED_WORDS


def ours(fields: Mapping[str, object]) -> dict[str, str]:
    """A truth line's fields under our names, as text; what is nested (lines) is left out."""
    named = {OUR_NAMES.get(name, name): value for name, value in fields.items()}
    return {name: str(value) for name, value in named.items() if name in TERMS and not isinstance(value, list | dict)}


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).lower()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())
