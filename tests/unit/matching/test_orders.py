"""Orders: the right outcome, exact tolerances, and the precedence of what is wrong."""

from __future__ import annotations

import random
import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from matching import match_invoice
from models.invoice import Invoice
from models.match import MatchResult, SupplierMatch
from models.order import PurchaseOrder
from models.settings import MatchingSettings

SELLER = SupplierMatch(seller_id="S1", by="vat_id", probability=0.99)
Terms = dict[str, Any]


def order(number: str = "4500017", lines: list[Terms] | None = None, **terms: Any) -> PurchaseOrder:
    first = {"item_name": "Copper cable", "quantity": "10", "unit_price": "20.00", "net_amount": "200.00"}
    rows = [{"line_number": str(at), **line} for at, line in enumerate(lines or [first], 1)]
    known = {"seller_id": "S1", "seller_name": "Dupont SARL", "currency": "EUR", "order_date": date(2026, 1, 5)}
    return PurchaseOrder.model_validate({"order_number": number, **known, "lines": rows, **terms})


def invoice(lines: list[Terms] | None = None, **terms: Any) -> Invoice:
    first = {"item_name": "Copper cable", "quantity": "10", "unit_price": "20.00", "net_amount": "200.00"}
    rows = [first] if lines is None else lines
    total = sum((Decimal(str(row.get("net_amount", 0))) for row in rows), Decimal(0))
    known = {
        "invoice_number": "F-1",
        "issue_date": date(2026, 2, 1),
        "currency": "EUR",
        "seller_name": "DUPONT",
        "order_reference": "4500017",
        "net_total": total,
    }
    return Invoice.model_validate({**known, "lines": rows, **terms})


def line(quantity: str, price: str, **terms: Any) -> Terms:
    net = (Decimal(quantity) * Decimal(price)).quantize(Decimal("0.01"))
    return {"item_name": "Copper cable", "quantity": quantity, "unit_price": price, "net_amount": net, **terms}


def match(paper: Invoice, *orders: PurchaseOrder, **settings: Any) -> MatchResult:
    return match_invoice(paper, SELLER, orders, MatchingSettings(**settings))


def kinds(result: MatchResult) -> list[str]:
    return [row.kind for row in result.variances]


def test_clean_match_names_order_lines_and_reasons() -> None:
    result = match(invoice(), order(), order("4500099"))
    assert (result.outcome, result.kind, result.orders) == ("match", "two_way", ("4500017",))
    assert result.probability > 0.99
    assert [(row.invoice_line, row.order, row.order_line, row.quantity) for row in result.lines] == [
        (1, "4500017", "1", Decimal(10))
    ]
    assert result.candidates[0].order == "4500017"
    assert result.candidates[0].reasons[0].startswith("the order number agrees")


def test_waterfall_adds_up_to_the_probability() -> None:
    best = match(invoice(), order()).candidates[0]
    weight = sum(row.weight for row in best.waterfall)
    assert best.probability == pytest.approx(1 / (1 + 2**-weight), abs=1e-3)


@pytest.mark.parametrize(
    ("price", "outcome"),
    [("20.20", "match"), ("20.21", "price_variance"), ("19.80", "match"), ("19.79", "price_variance")],
)
def test_price_per_cent_is_exact_at_the_boundary(price: str, outcome: str) -> None:
    assert match(invoice([line("9", price)]), order(), price_tolerance_percent=1).outcome == outcome


@pytest.mark.parametrize(("price", "outcome"), [("0.51", "match"), ("0.52", "price_variance")])
def test_price_amount_is_exact_at_the_boundary(price: str, outcome: str) -> None:
    cheap = order(lines=[line("1000", "0.50")])
    assert match(invoice([line("900", price)]), cheap, price_tolerance_percent=0).outcome == outcome


@pytest.mark.parametrize(
    ("quantity", "percent", "outcome"),
    [
        ("10", 0, "match"),
        ("10.01", 0, "quantity_variance"),
        ("10.5", 5, "match"),
        ("10.51", 5, "quantity_variance"),
        ("3", 0, "match"),
    ],
)
def test_quantity_is_exact_at_the_boundary(quantity: str, percent: int, outcome: str) -> None:
    result = match(invoice([line(quantity, "20.00")]), order(), quantity_tolerance_percent=percent)
    assert result.outcome == outcome


@pytest.mark.parametrize(
    ("net", "outcome"), [("201.00", "match"), ("201.01", "price_variance"), ("120.00", "match"), ("200.05", "match")]
)
def test_total_is_compared_where_no_lines_were_read(net: str, outcome: str) -> None:
    result = match(invoice([], net_total=net), order(), total_tolerance_percent=Decimal("0.5"))
    assert result.outcome == outcome
    assert kinds(result) == ([] if outcome == "match" else ["total"])


@settings(deadline=None)
@given(
    price=st.decimals("0.01", "9999", places=2),
    tolerance=st.decimals("0", "50", places=2),
    cents=st.sampled_from([Decimal("-0.01"), Decimal(0), Decimal("0.01")]),
)
def test_absolute_price_tolerance_is_decimal_for_any_price(price: Decimal, tolerance: Decimal, cents: Decimal) -> None:
    paid = price + tolerance + cents
    assume(paid > 0)  # what is free of charge is not compared
    paper = invoice([{"item_name": "Copper cable", "quantity": "1", "unit_price": paid, "net_amount": paid}])
    ordered = order(lines=[{"item_name": "Copper cable", "quantity": "2", "unit_price": price}])
    result = match(paper, ordered, price_tolerance_percent=0, price_tolerance_amount=tolerance)
    assert ("price" in kinds(result)) == (abs(paid - price) > tolerance)


def test_both_figures_stand_in_a_variance() -> None:
    result = match(invoice([line("9", "21.00")]), order())
    assert [(row.invoice_line, row.kind, row.expected, row.actual) for row in result.variances] == [
        (1, "price", "20", "21")
    ]


def test_three_way_compares_with_what_was_received_and_not_invoiced() -> None:
    half = order(lines=[line("10", "20.00", quantity_received="6", quantity_invoiced="2")])
    assert match(invoice([line("4", "20.00")]), half).outcome == "match"
    over = match(invoice([line("5", "20.00")]), half)
    assert (over.kind, over.outcome, kinds(over)) == ("three_way", "quantity_variance", ["not_received"])
    assert (over.variances[0].expected, over.variances[0].actual) == ("4", "5")
    assert match(invoice([line("5", "20.00")]), half, three_way="never").outcome == "match"
    assert match(invoice([line("5", "20.00")]), order(), three_way="always").outcome == "quantity_variance"


def test_over_delivery_is_not_paid_beyond_the_order() -> None:
    over = order(lines=[line("10", "20.00", quantity_received="12")])
    assert kinds(match(invoice([line("12", "20.00")]), over)) == ["quantity"]


def test_price_for_a_hundred_is_the_price_of_one() -> None:
    paper = [
        {
            "item_name": "Copper cable",
            "quantity": "10",
            "unit_price": "2000",
            "price_base_quantity": "100",
            "net_amount": "200",
        }
    ]
    assert match(invoice(paper), order()).outcome == "match"


def test_units_of_one_family_are_converted() -> None:
    metres = order(lines=[line("1000", "0.20", unit_code="MTR")])
    paper = [
        {"item_name": "Copper cable", "quantity": "0.5", "unit_price": "200", "unit_code": "KMT", "net_amount": "100"}
    ]
    result = match(invoice(paper), metres)
    assert (result.outcome, result.lines[0].quantity) == ("match", Decimal(500))


def test_half_the_pieces_for_all_the_money_is_a_price_variance() -> None:
    assert match(invoice([line("5", "40.00")]), order()).outcome == "price_variance"
    assert match(invoice([line("12.5", "16.00")]), order()).outcome == "match"  # more for the same money


def test_a_box_for_its_pieces_is_a_match_when_it_costs_what_is_open() -> None:
    pieces = order(lines=[line("240", "0.50", unit_code="H87")])
    paper = [
        {"item_name": "Copper cable", "quantity": "10", "unit_price": "12.00", "unit_code": "BX", "net_amount": "120"}
    ]
    result = match(invoice(paper), pieces)
    assert (result.outcome, result.lines[0].quantity) == ("match", Decimal(240))


@pytest.mark.parametrize(
    ("name", "cost", "outcome"),
    [
        ("Frais de port", "25.00", "match"),
        ("Frais de port", "25.01", "quantity_variance"),
        ("Versandkosten", "9.90", "match"),
        ("Gold watch", "9.90", "quantity_variance"),
    ],
)
def test_freight_passes_up_to_the_limit_and_other_things_never(name: str, cost: str, outcome: str) -> None:
    extra = {"item_name": name, "quantity": "1", "unit_price": cost, "net_amount": cost}
    result = match(invoice([line("10", "20.00"), extra]), order(), small_cost_limit=25)
    assert result.outcome == outcome
    assert kinds(result) == ([] if outcome == "match" else ["not_ordered"])


def test_several_small_costs_share_one_limit() -> None:
    extras = [{"item_name": name, "net_amount": "15.00"} for name in ("Porto", "Verpackung")]
    assert match(invoice([line("10", "20.00"), *extras]), order()).outcome == "quantity_variance"


def test_several_orders_named_line_by_line() -> None:
    other = order("4500018", lines=[{"item_name": "Garden chair", "quantity": "4", "unit_price": "49.00"}])
    chairs = {"item_name": "Garden chair", "quantity": "4", "unit_price": "49.00", "net_amount": "196.00"}
    paper = invoice(
        [line("10", "20.00", order_reference="4500017"), {**chairs, "order_reference": "4500018"}], order_reference=None
    )
    result = match(paper, order(), other, order("4500019"))
    assert (result.outcome, set(result.orders)) == ("match", {"4500017", "4500018"})
    assert {(row.invoice_line, row.order) for row in result.lines} == {(1, "4500017"), (2, "4500018")}


def test_several_orders_listed_in_one_reference() -> None:
    other = order("4500018", lines=[{"item_name": "Garden chair", "quantity": "4", "unit_price": "49.00"}])
    chairs = {"item_name": "Garden chair", "quantity": "4", "unit_price": "49.00", "net_amount": "196.00"}
    result = match(invoice([line("10", "20.00"), chairs], order_reference="4500017 / 4500018"), order(), other)
    assert (result.outcome, set(result.orders)) == ("match", {"4500017", "4500018"})


@pytest.mark.parametrize(
    "reference", ["45OOO17", "PO 4500017", "4500071", "450017", "Bestellung 4500017 vom 5.1.", None]
)
def test_damaged_or_missing_number_still_finds_the_order(reference: str | None) -> None:
    others = [order(f"45{at:05}", lines=[line("3", f"{at}.00", item_name=f"Part {at}")]) for at in range(100, 140)]
    result = match(invoice(order_reference=reference), *others, order())
    assert (result.outcome, result.orders) == ("match", ("4500017",))


def test_numbers_printed_on_the_page_count_when_none_was_named() -> None:
    result = match_invoice(
        invoice(order_reference=None), SELLER, (order(), order("4500018")), text_order_numbers=("4500018",)
    )
    assert result.orders == ("4500018",)


def test_a_named_number_outweighs_a_printed_one() -> None:
    result = match_invoice(invoice(), SELLER, (order(), order("4500018")), text_order_numbers=("4500018",))
    assert result.orders == ("4500017",)


def test_no_order_where_nothing_fits() -> None:
    stranger = order(
        "7700001", lines=[line("3", "999.00", item_name="Garden chair")], seller_id="S9", seller_name="Acme"
    )
    result = match(invoice(order_reference="4500017"), stranger)
    assert (result.outcome, result.kind, result.orders) == ("no_order", "none", ())
    assert match(invoice()).outcome == "no_order"


def test_more_than_was_ordered_does_not_belong_to_an_order_that_nobody_named() -> None:
    book = order(lines=[line("40", "9.50"), line("250", "3.20", item_name="Catalogue")])
    assert match(invoice([line("150", "9.50")], order_reference=None), book).outcome == "no_order"
    assert match(invoice([line("150", "9.50")]), book).outcome == "quantity_variance"


def test_an_order_of_another_supplier_is_said_to_be_so() -> None:
    result = match(invoice(), order(seller_id="S9", seller_name="Nordlicht KG", status="closed"))
    assert (result.outcome, result.orders) == ("seller_mismatch", ("4500017",))


def test_a_name_variant_is_the_same_seller() -> None:
    unknown = order(seller_id=None, seller_name="Etablissements DUPONT S.A.R.L.")
    paper = invoice(seller_name="Etablissements Dupont")
    assert match_invoice(paper, SupplierMatch(), (unknown,)).outcome == "match"


def test_the_order_tells_the_supplier() -> None:
    result = match_invoice(invoice(), SupplierMatch(), (order(),))
    assert (result.supplier.seller_id, result.supplier.by) == ("S1", "order")
    assert match_invoice(invoice(seller_name="Durand"), SupplierMatch(), (order(),)).supplier.seller_id is None


def test_two_orders_alike_without_a_number_are_ambiguous() -> None:
    result = match(invoice(order_reference=None), order("4500017"), order("4500018"))
    assert result.outcome == "ambiguous"
    assert {row.order for row in result.candidates} == {"4500017", "4500018"}
    assert match(invoice(), order("4500017"), order("4500018")).outcome == "match"


def test_the_named_order_is_not_doubted_for_one_that_fits_better() -> None:
    better = order("4500018", lines=[line("12", "20.00")])
    result = match(invoice([line("12", "20.00")]), order(), better)
    assert (result.outcome, result.orders) == ("quantity_variance", ("4500017",))


def test_another_currency_is_a_variance() -> None:
    result = match(invoice(currency="USD"), order())
    assert (result.outcome, kinds(result)) == ("price_variance", ["currency"])


USED_UP: list[Terms] = [line("10", "20.00", quantity_invoiced="10")]


@pytest.mark.parametrize(
    ("ordered", "paper", "outcome"),
    [
        (order(lines=USED_UP, status="closed", seller_id="S9", seller_name="X"), invoice(), "seller_mismatch"),
        (order(lines=USED_UP, status="closed"), invoice([line("10", "25.00")]), "already_invoiced"),
        (order(lines=USED_UP), invoice(), "already_invoiced"),
        (order(status="closed"), invoice([line("12", "25.00")]), "closed_order"),
        (order(status="cancelled"), invoice(), "closed_order"),
        (order(), invoice([line("12", "25.00")]), "price_variance"),
        (order(), invoice([line("12", "20.00")]), "quantity_variance"),
    ],
)
def test_the_gravest_outcome_is_named(ordered: PurchaseOrder, paper: Invoice, outcome: str) -> None:
    assert match(paper, ordered).outcome == outcome


def test_a_credit_note_gives_back_even_on_a_closed_order() -> None:
    used = order(lines=USED_UP, status="closed")
    back = match(invoice([line("2", "20.00")], type_code="381"), used)
    assert (back.outcome, back.lines[0].quantity) == ("match", Decimal(-2))
    assert match(invoice([line("11", "20.00")], type_code="381"), used).outcome == "quantity_variance"
    assert match(invoice([line("2", "25.00")], type_code="381"), used).outcome == "price_variance"


def test_the_invoice_stays_as_it_was_read() -> None:
    paper = invoice([line("12", "25.00")])
    before = paper.model_dump()
    match(paper, order())
    assert paper.model_dump() == before


@pytest.mark.parametrize("amount", ["1E+400", "-0", "1E-900", "9" * 60])
def test_impossible_amounts_do_not_break_the_match(amount: str) -> None:
    paper = invoice(
        [{"item_name": "Copper cable", "quantity": amount, "unit_price": amount, "net_amount": amount}],
        net_total=amount,
    )
    assert match(paper, order()).orders == ("4500017",)


@settings(deadline=None)
@given(st.permutations(["4500017", "4500018", "4500019", "4500020"]))
def test_the_order_of_candidates_does_not_matter(numbers: list[str]) -> None:
    book = [order(number) for number in numbers]
    assert match(invoice(order_reference=None), *book) == match(
        invoice(order_reference=None), *sorted(book, key=lambda o: o.order_number)
    )


WORDS = (
    "bolt",
    "nut",
    "screw",
    "washer",
    "cable",
    "paper",
    "toner",
    "chair",
    "desk",
    "lamp",
    "pump",
    "valve",
    "filter",
)


def _book(source: random.Random, orders: int, lines: int) -> list[PurchaseOrder]:
    def row() -> Terms:
        price = str(Decimal(source.randint(100, 9999)) / 100)
        return line(str(source.randint(1, 50)), price, item_name=" ".join(source.sample(WORDS, 4)))

    return [order(f"45{source.randint(0, 99999):05}-{at}", lines=[row() for _ in range(lines)]) for at in range(orders)]


def _billed(ordered: PurchaseOrder, **terms: Any) -> Invoice:
    rows = [row.model_dump(include={"item_name", "quantity", "unit_price", "net_amount"}) for row in ordered.lines]
    return invoice(rows, **{"order_reference": ordered.order_number, **terms})


def test_without_a_number_the_right_one_of_fifty_orders_is_found() -> None:
    source = random.Random(44)
    book = _book(source, 50, 6)
    found = sum(match(_billed(row, order_reference=None), *book).orders == (row.order_number,) for row in book)
    assert found == 50


def test_fifty_candidates_are_matched_within_fifteen_milliseconds() -> None:
    book = _book(random.Random(7), 50, 10)
    paper = _billed(book[20])
    match(paper, *book)
    spent = []
    for _ in range(10):
        start = time.process_time()
        match(paper, *book)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.015
