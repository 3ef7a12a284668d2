"""Corrections after export: a new version, the reversal of the old one, and what was known when."""

from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from flows.publish import publish_approved
from models.decision import Decision, Outcome
from models.finding import Finding, Severity
from models.match import MatchResult, SupplierMatch
from models.status import Status
from models.store.audit import now
from models.store.documents import add_judgement, load_extraction, move, new_id
from models.store.edits import Edit
from models.store.engine import Store
from models.store.outputs import read_view
from models.store.reviewing import approve, reject, save, send_back
from models.tables import AckRow, DocumentRow, InvoiceRow
from models.views import VIEWS
from tests.desk import INVOICE, desk, load, make_document  # noqa: F401 - fixtures
from validators.gate import check_batch

VIEW = {view.name: view for view in VIEWS}


def rows(store: Store, name: str, client: str | None = "acme") -> list[dict[str, Any]]:
    with store.read() as session:
        names = [column.name for column in VIEW[name].columns]
        return [dict(zip(names, row, strict=True)) for row in read_view(session, VIEW[name], client)]


def ask(store: Store, question: str, **values: Any) -> list[tuple[Any, ...]]:
    with store.read() as session:
        return [tuple(row) for row in session.connection().execute(text(question), values)]


def correct(store: Store, document_id: str, net: str, tax: str, gross: str) -> None:
    """The way of a correction after export: back to people, new values, a person's word, published anew."""
    with store.write() as session:
        document = session.get(DocumentRow, document_id)
        assert document is not None
        if document.state in {Status.EXPORTED, Status.REJECTED}:
            send_back(session, document, actor="user:ada", at=now(), reason="wrong total")
        read = load_extraction(session, document_id, document.revision)
        assert read is not None
        values = {"net_total": Decimal(net), "tax_total": Decimal(tax), "gross_total": Decimal(gross)}
        edit = Edit(invoice=read.invoice.model_copy(update=values), line_origins=(0,))
        save(session, document, edit, actor="user:ada", at=now())
        approve(session, document, actor="user:ada", at=now())


def booked(store: Store) -> list[tuple[int, int, int, Decimal]]:
    return [(row["change_seq"], row["sign"], row["version"], row["gross_total"]) for row in rows(store, "v1_posting")]


def test_a_correction_is_a_new_version_and_a_reversing_row(desk: Store, make_document: Any) -> None:
    document_id = make_document(Status.APPROVED)
    publish_approved(desk, "acme")
    correct(desk, document_id, "110.00", "22.00", "132.00")
    assert [row["status"] for row in rows(desk, "v1_invoice")] == ["in_correction"]
    publish_approved(desk, "acme")
    assert booked(desk) == [
        (1, 1, 1, Decimal("120.00")), (2, -1, 1, Decimal("-120.00")), (2, 1, 2, Decimal("132.00")),
    ]  # fmt: skip
    assert [row["booked_seq"] for row in rows(desk, "v1_posting")] == [1, 1, 2]
    [current] = rows(desk, "v1_invoice")
    assert (current["version"], current["gross_total"], current["status"]) == (2, Decimal("132.00"), "current")
    assert ask(desk, "SELECT sum(x_gross_minor), sum(x_net_minor), sum(x_tax_minor) FROM v1_posting") == [
        (13200, 11000, 2200)
    ]


def test_the_lines_of_the_ledger_carry_the_sign_too(desk: Store, make_document: Any) -> None:
    document_id = make_document(Status.APPROVED)
    publish_approved(desk, "acme")
    correct(desk, document_id, "110.00", "22.00", "132.00")
    publish_approved(desk, "acme")
    assert [(row["change_seq"], row["sign"], row["quantity"], row["net_amount"]) for row in
            rows(desk, "v1_posting_line")] == [
        (1, 1, Decimal(10), Decimal("100.00")), (2, -1, Decimal(-10), Decimal("-100.00")),
        (2, 1, Decimal(10), Decimal("100.00")),
    ]  # fmt: skip


def test_a_withdrawal_reverses_and_what_comes_back_is_booked_once(desk: Store, make_document: Any) -> None:
    document_id = make_document(Status.APPROVED)
    publish_approved(desk, "acme")
    with desk.write() as session:
        document = session.get(DocumentRow, document_id)
        assert document is not None
        move(session, document, Status.IN_REVIEW, actor="user:ada")
        reject(session, document, code="CALCUL_ERR", note="not ours", actor="user:ada", at=now())
    publish_approved(desk, "acme")
    assert [row[:3] for row in booked(desk)] == [(1, 1, 1), (2, -1, 1)]
    assert rows(desk, "v1_payment_instruction") == []
    [gone] = rows(desk, "v1_invoice")
    assert (gone["status"], gone["x_lifecycle_code"], gone["x_lifecycle_reason"]) == ("withdrawn", "210", "CALCUL_ERR")
    correct(desk, document_id, "50.00", "10.00", "60.00")
    publish_approved(desk, "acme")
    assert booked(desk)[2:] == [(3, 1, 2, Decimal("60.00"))]
    assert ask(desk, "SELECT sum(x_gross_minor) FROM v1_posting") == [(6000,)]


def test_what_was_known_when_can_be_asked(desk: Store, make_document: Any) -> None:
    document_id = make_document(Status.APPROVED)
    publish_approved(desk, "acme")
    correct(desk, document_id, "110.00", "22.00", "132.00")
    publish_approved(desk, "acme")
    first, second = rows(desk, "v1_invoice_version")
    assert first["known_to"] == second["known_from"]
    assert (first["ended_by"], second["known_to"], second["ended_by"]) == ("correct", None, None)

    def known(at: datetime) -> list[Any]:
        found = rows(desk, "v1_invoice_version")
        return [row["gross_total"] for row in found
                if row["known_from"] <= at and (row["known_to"] is None or row["known_to"] > at)]  # fmt: skip

    assert known(first["known_from"] - timedelta(seconds=1)) == []
    assert known(first["known_from"]) == [Decimal("120.00")]
    assert known(second["known_from"]) == [Decimal("132.00")]
    as_of = ("SELECT gross_total FROM v1_invoice_version WHERE known_from <= :at AND (known_to IS NULL OR "
             "known_to > :at)")  # fmt: skip
    assert ask(desk, as_of, at=first["known_from"].isoformat(timespec="microseconds")) == [("120.00",)]


def test_the_ledger_adds_up_to_what_holds_over_any_course_of_events(desk: Store, make_document: Any) -> None:
    chance = random.Random(33)
    ids = [make_document(Status.APPROVED, invoice=INVOICE.model_copy(update={"invoice_number": f"N-{n}"}), name=str(n))
           for n in range(6)]  # fmt: skip
    publish_approved(desk, "acme", gate=check_batch)
    for _ in range(9):
        each = chance.choice(ids)
        gross = chance.randrange(12, 9000, 6)
        if load(desk, each).state == Status.EXPORTED and chance.random() < 0.3:
            with desk.write() as session:
                document = session.get(DocumentRow, each)
                assert document is not None
                move(session, document, Status.IN_REVIEW, actor="user:ada")
                reject(session, document, code="OTHER", note="", actor="user:ada", at=now())
        else:
            correct(desk, each, f"{gross * 5 // 6}.00", f"{gross - gross * 5 // 6}.00", f"{gross}.00")
        publish_approved(desk, "acme")
        sums = dict(ask(desk, "SELECT document_id, sum(x_gross_minor) FROM v1_posting GROUP BY document_id"))
        holds = {row["document_id"]: int(row["gross_total"] * 100) for row in rows(desk, "v1_invoice")
                 if row["status"] == "current"}  # fmt: skip
        assert {name: amount for name, amount in sums.items() if amount} == holds
    seqs = [row["change_seq"] for row in rows(desk, "v1_change", None)]
    assert seqs == list(range(1, len(seqs) + 1))
    times = [row["published_at"] for row in rows(desk, "v1_change", None)]
    assert times == sorted(times)


@pytest.mark.parametrize("wish", [
    "UPDATE invoice SET gross_total = '1'", "DELETE FROM invoice", "UPDATE change SET op = 'x'", "DELETE FROM change",
    "UPDATE invoice_line SET quantity = '1'", "DELETE FROM vat_breakdown",
])  # fmt: skip
def test_published_rows_are_final_in_the_database(desk: Store, make_document: Any, wish: str) -> None:
    make_document(Status.APPROVED)
    publish_approved(desk, "acme")
    with pytest.raises(IntegrityError, match="published rows are final"), desk.write() as session:
        session.connection().exec_driver_sql(wish)


def test_amounts_of_other_currencies_are_counted_in_their_own_minor_units(desk: Store, make_document: Any) -> None:
    for currency, net, tax, gross in (("JPY", "100", "20", "120"), ("TND", "100.125", "20.025", "120.150")):
        invoice = INVOICE.model_copy(update={
            "invoice_number": currency, "currency": currency, "net_total": Decimal(net), "tax_total": Decimal(tax),
            "gross_total": Decimal(gross)})  # fmt: skip
        make_document(Status.APPROVED, invoice=invoice, name=currency)
    assert not publish_approved(desk, "acme").held
    found = {row["currency"]: (row["x_minor_units"], row["x_gross_minor"]) for row in rows(desk, "v1_posting")}
    assert found == {"JPY": (0, 120), "TND": (3, 120150)}


def test_a_payment_instruction_says_whether_its_account_is_verified(desk: Store, make_document: Any) -> None:
    make_document(Status.APPROVED, invoice=INVOICE.model_copy(update={"remittance": "RF18 5390 0754 7034"}))
    other = INVOICE.model_copy(update={"invoice_number": "F-2", "iban": "DE89370400440532013000", "remittance": None})
    make_document(Status.APPROVED, invoice=other, name="2.pdf")
    publish_approved(desk, "acme")
    found = {row["invoice_number"]: row for row in rows(desk, "v1_payment_instruction")}
    first, second = found["F-1"], found["F-2"]
    assert (first["x_reference_kind"], first["x_reference"]) == ("rf", "RF18539007547034")
    assert (first["verified_iban"], first["is_payable"], first["payable"]) == (1, 1, Decimal("120.00"))
    assert (second["verified_iban"], second["is_payable"], second["x_reference_kind"]) == (0, 0, None)


def test_what_the_finance_system_said_stands_beside_the_version(desk: Store, make_document: Any) -> None:
    document_id = make_document(Status.APPROVED)
    publish_approved(desk, "acme")
    with desk.write() as session:
        for state, number, reason, minutes in (("refused", "", "closed period", 0), ("posted", "5100001234", "", 1)):
            session.add(AckRow(id=new_id(), client_id="acme", target="sap", batch_id="b", document_id=document_id,
                               version=1, state=state, erp_number=number, reason=reason, actor="api:sap",
                               at=now() + timedelta(minutes=minutes)))  # fmt: skip
    [row] = rows(desk, "v1_invoice")
    assert (row["x_erp_number"], row["x_refusal"], row["x_lifecycle_code"]) == ("5100001234", "closed period", "205")
    assert row["x_posted_at"] > row["published_at"]


def test_nothing_with_an_open_error_is_published_without_a_persons_word(desk: Store, make_document: Any) -> None:
    """Feature 39: whatever findings a document has and whoever approved it."""
    chance = random.Random(39)
    with_error: dict[str, bool] = {}
    for number in range(40):
        severity = chance.choice([*Severity, None])
        person = chance.random() < 0.4
        document_id = make_document(Status.MATCHED, name=f"{number}",
                                    invoice=INVOICE.model_copy(update={"invoice_number": f"N-{number}"}))  # fmt: skip
        findings = [Finding(rule="BR-CO-15", severity=severity, message="Net and VAT.")] if severity else []
        with desk.write() as session:
            document = session.get(DocumentRow, document_id)
            assert document is not None
            add_judgement(session, document, MatchResult(supplier=SupplierMatch(seller_id="S1")), findings,
                          Decision(outcome=Outcome.APPROVE, reasons=()), actor="system")  # fmt: skip
            move(session, document, Status.APPROVED, actor="user:ada" if person else "policy")
        with_error[document_id] = severity in {Severity.ERROR, Severity.HOLD} and not person
    report = publish_approved(desk, "acme")
    with desk.read() as session:
        published = set(session.exec(select(InvoiceRow.document_id)))
    assert published == {name for name, is_open in with_error.items() if not is_open}
    assert {name: found[0] for name, found in (report.held or {}).items()} == {
        name: "no_open_error" for name, is_open in with_error.items() if is_open
    }
    assert {load(desk, name).state for name, is_open in with_error.items() if is_open} == {"in_review"}


def test_an_error_that_comes_between_the_gate_and_the_table_holds_the_document_too(
    desk: Store, make_document: Any
) -> None:
    document_id = make_document(Status.APPROVED)

    def gate(batch: Any) -> Any:
        said = check_batch(batch)
        with desk.write() as session:
            session.connection().execute(
                text(
                    "INSERT INTO finding (id, client_id, document_id, revision, rule, severity, terms, message, "
                    "created_at) SELECT '1', client_id, id, revision, 'AP-BANK-NEW', 'hold', '', '', updated_at "
                    "FROM document"
                )
            )
        return said  # fmt: skip

    report = publish_approved(desk, "acme", gate=gate)
    assert report.published == ()
    assert {name: found[0] for name, found in (report.held or {}).items()} == {document_id: "open_error"}


def test_the_database_itself_says_what_each_column_means(desk: Store) -> None:
    found = {(row["view_name"], row["column_name"]): row for row in rows(desk, "v1_column", None)}
    assert set(found) == {(view.name, column.name) for view in VIEWS for column in view.columns}
    assert found["v1_invoice", "net_total"]["term"] == "BT-109"
    assert found["v1_posting", "sign"]["term"] is None
    assert all(row["comment"] for row in found.values())
