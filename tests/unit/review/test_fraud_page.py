"""The page of controls against fraud: proposed accounts take a second person, and the report is of own clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from models.store.engine import Store
from models.tables import AuditRow, SupplierBankRow
from tests.browser import PASSWORD
from tests.desk import DocumentMaker

Visit = Callable[..., Any]
PROPOSED = "DE89370400440532013000"
KEY = ("acme", "S1", PROPOSED)
FORM = {"client": "acme", "seller": "S1", "iban": PROPOSED, "reason": "called 01 40 00 00 00", "password": PASSWORD}


@pytest.fixture
def proposed(desk: Store) -> Store:
    with desk.write() as session:
        session.add(SupplierBankRow(client_id="acme", seller_id="S1", iban=PROPOSED, proposed_by="user:ruth"))
    return desk


def account(store: Store) -> SupplierBankRow | None:
    with store.read() as session:
        return session.get(SupplierBankRow, KEY)


def test_a_second_person_verifies_with_a_reason_and_the_password(visit: Visit, proposed: Store) -> None:
    rita = visit("rita", "supervisor")
    assert PROPOSED in rita.get("/fraud").text
    assert rita.post("/fraud/accounts", act="verify", **FORM).headers["location"] == "/fraud?done=verified"
    row = account(proposed)
    assert row is not None
    assert (row.verified_by, row.verified_at is not None) == ("user:rita", True)
    with proposed.read() as session:
        (act,) = session.exec(select(AuditRow).where(AuditRow.action == "verify_bank"))
    assert (act.actor, act.client_id) == ("user:rita", "acme")
    assert PROPOSED not in rita.get("/fraud").text


@pytest.mark.parametrize(
    ("who", "changes", "status"),
    [("ruth", {}, 409), ("rita", {"reason": " "}, 409), ("rita", {"password": "wrong"}, 403),
     ("rita", {"iban": "FR7630006000011234567890189"}, 409), ("rita", {"client": "nobody"}, 404)],
)  # fmt: skip
def test_nothing_else_verifies(visit: Visit, proposed: Store, who: str, changes: dict[str, str], status: int) -> None:
    answer = visit(who, "supervisor").post("/fraud/accounts", act="verify", **{**FORM, **changes})
    assert answer.status_code == status
    row = account(proposed)
    assert row is not None
    assert row.verified_at is None


def test_a_refused_account_is_gone(visit: Visit, proposed: Store) -> None:
    visit("rita", "supervisor").post("/fraud/accounts", act="refuse", **FORM)
    assert account(proposed) is None


def test_the_report_says_how_many_invoices_are_missing(visit: Visit, make_document: DocumentMaker) -> None:
    make_document()
    text = visit("rita", "supervisor").get("/fraud").text
    assert "499 more invoices needed" in text


@pytest.mark.usefixtures("proposed")
def test_the_page_speaks_french(visit: Visit) -> None:
    rita = visit("rita", "supervisor")
    rita.post("/account/language", language="fr", back="/fraud")
    assert "Comptes bancaires à vérifier" in rita.get("/fraud").text
