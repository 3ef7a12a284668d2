"""What suppliers call an item, as confirmed matches showed it: the invoice's words to what the order calls it.

Data for one supplier of one client; an item is keyed by its words and, where the order has them, by its item numbers.

>>> aliases = Aliases({"vis m8 inox": {"screw m8 steel": 3}})
>>> aliases.times("vis m8 inox", ("screw m8 steel", "#A100")), aliases.knows("vis m8 inox")
(3, True)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from models.invoice import InvoiceLine
from models.names import fold
from models.order import OrderLine
from models.reference import canonical_number

LONGEST_KEY = 200  # characters that the table keeps
_WORDS = re.compile(r"\w+")


@lru_cache(maxsize=65_536)
def item_words(name: str | None) -> str:
    """The words of an item's name without case, accents and punctuation; empty for None.

    >>> item_words("Câble H07V-K, 1x16mm²")
    'cable h07v k 1x16mm2'
    """
    return " ".join(_WORDS.findall(fold(name or "")))


def invoice_key(line: InvoiceLine) -> str:
    """Under what an invoice line's item is remembered; empty where it has no words."""
    return item_words(line.item_name)[:LONGEST_KEY]


def order_keys(line: OrderLine) -> tuple[str, ...]:
    """Under what an order line's item is known: its words, then its numbers with `#` before them."""
    numbers = (canonical_number(number) for number in (line.buyer_item_id, line.seller_item_id))
    keys = (item_words(line.item_name), *(f"#{number}" for number in numbers if number))
    return tuple(dict.fromkeys(key[:LONGEST_KEY] for key in keys if key))


def is_called_otherwise(line: InvoiceLine, ordered: OrderLine) -> bool:
    """Whether the words of the two differ, so that there is something to remember."""
    return bool(mine := invoice_key(line)) and mine != item_words(ordered.item_name)[:LONGEST_KEY]


@dataclass(frozen=True, slots=True)
class Aliases:
    """How often each of the invoice's wordings was confirmed to mean an item."""

    confirmed: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def knows(self, invoice_item: str) -> bool:
        """Whether this wording was confirmed to mean anything."""
        return invoice_item[:LONGEST_KEY] in self.confirmed

    def times(self, invoice_item: str, keys: Iterable[str]) -> int:
        """How often this wording was confirmed to mean the item with these keys."""
        meant = self.confirmed.get(invoice_item[:LONGEST_KEY], {})
        return max((meant.get(key, 0) for key in keys), default=0)
