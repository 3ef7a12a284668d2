"""What the numbers of one item say about each other: quantity x price - discount = amount, and what that repairs.

`settle` lets the equation choose: the cells as their headings name them, else loose numbers of the row, else another
reader's amounts, else a quantity that was printed rounded. The last two are repairs and marked so.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from extractors.fields.candidates import Candidate
from extractors.fields.cells import CENT, Draft, base_of, decimal_of, product_fits
from extractors.fields.lines_units import MEASURED, known_unit

PROVEN = 0.9  # from here on the equation holds
_WHOLE = Decimal(1)


class Settled(NamedTuple):
    """The numbers of a line, how sure, and who read them if not the page's reader."""

    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal
    sure: float
    reader: str = ""  # "repaired" or "derived" where a value is not as printed
    base: Decimal | None = None

    @property
    def proven(self) -> bool:
        """Whether quantity times price is the amount."""
        return self.sure >= PROVEN


def settle(draft: Draft) -> Settled | None:
    """The numbers of an item; None where it has no amount."""
    amount = draft.amount
    if amount is None:
        return None
    quantity, price, discounts = draft.value("quantity"), draft.value("unit_price"), _discounts(draft)
    if quantity and price:
        if product_fits(quantity, price, amount, discounts):
            derived = "net_amount" not in draft.numbers and amount != draft.value("gross_amount")
            return Settled(quantity, price, amount, 0.95, reader="derived" if derived else "")
        base = base_of(quantity, price, amount)
        if base is not None:
            return Settled(quantity, price, amount, 0.95, base=base)
    found = next(_among(draft, quantity, amount, discounts), None) or next(_seconds(draft), None)
    if found is not None:
        return found
    return _alone(draft, quantity, price, amount)


def _discounts(draft: Draft) -> list[Decimal]:
    """A discount's own column, and per cents that have no heading."""
    named = [draft.value("discount")]
    loose = [decimal_of(c) for c in draft.loose if c.kind == "percent"]
    return [d for d in (*named, *loose) if d]


def _among(draft: Draft, quantity: Decimal | None, amount: Decimal, discounts: list[Decimal]) -> Iterator[Settled]:
    """Two numbers of the row whose product is the amount; as a rule quantities stand left of prices."""
    own = draft.numbers.get("net_amount") or draft.numbers.get("gross_amount")
    cells = sorted((*draft.loose, *draft.numbers.values()), key=lambda c: c.box.x0, reverse=draft.price_first)
    pool = [c for c in cells if c.kind != "percent" and c is not own and c is not draft.numbers.get("line_id")]
    values = [v for c in pool if (v := decimal_of(c))]
    pairs = [(q, p) for q in ([quantity] if quantity else values) for p in values if q is not p]
    pairs = [(q, p) for q, p in pairs if abs(p) != abs(amount) or abs(q) == 1]
    yield from (Settled(q, p, amount, 0.93) for q, p in pairs if product_fits(q, p, amount))
    yield from (Settled(q, p, amount, 0.92) for q, p in pairs if product_fits(q, p, amount, discounts))
    if quantity is None:
        yield from (Settled(q, p, amount, 0.9, base=b) for q, p in pairs if (b := base_of(q, p, amount)) is not None)


def _seconds(draft: Draft) -> Iterator[Settled]:
    """The equation with what a second reader saw in one of the three cells."""
    for term, candidate in draft.second:
        if term not in ("quantity", "unit_price", "net_amount"):
            continue
        cells: dict[str, Candidate] = {**draft.numbers, term: candidate}
        q, p, a = (decimal_of(cells.get(t)) for t in ("quantity", "unit_price", "net_amount"))
        if q and p and a is not None and product_fits(q, p, a):
            yield Settled(q, p, a, 0.9, reader="repaired")


def _alone(draft: Draft, quantity: Decimal | None, price: Decimal | None, amount: Decimal) -> Settled:
    """Numbers that no equation ties together."""
    exact = amount / price if price else Decimal("0.5")
    if quantity is None and exact == exact.to_integral_value() and 0 < abs(exact) < 10_000:
        base = draft.per if draft.per and draft.per > 1 else None
        return Settled(abs(exact * (base or 1)).quantize(_WHOLE), price, amount, 0.7, base=base)
    if price is None and quantity and len(draft.loose) == 1:
        price = decimal_of(draft.loose[0])
    finer = _unrounded(draft, quantity, price, amount)
    if finer is not None:
        return Settled(finer, price, amount, 0.8, reader="repaired")
    return Settled(quantity, price, amount, 0.6 if quantity is not None else 0.5)


def _unrounded(draft: Draft, quantity: Decimal | None, price: Decimal | None, amount: Decimal) -> Decimal | None:
    """The quantity that was printed without its decimals (28 h at 10.50 for 288.75 were 27.5), measured units only."""
    if not quantity or not price or known_unit(draft.unit) not in MEASURED or _discounts(draft):
        return None
    if quantity != quantity.to_integral_value():
        return None
    exact = (amount / price).quantize(Decimal("0.01"))
    if abs(abs(exact) - abs(quantity)) > Decimal("0.5") or exact % Decimal("0.05") or exact == quantity:
        return None
    return exact.normalize() if abs(exact * price - amount) <= CENT / 4 else None
