"""The cells of one item: numbers by column, texts by column, and the arithmetic that settles them.

>>> unit_code_of("Std."), unit_code_of("kg"), unit_code_of("pallets")
('HUR', 'KGM', 'pallets')
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from extractors.fields.candidates import Candidate
from extractors.fields.layout import Row
from extractors.fields.lexicon import squeeze
from models.document import Box
from models.invoice import InvoiceLine

CENT = Decimal("0.02")
BASES = (Decimal(100), Decimal(1000), Decimal(10))
# UN/ECE Recommendation 20 codes of the units that paper names most.
UNITS = {
    "C62": "unit units un u ea each einheit unite unites unidad unidades uds ud un unita",
    "H87": "stk stck stueck stuck st pcs pc pce piece pieces szt stuks stks pz pieza piezas",
    "HUR": "h hr hrs hour hours std stunde stunden heure heures hora horas ora ore uur uren godz",
    "DAY": "day days tag tage jour jours dia dias giorno giorni dag dagen dni",
    "KGM": "kg kgs kilo kilogramm kilogram",
    "GRM": "g gr gramm gram",
    "LTR": "l ltr liter litre litres liters litro litri litros",
    "MTR": "m meter metre metres metro metri",
    "MTK": "m2 qm sqm",
    "MTQ": "m3 cbm",
    "KMT": "km",
    "KWH": "kwh",
    "MON": "monat monate mois month months",
    "XPK": "pkg pack packung paquet",
    "BX": "box karton carton",
    "SET": "set satz",
}
_CODES = {word: code for code, words in UNITS.items() for word in words.split()}
_TIMES = re.compile(r"^[x×](\d{1,6}(?:[.,]\d+)?)$|^(\d{1,6}(?:[.,]\d+)?)[x×]$", re.IGNORECASE)


@dataclass
class Draft:
    """One item while its rows are read."""

    rows: list[Row] = field(default_factory=list)
    numbers: dict[str, Candidate] = field(default_factory=dict)
    loose: list[Candidate] = field(default_factory=list)  # numbers without a heading
    texts: dict[str, list[str]] = field(default_factory=dict)
    unit: str = ""
    order: str | None = None  # the order that a row above the item names
    boxes: list[Box] = field(default_factory=list)

    def value(self, term: str) -> Decimal | None:
        """The number in a column."""
        candidate = self.numbers.get(term)
        return candidate.value if candidate is not None and isinstance(candidate.value, Decimal) else None


def unit_code_of(text: str) -> str:
    """The code of a printed unit, or the unit as printed."""
    return _CODES.get(squeeze(text).removesuffix("s") or "", _CODES.get(squeeze(text), text.strip(" .")))


def times_of(text: str) -> Decimal | None:
    """The quantity of `x5` or `5x`."""
    m = _TIMES.match(text)
    return Decimal((m[1] or m[2]).replace(",", ".")) if m else None


def finish(draft: Draft, number: int) -> tuple[InvoiceLine, float] | None:
    """The line of a draft and how sure it is: 0.95 where quantity times price is the amount. None without an amount."""
    amount = draft.value("net_amount")
    if amount is None:
        amount = draft.value("gross_amount")
    if amount is None:
        amount = _last_amount(draft)
    if amount is None:
        return None
    quantity, price = draft.value("quantity"), draft.value("unit_price")
    quantity, price, sure = _agree(quantity, price, amount, draft)
    name = " ".join(" ".join(draft.texts.get("item_name", [])).split())
    line_id = draft.texts.get("line_id", [""])[0].strip(" .)") or None
    if line_id is None and "line_id" in draft.numbers:
        line_id = draft.numbers["line_id"].text
    codes = " ".join(draft.texts.get("seller_item_id", [])) or None
    line = InvoiceLine(
        line_id=line_id or str(number),
        quantity=quantity,
        unit_code=unit_code_of(draft.unit) or None if draft.unit else None,
        net_amount=amount,
        order_reference=draft.order,
        unit_price=price,
        price_base_quantity=base_of(quantity, price, amount),
        vat_rate=draft.value("vat_rate"),
        item_name=name or codes,
        seller_item_id=codes,
        buyer_item_id=" ".join(draft.texts.get("buyer_item_id", [])) or None,
    )
    return line, sure


def _last_amount(draft: Draft) -> Decimal | None:
    """Where no column was named for it: the money furthest right, if it is not the row's only number."""
    numbers = [c for c in (*draft.numbers.values(), *draft.loose) if c.kind in ("money", "number")]
    money = [c for c in numbers if c.kind == "money"]
    if not money or len(numbers) < 2:
        return None
    last = max(money, key=lambda c: c.box.x1)
    for term in [term for term, c in draft.numbers.items() if c is last]:
        del draft.numbers[term]
    draft.loose = [c for c in draft.loose if c is not last]
    return last.value if isinstance(last.value, Decimal) else None


def _agree(
    quantity: Decimal | None, price: Decimal | None, amount: Decimal, draft: Draft
) -> tuple[Decimal | None, Decimal | None, float]:
    """Let q x p = amount choose among the numbers of the row."""
    if (
        quantity is not None
        and price is not None
        and (_fits(quantity, price, amount, draft) or base_of(quantity, price, amount))
    ):
        return quantity, price, 0.95
    numbers = sorted((*draft.loose, *draft.numbers.values()), key=lambda c: c.box.x0)  # quantities stand left of prices
    pool = [c.value for c in numbers if isinstance(c.value, Decimal) and c.kind != "percent"]
    for q in [quantity] if quantity is not None else pool:
        for p in pool:
            if (
                q
                and p
                and q is not p
                and abs(abs(q * p) - abs(amount)) <= CENT
                and (q, p) != (amount, Decimal(1))
                and p != amount
            ):
                return q, p, 0.93
    if quantity is None and price and amount % price == 0 and 0 < abs(amount / price) < 10_000:
        return abs(amount / price).quantize(Decimal(1)), price, 0.7
    if price is None and quantity and len(draft.loose) == 1 and isinstance(draft.loose[0].value, Decimal):
        price = draft.loose[0].value
    return quantity, price, 0.6 if quantity is not None else 0.5


def base_of(quantity: Decimal | None, price: Decimal | None, amount: Decimal) -> Decimal | None:
    """The price's base quantity (BT-149) where the price is for 10, 100 or 1,000; None where it is for one."""
    if not quantity or not price or abs(abs(quantity * price) - abs(amount)) <= CENT:
        return None
    return next((base for base in BASES if abs(abs(quantity * price) / base - abs(amount)) <= CENT), None)


def _fits(quantity: Decimal, price: Decimal, amount: Decimal, draft: Draft) -> bool:
    discount = draft.value("discount") or Decimal(0)
    product = abs(quantity * price)
    goals: Sequence[Decimal] = (product, product - abs(discount), product * (100 - abs(discount)) / 100)
    return any(abs(goal - abs(amount)) <= CENT for goal in goals)
