"""The same invoice in another guise is found; the next one of a series is not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest

from flows.suspects import with_odds
from matching.duplicate_odds import Side
from models.invoice import Invoice
from validators import Neighbour, duplicate_key, find_duplicate_suspects
from validators.duplicates import Suspicion

DAY = date(2026, 5, 4)


def paper(**terms: Any) -> Invoice:
    known = {"invoice_number": "F-2026-0118", "issue_date": DAY, "gross_total": "120.00", "currency": "EUR"}
    return Invoice.model_validate({**known, **terms})


def filed(**terms: Any) -> Neighbour:
    known = {
        "document_id": "d1",
        "invoice_number": "F-2026-0118",
        "issue_date": DAY,
        "gross_total": "120.00",
        "seller_id": "S1",
    }
    return Neighbour.model_validate({**known, **terms})


def how(left: Invoice, right: Neighbour, seller_id: str | None = "S1") -> str | None:
    suspects = find_duplicate_suspects(left, weighed(left, (right,), seller_id), seller_id)
    return suspects[0].how if suspects else None


def weighed(left: Invoice, rows: Iterable[Neighbour], seller_id: str | None) -> list[Neighbour]:
    """Neighbours with their odds, as judging has them."""
    mine = Side.of(left, seller_id, "credit_note" if left.is_credit_note else "invoice")
    return [with_odds(mine, side_of(row), row) for row in rows]


def side_of(row: Neighbour) -> Side:
    return Side(row.invoice_number, row.gross_total, row.issue_date, seller=row.seller_id, name=row.seller_name,
                kind="credit_note" if row.is_credit_note else "invoice", currency=row.currency)  # fmt: skip


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({}, "exact"),
        ({"invoice_number": "F 2026/0118"}, "exact"),
        ({"gross_total": "119.99"}, "exact"),
        ({"gross_total": "99.00"}, "number"),
        ({"invoice_number": "F-2026-O1I8"}, "lookalike_number"),
        ({"invoice_number": "2026-0118"}, "lookalike_number"),
        ({"invoice_number": "F-2026-0178"}, "lookalike_number"),  # 1 read as 7
        ({"invoice_number": "F-2026-0181"}, "lookalike_number"),  # swapped
        ({"invoice_number": "F-2026-018"}, "lookalike_number"),  # lost
        ({"invoice_number": None}, "amount_and_date"),
        ({"type_code": "381", "gross_total": "-120.00"}, "credit_note"),
        ({"invoice_number": "F-2026-O118", "issue_date": DAY + timedelta(days=3)}, "lookalike_number"),
        ({"invoice_number": "F-2026-0119"}, None),  # the next one
        ({"invoice_number": "F-2026-0119", "issue_date": DAY + timedelta(days=31)}, None),  # next month's rent
        ({"invoice_number": "F-2026-0178", "gross_total": "77.00"}, None),
        ({"invoice_number": "F-2026-0178", "issue_date": DAY + timedelta(days=4)}, None),
        ({"invoice_number": "F-2026-0178", "currency": "USD"}, "lookalike_number"),  # the neighbour's is unknown
        ({"issue_date": DAY - timedelta(days=400)}, None),  # numbering starts again
    ],
)
def test_guises_of_one_invoice(terms: dict[str, Any], expected: str | None) -> None:
    assert how(paper(**terms), filed()) == expected


def test_other_sellers_may_use_the_same_number() -> None:
    assert how(paper(), filed(seller_id="S2", gross_total="99.00")) is None
    assert how(paper(), filed(seller_id="S2", issue_date=DAY - timedelta(days=40))) is None
    assert how(paper(), filed(seller_id="S2")) == "other_seller"  # an alias: number, amount and date agree


def test_exact_ones_come_first() -> None:
    rows = (filed(document_id="a", invoice_number="F-2026-O118"), filed(document_id="b"))
    suspects = find_duplicate_suspects(paper(), weighed(paper(), rows, "S1"), "S1")
    assert [row.document_id for row in suspects] == ["b", "a"]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"gross_total": "99.00"}, None),  # the number again, for something else
        ({"gross_total": "99.00", "issue_date": DAY + timedelta(days=31)}, None),
        ({"issue_date": DAY + timedelta(days=31)}, None),  # the customer's number on each month's rent
        ({}, "exact"),
        ({"issue_date": DAY + timedelta(days=2), "gross_total": "120.01"}, "exact"),
        ({"invoice_number": "F-2026-O118"}, "lookalike_number"),
    ],
)
def test_a_supplier_that_uses_numbers_again_hides_no_second_copy(terms: dict[str, Any], expected: str | None) -> None:
    left = paper(**terms)
    found = find_duplicate_suspects(left, weighed(left, (filed(),), "S1"), "S1", Suspicion(reuses_numbers=True))
    assert (found[0].how if found else None) == expected


def test_reversal_and_re_entry_are_two_documents_beside_the_first() -> None:
    """A credit note over another amount's number, then the invoice written anew under it."""
    reversal = paper(type_code="381", issue_date=DAY + timedelta(days=20), invoice_number="AV-7")
    assert how(reversal, filed()) is None
    again = paper(issue_date=DAY + timedelta(days=20), gross_total="118.00")
    assert how(again, filed()) == "number"  # without the exception a person looks
    found = find_duplicate_suspects(again, weighed(again, (filed(),), "S1"), "S1", Suspicion(reuses_numbers=True))
    assert found == ()


def test_the_key_of_a_reused_number_holds_day_and_amount() -> None:
    first, later = paper(), paper(gross_total="118.00")
    assert duplicate_key(first, "S1") == duplicate_key(later, "S1")
    assert duplicate_key(first, "S1", reuses_numbers=True) != duplicate_key(later, "S1", reuses_numbers=True)
    assert duplicate_key(first, "S1", reuses_numbers=True) == duplicate_key(paper(), "S1", reuses_numbers=True)


@pytest.mark.parametrize("number", ["F-2026-0118", "f 2026 0118", "F/2026.0118", "Ｆ２０２６０１１８"])
def test_the_key_does_not_depend_on_notation(number: str) -> None:
    assert duplicate_key(paper(invoice_number=number), "S1") == duplicate_key(paper(), "S1")


@pytest.mark.parametrize(
    "terms", [{"invoice_number": "F-2026-0119"}, {"issue_date": date(2025, 5, 4)}, {"type_code": "381"}]
)
def test_the_key_differs_by_number_year_and_kind(terms: dict[str, Any]) -> None:
    assert duplicate_key(paper(**terms), "S1") != duplicate_key(paper(), "S1")
    assert duplicate_key(paper(), "S2") != duplicate_key(paper(), "S1")


@pytest.mark.parametrize("terms", [{"invoice_number": None}, {"invoice_number": "--"}, {"issue_date": None}])
def test_no_key_without_number_or_date(terms: dict[str, Any]) -> None:
    assert duplicate_key(paper(**terms), "S1") is None
    assert duplicate_key(paper(), None) is None
