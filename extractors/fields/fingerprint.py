"""What a layout is recognised by: a MinHash over its words and the columns that they stand in, and printed identities.

A shingle is a word without digits and the eighth of the page's width in which it begins. Labels need not be known, and
what moves up and down with the number of lines does not matter: two invoices of one supplier have 0.36 to 0.85 in
common, those of two suppliers next to nothing unless one program wrote both.

>>> fingerprint([]).hashes
()
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence

from extractors.fields.identifiers import find_company_ids, find_ibans, find_vat_ids
from extractors.fields.lexicon import squeeze
from extractors.fields.sheet import Sheet
from models.invoice import Invoice
from models.memory import HASHES, MOST_KEYS, Fingerprint

COLUMNS = 8
PAGES = 1  # later pages are as long as the table is
KEY_PAGES = 3
LONG = 7  # digits of an identity
TAXED = frozenset({"seller_vat_id", "buyer_vat_id", "seller_legal_id", "buyer_legal_id"})
LEAST = 6  # shingles; fewer tell no layout from another
KEY_LENGTH = 60
_PRIME = 2**61 - 1
_RANDOM = random.Random(20)  # noqa: S311 - fixed coefficients: fingerprints must stay comparable
_STEPS = tuple((_RANDOM.randrange(1, _PRIME), _RANDOM.randrange(_PRIME)) for _ in range(HASHES))
_NOT_CODE = re.compile(r"[^A-Z0-9]")


def fingerprint(sheets: Sequence[Sheet]) -> Fingerprint:
    """The fingerprint of one invoice's pages."""
    marks = {zlib.crc32(shingle.encode()) for sheet in sheets[:PAGES] for shingle in _shingles(sheet)}
    hashes = min_hashes(marks) if len(marks) >= LEAST else ()
    return Fingerprint(hashes=hashes, keys=tuple(dict.fromkeys(_keys(sheets)))[:MOST_KEYS])


def min_hashes(marks: Iterable[int]) -> tuple[int, ...]:
    """The MinHash of a set of numbers."""
    known = list(marks)
    return tuple(min((a * mark + b) % _PRIME for mark in known) & 0xFFFFFFFF for a, b in _STEPS)


def keys_of(invoice: Invoice) -> tuple[str, ...]:
    """The keys under which a seller is found again, strongest first."""
    vat_id = _NOT_CODE.sub("", (invoice.seller_vat_id or "").upper())
    national = vat_id[2:] if vat_id[:2].isalpha() else vat_id  # pages may print it without its country
    values = (("vat", vat_id), ("legal", invoice.seller_legal_id), ("tax", national), ("iban", invoice.iban))
    found = [_key(kind, value) for kind, value in values if value]
    name = squeeze(invoice.seller_name or "")
    return tuple([*found, f"name:{name[:KEY_LENGTH]}"] if len(name) > 3 else found)


def _shingles(sheet: Sheet) -> Iterator[str]:
    width = max(sheet.page.width, 1.0)
    for row in sheet.rows:
        for token in row.tokens:
            if len(token.key) > 1 and token.key.isalpha():
                yield f"{token.key}@{int(COLUMNS * token.box.x0 / width)}"


def _keys(sheets: Sequence[Sheet]) -> Iterator[str]:
    """Identities printed on the pages: tax and register numbers, bank accounts, names of parties."""
    rows = [(sheet, row) for sheet in sheets[:KEY_PAGES] for row in sheet.rows]
    for sheet, row in rows:
        if sum(map(str.isdigit, row.text)) >= LONG:
            yield from _printed(row.text)
            if any(anchor.term in TAXED for anchor in sheet.anchors[row.number]):
                plain = (_NOT_CODE.sub("", token.text.upper()) for token in row.tokens)
                yield from (_key(kind, code) for code in plain if _is_long(code) for kind in ("tax", "legal"))
    for sheet in sheets[:KEY_PAGES]:
        yield from (f"name:{squeeze(p.name)[:KEY_LENGTH]}" for p in sheet.parties if p.name and len(p.name) > 3)


def _printed(text: str) -> Iterator[str]:
    found = (("iban", find_ibans(text)), ("vat", find_vat_ids(text)), ("legal", find_company_ids(text)))
    return (_key(kind, each.value) for kind, several in found for each in several if _is_long(each.value))


def _is_long(value: str) -> bool:
    return sum(map(str.isdigit, value)) >= LONG


def _key(kind: str, value: str) -> str:
    """A key: letters and digits only.

    >>> _key("vat", "FR 11 999 999 998")
    'vat:FR11999999998'
    """
    return f"{kind}:{_NOT_CODE.sub('', value.upper())[:KEY_LENGTH]}"
