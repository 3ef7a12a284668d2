"""Line items: tables of several forms, and rows that are none."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from models.extraction import Extraction

Reader = Callable[..., Extraction]


def test_a_description_of_several_lines_is_joined(read_one: Reader) -> None:
    invoice = read_one("""
 Menge   Produkt                        Preis     Gesamtbetrag
 1,00    Gestaltung einer              160,00           160,00
         Beispielrechnung
 400,00  Luftballon, bunt                0,79           316,00
 Nettobetrag: 476,00 €
""").invoice
    first, second = invoice.lines
    assert first.item_name == "Gestaltung einer Beispielrechnung"
    assert (second.quantity, second.unit_price, second.net_amount) == (
        Decimal("400.00"),
        Decimal("0.79"),
        Decimal("316.00"),
    )


def test_the_totals_and_the_vat_table_are_no_lines(read_one: Reader) -> None:
    invoice = read_one("""
 Description            Qty     Unit price     Amount
 Rope                     2          20.00      40.00

 Subtotal                                       40.00
 VAT 20%                                         8.00
 Total                                          48.00

 VAT rate      Net amount     VAT amount
 20%                40.00           8.00
""").invoice
    assert [line.item_name for line in invoice.lines] == ["Rope"]
    (rate,) = invoice.vat_breakdown
    assert (rate.rate, rate.taxable, rate.tax) == (Decimal(20), Decimal("40.00"), Decimal("8.00"))


def test_a_price_for_a_hundred_is_told(read_one: Reader) -> None:
    (line,) = read_one("""
 Réf.      Description            Qté     P.U. HT       Total HT
 M4X16     Vis tête fraisée       200     4,02 /100         8,04
 Total HT                                                   8,04
""").invoice.lines
    assert (line.quantity, line.unit_price, line.price_base_quantity) == (Decimal(200), Decimal("4.02"), Decimal(100))
    assert line.seller_item_id == "M4X16"


def test_a_unit_beside_the_quantity_becomes_its_code(read_one: Reader) -> None:
    first, second = read_one("""
 Description             Quantité        Prix unitaire    Prix HT
 Nougat 250g             5 Unit(s)              4,00 €    20,00 €
 Huile                   10 Liter(s)           19,80 €   198,00 €
 Total HT                                                218,00 €
""").invoice.lines
    assert (first.unit_code, second.unit_code) == ("C62", "LTR")
    assert first.item_name == "Nougat 250g"


def test_rows_without_a_head_are_lines_if_they_add_up(read_one: Reader) -> None:
    text = """
 INVOICE
 From: Office Supply Co
 1. Desk Lamp                x2       $40.00
 2. Chair                    x1       $60.00
 Total:                              ${total}
"""
    lines = read_one(text.replace("{total}", "100.00")).invoice.lines
    assert [(line.item_name, line.quantity, line.net_amount) for line in lines] == [
        ("Desk Lamp", Decimal(2), Decimal("40.00")),
        ("Chair", Decimal(1), Decimal("60.00")),
    ]
    assert read_one(text.replace("{total}", "170.00")).invoice.lines == ()


def test_lines_that_do_not_make_the_net_total_are_told(read_one: Reader) -> None:
    found = read_one("""
 Description            Qty     Unit price     Amount
 Rope                     2          20.00      40.00
 Subtotal                                       90.00
 VAT 20%                                        18.00
 Total                                         108.00
""")
    assert "AP-READ-LINES" in {finding.rule for finding in found.findings}


def test_a_carry_over_is_no_line(read_one: Reader) -> None:
    page = """
 Description            Qty     Unit price     Amount
 {item}                   1          {price}     {price}
 {end}
"""
    first = page.format(item="Rope", price="40.00", end="Carried forward                    40.00")
    second = page.format(item="Lamp", price="60.00", end="Subtotal                        100.00")
    second = second.replace(" Lamp", " Brought forward                               40.00\n Lamp")
    lines = read_one(first, second).invoice.lines
    assert [(line.item_name, line.net_amount) for line in lines] == [
        ("Rope", Decimal("40.00")),
        ("Lamp", Decimal("60.00")),
    ]
