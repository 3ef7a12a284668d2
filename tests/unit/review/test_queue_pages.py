"""The queue's acts over HTTP, as they work without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import select

from models.decision import Outcome
from models.status import Status
from models.store.engine import Store
from models.tables import AuditRow, BulkRow, CommentRow, DocumentRow, MailRow, SavedFilterRow, SupplierQuestionRow
from tests.browser import Desk
from tests.desk import INVOICE, NOON, DocumentMaker, load

Visit = Callable[..., Desk]


def picks(page: str) -> list[str]:
    return re.findall(r'name="do" value="([^"]+)"', page)


def bulk(person: Desk, act: str, ids: list[str], **detail: str) -> Any:
    """Preview an act on documents, then do it; the answer of the second post."""
    page = person.post("/queue/bulk", act=act, pick=ids, **detail)
    assert page.status_code == 200, page.text
    return person.post("/queue/bulk/do", act=act, do=picks(page.text), **detail)


def undo(person: Desk, store: Store) -> Any:
    with store.read() as session:
        row = session.exec(select(BulkRow)).one()
    return person.post(f"/queue/bulk/{row.id}/undo")


def test_fifty_are_approved_at_once_and_taken_back_at_once(
    visit: Visit, make_document: DocumentMaker, desk: Store
) -> None:
    ids = [make_document(name=f"{n}.pdf", invoice=INVOICE.model_copy(update={"invoice_number": f"N-{n}"}))
           for n in range(50)]  # fmt: skip
    person = visit("sue", role="supervisor")
    answer = bulk(person, "approve", ids)
    assert answer.status_code == 303
    assert {load(desk, one).state for one in ids} == {Status.APPROVED}
    with desk.read() as session:
        told = session.exec(select(AuditRow.object).where(AuditRow.action == "move:approved")).all()
    assert sorted(told) == sorted(f"document:{one}" for one in ids)
    assert "50 documents approved" in person.get(answer.headers["location"]).text
    assert undo(person, desk).status_code == 303
    assert {load(desk, one).state for one in ids} == {Status.IN_REVIEW}
    assert undo(person, desk).status_code == 409


def test_preview_says_what_cannot_be_done_and_why(visit: Visit, make_document: DocumentMaker, desk: Store) -> None:
    fine = make_document(name="fine.pdf")
    bank = make_document(name="bank.pdf", invoice=INVOICE.model_copy(update={"iban": "DE89370400440532013000"}))
    held = make_document(name="held.pdf", outcome=Outcome.HOLD)
    busy = make_document(name="busy.pdf")
    done = make_document(Status.APPROVED, name="done.pdf")
    with desk.write() as session:
        session.add(session.get_one(DocumentRow, busy).sqlmodel_update(
            {"claimed_by": "user:bob", "claimed_until": NOON + timedelta(days=9999)}))  # fmt: skip
    person = visit("sue", role="supervisor")
    page = person.post("/queue/bulk", act="approve", pick=[fine, bank, held, busy, done]).text
    assert [one.partition(":")[0] for one in picks(page)] == [fine]
    for words in ("1 has a new bank account", "1 needs two persons", "1 is open at somebody", "1 is not in a state"):
        assert words in page
    assert {load(desk, one).state for one in (fine, bank, held, busy)} == {Status.IN_REVIEW}


def test_what_changed_after_the_preview_is_skipped_and_told(
    visit: Visit, make_document: DocumentMaker, desk: Store
) -> None:
    first, second = make_document(name="1.pdf"), make_document(name="2.pdf")
    person = visit("sue", role="supervisor")
    page = person.post("/queue/bulk", act="approve", pick=[first, second]).text
    with desk.write() as session:
        row = session.get_one(DocumentRow, second)
        session.add(row.sqlmodel_update({"version": row.version + 1}))
    answer = person.post("/queue/bulk/do", act="approve", do=picks(page))
    assert (load(desk, first).state, load(desk, second).state) == (Status.APPROVED, Status.IN_REVIEW)
    assert "1 was changed by somebody meanwhile" in person.get(answer.headers["location"]).text


def test_all_that_fit_the_filter_are_taken(visit: Visit, make_document: DocumentMaker, desk: Store) -> None:
    ids = [make_document(name=f"{n}.pdf") for n in range(60)]
    other = make_document(Status.HELD, name="other.pdf")
    person = visit("sue", role="supervisor")
    page = person.post("/queue/bulk", act="tag", all="yes", tags="urgent").text
    assert len(picks(page)) == 60
    person.post("/queue/bulk/do", act="tag", tags="urgent", do=picks(page))
    assert {load(desk, one).tags for one in ids} == {"urgent"}
    assert load(desk, other).tags == ""
    assert "60 documents fit" in person.get("/queue?tag=urgent").text


def test_act_without_its_detail_asks_for_it(visit: Visit, make_document: DocumentMaker) -> None:
    person, one = visit("sue", role="supervisor"), make_document()
    page = person.post("/queue/bulk", act="postpone", pick=[one])
    assert page.status_code == 200
    assert 'name="until"' in page.text
    assert person.post("/queue/bulk", act="postpone", pick=[one], until="2001-01-01", again="yes").status_code == 422


def test_other_clients_documents_are_not_touched(visit: Visit, make_document: DocumentMaker, desk: Store) -> None:
    theirs = make_document(client="beta")
    person = visit("ann")
    assert person.post("/queue/bulk/do", act="tag", tags="x", do=[f"{theirs}:99"]).status_code == 400
    for path in ("assign", "tag", "postpone", "ask", "answer", "withdraw"):
        assert person.post(f"/documents/{theirs}/{path}").status_code == 404
    assert person.get(f"/documents/{theirs}/desk").status_code == 404
    assert load(desk, theirs).tags == ""


def test_reviewer_takes_passes_on_and_gives_back_but_takes_nothing_away(
    visit: Visit, make_document: DocumentMaker, desk: Store
) -> None:
    one = make_document()
    ann, bob = visit("ann"), visit("bob")
    visit("out", clients=("beta",))
    assert ann.post(f"/documents/{one}/assign", login="ann").status_code == 303
    assert bob.post(f"/documents/{one}/assign", login="bob").status_code == 409
    assert ann.post(f"/documents/{one}/assign", login="out").status_code == 409
    assert load(desk, one).assigned_to == "ann"
    assert ann.post(f"/documents/{one}/assign", login="bob").status_code == 303
    assert bob.post(f"/documents/{one}/assign", login="").status_code == 303
    assert load(desk, one).assigned_to is None
    with desk.read() as session:
        acts = session.exec(select(AuditRow.action).where(AuditRow.object == f"document:{one}")).all()
        assert session.exec(select(MailRow.kind)).all() == ["assignment"]
    assert acts[-3:] == ["assign", "assign", "release_assignment"]


@pytest.mark.parametrize(("who", "shown"), [("", {"a", "b", "c"}), ("mine", {"a"}), ("nobody", {"c"})])
def test_filter_by_whose_work_it_is(
    visit: Visit, make_document: DocumentMaker, desk: Store, who: str, shown: set[str]
) -> None:
    for name, login in (("a", "ann"), ("b", "bob"), ("c", None)):
        found = make_document(name=f"{name}.pdf")
        with desk.write() as session:
            session.add(session.get_one(DocumentRow, found).sqlmodel_update({"assigned_to": login}))
    page = visit("ann").get(f"/queue?who={who}").text
    assert set(re.findall(r"([abc])\.pdf", page)) == shown


def test_postponed_comes_back_by_itself(visit: Visit, make_document: DocumentMaker, desk: Store) -> None:
    one = make_document(name="later.pdf")
    person = visit("ann")
    assert person.post(f"/documents/{one}/postpone", until="2001-01-01").status_code == 409
    assert person.post(f"/documents/{one}/postpone", until="9999-01-01").status_code == 409
    with desk.read() as session:
        day = (session.get_one(DocumentRow, one).received_at + timedelta(days=300)).date().isoformat()
    assert person.post(f"/documents/{one}/postpone", until=day).status_code == 303
    assert "later.pdf" not in person.get("/queue").text
    assert "later.pdf" in person.get("/queue?tab=postponed").text
    with desk.write() as session:
        session.add(session.get_one(DocumentRow, one).sqlmodel_update({"postponed_until": NOON - timedelta(days=9)}))
    assert "later.pdf" in person.get("/queue").text


def test_question_holds_the_document_until_the_answer(visit: Visit, make_document: DocumentMaker, desk: Store) -> None:
    one = make_document(name="asked.pdf")
    person = visit("ann", language="fr")
    person.get("/queue")
    before = load(desk, one)
    form = person.get(f"/documents/{one}/desk?template=missing_order&letter=de").text
    assert "Rechnung F-1 vom 12. November 2026 über 120,00" in form
    sent = person.post(f"/documents/{one}/ask", template="missing_order", subject="F-1", words="Quelle commande ?",
                       recipient="a@fournisseur.fr")  # fmt: skip
    assert sent.status_code == 303
    assert "asked.pdf" not in person.get("/queue").text
    assert "délai suspendu" in person.get("/queue?tab=waiting").text
    assert person.post(f"/documents/{one}/answer", answer="Commande 4711").status_code == 303
    after = load(desk, one)
    assert after.waits_since is None
    assert after.due_at is not None
    assert before.due_at is not None
    page = person.get("/queue").text
    assert "asked.pdf" in page
    assert "le fournisseur a répondu" in page
    with desk.read() as session:
        mail = session.exec(select(MailRow)).one()
        question = session.exec(select(SupplierQuestionRow)).one()
    assert (mail.kind, mail.recipient) == ("supplier_question", "a@fournisseur.fr")
    assert question.answer == "Commande 4711"


def test_question_can_be_taken_back_and_its_mail_does_not_go_out(
    visit: Visit, make_document: DocumentMaker, desk: Store
) -> None:
    one, person = make_document(), visit("ann")
    refused = person.post(f"/documents/{one}/ask", template="price", subject="S", words="W", recipient="x@y, z@w.fr")
    assert refused.status_code == 409
    person.post(f"/documents/{one}/ask", template="price", subject="S", words="W", recipient="a@b.fr")
    assert person.post(f"/documents/{one}/withdraw").status_code == 303
    with desk.read() as session:
        assert session.exec(select(MailRow)).all() == []
    assert load(desk, one).waits_since is None


def test_filter_is_kept_under_a_name_and_shown_to_those_it_is_for(visit: Visit, desk: Store) -> None:
    ann, bob = visit("ann"), visit("bob")
    ann.post("/queue/filters?search=Papeterie", name="Midi")
    ann.post("/queue/filters?tab=held&clients=beta", name="Alle", shared="yes")
    assert 'href="/queue?search=Papeterie">Midi' in ann.get("/queue").text
    page = bob.get("/queue").text
    assert "Midi" not in page
    assert 'href="/queue?tab=held">Alle' in page
    with desk.read() as session:
        row = session.exec(select(SavedFilterRow).where(SavedFilterRow.name == "Alle")).one()
    assert bob.post(f"/queue/filters/{row.id}/drop").status_code == 404
    assert ann.post(f"/queue/filters/{row.id}/drop").status_code == 303
    assert "Alle" not in bob.get("/queue").text


@pytest.mark.parametrize("search", [
    "1 234,56", "1.234,56", "1,234.56 €", "1234.56", "FR76 3000 6000 0112 3456 7890 189", "DE 136 695 976",
    "de136695976", "papeterie du midi", "MIDI papèterie", "kunde ärgert", "zu prüfen bitte", "to review", "PO-77",
    "po 77", "#urgent",
])  # fmt: skip
def test_search_finds_by_number_name_amount_id_comment_state_and_tag(
    visit: Visit, make_document: DocumentMaker, desk: Store, search: str
) -> None:
    wanted = make_document(name="wanted.pdf", invoice=INVOICE.model_copy(update={
        "gross_total": Decimal("1234.56"), "seller_vat_id": "DE136695976", "order_reference": "PO-77",
        "seller_name": "Papèterie du Midi"}))  # fmt: skip
    make_document(Status.HELD, name="other.pdf", invoice=INVOICE.model_copy(update={
        "iban": "DE89370400440532013000", "seller_name": "Autre"}))  # fmt: skip
    with desk.write() as session:
        session.add(session.get_one(DocumentRow, wanted).sqlmodel_update({"tags": "#urgent"}))
        session.add(CommentRow(id="c1", client_id="acme", document_id=wanted, actor="user:x", at=NOON,
                               words="Kunde ärgert sich, zu prüfen bitte"))  # fmt: skip
    page = visit("ann").get("/queue", params={"search": search, "tab": "all"}).text
    assert set(re.findall(r"(\w+)\.pdf", page)) == {"wanted"}


def test_search_counts_what_is_under_other_tabs(visit: Visit, make_document: DocumentMaker) -> None:
    make_document(Status.APPROVED)
    page = visit("ann").get("/queue?search=papeterie").text
    assert "No document fits these filters" in page
    assert re.search(r'search=papeterie">Approved 1</a>', page)


@pytest.mark.parametrize("search", [
    "midi 1 234,56", "1234,56 papÈterie", "MIDI 1'234.56", "1 234,56", "eur 1234.56", "lot ete", "LOT ÉTÉ",
    "scan d'etampes", "arger", "Midi SAO",
])  # fmt: skip
def test_search_ignores_accents_case_and_the_notation_of_amounts_among_words(
    visit: Visit, make_document: DocumentMaker, desk: Store, search: str
) -> None:
    said = {"gross_total": Decimal("1234.56"), "seller_name": "Papèterie du Midi São"}
    other = {"gross_total": Decimal("234.56"), "seller_name": "Café du Nord"}
    wanted = make_document(name="Scan d'Étampes wanted.pdf", batch="Lot Été", invoice=INVOICE.model_copy(update=said))
    make_document(name="other.pdf", invoice=INVOICE.model_copy(update=other))
    with desk.write() as session:
        session.add(CommentRow(id="c1", client_id="acme", document_id=wanted, actor="user:x", at=NOON,
                               words="Der Kunde ÄRGERT sich"))  # fmt: skip
    page = visit("ann").get("/queue", params={"search": search}).text
    assert set(re.findall(r"(\w+)\.pdf", page)) == {"wanted"}
