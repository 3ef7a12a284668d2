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


def test_a_table_without_headings_is_found_by_its_products(read_one: Reader) -> None:
    lines = read_one("""
 1   A-1041   Rope, green            3   h      16.60      49.80
 2   A-2210   Long lamp            600   h  1.53 /100       9.18
 3   A-3377   Rope end              50   m      26.22   1,311.00
              with knot
 Net total        VAT 20%         Grand total
  1,369.98         274.00            1,643.98
""").invoice.lines
    assert [(line.quantity, line.net_amount, line.seller_item_id) for line in lines] == [
        (Decimal(3), Decimal("49.80"), "A-1041"),
        (Decimal(600), Decimal("9.18"), "A-2210"),
        (Decimal(50), Decimal("1311.00"), "A-3377"),
    ]
    assert (lines[1].price_base_quantity, lines[2].item_name) == (Decimal(100), "Rope end with knot")


def test_names_stand_above_their_numbers(read_one: Reader) -> None:
    lines = read_one("""
 Hydraulic oil
   4 l x 35.00               140.00
 Cable ties blue
   6 box x 11.56              69.36
 Subtotal                    209.36
 VAT 20%                      41.87
 Total                       251.23
""").invoice.lines
    assert [(line.item_name, line.quantity, line.unit_code) for line in lines] == [
        ("Hydraulic oil", Decimal(4), "LTR"),
        ("Cable ties blue", Decimal(6), "XBX"),
    ]


def test_a_column_without_a_known_heading_is_told_by_arithmetic(read_one: Reader) -> None:
    (line,) = read_one("""
 No.  Description        Xyz        Price        Amount
 1    Rope              1000    38.77 /100       387.70
 Net total                                       387.70
""").invoice.lines
    assert (line.quantity, line.price_base_quantity, line.item_name) == (Decimal(1000), Decimal(100), "Rope")


def test_of_two_columns_called_total_the_one_that_multiplies_is_the_net_amount(read_one: Reader) -> None:
    lines = read_one("""
 Description       Units      Price     Tax rate        Total       Total
 Rope                  2      20.00        20 %         40.00       48.00
 Lamp                  1      10.00        20 %         10.00       12.00
 Net total                                                          50.00
 VAT 20%                                                            10.00
 Grand total                                                        60.00
""").invoice.lines
    assert [line.net_amount for line in lines] == [Decimal("40.00"), Decimal("10.00")]


def test_a_quantity_printed_without_its_decimals_is_repaired_and_marked(read_one: Reader) -> None:
    found = read_one("""
 Description          Quantity     Unit price       Amount
 Order picker             28 h          10.50       288.75
 Rope                     2 pcs         20.00        40.00
 Net total                                          328.75
""")
    assert [line.quantity for line in found.invoice.lines] == [Decimal("27.5"), Decimal(2)]
    assert [evidence.reader for evidence in found.line_evidence] == ["repaired", "text"]


def test_a_sub_total_within_the_table_is_no_line(read_one: Reader) -> None:
    lines = read_one("""
 Description            Qty     Unit price     Amount
 Rope                     2          20.00      40.00
 Cord                     1          10.00      10.00
 Subtotal                                       50.00
 Lamp                     3          30.00      90.00
 Net total                                     140.00
""").invoice.lines
    assert [line.item_name for line in lines] == ["Rope", "Cord", "Lamp"]


def test_the_thousands_of_an_amount_may_stand_apart(read_one: Reader) -> None:
    (line,) = read_one("""
 Description            Qty     Unit price       Amount
 Rope                     4         253,13     1 012,52
 Net total                                     1 012,52
""").invoice.lines
    assert line.net_amount == Decimal("1012.52")


def test_credit_lines_and_discounts_keep_their_sign(read_one: Reader) -> None:
    lines = read_one("""
 Description            Qty     Unit price     Disc.       Amount
 Nougat                   5           4.55       10%       -20.48
 Oil                     10          19.80                -198.00
 Net total                                                -218.48
""").invoice.lines
    assert [(line.quantity, line.net_amount) for line in lines] == [
        (Decimal(5), Decimal("-20.48")),
        (Decimal(10), Decimal("-198.00")),
    ]
