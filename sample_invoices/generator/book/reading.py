"""What becomes of a bill on its way to matching: the order number as printed, the seller's names, the page as read.

>>> invoice = Invoice(currency="EUR")
>>> numbered(invoice, ("4500017",), "prefixed", Random(2)).order_reference != "4500017"
True
"""

from __future__ import annotations

from random import Random

from models.invoice import Invoice, InvoiceLine
from models.order import Supplier
from sample_invoices.generator.book.goods import GOODS, misread, reworded
from sample_invoices.generator.book.names import as_written, firm_name
from sample_invoices.generator.book.numbers import damage
from sample_invoices.generator.identifiers import random_digits

NUMBERS = {
    "clean": 34, "damaged_1": 10, "damaged_2": 8, "damaged_3": 6, "cut": 6, "prefixed": 6, "merged": 5, "missing": 14,
    "buyer_reference": 7, "wrong": 4,
}  # fmt: skip
READINGS = {
    "clean": 40, "reworded": 16, "translated": 8, "noise_1": 8, "noise_3": 8, "lines_missing": 8, "torn": 6,
    "no_lines": 6,
}  # fmt: skip
SELLERS = {"known": 50, "no_vat_id": 20, "misread_vat_id": 10, "name_variant": 12, "no_name": 4, "bare": 4}
_PREFIXES = ("PO ", "BC n° ", "Bestellung ", "V/réf. ", "Order no. ", "Cde ", "PO")
_TRANSLATIONS = {name: names for names, _, _ in GOODS for name in names}


def numbered(invoice: Invoice, orders: tuple[str, ...], kind: str, rng: Random) -> Invoice:
    """The invoice with its order numbers as the paper shows them; without an order sometimes a number of no meaning."""
    if not orders:
        made_up = random_digits(rng, rng.randint(5, 10)) if rng.random() < 0.5 else None
        return invoice.model_copy(update={"order_reference": made_up})
    if kind == "missing":
        return invoice
    text = " / ".join(_printed(number, kind, rng) for number in orders)
    if kind == "buyer_reference":
        return invoice.model_copy(update={"buyer_reference": rng.choice(("", "REF ", "M. Durand ")) + text})
    return invoice.model_copy(update={"order_reference": text})


def _printed(number: str, kind: str, rng: Random) -> str:
    if kind.startswith("damaged_"):
        return damage(number, int(kind[-1]), rng)
    if kind == "cut":
        gone = rng.randint(1, max(1, len(number) // 4))
        return number[gone:] if rng.random() < 0.5 else number[:-gone]
    if kind == "prefixed":
        return rng.choice(_PREFIXES) + number
    if kind == "merged":
        other = random_digits(rng, rng.randint(3, 7))
        return rng.choice((f"{number}/{other}", f"{other}-{number}", f"{number}{other}", f"{number} {other}"))
    return random_digits(rng, rng.randint(5, 9)) if kind == "wrong" else number


def signed(invoice: Invoice, seller: Supplier, kind: str, rng: Random) -> Invoice:
    """The invoice with its seller as read: all of it, a part, or misread."""
    vat_id = seller.vat_id
    if kind in ("no_vat_id", "bare", "name_variant"):
        vat_id = None
    elif kind == "misread_vat_id" and vat_id:
        vat_id = vat_id[:2] + damage(vat_id[2:], 1, rng)
    name: str | None = seller.name
    if kind in ("name_variant", "bare"):
        name = as_written(seller.name, rng)
    elif kind == "no_name":
        name = None
    account = seller.verified_ibans[0] if kind not in ("bare", "name_variant") and rng.random() < 0.7 else None
    update = {"seller_name": name, "seller_vat_id": vat_id, "iban": account}
    return invoice.model_copy(update={**update, "invoice_number": f"F{random_digits(rng, 6)}"})


def as_read(
    invoice: Invoice, kind: str, rng: Random, telling: frozenset[int] = frozenset()
) -> tuple[Invoice, dict[int, int]]:
    """The invoice as a reader returns it, and where each of its lines (from 1) went; lost lines are absent.

    `telling` lines are never lost alone: what is not on the page any more no matching can find.
    """
    kept = list(enumerate(invoice.lines, 1))
    if kind == "no_lines":
        kept = []
    elif kind == "lines_missing" and len(kept) > max(1, len(telling)):
        kept.remove(rng.choice([each for each in kept if each[0] not in telling]))
    lines = tuple(_read_line(line, kind, rng) for _, line in kept)
    where = {old: new for new, (old, _) in enumerate(kept, 1)}
    update: dict[str, object] = {"lines": lines}
    if rng.random() < 0.06:
        update["issue_date"] = None
    if rng.random() < 0.06:
        update["currency"] = None
    return invoice.model_copy(update=update), where


def _read_line(line: InvoiceLine, kind: str, rng: Random) -> InvoiceLine:
    name = line.item_name or ""
    update: dict[str, object] = {}
    if kind == "reworded":
        name = reworded(name, rng)
    elif kind == "translated":
        name = _translated(name, rng)
    elif kind.startswith("noise_"):
        name = misread(name, int(kind[-1]) / 100, rng)
    elif kind == "torn":
        name = name[: max(3, len(name) // 2)]
        update = {rng.choice(("quantity", "unit_price", "net_amount")): None}
    if rng.random() < 0.5:
        update["seller_item_id"] = None
    return line.model_copy(update={"item_name": name, **update})


def _translated(name: str, rng: Random) -> str:
    start = max((each for each in _TRANSLATIONS if name.startswith(each)), key=len, default="")
    return rng.choice(_TRANSLATIONS[start]) + name[len(start) :] if start else firm_name(rng)
