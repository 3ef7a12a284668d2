"""The queue and the document page, acted on as a browser without scripts would."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import select

from models.decision import Outcome
from models.status import Status
from models.store.documents import load_extraction
from models.tables import AuditRow, CorrectionRow, DocumentRow, KpiRow, TouchRow
from tests.browser import PASSWORD, PNG, Painter
from tests.desk import INVOICE, NOON, DocumentMaker, load

Visit = Callable[..., Any]
NEW_IBAN = "DE89370400440532013000"
EMPTY = {
    "review": "Nothing to review.",
    "held": "Nothing is on hold.",
    "duplicate": "No suspected duplicates.",
    "quarantined": "Every file could be read.",
    "working": "No document is being read just now.",
    "approved": "Nothing waits for export.",
    "exported": "Nothing was exported yet.",
    "rejected": "Nothing was rejected.",
    "all": "No document came in yet.",
}
PAYLOAD = '"><script>alert(1)</script>{{7*7}}<img src=x onerror=alert(1)>'


def test_queue_shows_reasons_in_words_and_leads_to_the_document(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document()
    text = visit("rita").get("/queue").text
    assert "a value was hard to read" in text
    assert f"/documents/{document_id}?" in text
    assert "€120.00" in text
    french = visit("remy", language="fr").get("/queue").text
    assert "une valeur est difficile à lire" in french
    assert "120,00\xa0€" in french


def test_empty_tabs_say_what_to_do(visit: Visit, make_document: DocumentMaker) -> None:
    desk = visit("rita")
    for tab, says in EMPTY.items():
        text = desk.get(f"/queue?tab={tab}").text
        assert says in text
        assert ("clients/acme/inbox/" in text) is (tab in {"review", "working", "all"})
        assert "Under other tabs:" not in text
    make_document()
    held = desk.get("/queue?tab=held").text
    assert EMPTY["held"] in held
    assert re.search(r'Under other tabs:\s*<a href="/queue\?[^"]*">To review 1</a>', held)
    assert "No document fits" in desk.get("/queue?search=zzz").text
    assert "do not work for a client" in visit("new", clients=()).get("/queue").text


def test_wrong_filters_fall_back_instead_of_failing(visit: Visit) -> None:
    query = {"tab": "x", "order": "'; DROP", "after": "[1", "reason": "no such", "client": "%", "batch": "_"}
    assert visit("rita").get("/queue", params=query).status_code == 200


def test_page_shows_a_box_for_each_value_and_confidence_in_words(visit: Visit, make_document: DocumentMaker) -> None:
    text = visit("rita").get(f"/documents/{make_document()}").text
    assert 'data-for="invoice_number" x="378.50" y="78.50" width="63.00" height="15.00"' in text
    assert "about 12 in 100 like this are wrong (of 69 checked; between 5 and 22)" in text
    assert 'data-start="invoice_number"' in text
    assert 'data-value="128.00"' in text


def test_correct_and_approve_goes_to_the_next_document(visit: Visit, make_document: DocumentMaker) -> None:
    first, second = (
        make_document(name="1.pdf"),
        make_document(name="2.pdf", invoice=INVOICE.model_copy(update={"iban": None})),
    )
    desk = visit("rita", language="fr")
    form = desk.form(first)
    form |= {"field.issue_date": "13.11.2026", "field.gross_total": "1 128,50", "lines.0.quantity": "11"}
    answer = desk.post(f"/documents/{first}/approve?order=oldest", **form)
    assert answer.headers["location"].startswith(f"/documents/{second}?")
    document = load(desk.store, first)
    assert (document.state, document.gross_total, document.issue_date.isoformat()) == (
        "approved", Decimal("1128.50"), "2026-11-13",
    )  # fmt: skip
    with desk.store.read() as session:
        changed = session.exec(select(CorrectionRow.term).where(CorrectionRow.changed)).all()
        confirmed = session.exec(select(CorrectionRow.term).where(CorrectionRow.changed.is_(False))).all()
        extraction = load_extraction(session, first)
        touched = session.exec(select(TouchRow)).one()
    assert sorted(changed) == ["gross_total", "issue_date", "lines[0].quantity"]
    assert "iban" in confirmed
    assert extraction.invoice.lines[0].seller_item_id == "A4"
    assert extraction.invoice.vat_breakdown == INVOICE.vat_breakdown
    assert touched.actor == "user:rita"
    assert "approuvé" in desk.get(answer.headers["location"]).text


def test_untouched_form_changes_nothing_in_either_language(visit: Visit, make_document: DocumentMaker) -> None:
    odd = INVOICE.model_copy(
        update={"net_total": Decimal("1.234"), "invoice_number": "20261112", "seller_address": "a\nb"}
    )
    for language in ("en", "fr"):
        document_id = make_document(invoice=odd, name=language)
        desk = visit(f"rita{language}", language=language)
        assert desk.post(f"/documents/{document_id}/save", **desk.form(document_id)).status_code == 303
        assert load(desk.store, document_id).revision == 1


def test_rows_can_be_added_and_removed(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document()
    desk = visit("rita")
    form = desk.form(document_id) | {"lines.0.drop": "1", "lines.1.item_name": "Pens", "lines.1.net_amount": "7.50"}
    assert desk.post(f"/documents/{document_id}/save", **form).status_code == 303
    with desk.store.read() as session:
        lines = load_extraction(session, document_id).invoice.lines
    assert [(line.item_name, line.net_amount) for line in lines] == [("Pens", Decimal("7.50"))]


def test_what_cannot_be_read_is_marked_and_kept(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document()
    desk = visit("rita")
    form = desk.form(document_id) | {"field.gross_total": "12,5x", "field.issue_date": "31/02/2026", "field.bic": "NEW"}
    answer = desk.post(f"/documents/{document_id}/approve", **form)
    assert answer.status_code == 422
    assert all(value in answer.text for value in ('value="12,5x"', 'value="31/02/2026"', 'value="NEW"', "no such day"))
    assert answer.text.count('aria-invalid="true"') == 2
    assert (desk.state(document_id), load(desk.store, document_id).revision) == ("in_review", 1)


def test_later_save_sees_the_other_persons_values_and_loses_nothing(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document()
    ann, bob = visit("ann"), visit("bob")
    theirs, mine = ann.form(document_id), bob.form(document_id)
    assert (
        ann.post(f"/documents/{document_id}/save", **theirs | {"field.currency": "CHF", "field.bic": "AAA"}).status_code
        == 303
    )
    answer = bob.post(f"/documents/{document_id}/save", **mine | {"field.bic": "BBB", "field.remittance": "R-1"})
    assert answer.status_code == 409
    assert all(text in answer.text for text in ('value="BBB"', 'value="R-1"', 'value="CHF"', 'value="AAA"', "ann"))
    merged = dict(re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', answer.text))
    merged = {name: value for name, value in merged.items() if name not in {"csrf"} and ".drop" not in name}
    assert bob.post(f"/documents/{document_id}/save", **merged).status_code == 303
    with bob.store.read() as session:
        invoice = load_extraction(session, document_id).invoice
    assert (invoice.currency, invoice.bic, invoice.remittance) == ("CHF", "BBB", "R-1")


def test_who_comes_second_sees_who_has_it(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document()
    ann, bob = visit("ann"), visit("bob")
    assert "Open at your desk" in ann.post(f"/documents/{document_id}/claim").text
    assert "ann has had this open since" in bob.post(f"/documents/{document_id}/claim").text
    assert bob.post(f"/documents/{document_id}/approve", **bob.form(document_id)).status_code == 409
    assert "open at ann" in bob.get("/queue").text
    ann.post(f"/documents/{document_id}/leave")
    assert "Open at your desk" in bob.post(f"/documents/{document_id}/claim").text


def test_reject_then_undo(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document()
    desk = visit("rita")
    desk.post(
        f"/documents/{document_id}/reject", version=load(desk.store, document_id).version, code="CALCUL_ERR", reason="x"
    )
    assert desk.state(document_id) == "rejected"
    assert "Undo" in desk.get(f"/documents/{document_id}").text
    desk.post(f"/documents/{document_id}/undo", version=load(desk.store, document_id).version)
    assert desk.state(document_id) == "in_review"


def test_bank_release_needs_password_reason_and_a_second_person(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document(
        Status.HELD, invoice=INVOICE.model_copy(update={"iban": NEW_IBAN}), outcome=Outcome.HOLD
    )
    ann, bob, reviewer = visit("ann", "expert"), visit("bob", "expert"), visit("rita")

    def release(desk: Any, **values: str) -> int:
        form = desk.form(document_id) | {"password": PASSWORD, "reason": "called them"} | values
        return int(desk.post(f"/documents/{document_id}/release", **form).status_code)

    assert NEW_IBAN in ann.get(f"/documents/{document_id}").text
    assert release(reviewer) == 403
    assert release(ann, password="wrong") == 403
    assert release(ann, reason="") == 409
    assert release(ann) == 303
    assert ann.state(document_id) == "held"
    assert release(ann) == 409
    assert ann.state(document_id) == "held"
    assert release(bob) == 303
    assert bob.state(document_id) == "approved"


def test_own_edit_of_a_held_invoice_cannot_be_released_by_oneself(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document(Status.HELD, outcome=Outcome.HOLD)
    ann = visit("ann", "expert")
    form = ann.form(document_id) | {"field.iban": NEW_IBAN, "password": PASSWORD, "reason": "mine"}
    ann.post(f"/documents/{document_id}/release", **form)
    assert ann.state(document_id) == "held"


def test_quarantine_shows_advice_and_can_be_tried_again(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document(Status.QUARANTINED)
    desk = visit("rita")
    with desk.store.write() as session:
        row = session.get(DocumentRow, document_id)
        row.reason_code = "encrypted"
        session.add(row)
    text = desk.get(f"/documents/{document_id}").text
    assert "Protected by a password" in text
    assert "copy without password" in text
    desk.post(f"/documents/{document_id}/retry", version=load(desk.store, document_id).version)
    assert desk.state(document_id) == "received"


def test_viewer_sees_the_document_without_acts(visit: Visit, make_document: DocumentMaker) -> None:
    text = visit("viv", "client_viewer").get(f"/documents/{make_document()}").text
    assert "formaction" not in text
    assert '<fieldset class="plainset" disabled>' in text


def test_check_says_what_the_rules_say_and_writes_nothing(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document()
    desk = visit("rita")
    before = load(desk.store, document_id)
    answer = desk.post(f"/documents/{document_id}/check", **desk.form(document_id) | {"field.gross_total": "121.00"})
    assert "BR-CO-15" in answer.text
    assert "Net 100.00 plus VAT 20.00 gives 120.00, but the gross total is 121.00." in answer.text
    assert answer.status_code == 422
    assert "<html" not in answer.text
    after = load(desk.store, document_id)
    assert (after.version, after.revision) == (before.version, before.revision)


def test_every_act_leaves_its_audit_row(visit: Visit, make_document: DocumentMaker) -> None:
    desk = visit("rita", "administrator")
    acts = {"approve": "move:approved", "save": "save", "reject": "move:rejected", "claim": "open"}
    for act, action in acts.items():
        document_id = make_document(name=act)
        form = desk.form(document_id) | {"field.bic": "X", "code": "OTHER"}
        desk.post(f"/documents/{document_id}/{act}", **form)
        with desk.store.read() as session:
            query = select(AuditRow).where(AuditRow.object == f"document:{document_id}", AuditRow.actor == "user:rita")
            assert action in {row.action for row in session.exec(query)}, act


def test_hostile_text_is_shown_as_text(visit: Visit, make_document: DocumentMaker) -> None:
    update = dict.fromkeys(("invoice_number", "seller_name", "order_reference", "payment_terms", "remittance"), PAYLOAD)
    line = INVOICE.lines[0].model_copy(update={"item_name": PAYLOAD})
    document_id = make_document(invoice=INVOICE.model_copy(update={**update, "lines": (line,)}), name=PAYLOAD)
    desk = visit("rita")
    conflict = desk.post(
        f"/documents/{document_id}/save", **desk.form(document_id) | {"version": "0", "field.bic": PAYLOAD}
    )
    pages = [
        desk.get("/queue").text,
        desk.get(f"/documents/{document_id}").text,
        conflict.text,
        desk.get(f"/queue?search={PAYLOAD}").text,
        desk.get(f"/queue?was={document_id}&done=approved").text,
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "49<" not in page
        assert "&lt;script&gt;" in page


def test_picture_is_drawn_once_and_never_shown_by_the_browser_without_asking(
    visit: Visit, make_document: DocumentMaker, stored: Callable[[bytes], str], painter: Painter
) -> None:
    document_id, sha256 = make_document(), stored(b"%PDF-1.7 bytes")
    desk = visit("rita")
    with desk.store.write() as session:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        session.connection().exec_driver_sql(
            "INSERT INTO blob (sha256, size, media_type, created_at) VALUES (?, 1, 'application/pdf', ?)",
            (sha256, NOON.isoformat()),
        )
        session.connection().exec_driver_sql("UPDATE document SET sha256=? WHERE id=?", (sha256, document_id))
    answers = [desk.get(f"/documents/{document_id}/pages/1.png") for _ in range(2)]
    assert [answer.content for answer in answers] == [PNG, PNG]
    assert painter.drawn == [1]
    assert answers[0].headers["cache-control"] == "private, no-cache"
    for number in ("0", "501", "-1", "9999999999999999999999"):
        assert desk.get(f"/documents/{document_id}/pages/{number}.png").status_code == 404
    original = desk.get(f"/documents/{document_id}/original")
    assert original.content == b"%PDF-1.7 bytes"
    assert original.headers["content-disposition"].startswith("attachment")
    assert original.headers["content-security-policy"].startswith("sandbox")
    assert original.headers["content-type"] == "application/octet-stream"


def test_original_that_is_gone_is_not_found(visit: Visit, make_document: DocumentMaker) -> None:
    desk = visit("rita")
    document_id = make_document()
    assert desk.get(f"/documents/{document_id}/original").status_code == 404
    assert desk.get(f"/documents/{document_id}/pages/1.png").status_code == 404


def test_kpi_page_shows_the_newest_figures_of_own_clients(visit: Visit) -> None:
    desk = visit("sue", "supervisor")
    with desk.store.write() as session:
        for client, value in (("acme", 0.75), ("beta", 0.33)):
            session.add(
                KpiRow(
                    id=client,
                    client_id=client,
                    name="straight_through_rate",
                    value=value,
                    numerator=3,
                    denominator=4,
                    unit="share",
                    period_start=NOON,
                    period_end=NOON,
                    computed_at=NOON,
                )
            )
    text = desk.get("/kpis").text
    assert "75%" in text
    assert "33%" not in text
    assert "facturier kpis" in visit("ada", "administrator", ()).get("/kpis?client=acme").text or "75%" in text


def test_errors_lead_back(visit: Visit) -> None:
    desk = visit("rita")
    for path, status in (("/nothing", 404), ("/people", 403)):
        answer = desk.get(path)
        assert answer.status_code == status
        assert 'href="/queue"' in answer.text


def test_a_failure_of_ours_shows_a_page_without_detail(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = visit("rita")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the secret detail")

    monkeypatch.setattr("review.pages.queue.list_documents", fail)
    answer = desk.get("/queue")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert 'href="/queue"' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_suspected_duplicate_names_the_document_received_before(visit: Visit, make_document: DocumentMaker) -> None:
    earlier = make_document(Status.APPROVED, name="first.pdf")
    other = make_document(
        name="other.pdf", invoice=INVOICE.model_copy(update={"invoice_number": "Z", "gross_total": Decimal(1)})
    )
    twin = make_document(Status.DUPLICATE, name="second.pdf", outcome=Outcome.DUPLICATE)
    text = visit("rita").get(f"/documents/{twin}").text
    assert f'href="/documents/{earlier}"' in text
    assert other not in text


def test_page_after_a_save_shows_what_the_rules_say_to_the_new_values(
    visit: Visit, make_document: DocumentMaker
) -> None:
    document_id = make_document()
    desk = visit("rita")
    assert "BR-CO-15" not in desk.get(f"/documents/{document_id}").text
    desk.post(f"/documents/{document_id}/save", **desk.form(document_id) | {"field.gross_total": "121.00"})
    assert "BR-CO-15" in desk.get(f"/documents/{document_id}").text


def test_reviewer_without_the_right_to_release_cannot_approve_a_hold(
    visit: Visit, make_document: DocumentMaker
) -> None:
    document_id = make_document(Status.HELD, outcome=Outcome.HOLD)
    desk = visit("rita")
    form = desk.form(document_id) | {"reason": "because"}
    assert desk.post(f"/documents/{document_id}/approve", **form).status_code == 409
    assert desk.post(f"/documents/{document_id}/release", **form).status_code == 403
    assert desk.state(document_id) == "held"


def test_of_two_who_approve_at_the_same_moment_one_is_told(visit: Visit, make_document: DocumentMaker) -> None:
    desks = [visit(login) for login in ("ann", "bob")]
    for number in range(5):
        document_id = make_document(name=str(number))
        forms = [desk.form(document_id) for desk in desks]
        together = Barrier(2)

        def approve(turn: int, which: str, sent: list[dict[str, str]], barrier: Barrier) -> int:
            barrier.wait(timeout=10)
            return int(desks[turn].post(f"/documents/{which}/approve", **sent[turn]).status_code)

        with ThreadPoolExecutor(2) as pool:
            codes = [pool.submit(approve, turn, document_id, forms, together) for turn in (0, 1)]
            assert sorted(code.result() for code in codes) == [303, 409]
        assert desks[0].state(document_id) == "approved"
