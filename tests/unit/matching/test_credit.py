"""Which invoice a credit note gives back: by its number, else only where exactly one fits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from matching.credit import Original, find_original, is_over
from models.invoice import Invoice, InvoiceLine

PAPER, PENS = InvoiceLine(item_name="Copy paper", quantity="10"), InvoiceLine(item_name="Pens", quantity="5")


def original(name: str, net: str = "120.00", day: int = 1, **more: object) -> Original:
    return Original(document_id=name, invoice_number=f"F-{name}", net_total=net, currency="EUR",
                    issue_date=date(2026, 3, day), **more)  # type: ignore[arg-type] # fmt: skip


def note(net: str = "-40.00", **more: object) -> Invoice:
    return Invoice(type_code="381", currency="EUR", net_total=net, issue_date=date(2026, 3, 20), **more)  # type: ignore[arg-type]


def test_the_named_invoice_is_found_however_its_number_is_written() -> None:
    assert find_original(note(preceding_invoice="f a"), (original("A"), original("B"))) == ("A", "number")


def test_a_named_invoice_that_is_not_here_is_not_guessed() -> None:
    assert find_original(note("120.00", preceding_invoice="F-9"), (original("A"),)) is None


def test_without_a_number_the_only_invoice_with_the_lines_is_it() -> None:
    three = InvoiceLine(item_name="COPY PAPER", quantity="-3")
    both = (original("A", lines=(PAPER,)), original("B", lines=(PENS,)))
    assert find_original(note(lines=(three,)), both) == ("A", "lines")
    assert find_original(note(lines=(three,)), (*both, original("C", lines=(PAPER, PENS)))) is None


def test_else_the_only_one_of_the_amount() -> None:
    assert find_original(note("-120.00"), (original("A"), original("B", "130.00"))) == ("A", "amount")
    assert find_original(note("-120.00"), (original("A"), original("B"))) is None


@pytest.mark.parametrize("wrong", [
    {"currency": "USD"}, {"issue_date": date(2026, 3, 31)}, {"issue_date": date(2023, 1, 1)}, {"credited": Decimal(1)},
])  # fmt: skip
def test_other_currencies_later_dates_and_spent_invoices_do_not_fit(wrong: dict[str, object]) -> None:
    assert find_original(note("-120.00"), (original("A").model_copy(update=wrong),)) is None


def test_over_is_more_than_a_cent_beyond_what_was_invoiced() -> None:
    spent = original("A", credited=Decimal("80.00"))
    assert not is_over(note("-40.00"), spent)
    assert not is_over(note("-40.01"), spent)
    assert is_over(note("-40.02"), spent)
