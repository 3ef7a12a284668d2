"""A client's own expectations: what a file may say, and that the gate holds rows back by them."""

from __future__ import annotations

import json

import pytest

from models.errors import SettingsError
from models.expectation import ClientExpectation, dump_expectations, parse_expectations, read_expectations
from tests.unit.validators.test_gate import row
from validators.expectations import suite_hash
from validators.gate import check_batch

WORDS = 'en = "It is not so"\nfr = "Ce n’est pas ainsi"\n'


def one(**parts: object) -> str:
    given = {"name": "site", "column": "buyer_reference", "kind": "present"} | parts
    return "[[expect]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in given.items()) + WORDS


OWN = read_expectations(
    one(name="po", column="order_reference")
    + one(name="centre", kind="matches", pattern="^[0-9]{4}$")
    + one(name="zone", column="currency", kind="one_of", values=["EUR", "CHF"])
    + one(name="banned", column="seller_name", kind="none_of", values=["Nobody"])
    + one(name="short", column="invoice_number", kind="length", least=2, most=6)
)


def test_rows_that_fail_a_clients_own_expectation_are_held_by_its_name() -> None:
    good = {"order_reference": "PO-1", "buyer_reference": "0042"}
    batch = [
        row(0, **good), row(1, **good | {"order_reference": None}), row(2, **good | {"buyer_reference": "42"}),
        row(3, **good | {"currency": "USD"}), row(4, **good | {"seller_name": "Nobody"}),
        row(5, **good | {"invoice_number": "F-1234567"}), row(6, **good | {"buyer_reference": None}),
    ]  # fmt: skip
    said = check_batch(batch, OWN)
    assert said.table_failures == ()
    assert {name: found[0] for name, found in said.held.items()} == {
        "d1": "own_po", "d2": "own_centre", "d3": "own_zone", "d4": "own_banned", "d5": "own_short",
    }  # fmt: skip
    assert set(said.passed) == {"d0", "d6"}
    kept = {each["name"]: each for each in json.loads(said.result_json)["results"]}
    assert kept["own_po"]["says"]["fr"] == "Ce n’est pas ainsi"
    assert said.suite_hash == suite_hash(OWN) != suite_hash()
    assert check_batch(batch).held == {}


def test_what_is_kept_reads_back_the_same() -> None:
    assert parse_expectations(dump_expectations(OWN)) == OWN
    assert parse_expectations(None) == ()


@pytest.mark.parametrize("text", [
    "[[expect", "[other]\na = 1", one(column="x_score"), one(column="net_total", kind="matches", pattern="1"),
    one(kind="matches"), one(kind="matches", pattern="("), one(kind="matches", pattern="(a+)+$"), one(kind="one_of"),
    one(kind="length", least=3, most=2), one(kind="eval"), one(name="Own!"), one(name="a") + one(name="a"),
    one(extra=1), "".join(one(name=f"n{n}") for n in range(51)), one(kind="matches", pattern="a" * 201),
])  # fmt: skip
def test_a_file_that_asks_for_what_there_is_not_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        read_expectations(text)


def test_expectations_cannot_be_changed_once_made() -> None:
    with pytest.raises(ValueError, match="frozen"):
        ClientExpectation.model_validate(OWN[0]).name = "x"  # type: ignore[misc]
