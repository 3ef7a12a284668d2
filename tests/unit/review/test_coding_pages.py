"""The section "Posting": what is proposed is shown with its examples, accepted by one key, kept with the approval."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import select

from flows.coding import propose_coding
from models.match import LineMatch, MatchResult, SupplierMatch
from models.store.coding import load_confirmed
from models.store.engine import Store
from models.tables import AuditRow, CodingRow, JobRow, MatchLinkRow, MatchRow, OrderClaimRow, OrderLineRow
from tests.desk import NOON, DocumentMaker, load

Visit = Callable[..., Any]


def remember(store: Store, account: str = "606400", times: int = 5, client: str = "acme") -> None:
    with store.write() as session:
        session.add_all(
            CodingRow(id=f"{account}{number}", client_id=client, seller_id="S1", item_name="Paper", account=account,
                      net_amount=Decimal("90.00"), vat_rate=Decimal(20), cost_centre="ADM", tax_code="V20",
                      reference=f"R-{number}", origin="import", actor="test",
                      at=datetime(2026, 1 + number, 1, tzinfo=UTC))
            for number in range(times)
        )  # fmt: skip


def proposed(store: Store, make: DocumentMaker) -> str:
    document_id = make()
    remember(store)
    assert propose_coding(store, document_id) is not None
    return document_id


def test_the_page_shows_the_proposal_with_its_examples(visit: Visit, make_document: DocumentMaker) -> None:
    desk = visit("rita")
    text = desk.get(f"/documents/{proposed(desk.store, make_document)}").text
    assert 'name="coding.1.1.account" value="606400"' in text
    assert 'name="coding.1.1.cost_centre" value="ADM"' in text
    assert "in 100 like this are wrong" in text
    assert "Proposed from 5 lines" in text
    assert "R-4" in text


def test_accepting_keeps_the_posting_with_the_person_and_the_proposals_probability(
    visit: Visit, make_document: DocumentMaker
) -> None:
    desk = visit("rita")
    document_id = proposed(desk.store, make_document)
    assert desk.post(f"/documents/{document_id}/coding", **desk.form(document_id)).status_code == 303
    with desk.store.read() as session:
        row = session.exec(select(CodingRow).where(CodingRow.document_id == document_id)).one()
        audit = session.exec(select(AuditRow).where(AuditRow.action == "coding")).one()
    assert (row.account, row.cost_centre, row.tax_code, row.origin) == ("606400", "ADM", "V20", "person")
    assert (row.actor, row.seller_id, row.item_name, row.share) == ("user:rita", "S1", "Paper", None)
    assert row.probability is not None
    assert '"lines[1]":"606400 ADM V20"' in (audit.after_json or "")
    assert load(desk.store, document_id).state == "in_review"
    assert "confirmed" in desk.get(f"/documents/{document_id}").text


def test_approval_keeps_what_was_typed_instead_split_by_shares(visit: Visit, make_document: DocumentMaker) -> None:
    desk = visit("rita", language="fr")
    document_id = proposed(desk.store, make_document)
    form = desk.form(document_id) | {
        "coding.1.1.account": "615000", "coding.1.1.share": "62,5", "coding.1.2.account": "606400",
        "coding.1.2.cost_centre": "SALES", "coding.1.2.share": "37,5 %",
    }  # fmt: skip
    desk.post(f"/documents/{document_id}/approve", **form)
    assert load(desk.store, document_id).state == "approved"
    with desk.store.read() as session:
        (parts,) = load_confirmed(session, document_id).values()
    assert sorted((part.account, part.cost_centre, part.share) for part in parts) == [
        ("606400", "SALES", Decimal("37.5")), ("615000", "ADM", Decimal("62.5")),
    ]  # fmt: skip


def test_shares_that_do_not_add_up_are_refused_and_nothing_is_written(
    visit: Visit, make_document: DocumentMaker
) -> None:
    desk = visit("rita")
    document_id = proposed(desk.store, make_document)
    wrongs = (
        {"coding.1.1.share": "60"},
        {"coding.1.1.share": "many"},
        {"coding.x.1.account": "1"},
        {"coding.1.1.account": "", "coding.1.1.cost_centre": "X"},
        {"coding.1.1.account": "9" * 61},
    )
    for wrong in wrongs:
        answer = desk.post(f"/documents/{document_id}/approve", **desk.form(document_id) | wrong)
        assert answer.status_code == 422, wrong
    assert load(desk.store, document_id).state == "in_review"
    with desk.store.read() as session:
        assert load_confirmed(session, document_id) == {}


def test_a_line_that_is_not_on_the_invoice_is_refused(visit: Visit, make_document: DocumentMaker) -> None:
    desk = visit("rita")
    document_id = proposed(desk.store, make_document)
    form = desk.form(document_id) | {"coding.9.1.account": "606400"}
    assert desk.post(f"/documents/{document_id}/coding", **form).status_code == 409


def test_another_clients_history_is_never_used(visit: Visit, make_document: DocumentMaker) -> None:
    desk = visit("rita")
    document_id = make_document()
    remember(desk.store, client="beta")
    assert propose_coding(desk.store, document_id) is None


def test_approving_what_others_took_meanwhile_says_so_and_has_it_matched_anew(
    visit: Visit, make_document: DocumentMaker
) -> None:
    desk = visit("rita")
    first, second = make_document(name="1.pdf"), make_document(name="2.pdf")
    line = LineMatch(invoice_line=1, order="CF-1", order_line="1", quantity=Decimal(10), probability=0.9,
                     invoiced_before=Decimal(0))  # fmt: skip
    match = MatchResult(supplier=SupplierMatch(seller_id="S1"), kind="two_way", outcome="match", orders=("CF-1",),
                        lines=(line,))  # fmt: skip
    with desk.store.write() as session:
        session.add(OrderLineRow(client_id="acme", order_number="CF-1", line_number="1", position=1,
                                 quantity=Decimal(12)))  # fmt: skip
        session.add(OrderClaimRow(document_id=first, order_number="CF-1", order_line="1", client_id="acme", revision=1,
                                  quantity=Decimal(8), covered=Decimal(0), at=NOON))  # fmt: skip
        row = session.get_one(MatchRow, (second, 1))
        row.match_json, row.outcome = match.model_dump_json(exclude_none=True), "match"
        session.add(row)
        session.add(MatchLinkRow(document_id=second, revision=1, invoice_line=1, order_number="CF-1", order_line="1",
                                 client_id="acme", quantity=Decimal(10), probability=0.9))  # fmt: skip
    answer = desk.post(f"/documents/{second}/approve", **desk.form(second))
    assert answer.status_code == 409
    assert "Order CF-1, line 1: 4 of 12 left, this invoice asks for 10." in answer.text
    assert "F-1 took 8" in answer.text
    assert load(desk.store, second).state == "in_review"
    with desk.store.read() as session:
        assert session.exec(select(JobRow.kind).where(JobRow.document_id == second)).all() == ["judge"]


def test_examples_are_dated_by_the_day_of_posting(visit: Visit, make_document: DocumentMaker) -> None:
    desk = visit("rita")
    document_id = proposed(desk.store, make_document)
    found = propose_coding(desk.store, document_id)
    assert found is not None
    assert found.lines[0].examples[0].at == date(2026, 5, 1)
