from __future__ import annotations

import json
import random
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models.invoice import TERMS
from validators.expectations import COLUMNS, EXPECTATIONS, suite_hash
from validators.gate import check_batch


def row(number: int, **changed: Any) -> dict[str, Any]:
    values: dict[str, Any] = dict.fromkeys(COLUMNS) | {
        "document_id": f"d{number}", "client_id": "acme", "invoice_key": f"k{number}", "document_type": "invoice",
        "invoice_number": f"F-{number}", "issue_date": date(2026, 1, 31), "due_date": date(2026, 3, 2),
        "type_code": "380", "currency": "EUR", "seller_name": "Papeterie", "net_total": Decimal("100.10"),
        "tax_total": Decimal("20.20"), "gross_total": Decimal("120.30"), "iban": "FR7630006000011234567890189",
    }  # fmt: skip
    return values | changed


FAULTS: dict[str, dict[str, Any]] = {
    "totals_add_up": {"gross_total": Decimal("120.31")},
    "currency_shape": {"currency": "eur"},
    "currency_known": {"currency": "EUX"},
    "type_known": {"type_code": "220"},
    "due_after_issue": {"due_date": date(2026, 1, 30)},
    "account_shape": {"iban": "FR76-3000"},
    "amounts_in_minor_units": {"net_total": Decimal("100.105"), "tax_total": Decimal("20.195")},
    "invoice_number_present": {"invoice_number": None},
    "invoice_key_present": {"invoice_key": None},
    "issue_date_present": {"issue_date": None},
    "type_code_present": {"type_code": None},
    "currency_present": {"currency": None},
    "seller_name_present": {"seller_name": ""},
    "gross_total_present": {"gross_total": None},
    "no_open_error": {"open_rules": "BR-CO-15"},
}


def test_seeded_faults_hold_back_exactly_their_rows_each_with_the_expectations_name() -> None:
    batch = [row(number) for number in range(40)]
    places = random.Random(4).sample(range(40), len(FAULTS))
    for place, changed in zip(places, FAULTS.values(), strict=True):
        batch[place] |= changed
    result = check_batch(batch)
    expected = {f"d{place}": name for place, name in zip(places, FAULTS, strict=True)}
    assert {document: name for document, (name, _) in result.held.items()} == expected
    assert result.table_failures == ()
    assert set(result.passed) == {f"d{number}" for number in range(40)} - set(expected)
    assert "gross total 120.31" in next(text for name, text in result.held.values() if name == "totals_add_up")


def test_every_row_expectation_is_seeded_or_is_about_rows_that_meet() -> None:
    known = set(FAULTS) | {"invoice_unique", "document_id_present"}
    assert {each.name for each in EXPECTATIONS if each.scope == "row"} == known


def test_honest_rows_of_many_kinds_pass() -> None:
    honest = [
        row(0, net_total=Decimal("0.10"), tax_total=Decimal("0.20"), gross_total=Decimal("0.30")),  # not in floats
        row(1, net_total=Decimal(-100), tax_total=Decimal(-20), gross_total=Decimal(-120), type_code="381"),
        row(2, currency="JPY", net_total=Decimal("1000.00"), tax_total=Decimal(100), gross_total=Decimal(1100)),
        row(3, currency="TND", net_total=Decimal("1.005"), tax_total=Decimal("0.001"), gross_total=Decimal("1.006")),
        row(4, net_total=None, tax_total=None, due_date=None, iban=None),
        row(5, iban="12-345678/90"),
        row(6, net_total=Decimal("9999999999999.99"), tax_total=Decimal("0.01"), gross_total=Decimal("1E+13")),
    ]
    assert check_batch(honest).held == {}


def test_two_rows_that_are_one_invoice_are_both_held() -> None:
    result = check_batch([row(1, invoice_key="k"), row(2, invoice_key="k"), row(3)])
    assert {document: name for document, (name, _) in result.held.items()} == dict.fromkeys(
        ("d1", "d2"), "invoice_unique"
    )
    assert result.passed == ("d3",)


@pytest.mark.parametrize(
    ("batch", "failure"),
    [
        ([], "batch_not_empty"),
        ([row(1) | {"colour": "red"}], "columns_unchanged"),
        ([{name: value for name, value in row(1).items() if name != "bic"}], "columns_unchanged"),
        ([{name: value for name, value in row(1).items() if name != "iban"}], "columns_unchanged"),
        ([row(1), row(1)], "document_unique"),
        ([row(1), row(2, client_id=None)], "client_known"),
    ],
)
def test_a_table_failure_lets_nothing_through(batch: list[dict[str, Any]], failure: str) -> None:
    result = check_batch(batch)
    assert failure in [name for name, _ in result.table_failures]
    assert result.is_refused
    assert result.passed == ()


def test_the_result_of_the_same_batch_is_the_same_text_and_names_the_suite() -> None:
    batch = [row(1), row(2, currency="EUX")]
    first, again = check_batch(batch), check_batch(batch)
    assert first.result_json == again.result_json
    told = json.loads(first.result_json)
    assert told["suite"] == first.suite_hash == suite_hash()
    assert [each["name"] for each in told["results"] if not each["success"]] == ["currency_known"]


def test_the_columns_are_the_invoice_terms_so_far() -> None:
    assert COLUMNS[6:] == tuple(TERMS)
