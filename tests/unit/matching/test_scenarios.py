"""A table of what happens between an order and its invoices, each row with the outcome, links and variances it has."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from matching import match_invoice
from models.aliases import Aliases
from models.invoice import Invoice
from models.match import MatchResult, SupplierMatch
from models.order import PurchaseOrder
from models.settings import MatchingSettings

SELLER = SupplierMatch(seller_id="S1", by="vat_id", probability=0.99)
Terms = dict[str, Any]
Links = dict[int, list[tuple[str, str]]]  # invoice line -> (order line, quantity)


@dataclass(frozen=True)
class Scenario:
    """Order lines (of one order, or by order number), invoice lines, and what is expected."""

    name: str
    ordered: list[Terms] | dict[str, list[Terms]]
    billed: list[Terms]
    outcome: str = "match"
    links: Links | None = None
    variances: list[str] = field(default_factory=list)
    paper: Terms = field(default_factory=dict)
    order: Terms = field(default_factory=dict)
    settings: Terms = field(default_factory=dict)
    aliases: Aliases = field(default_factory=Aliases)


def row(name: str, quantity: str | None, price: str | None, **terms: Any) -> Terms:
    known: Terms = {"item_name": name}
    if quantity is not None and price is not None:
        known |= {"quantity": quantity, "unit_price": price,
                  "net_amount": (Decimal(quantity) * Decimal(price)).quantize(Decimal("0.01"))}  # fmt: skip
    return known | terms


CABLE, CHAIR, LAMP = row("Copper cable", "10", "20"), row("Garden chair", "4", "49"), row("Desk lamp", "6", "31.50")
WHOLE: Links = {1: [("1", "10")]}
FRAME: Terms = {"item_name": "Office supplies, frame 2026", "net_amount": "5000"}

SCENARIOS = (
    Scenario("as ordered", [CABLE, CHAIR], [CABLE, CHAIR], links={1: [("1", "10")], 2: [("2", "4")]}),
    Scenario("partial delivery", [CABLE], [row("Copper cable", "6", "20")], links={1: [("1", "6")]}),
    Scenario("over-delivery", [CABLE], [row("Copper cable", "11", "20")], "quantity_variance", {1: [("1", "11")]},
             ["quantity"]),
    Scenario("over-delivery within the tolerance", [CABLE], [row("Copper cable", "11", "20")],
             settings={"quantity_tolerance_percent": 10}),
    Scenario("under-delivery with a line missing", [CABLE, CHAIR], [CABLE], links=WHOLE),
    Scenario("back-order: the rest comes later", [CABLE | {"quantity_invoiced": "6"}], [row("Copper cable", "4", "20")],
             links={1: [("1", "4")]}),
    Scenario("back-order billed twice", [CABLE | {"quantity_invoiced": "6"}], [row("Copper cable", "6", "20")],
             "quantity_variance", variances=["quantity"]),
    Scenario("nothing left", [CABLE | {"quantity_invoiced": "10"}], [CABLE], "already_invoiced",
             variances=["quantity"]),
    Scenario("split delivery on one invoice", [CABLE], [row("Copper cable", "4", "20"), row("Copper cable", "6", "20")],
             links={1: [("1", "4")], 2: [("1", "6")]}),
    Scenario("line billed twice on one invoice", [CABLE], [CABLE, CABLE], "quantity_variance",
             {1: [("1", "10")], 2: [("1", "10")]}, ["quantity"]),
    Scenario("one invoice line for two order lines", [row("Copper cable", "5", "20"), row("Copper cable", "7", "20")],
             [row("Copper cable", "12", "20")], links={1: [("1", "5"), ("2", "7")]}),
    Scenario("part of a line for two order lines", [row("Copper cable", "5", "20"), row("Copper cable", "7", "20")],
             [row("Copper cable", "9", "20")]),
    Scenario("the same line twice on the order", [CABLE, CABLE], [CABLE, CABLE],
             links={1: [("1", "10")], 2: [("2", "10")]}),
    Scenario("one sum for the whole order", [CABLE, CHAIR, LAMP], [row("Goods as agreed", "1", "585")],
             links={1: [("1", "10"), ("2", "4"), ("3", "6")]}),
    Scenario("one sum for two of three order lines", [CABLE, CHAIR, LAMP], [row("Furniture", "1", "385"), CABLE],
             links={1: [("2", "4"), ("3", "6")], 2: [("1", "10")]}),
    Scenario("a sum that is a cent too far", [CABLE, CHAIR, LAMP], [row("Goods as agreed", "1", "585.02")],
             "quantity_variance", {}, ["not_ordered"]),
    Scenario("one lump sum in two lines", [row("Installation, complete", "1", "5000")],
             [row("Labour of our fitters", "40", "75"), row("Material used", "1", "2000")],
             links={1: [("1", "0.6")], 2: [("1", "0.4")]}),
    Scenario("other order of lines", [CABLE, CHAIR, LAMP], [LAMP, CABLE, CHAIR],
             links={1: [("3", "6")], 2: [("1", "10")], 3: [("2", "4")]}),
    Scenario("other words, same item number", [CABLE | {"seller_item_id": "KB-77"}, CHAIR],
             [CHAIR, row("Installationsleitung blank", "10", "20", seller_item_id="KB 77")],
             links={1: [("2", "4")], 2: [("1", "10")]}),
    Scenario("other words, confirmed before", [row("Copper cable", "10", "20"), row("Garden chair", "10", "20")],
             [row("Gartenstuhl", "5", "20")], links={1: [("2", "5")]},
             aliases=Aliases({"gartenstuhl": {"garden chair": 1}})),
    Scenario("other words, nothing else alike", [row("Copper cable", "10", "20")], [row("Toner black", "3", "64")],
             "quantity_variance", {}, ["not_ordered"]),
    Scenario("boxes for pieces", [row("Nitrile gloves, box of 100", "600", "0.09", unit_code="C62")],
             [row("Nitrile gloves, box of 100", "4", "9.00", unit_code="BX")], links={1: [("1", "400")]}),
    Scenario("pieces for boxes", [row("Nitrile gloves, box of 100", "6", "9.00", unit_code="BX")],
             [row("Nitrile gloves", "300", "0.09", unit_code="H87")], links={1: [("1", "3")]}),
    Scenario("boxes that are called pieces", [row("Screws", "1000", "0.05")],
             [row("Screws, pack of 200", "3", "10.00")], links={1: [("1", "600")]}),
    Scenario("too many boxes", [row("Nitrile gloves, box of 100", "300", "0.09", unit_code="C62")],
             [row("Nitrile gloves, box of 100", "4", "9.00", unit_code="BX")], "quantity_variance",
             {1: [("1", "400")]}, ["quantity"]),
    Scenario("dozens for pieces", [row("Work gloves", "60", "2.50", unit_code="H87")],
             [row("Work gloves", "3", "30", unit_code="DZN")], links={1: [("1", "36")]}),
    Scenario("price per hundred", [row("Screw M8", "5000", "0.12")],
             [row("Screw M8", "2000", "12", price_base_quantity="100", net_amount="240")], links={1: [("1", "2000")]}),
    Scenario("price per hundred and dearer", [row("Screw M8", "5000", "0.12")],
             [row("Screw M8", "2000", "14", price_base_quantity="100", net_amount="280")], "price_variance",
             variances=["price"]),
    Scenario("grams for kilograms", [row("Saffron", "2", "3000", unit_code="KGM")],
             [row("Saffron", "500", "3", unit_code="GRM")], links={1: [("1", "0.5")]}),
    Scenario("freight within the limit", [CABLE], [CABLE, row("Freight", "1", "25")], links=WHOLE),
    Scenario("freight beyond the limit", [CABLE], [CABLE, row("Freight", "1", "25.01")], "quantity_variance", WHOLE,
             ["not_ordered"]),
    Scenario("freight that was ordered", [CABLE, row("Freight", "1", "80")], [CABLE, row("Freight", "1", "80")],
             links={1: [("1", "10")], 2: [("2", "1")]}),
    Scenario("charge on the whole invoice", [CABLE], [CABLE], "price_variance", WHOLE, ["total"],
             paper={"charge_total": "60", "net_total": "260"}),
    Scenario("small charge on the whole invoice", [CABLE], [CABLE], links=WHOLE,
             paper={"charge_total": "20", "net_total": "220"}),
    Scenario("several orders on one invoice", {"4500017": [CABLE], "4500018": [CHAIR]}, [CABLE, CHAIR],
             links={1: [("4500017/1", "10")], 2: [("4500018/1", "4")]}, paper={"order_reference": "4500017, 4500018"}),
    Scenario("a second order that nobody named", {"4500017": [CABLE], "4500018": [CHAIR]}, [CABLE, CHAIR],
             links={1: [("4500017/1", "10")], 2: [("4500018/1", "4")]}),
    Scenario("one line for two orders", {"4500017": [row("Copper cable", "6", "20")],
                                         "4500018": [row("Copper cable", "4", "20")]}, [CABLE],
             links={1: [("4500017/1", "6"), ("4500018/1", "4")]}, paper={"order_reference": "4500017 / 4500018"}),
    Scenario("lines that name their orders", {"4500017": [CABLE], "4500018": [CABLE]},
             [CABLE | {"order_reference": "4500018"}, CABLE | {"order_reference": "4500017"}],
             links={1: [("4500018/1", "10")], 2: [("4500017/1", "10")]}, paper={"order_reference": None}),
    Scenario("call-off from a frame", [FRAME | {"quantity_invoiced": "1200"}],
             [row("Paper A4", "100", "4.10"), row("Toner", "5", "64")],
             links={1: [("1", "410.00")], 2: [("1", "320.00")]}),
    Scenario("frame used up", [FRAME | {"quantity_invoiced": "4500"}], [row("Paper A4", "200", "4.10")],
             "price_variance", {1: [("1", "820.00")]}, ["total"]),
    Scenario("frame overdrawn before", [FRAME | {"quantity_invoiced": "5000"}], [row("Paper A4", "200", "4.10")],
             "already_invoiced", {1: [("1", "820.00")]}, ["total"]),
    Scenario("credit note", [CABLE | {"quantity_invoiced": "10"}], [row("Copper cable", "2", "20")],
             links={1: [("1", "-2")]}, paper={"type_code": "381"}),
    Scenario("credit note over two order lines",
             [row("Copper cable", each, "20", quantity_invoiced=each) for each in ("5", "7")],
             [row("Copper cable", "12", "20")], links={1: [("1", "-5"), ("2", "-7")]}, paper={"type_code": "381"}),
    Scenario("return on an invoice", [CABLE, CHAIR], [CABLE, row("Garden chair", "-1", "49")],
             links={1: [("1", "10")], 2: [("2", "-1")]}),
    Scenario("down payment deducted", [CABLE], [CABLE, row("Less down payment of 3 May", "1", "-60")], links=WHOLE),
    Scenario("early-payment discount as a line", [CABLE], [CABLE, row("Skonto 2 %", "1", "-4")], links=WHOLE),
    Scenario("rounding as a line", [CABLE], [CABLE, row("Arrondi", "1", "-0.02")], links=WHOLE),
    Scenario("rounded price", [row("Screw M8", "300", "0.333")], [row("Screw M8", "300", "0.33", net_amount="99.90")],
             links={1: [("1", "300")]}),
    Scenario("free of charge", [CABLE], [CABLE, row("Copper cable", "1", "0")], links=WHOLE),
    Scenario("free of charge, as ordered", [CABLE, row("Sample", "1", "0")], [CABLE, row("Sample", "1", "0")],
             links={1: [("1", "10")], 2: [("2", "1")]}),
    Scenario("tax as a line", [CABLE], [CABLE, row("TVA 20 %", "1", "40")], links=WHOLE),
    Scenario("words without a figure", [CABLE], [CABLE, {"item_name": "Thank you for your order"}], links=WHOLE),
    Scenario("not ordered", [CABLE], [CABLE, row("Gold watch", "1", "900")], "quantity_variance", WHOLE,
             ["not_ordered"]),
    Scenario("dearer", [CABLE], [row("Copper cable", "10", "21")], "price_variance", WHOLE, ["price"]),
    Scenario("cheaper", [CABLE], [row("Copper cable", "9", "15")], "price_variance", {1: [("1", "9")]}, ["price"]),
    Scenario("cheaper where that is welcome", [CABLE], [row("Copper cable", "9", "15")], links={1: [("1", "9")]},
             settings={"price_under_percent": 50}),
    Scenario("not received", [CABLE | {"quantity_received": "6"}], [CABLE], "quantity_variance", WHOLE,
             ["not_received"]),
    Scenario("received in part, billed in part", [CABLE | {"quantity_received": "6"}], [row("Copper cable", "6", "20")],
             links={1: [("1", "6")]}),
    Scenario("closed order", [CABLE], [CABLE], "closed_order", WHOLE, order={"status": "closed"}),
    Scenario("another currency", [CABLE], [CABLE], "price_variance", WHOLE, ["currency"], paper={"currency": "USD"}),
    Scenario("another seller's order", [CABLE], [CABLE], "seller_mismatch", WHOLE,
             order={"seller_id": "S9", "seller_name": "Nordlicht KG"}),
)  # fmt: skip


def orders_of(case: Scenario) -> list[PurchaseOrder]:
    books = case.ordered if isinstance(case.ordered, dict) else {"4500017": case.ordered}
    known = {"seller_id": "S1", "seller_name": "Dupont SARL", "currency": "EUR", "order_date": date(2026, 1, 5)}
    return [
        PurchaseOrder.model_validate(
            {"order_number": number, **known, **case.order,
             "lines": [{"line_number": str(at), **line} for at, line in enumerate(lines, 1)]}
        )
        for number, lines in books.items()
    ]  # fmt: skip


def invoice_of(case: Scenario) -> Invoice:
    total = sum((Decimal(line.get("net_amount", 0)) for line in case.billed), Decimal(0))
    known = {"invoice_number": "F-1", "issue_date": date(2026, 2, 1), "currency": "EUR", "seller_name": "DUPONT",
             "order_reference": "4500017", "net_total": total}  # fmt: skip
    return Invoice.model_validate({**known, "lines": case.billed, **case.paper})


def matched(case: Scenario) -> MatchResult:
    settings = MatchingSettings(**case.settings)
    return match_invoice(invoice_of(case), SELLER, orders_of(case), settings, aliases=case.aliases)


def links_of(result: MatchResult, *, with_order: bool) -> dict[int, list[tuple[str, Decimal]]]:
    found: dict[int, list[tuple[str, Decimal]]] = {}
    for link in result.lines:
        name = f"{link.order}/{link.order_line}" if with_order else link.order_line
        found.setdefault(link.invoice_line, []).append((name, link.quantity))
    return found


@pytest.mark.parametrize("case", SCENARIOS, ids=lambda case: case.name)
def test_what_happens_between_order_and_invoice_is_told_apart(case: Scenario) -> None:
    result = matched(case)
    assert (result.outcome, [row.kind for row in result.variances]) == (case.outcome, case.variances)
    if case.links is not None:
        expected = {at: [(name, Decimal(quantity)) for name, quantity in links] for at, links in case.links.items()}
        assert links_of(result, with_order=isinstance(case.ordered, dict)) == expected


@pytest.mark.parametrize("case", SCENARIOS, ids=lambda case: case.name)
def test_a_link_never_alters_the_facts_of_the_invoice(case: Scenario) -> None:
    paper, settings = invoice_of(case), MatchingSettings(**case.settings)
    before = paper.model_dump_json()
    match_invoice(paper, SELLER, orders_of(case), settings, aliases=case.aliases)
    assert paper.model_dump_json() == before


@pytest.mark.parametrize("case", SCENARIOS, ids=lambda case: case.name)
def test_every_link_says_why_and_its_rows_add_up(case: Scenario) -> None:
    for link in matched(case).lines:
        weight = sum(row.weight for row in link.waterfall)
        assert link.probability == pytest.approx(1 / (1 + 2**-weight), abs=2e-3)


def test_there_are_enough_scenarios() -> None:
    assert len({case.name for case in SCENARIOS}) == len(SCENARIOS) >= 30
