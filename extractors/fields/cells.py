"""The cells of one item: numbers by column, texts by column, and the arithmetic that settles them.

>>> product_fits(Decimal(2), Decimal("20.00"), Decimal("36.00"), [Decimal(10)])
True
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from extractors.fields.candidates import Candidate
from extractors.fields.layout import Row

CENT = Decimal("0.02")
BASES = (Decimal(100), Decimal(1000), Decimal(10))
JOIN_GAP = 1.1  # heights: digits of one cell that stand no further apart may be one number
_TIMES = re.compile(r"^[x×](\d{1,6}(?:[.,]\d+)?)$|^(\d{1,6}(?:[.,]\d+)?)[x×]$", re.IGNORECASE)
_HEAD = re.compile(r"^[^\w\s]{0,2}\d{1,3}$")  # 1 of 1 231,08, perhaps after a sign
_TAIL = re.compile(r"^\d{3}(?:[.,]\d{1,4})?(?!\d)")


@dataclass
class Draft:
    """One item while its rows are read. `texts` has the row, the column's term and the words of each piece."""

    rows: list[Row] = field(default_factory=list)
    numbers: dict[str, Candidate] = field(default_factory=dict)
    loose: list[Candidate] = field(default_factory=list)  # numbers without a heading
    second: list[tuple[str, Candidate]] = field(default_factory=list)  # another reader's, by column
    texts: list[tuple[Row, str, str]] = field(default_factory=list)
    unit: str = ""
    per: Decimal | None = None  # how many the price says it is for
    price_first: bool = False  # the price's column stands left of the quantity's
    order: str | None = None  # the order that a row above the item names

    def value(self, term: str) -> Decimal | None:
        """The number in a column."""
        return decimal_of(self.numbers.get(term))

    @property
    def amount(self) -> Decimal | None:
        """What the line comes to without VAT: the net, else what made the gross, else the last money."""
        found = self.value("net_amount")
        if found is not None:
            return found
        gross = self.value("gross_amount")
        if gross is not None:
            before = self.before_tax(gross)
            return gross if before is None else before
        last = _last_amount(self)
        if last is not None:
            for term in [term for term, c in self.numbers.items() if c is last]:
                del self.numbers[term]
            self.loose = [c for c in self.loose if c is not last]
            self.numbers["net_amount"] = last
        return self.value("net_amount")

    def before_tax(self, gross: Decimal) -> Decimal | None:
        """Quantity times price where the tax of the line makes the gross amount of it; None where it does not."""
        quantity, price = self.value("quantity"), self.value("unit_price")
        tax, rate = self.value("tax_amount"), self.value("vat_rate")
        if not quantity or not price or not (tax or rate):
            return None
        product = (quantity * price).quantize(Decimal("0.01"))
        made = product + (tax if tax else product * (rate or 0) / 100)
        return product if abs(made - gross) <= CENT else None


def decimal_of(candidate: Candidate | None) -> Decimal | None:
    """The value of a number; None for what is none."""
    return candidate.value if candidate is not None and isinstance(candidate.value, Decimal) else None


def times_of(text: str) -> Decimal | None:
    """The quantity of `x5` or `5x`."""
    m = _TIMES.match(text)
    return Decimal((m[1] or m[2]).replace(",", ".")) if m else None


def join_thousands(row: Row, candidate: Candidate) -> Candidate | None:
    """The number with the digits left of it: 1 231,08 whose space is as wide as one between words."""
    value = decimal_of(candidate)
    before = candidate.first - 1
    if value is None or value < 0 or before < 0 or not _TAIL.match(row.tokens[candidate.first].text.lstrip("€$£")):
        return None
    head, token = row.tokens[before].text, row.tokens[candidate.first]
    if not _HEAD.match(head) or token.box.x0 - row.tokens[before].box.x1 > JOIN_GAP * row.height:
        return None
    digits = "".join(c for c in head if c.isdigit())
    whole = Decimal(digits) * 1000 + value
    signed = -whole if head[0] in "-−–(" else whole
    box = row.tokens[before].box.union(candidate.box)
    return replace(candidate, value=signed, first=before, box=box, raw=f"{head} {candidate.raw}")


def product_fits(
    quantity: Decimal, price: Decimal, amount: Decimal, discounts: Sequence[Decimal] = (), base: Decimal = Decimal(1)
) -> bool:
    """Whether quantity times price is the amount, as it is or less a discount in money or per cent."""
    product, goal = abs(quantity * price) / base, abs(amount)
    if abs(product - goal) <= CENT:
        return True
    rest = [x for d in discounts if d for x in (product * (100 - abs(d)) / 100, product - abs(d))]
    return any(abs(x - goal) <= CENT for x in rest)


def base_of(quantity: Decimal | None, price: Decimal | None, amount: Decimal) -> Decimal | None:
    """The price's base quantity (BT-149) where the price is for 10, 100 or 1,000; None where it is for one."""
    if not quantity or not price or abs(abs(quantity * price) - abs(amount)) <= CENT:
        return None
    return next((base for base in BASES if abs(abs(quantity * price) / base - abs(amount)) <= CENT), None)


def _last_amount(draft: Draft) -> Candidate | None:
    """Where no column was named for it: the money furthest right, if it is not the item's only number."""
    numbers = [c for c in (*draft.numbers.values(), *draft.loose) if c.kind in ("money", "number")]
    money = [c for c in numbers if c.kind == "money"]
    return max(money, key=lambda c: c.box.x1) if money and len(numbers) > 1 else None
