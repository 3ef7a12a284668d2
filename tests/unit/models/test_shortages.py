"""What others took since the match was made is refused, by line and in money."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from models.errors import ConflictError
from models.match import MatchResult
from models.status import Status
from models.store.reviewing import approve, undo
from models.store.shortages import TakenMeanwhileError
from models.tables import MatchRow, OrderLineRow, OrderRow
from tests.billing import load_master
from tests.claiming import act, invoice, taken, whole, whole_claim


@pytest.fixture(autouse=True)
def _master(office: Any, tmp_path: Path) -> None:
    load_master(office.store, tmp_path)


def test_what_others_took_since_the_match_was_made_is_refused_with_the_figures(office: Any) -> None:
    first, second = invoice(office, "F-1", "8"), invoice(office, "F-2", "5")
    act(office, first, approve)
    with pytest.raises(
        TakenMeanwhileError, match="invoice F-1 took 8 of the 10 of line 1 of order CF-1: 2 left"
    ) as said:
        act(office, second, approve)
    assert isinstance(said.value, ConflictError)
    assert taken(office) == 8


def test_what_the_match_had_shown_is_the_persons_to_approve(office: Any) -> None:
    act(office, invoice(office, "F-1", "8"), approve)
    assert act(office, invoice(office, "F-2", "5", before="8"), approve) is Status.APPROVED
    assert taken(office) == 13


def test_two_invoices_without_lines_cannot_both_take_the_whole_order(office: Any) -> None:
    first, second = whole(office, "W-1", "30"), whole(office, "W-2", "30")
    act(office, first, approve)
    with pytest.raises(
        TakenMeanwhileError, match=r"invoice W-1 took 30 of the 40 of order CF-1: 10 left, this invoice asks for 30\."
    ):
        act(office, second, approve)
    assert whole_claim(office) == 30
    act(office, first, undo)
    assert act(office, second, approve) is Status.APPROVED


def test_an_invoice_without_lines_is_refused_what_others_took_line_by_line(office: Any) -> None:
    second = whole(office, "W-2", "30")
    act(office, invoice(office, "F-1", "8"), approve)
    with pytest.raises(TakenMeanwhileError, match="invoice F-1 took 32 of the 40 of order CF-1: 8 left"):
        act(office, second, approve)


def test_lines_are_refused_what_an_invoice_without_lines_took_of_their_order(office: Any) -> None:
    first = invoice(office, "F-1", "8")
    with office.store.write() as session:
        row = session.get_one(MatchRow, (first, 1))
        row.match_json = MatchResult.model_validate_json(row.match_json).model_copy(
            update={"amount_left": Decimal(40)}).model_dump_json()  # fmt: skip
        session.add(row)
    act(office, whole(office, "W-1", "30"), approve)
    with pytest.raises(TakenMeanwhileError, match="invoice W-1 took 30 of the 40 of order CF-1: 10 left"):
        act(office, first, approve)


def test_too_much_that_the_match_of_a_whole_order_had_shown_is_the_persons_to_approve(office: Any) -> None:
    act(office, whole(office, "W-1", "30"), approve)
    assert act(office, whole(office, "W-2", "30", left="10"), approve) is Status.APPROVED
    assert whole_claim(office) == 60


def test_an_invoice_of_two_whole_orders_takes_of_both_by_what_they_are_worth(office: Any) -> None:
    with office.store.write() as session:
        for table, more in ((OrderRow, {}), (OrderLineRow, {"net_amount": Decimal(120)})):
            row = session.exec(select(table).where(table.order_number == "CF-1")).first()
            session.add(table(**row.model_dump() | {"order_number": "CF-9"} | more))
    act(office, whole(office, "W-1", "160", left="160", orders=("CF-1", "CF-9")), approve)
    assert (whole_claim(office), whole_claim(office, "CF-9")) == (40, 120)
