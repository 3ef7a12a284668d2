"""What stands below: how to pay, sentences full of dates and amounts that are none of the fields, footers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from models.document import Box
from models.money import round_amount
from sample_invoices.generator.training.deal import HUNDRED, ZERO
from sample_invoices.generator.training.pen import Pen

Part = tuple[str, str]  # text, term
SMALL = 6.8


def filled(pen: Pen, key: str, **values: object) -> str:
    """A sentence of the pack with this document's decoys, people and numbers."""
    deal = pen.deal
    base = {
        **deal.decoys,
        "seller": deal.seller.name,
        "town": deal.seller.city,
        "person": deal.seller.person,
        "person2": deal.seller.person2,
        "surname": deal.seller.surname,
        "register": deal.seller.legal_id,
        "number": pen.value("invoice_number"),
        "date": pen.value("issue_date"),
        "due": pen.value("due_date"),
        "days": deal.terms_days,
        "amount": pen.speech.money(deal.invoice.payable_total or ZERO),
        "order": pen.value("order_reference") or deal.decoys["quote"],
    }
    return pen.speech.sentence(key, pen.rng, **{**base, **values})


MARKED = {"\1": "invoice_number", "\2": "issue_date", "\3": "due_date", "\4": "payable_total", "\5": "order_reference"}


def say(pen: Pen, key: str, y: float, **values: object) -> float:
    """Print a sentence over as many rows as it needs; values of fields in it are marked."""
    invoice = pen.deal.invoice
    marks = {"number": "\1", "date": "\2", "amount": "\4"}
    if invoice.due_date:
        marks["due"] = "\3"
    if invoice.order_reference:
        marks["order"] = "\5"
    shown = {"\4": pen.speech.money(invoice.payable_total or ZERO)}
    text = filled(pen, key, **{**marks, **values})
    x = pen.left
    y += pen.leading
    for word in text.split(" "):
        mark = next((sign for sign in MARKED if sign in word), "")
        term = MARKED.get(mark, "")
        before, _, after = word.partition(mark) if mark else (word, "", "")
        value = shown.get(mark) or pen.value(term) if term else ""
        wide = pen.paper.width_of(before + value + after, pen.size)
        if x + wide > pen.right and x > pen.left:
            x, y = pen.left, y + pen.leading
        x += pen.text(x, y, before)
        if term:
            x += pen.text(x, y, value, term=term)
            if term == "payable_total" and invoice.payable_total == invoice.gross_total:
                pen.paper.also("gross_total")
        x += pen.text(x, y, after) + pen.paper.width_of(" ", pen.size)
    return y + 2


def print_mentions(pen: Pen, y: float) -> float:
    """Sentences: to pay, discount, terms, reminders, anything."""
    invoice = pen.deal.invoice
    if pen.deal.kind == "reminder":
        y = say(pen, "reminder", y)
    if (
        (pen.look.totals == "sentence" or pen.habit_share("pay", 0.22))
        and invoice.due_date
        and pen.deal.kind == "invoice"
    ):
        y = say(pen, "pay", y)
    if pen.habit_share("discount", 0.12) and invoice.issue_date:
        percent = pen.rng.choice((2, 3))
        rest = round_amount((invoice.gross_total or ZERO) * Decimal(100 - percent) / HUNDRED)
        day = pen.speech.day(invoice.issue_date + timedelta(days=pen.rng.choice((7, 8, 10, 14))))
        y = say(pen, "discount", y, percent=percent, day=day, amount=pen.speech.money(rest))
    if "payment_terms" in pen.family.shows and "payment_terms" not in pen.done and invoice.payment_terms:
        y += pen.leading
        pen.pair(
            pen.left, y, pen.label("payment_terms"), invoice.payment_terms, "payment_terms", room=pen.right - pen.left
        )
    for _ in range(pen.rng.choice((0, 0, 1, 1, 2, 3))):
        if y < pen.bottom - 30:
            y = say(pen, "mentions", y)
    return y


def bank_parts(pen: Pen) -> list[list[Part]]:
    """Bank, IBAN and BIC, each with its label; some have a second account."""
    seller = pen.deal.seller
    rows: list[list[Part]] = []
    if "iban" not in pen.family.shows:
        return []
    if pen.speech.seed % 3:
        rows.append([(f"{pen.label('bank')}{pen.speech.colon}" if pen.speech.seed % 2 else "", ""), (seller.bank, "")])
    known = [term for term in ("iban", "bic") if pen.value(term)]
    rows += [[(f"{pen.label(term)}{pen.speech.colon}", ""), (pen.value(term), term)] for term in known]
    if not seller.iban:
        rows.append([(f"{pen.label('account')}{pen.speech.colon}", ""), (pen.deal.decoys["note"] * 2, "")])
    elif pen.habit_share("second bank", 0.12):
        rows.append([(f"{pen.label('iban')}{pen.speech.colon}", ""), (pen.party_value("iban", seller.iban2), "")])
    return rows


def identity_parts(pen: Pen) -> list[list[Part]]:
    """VAT id, tax number, register, people, capital."""
    rows = []
    colon = pen.speech.colon
    if "seller_vat_id" in pen.family.shows:
        label, value, term = pen.tax_identity()
        rows.append([(f"{label}{colon}", ""), (value, term)])
    if pen.habit_share("tax number", 0.25):
        rows.append([(f"{pen.label('tax_number')}{colon}", ""), (pen.deal.seller.tax_number, "")])
    if "seller_legal_id" in pen.family.shows:
        rows.append([(f"{pen.label('seller_legal_id')}{colon}", ""), (pen.deal.seller.legal_id, "seller_legal_id")])
    if pen.habit_share("register", 0.5):
        rows.append([(pen.speech.pick("sentences", "register").format(**footer_values(pen)), "")])
    return rows


def footer_values(pen: Pen) -> dict[str, str]:
    """What the legal line of a footer may say."""
    seller = pen.deal.seller
    return {
        "register": seller.legal_id,
        "town": seller.city,
        "person": seller.person,
        "person2": seller.person2,
        "surname": seller.surname,
        "capital": f"{len(seller.name) * 5000:,}".replace(",", pen.speech.thousands),
    }


def address_parts(pen: Pen) -> list[list[Part]]:
    """Name and address once more."""
    seller = pen.deal.seller
    rows: list[list[Part]] = [[(seller.name, "seller_name")]] + [[(row, "seller_address")] for row in seller.rows]
    return rows + ([[(seller.phone, "")], [(seller.web, "")]] if pen.speech.seed % 2 else [])


def put_parts(pen: Pen, parts: list[Part], x: float, y: float, size: float, room: float) -> float:
    """Parts of one row, shrunk into the room; returns the width."""
    wide = sum(pen.paper.width_of(text, size) + size * 0.4 for text, _ in parts)
    size = size * min(1.0, room / max(wide, 1.0))
    at = x
    for text, term in parts:
        at += pen.text(at, y, text, term=term, size=size) + size * 0.4
    return at - x


def print_payment(pen: Pen, y: float) -> float:
    """A block that says how to pay, above the footer."""
    rows = bank_parts(pen)
    if pen.look.footer != "payment" or not rows:
        return y
    top = y + 6
    y = top + pen.leading
    pen.text(pen.left + 4, y, pen.label("payment_title"), bold=True)
    if pen.habit_share("pay to", 0.3):
        rows.insert(0, [(pen.deal.seller.name, "seller_name")])
    if pen.habit_share("remittance", 0.3) and pen.deal.kind == "invoice":
        rows.append(
            [(f"{pen.label('remittance')}{pen.speech.colon}", ""), (pen.value("invoice_number"), "invoice_number")]
        )
    for parts in rows:
        y += pen.leading
        put_parts(pen, parts, pen.left + 4, y, pen.size, 260)
    if pen.speech.seed % 2:
        pen.paper.frame(Box(pen.left, top, pen.left + 270, y + 5))
    return y + 6


def print_footer(pen: Pen, *, named: bool = False) -> None:
    """The footer of a page; `named` demands the columns that say who sells."""
    style, y = pen.look.footer, pen.paper.height - 66
    bank = [] if style == "payment" else bank_parts(pen)
    blocks = [address_parts(pen), bank, identity_parts(pen)]
    if style == "columns4":
        blocks.append([[(pen.deal.seller.person, "")], [(pen.deal.seller.email, "")]])
    if style in {"columns", "columns4"} or pen.look.seller_in_footer_only or named:
        wide = (pen.right - pen.left) / len(blocks)
        for column, rows in enumerate(blocks):
            for row, parts in enumerate(rows[:6]):
                put_parts(pen, parts, pen.left + column * wide, y + row * 8.4, SMALL, wide - 6)
        return
    lines = [
        [part for row in rows for part in row] for rows in blocks[1 if style in {"line", "none", "payment"} else 0 :]
    ]
    for number, parts in enumerate([each for each in lines if each]):
        wide = min(pen.right - pen.left, sum(pen.paper.width_of(text, SMALL) + SMALL * 0.4 for text, _ in parts))
        x = pen.left if style != "centred" else (pen.left + pen.right - wide) / 2
        put_parts(pen, parts, x, y + 8 + number * 10, SMALL, pen.right - pen.left)
