"""How many of the order's units are in one of the invoice's, where a name says what a box holds.

Units of one family convert by themselves (see pricing.py). A box and a piece do when either name gives the pack size.
Where the units do not tell, because both say "piece" or one says nothing, the prices do: a price twelve times the
order's beside "box of 12" is the price of a box.

>>> pack_size("Nitrile gloves, box of 100"), pack_size("Schraube M8, 50er-Pack"), pack_size("Steel case 40 cm")
(100, 50, None)
>>> from models.order import OrderLine
>>> gloves = InvoiceLine(item_name="Gloves, box of 100", quantity="3", unit_code="BX", unit_price="9.00")
>>> conversion(gloves, OrderLine(line_number="1", item_name="Gloves", quantity="300", unit_code="C62"), None)
Decimal('100')
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from matching.names import fold
from matching.pricing import PIECES, line_price, units_per_unit
from models.invoice import InvoiceLine
from models.order import OrderLine

LARGEST_PACK = 10_000
NEAR = Decimal("0.01")  # share by which a price may miss the pack's multiple
CONTAINERS = frozenset(
    {"BX", "XBX", "CT", "XCT", "PK", "XPK", "PA", "XPA", "CS", "XCS", "BG", "XBG", "BE", "XBE", "SET", "NMP", "XPP",
     "RO", "XRO", "KT", "D97", "XPX", "XCR"}
)  # fmt: skip

_BOX = (
    r"(?:boxe?s?|packs?|packets?|cases?|cartons?|sets?|bags?|bundles?|lots?|boites?|paquets?|sachets?|cajas?|paquetes?"
    r"|scatol[ae]|confezion[ei]|dozen|doos|pak|karton|packung|beutel|schachtel|bund|gebinde|opakowanie|caixa)"
)
_MEASURE = r"(?!\s*(?:[.,]\d|mm|cm|dm|m|km|kg|g|mg|ml|cl|l|w|kw|v|a|ah|bar|%|x|zoll|inch)\b)"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_BOX}\s*(?:of|de|da|van|von|a|zu|mit|with|:|/|\(|=)\s*(\d{{1,5}})\b{_MEASURE}",
        rf"\b(\d{{1,5}})\s*(?:er|-)[\s-]*{_BOX}\b",
        rf"\b(\d{{1,5}})\s*(?:pcs?|pieces?|stk|st|stuck|units?|ea|uds|pz|szt)?\.?\s*(?:/|per|par|je|pro|por)\s*{_BOX}\b",
        r"\b(?:ve|vpe)\s*[:=]?\s*(\d{1,5})\b",
    )
)


@lru_cache(maxsize=16_384)
def pack_size(name: str | None) -> int | None:
    """How many pieces a pack holds, as the item's name says in any of the languages; None where it does not."""
    words = fold(name or "")
    for pattern in _PATTERNS:
        if (found := pattern.search(words)) and 1 < (size := int(found[1])) <= LARGEST_PACK:
            return size
    return None


def conversion(line: InvoiceLine, ordered: OrderLine, agreed: Decimal | None) -> Decimal | None:
    """The order's units in one of the invoice line's; None where the units clash. `agreed`: price for one of them."""
    mine, theirs = (line.unit_code or "").upper(), (ordered.unit_code or "").upper()
    size = pack_size(line.item_name) or pack_size(ordered.item_name)
    factor = units_per_unit(mine, theirs)
    if size is None:
        return factor
    if mine in CONTAINERS and theirs in PIECES - CONTAINERS:
        return Decimal(size)
    if theirs in CONTAINERS and mine in PIECES - CONTAINERS:
        return 1 / Decimal(size)
    if factor != 1 or not agreed or (price := line_price(line)) is None:
        return factor
    ratio = price / agreed
    for multiple in (Decimal(size), 1 / Decimal(size)):
        if abs(ratio / multiple - 1) <= NEAR:
            return multiple
    return factor


def converted(quantity: Decimal, factor: Decimal | None) -> Decimal:
    """A quantity in the order's unit, to six decimals where packs do not divide evenly.

    >>> converted(Decimal(24), 1 / Decimal(12)), converted(Decimal("0.5"), Decimal(1000))
    (Decimal('2'), Decimal('500.0'))
    """
    if factor is None or factor == factor.to_integral_value():
        return quantity * (factor or 1)
    return (quantity * factor).quantize(Decimal("0.000001")).normalize()
