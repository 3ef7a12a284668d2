"""The order file counts our invoices: never twice, and never too little."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from models.errors import ConflictError
from models.store.covering import explained
from models.store.reviewing import approve, send_back, undo
from models.tables import DocumentRow
from tests.billing import load_master
from tests.claiming import act, export, file_says, invoice, invoiced, judge, states, wipe

NUMBERS = count()


@pytest.fixture(autouse=True)
def _master(office: Any, tmp_path: Path) -> None:
    load_master(office.store, tmp_path)


def test_the_order_file_that_counts_our_invoice_does_not_count_it_twice(office: Any) -> None:
    document_id = invoice(office, "a", "4")
    act(office, document_id, approve)
    file_says(office, "4")  # approved, not published: somebody else's four
    assert invoiced(office) == 8
    export(office, document_id)
    file_says(office, "8")
    assert invoiced(office) == 8
    file_says(office, "8")
    assert invoiced(office) == 8


def test_a_rise_smaller_than_the_claim_is_somebody_elses(office: Any) -> None:
    document_id = invoice(office, "a", "4")
    act(office, document_id, approve)
    export(office, document_id)
    file_says(office, "3")
    assert invoiced(office) == 7
    file_says(office, "7")
    assert invoiced(office) == 7


def test_a_fall_of_the_file_makes_the_claim_count_anew(office: Any) -> None:
    document_id = invoice(office, "a", "4")
    act(office, document_id, approve)
    export(office, document_id)
    file_says(office, "4")
    file_says(office, "0")
    assert invoiced(office) == 4


def test_a_reopened_invoice_that_the_file_counts_can_be_approved_again(office: Any) -> None:
    document_id = invoice(office, "a", "8")
    act(office, document_id, approve)
    export(office, document_id)
    file_says(office, "8")
    act(office, document_id, send_back, reason="wrong price")
    assert invoiced(office) == 0  # the file's eight are its own
    with office.store.write() as session:
        judge(session, session.get_one(DocumentRow, document_id), "6", "0")
    act(office, document_id, approve)
    assert invoiced(office) == 6
    export(office, document_id)
    file_says(office, "6")
    assert invoiced(office) == 6


@given(st.lists(st.integers(-9, 9).filter(bool), max_size=6), st.integers(-20, 20))
def test_what_a_rise_explains_never_exceeds_it(claims: list[int], rise: int) -> None:
    chosen = explained([Decimal(claim) for claim in claims], Decimal(rise))
    total = sum(claims[position] for position in chosen)
    assert len(set(chosen)) == len(chosen)
    assert total == rise or (0 <= total * (1 if rise > 0 else -1) <= abs(rise))


NAMES = ["approve", "undo", "export", "reopen", "file"]
ACTS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(NAMES)), max_size=14)
FIGURES = st.lists(st.tuples(st.integers(0, 20), st.sampled_from(NAMES)), max_size=14)
SIZES = (2, 3, 4, 5)
REOPENED = [(3, "approve"), (0, "approve"), (3, "export"), (0, "file"), (3, "reopen"), (0, "file")]
APPROVED_ANEW = [(3, "approve"), (3, "export"), (0, "file"), (3, "reopen"), (3, "approve"), (0, "file")]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
@example(REOPENED)
@example(APPROVED_ANEW)
def test_where_the_ledger_books_all_that_is_published_the_claims_are_what_is_approved(
    office: Any, acts: list[tuple[int, str]]
) -> None:
    wipe(office)
    ids = [invoice(office, f"I-{next(NUMBERS)}", str(size)) for size in SIZES]
    for number, name in acts:
        booked = sum_of(office, ids, {"exported"})
        if play(office, ids[number], name, booked):
            approved = sum_of(office, ids, {"approved", "exported"})
            assert approved <= 10  # never more than was ordered: each was judged while all ten were open
            assert invoiced(office) == approved


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FIGURES)
@example([(3, "approve"), (3, "export"), (5, "file"), (3, "reopen"), (2, "file")])
def test_whatever_the_order_file_says_what_is_taken_is_never_less_than_what_is_approved(
    office: Any, acts: list[tuple[int, str]]
) -> None:
    wipe(office)
    ids = [invoice(office, f"I-{next(NUMBERS)}", str(size), before=None) for size in SIZES]
    for number, name in acts:
        if play(office, ids[number % len(ids)], name, number):
            assert invoiced(office) >= sum_of(office, ids, {"approved", "exported"})


def play(office: Any, document_id: str, name: str, figure: int) -> bool:
    """Do one thing; False where the document's state does not allow it."""
    try:
        if name == "file":
            file_says(office, str(figure))
        elif name == "export":
            export(office, document_id)
        else:
            what = {"approve": approve, "undo": undo, "reopen": send_back}[name]
            act(office, document_id, what, **({"reason": "x"} if name == "reopen" else {}))
    except ConflictError:
        return False
    return True


def sum_of(office: Any, ids: list[str], wanted: set[str]) -> int:
    """The sizes of those that are in one of these states."""
    return sum(size for size, state in zip(SIZES, states(office, ids), strict=True) if state in wanted)
