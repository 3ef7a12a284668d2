"""Posting history, proposals for what has no order, and what finance reads; credit notes with their invoice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from extractors import ReaderPool
from flows.commands.explain import explain
from flows.house import House
from flows.line import Line
from flows.master_files import import_master
from flows.publish import publish_approved
from models.settings import LimitSettings, PolicySettings, ReadingSettings
from models.status import Status
from models.store.blobs import Blobs
from models.store.claims_orders import taken_by_claims
from models.store.coding import confirm_coding, load_proposal
from models.store.outputs import read_view
from models.store.reviewing import approve
from models.tables import CodingProposalRow, CodingRow, DocumentRow
from models.views import CODING
from tests.billing import load_master, ubl

HISTORY = """posted_date;seller_vat_id;seller_name;item_name;net_amount;vat_rate;account;cost_centre;tax_code;share;document_reference
2026-01-05;FR39999118730;;Ramette papier;40,00;20;606400;ADM;V20;;R-1
2026-02-05;FR39999118730;;Ramette papier A4;36,00;20;606400;ADM;V20;;R-2
2026-02-05;FR39999118730;;Ramette papier A4;36,00;20;606400;ADM;V20;;R-2
2026-03-05;;Loueur;Loyer;900,00;20;613200;ADM;;60;R-3
2026-03-05;;Loueur;Loyer;900,00;20;613200;VTE;;40;R-3
05/13/2026;;Loueur;Loyer;900,00;20;613200;;;;R-4
2026-04-05;;Loueur;Loyer;900,00;20;;;;;R-5
"""  # noqa: E501 - a CSV header is one line


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    reading = ReadingSettings(engine="null", second_engine="null", workers=1, sandbox="none", rules="off")
    with ReaderPool(reading, LimitSettings()) as made:
        yield made


@pytest.fixture
def line(office: Any, pool: ReaderPool, tmp_path: Path) -> Line:
    load_master(office.store, tmp_path)
    policy = PolicySettings(release="threshold")
    office.settings = office.settings.model_copy(update={"policy": policy})
    return Line(House(office.settings, office.store, Blobs(office.home)), pool, owner="w")


def bring(office: Any, tmp_path: Path) -> Any:
    path = tmp_path / "history.csv"
    path.write_text(HISTORY, encoding="utf-8")
    return import_master(office.store, "coding-history", path, "acme", strict=False, actor="test")


def walk(office: Any, line: Line, name: str, content: bytes) -> DocumentRow:
    office.drop(name, content)
    office.scan()
    list(line.work(line.take(10)))
    (found,) = [row for row in office.documents() if row.name == name]
    return found  # type: ignore[no-any-return]


def act(office: Any, document: DocumentRow, what: Any, *more: Any) -> None:
    with office.store.write() as session:
        what(session, session.get_one(DocumentRow, document.id), *more, actor="user:ann", at=datetime.now(UTC))


@pytest.mark.usefixtures("line")
def test_history_is_taken_once_with_bad_rows_listed(office: Any, tmp_path: Path) -> None:
    report = bring(office, tmp_path)
    assert (report.new, [problem.line for problem in report.bad]) == (5, [7, 8])
    assert "posted_date" in report.bad[0].reason
    assert "account is empty" in report.bad[1].reason
    again = bring(office, tmp_path)
    assert (again.new, again.unchanged) == (0, 5)
    rows = office.rows(CodingRow)
    assert {row.seller_id for row in rows if row.item_name.startswith("Ramette")} == {"S-1"}  # by the VAT id
    assert sum(row.reference == "R-2" for row in rows) == 2


def test_an_invoice_without_an_order_is_proposed_confirmed_and_published_with_its_posting(
    office: Any, line: Line, tmp_path: Path
) -> None:
    bring(office, tmp_path)
    unordered = ubl(order=None, quantity="3", price="11.00").replace(b"PA4-80", b"CAR-7")
    document = walk(office, line, "one.xml", unordered.replace(b"papier A4 80 g", b"papier cartonn\xc3\xa9"))
    assert document.state == Status.IN_REVIEW
    with office.store.read() as session:
        proposal = load_proposal(session, document.id)
    assert proposal is not None
    (found,) = proposal.lines
    assert (found.postings[0].account, found.postings[0].cost_centre) == ("606400", "ADM")
    assert {each.document for each in found.examples} == {"R-1", "R-2"}
    act(office, document, confirm_coding, {1: found.postings})
    act(office, document, approve)
    publish_approved(office.store, "acme")
    names = [column.name for column in CODING.columns]
    with office.store.read() as session:
        (row,) = [dict(zip(names, values, strict=True)) for values in read_view(session, CODING, "acme")]
        told = explain(session, session.get_one(DocumentRow, document.id))
    assert (row["account"], row["position"], row["net_amount"], row["x_confirmed_by"]) == (
        "606400", 1, Decimal("33.00"), "user:ann",
    )  # fmt: skip
    assert row["probability"] == pytest.approx(found.probability)
    assert told["posting"]["confirmed"][0]["account"] == "606400"


def test_an_invoice_with_an_order_gets_no_proposal(office: Any, line: Line, tmp_path: Path) -> None:
    bring(office, tmp_path)
    walk(office, line, "one.xml", ubl())
    assert office.rows(CodingProposalRow) == []


def test_without_a_history_nothing_is_proposed(office: Any, line: Line) -> None:
    walk(office, line, "one.xml", ubl(order=None, quantity="3", price="11.00"))
    assert office.rows(CodingProposalRow) == []


def credit(number: str, quantity: str, original: str = "F-1") -> bytes:
    """An invoice document of type 381 that names the invoice it credits, without an order."""
    text = ubl(number=number, quantity=quantity, order=None).decode()
    text = text.replace("<cbc:InvoiceTypeCode>380", "<cbc:InvoiceTypeCode>381")
    reference = f"<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>{original}</cbc:ID>"
    reference += "</cac:InvoiceDocumentReference></cac:BillingReference>"
    return text.replace(" <cac:AccountingSupplierParty>", f" {reference}\n <cac:AccountingSupplierParty>", 1).encode()


def test_a_credit_note_is_linked_to_its_invoice_and_gives_back_at_its_order_line(office: Any, line: Line) -> None:
    first = walk(office, line, "one.xml", ubl())
    assert first.state == Status.APPROVED
    note = walk(office, line, "two.xml", credit("K-1", "4"))
    assert note.document_type == "credit_note"
    with office.store.read() as session:
        (told,) = explain(session, note)["credit"]
    assert (told["original_number"], told["by"], told["credited"], told["invoiced"]) == (
        "F-1",
        "number",
        "16.00",
        "40.00",
    )
    act(office, note, approve)
    with office.store.read() as session:
        assert taken_by_claims(session, "acme", ["CF-1"])["CF-1", "1"] == 6


def test_giving_back_more_than_was_invoiced_goes_to_a_person(office: Any, line: Line) -> None:
    walk(office, line, "one.xml", ubl())
    act(office, walk(office, line, "two.xml", credit("K-1", "8")), approve)
    over = walk(office, line, "three.xml", credit("K-2", "3"))
    assert over.state == Status.IN_REVIEW
    with office.store.read() as session:
        found = {row["rule"]: row["message"] for row in explain(session, over)["findings"]}
    assert "44.00 is given back of invoice F-1, which was 40.00 net" in found["AP-CREDIT-OVER"]
