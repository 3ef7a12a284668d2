"""Under what suppliers and orders are filed, so that a few of them are found among millions.

Stored beside the rows whenever they are written. Whoever changes what is said here must file what is stored anew, with
a migration as 0005 does it.

>>> sorted(supplier_keys("Acme SARL", None, "303265045"))
['SIREN:303265045', 'eye:acme', 'part:4:0:ac', 'part:4:1:me', 'part:8:0:ac', 'part:8:1:mes', 'part:8:2:arl']
>>> search_words("acme", "order", ["Vis Inox (M6)", None])[7:]
'vis inox m6'
"""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from itertools import chain, pairwise

from models.identity import identity_keys
from models.names import fold, skeleton, whole_skeleton
from models.reference import canonical_number

WORDS = 4000  # characters of an order that the n-gram index holds
SLIPS = 2  # edits within which a name imitates another, and within which parts find it
_NOT_WORDS = re.compile(r"[\W_]+")
_LONG = 60  # characters of a name that are filed


def supplier_keys(name: str, vat_id: str | None, legal_id: str | None) -> dict[str, str]:
    """Everything that a supplier is filed under; for a part, the view of the name that it was cut from."""
    eye = skeleton(name)[:_LONG]
    keys = dict.fromkeys(identity_keys(vat_id, legal_id) | ({f"eye:{eye}"} if eye else set()), "")
    return keys | {_part(len(view), at, piece): view for view in views_of(name) for at, piece in _pieces(view)}


def views_of(name: str) -> frozenset[str]:
    """What the eye sees of a name, without and with its legal form."""
    return frozenset({skeleton(name)[:_LONG], whole_skeleton(name)[:_LONG]}) - {""}


def lookalike_keys(name: str) -> frozenset[str]:
    """The keys of which a name shares one with every name that is at most two edits away.

    Two edits leave one of three parts as it was, moved by two places at most.

    >>> sorted(lookalike_keys("Acme Toolnig") & set(supplier_keys("Acme Tooling", None, None)))
    ['part:11:0:acm', 'part:11:1:etoo']
    """
    return frozenset(chain.from_iterable(map(_near_parts, views_of(name))))


def _near_parts(view: str) -> Iterator[str]:
    for length in range(max(2, len(view) - SLIPS), len(view) + SLIPS + 1):
        for number, (start, width) in enumerate(_cuts(length)):
            for at in range(max(0, start - SLIPS), min(len(view) - width, start + SLIPS) + 1):
                yield _part(length, number, view[at : at + width])


def _pieces(view: str) -> Iterator[tuple[int, str]]:
    return ((number, view[start : start + width]) for number, (start, width) in enumerate(_cuts(len(view))))


@lru_cache(maxsize=256)
def _cuts(length: int) -> tuple[tuple[int, int], ...]:
    """Where a name of this length is cut: three parts, two where it is short; start and width of each."""
    count = 3 if length >= 6 else 2 if length >= 2 else 1
    edges = [length * number // count for number in range(count + 1)]
    return tuple((start, end - start) for start, end in pairwise(edges))


def _part(length: int, number: int, piece: str) -> str:
    return f"part:{length}:{number}:{piece}"


def search_words(client_id: str, kind: str, texts: Iterable[str | None]) -> str:
    """What the n-gram index holds of a row: the mark of client and kind, then each folded word once."""
    words = dict.fromkeys(word for text in texts if text for word in folded_words(text))
    return f"{mark(client_id, kind)} {' '.join(words)}"[:WORDS]


def folded_words(text: str) -> list[str]:
    """Words in lower case without accents; nothing but letters and digits, whatever the text."""
    return _NOT_WORDS.sub(" ", fold(text[:WORDS])).split()


@lru_cache(maxsize=1024)
def mark(client_id: str, kind: str) -> str:
    """Six letters that stand in every text of one client and kind, so that the index itself tells clients apart."""
    digest = blake2b(f"{kind}\0{client_id}".encode(), digest_size=5).digest()
    return b32encode(digest).decode().lower()[:6]


def order_keys(order_number: str) -> dict[str, str]:
    """The columns under which an order's number is looked up."""
    canonical = canonical_number(order_number)
    return {"canonical_number": canonical, "reversed_number": canonical[::-1]}


def net_cents(amounts: Iterable[tuple[Decimal | None, Decimal | None, Decimal | None]]) -> int | None:
    """The net amount of an order's lines in hundredths, of (net amount, quantity, unit price) each.

    None where no line has an amount, or where it is beyond what the column holds.

    >>> net_cents([(Decimal("10.50"), None, None), (None, Decimal(3), Decimal("1.20"))]), net_cents([])
    (1410, None)
    """
    known = [_net(*each) for each in amounts]
    found = [each for each in known if each is not None]
    total = int(sum(found, Decimal(0)).scaleb(2).to_integral_value()) if found else None
    return total if total is not None and abs(total) < 2**62 else None


def _net(net: Decimal | None, quantity: Decimal | None, price: Decimal | None) -> Decimal | None:
    if net is not None or quantity is None or price is None:
        return net
    return quantity * price
