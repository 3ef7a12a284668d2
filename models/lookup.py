"""What is asked of the order book and of the supplier master for one invoice. Pure values; amounts in hundredths.

>>> OrderQuery(numbers=("4500017",), net_cents=12_000).numbers
('4500017',)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

NUMBERS = 12  # numbers of one invoice that are looked up
NUMBER_LENGTH = 48  # characters of a canonical number that are looked at: longer ones are several, or none


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """What an invoice tells of its order.

    `numbers` are canonical, the surest first; `texts` are what its lines say and stand on the order in like words.
    """

    numbers: tuple[str, ...] = ()
    seller_id: str | None = None
    seller_name: str | None = None
    net_cents: int | None = None
    issue_date: date | None = None
    texts: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The numbers that are looked up, none twice, each of bounded length."""
        return tuple(dict.fromkeys(number[:NUMBER_LENGTH] for number in self.numbers if number))[:NUMBERS]
