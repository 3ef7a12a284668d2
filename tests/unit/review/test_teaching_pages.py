"""Supplier rules on the site: preview, turning on, and turning off by themselves; exports of the timeline."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from models.document import Box, Page, Word
from models.extraction import Evidence, Extraction
from models.store.audit import now, verify
from models.store.comments import comments_of
from models.store.documents import add_extraction
from models.store.engine import Store
from models.store.seen import keep_words, kept_words
from models.store.teaching import rules_on, stop_if_wrong, turn, use_of
from models.tables import AuditRow, CorrectionRow, DocumentRow, MailRow, SupplierRuleRow
from tests.browser import Desk, painter, settings, visit  # noqa: F401 - fixtures
from tests.desk import INVOICE, NOON, desk, make_document  # noqa: F401 - fixtures


def sheet(number: int) -> Page:
    texts = ((250, 90, "Facture"), (292, 90, "n°"), (310, 90, f"FA-26-{number}"), (250, 110, "Livraison"),
             (305, 110, f"BL-77-{number}"))  # fmt: skip
    return Page(1, 595, 842, tuple(Word(text, Box(x, y, x + 6 * len(text), y + 11)) for x, y, text in texts))


@pytest.fixture
def pile(desk: Store, make_document: Callable[..., str], tmp_path: Path) -> list[str]:  # noqa: F811
    ids = []
    for number in range(101, 104):
        misread = INVOICE.model_copy(update={"invoice_number": f"BL-77-{number}"})
        ids.append(make_document(invoice=misread, name=f"{number}.pdf", at=NOON - timedelta(days=number)))
        with desk.read() as session:
            keep_words(kept_words(tmp_path, session.get_one(DocumentRow, ids[-1]).sha256), (sheet(number),))
    with desk.write() as session:
        session.add(correction(ids[0], "BL-77-101", "FA-26-101"))
    return ids


def correction(document: str, before: str, after: str) -> CorrectionRow:
    return CorrectionRow(id=f"c{document[:20]}{after}"[:32], client_id="acme", document_id=document, revision=2,
                         term="invoice_number", before=before, after=after, changed=before != after,
                         actor="user:nora", at=now())  # fmt: skip


def propose_on(found: Desk, document: str) -> str:
    answer = found.post(f"/documents/{document}/teach/invoice_number:after_label:0")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_rule_is_proposed_seen_turned_on_and_off(visit: Callable[..., Desk], desk: Store, pile: list[str]) -> None:  # noqa: F811
    found = visit("rita", "expert")
    page = propose_on(found, pile[0])
    told = found.get(page).text
    assert '<strong id="count-improved">1</strong>' in told
    assert '<strong id="count-changed">2</strong>' in told
    assert found.post(page + "/on").status_code == 303
    with desk.read() as session:
        assert [row.changed_by for row in rules_on(session, "acme", "S1")] == ["user:rita"]
        assert verify(session) is None
    assert found.post(page + "/on").status_code == 409
    assert found.post(page + "/off").status_code == 303
    assert found.post(page + "/sideways").status_code == 404


def test_a_rule_cannot_be_made_up_by_a_form(visit: Callable[..., Desk], desk: Store, pile: list[str]) -> None:  # noqa: F811
    found = visit("rita", "expert")
    for key in ("iban:fixed:0", "invoice_number:fixed:0", "x", "invoice_number:after_label:9"):
        assert found.post(f"/documents/{pile[0]}/teach/{key}").status_code == 409
    with desk.read() as session:
        assert session.exec(select(SupplierRuleRow)).all() == []


def test_nothing_is_proposed_for_a_supplier_seen_once(
    visit: Callable[..., Desk], desk: Store, pile: list[str]  # noqa: F811
) -> None:  # fmt: skip
    with desk.write() as session:
        for row in session.exec(select(DocumentRow).where(col(DocumentRow.id).in_(pile[1:]))):
            row.seller_id = None
            session.add(row)
    found = visit("rita", "expert")
    assert found.post(f"/documents/{pile[0]}/teach/invoice_number:after_label:0").status_code == 409


def test_a_rule_that_people_correct_turns_itself_off_and_says_so(
    visit: Callable[..., Desk], desk: Store, pile: list[str], make_document: Callable[..., str]  # noqa: F811
) -> None:  # fmt: skip
    found = visit("rita", "expert")
    page = propose_on(found, pile[0])
    found.post(page + "/on")
    later = [make_document(name=f"later {n}.pdf") for n in range(2)]
    with desk.write() as session:
        row = session.get_one(SupplierRuleRow, page.rpartition("/")[2])
        for count, each in enumerate(later, start=1):
            document = session.get_one(DocumentRow, each)
            by_rule = Extraction(invoice=INVOICE, source="page", evidence={
                "invoice_number": Evidence(confidence=0.9, reader="rule")})  # fmt: skip
            add_extraction(session, document, by_rule, origin="reader", actor="line")
            session.add(correction(each, "F-1", f"G-{count}"))
            session.flush()
            assert use_of(session, row).wrong == count
            assert stop_if_wrong(session, row, at=now()) is (count == 2)
        assert row.state == "off"
        assert session.exec(select(MailRow.kind)).all() == ["rule_off"]
        assert rules_on(session, "acme", "S1") == []
        turn(session, row, "on", actor="user:rita", at=now())
        assert use_of(session, row).wrong == 0  # counted anew
        assert verify(session) is None


def test_the_exported_timeline_starts_no_formula(
    visit: Callable[..., Desk], desk: Store, make_document: Callable[..., str]  # noqa: F811
) -> None:  # fmt: skip
    document = make_document(name="=cmd|' /C calc'!A0.pdf")
    found = visit("rita", "supervisor")
    assert found.post(f"/documents/{document}/comments", **{"comment.words": "=1+1"}).status_code == 303
    rows = list(csv.DictReader(io.StringIO(found.get(f"/documents/{document}/timeline.csv").text.lstrip("\ufeff"))))
    assert "'=1+1" in [row["after"] for row in rows]
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@"))]
    with desk.read() as session:
        last = session.exec(select(AuditRow).order_by(col(AuditRow.seq).desc())).first()
        assert last is not None
        assert last.action == "export_timeline"


@pytest.mark.parametrize("path", ["timeline", "timeline.csv", "timeline.json"])
def test_the_timeline_of_another_client_is_not_there(
    visit: Callable[..., Desk], make_document: Callable[..., str], path: str  # noqa: F811
) -> None:  # fmt: skip
    document = make_document(client="beta")
    assert visit("rita", "supervisor").get(f"/documents/{document}/{path}").status_code == 404


@pytest.mark.parametrize("words", ["", "   ", "x" * 4001])
def test_a_comment_without_words_or_with_too_many_is_refused(
    visit: Callable[..., Desk], make_document: Callable[..., str], words: str  # noqa: F811
) -> None:  # fmt: skip
    document = make_document()
    assert visit("rita").post(f"/documents/{document}/comments", **{"comment.words": words}).status_code == 400


def test_only_who_wrote_a_comment_strikes_it_or_who_steers(
    visit: Callable[..., Desk], desk: Store, make_document: Callable[..., str]  # noqa: F811
) -> None:  # fmt: skip
    document = make_document()
    visit("rita").post(f"/documents/{document}/comments", **{"comment.words": "mine"})
    with desk.read() as session:
        comment = comments_of(session, document)[0].id
    assert visit("ruth").post(f"/documents/{document}/comments/{comment}/strike").status_code == 409
    assert visit("sue", "supervisor").post(f"/documents/{document}/comments/{comment}/strike").status_code == 303


@pytest.mark.parametrize(
    "query", ["from=x&to=9999-99-99", "before=99999999999999999999", "before=-1", "client=beta", "check=1"]
)
def test_strange_addresses_of_the_record_harm_nothing(
    visit: Callable[..., Desk], make_document: Callable[..., str], query: str  # noqa: F811
) -> None:  # fmt: skip
    other = make_document(client="beta")
    answer = visit("ada", "auditor").get(f"/timeline?{query}")
    assert answer.status_code == 200
    assert other[:8] not in answer.text
