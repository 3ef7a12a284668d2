"""Micro-tasks, their pay, group verification and blind audits in a real browser."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlmodel import col, select

from assurance import clopper_pearson, is_blind, is_drawn
from flows.report_kpis import compute_and_store
from models.decision import Decision, Outcome
from models.document import Box
from models.extraction import Evidence
from models.settings import Settings
from models.settings_review import MicroSettings
from models.status import Status
from models.store.audit_samples import add_sample
from models.store.documents import add_decision, add_extraction, load_extraction
from models.store.engine import Store
from models.store.micro_pay import put_floors
from models.store.micro_people import set_standing, standing_of
from models.store.micro_tasks import make_tasks
from models.store.people import find_user
from models.tables import (
    AuditRow,
    AuditSampleRow,
    CorrectionRow,
    DecisionRow,
    DocumentRow,
    MicroAnswerRow,
    MicroTaskRow,
    WageFloorRow,
)
from tests.desk import IBAN, INVOICE, NOON, DocumentMaker, load
from tests.pages.conftest import Visit

AMOUNT = ((380, 90, "F-1"), (440, 442, "Total"), (480, 442, "120,00"), (540, 442, "EUR"), (50, 60, "Papeterie du Midi"))
TERMS = ("gross_total", "net_total", "invoice_number", "issue_date", "iban")


@pytest.fixture
def site_settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, micro=MicroSettings(enabled=True, gold_share=0, qualify=2))


@pytest.fixture
def tasks(desk: Store, make_document: DocumentMaker, with_page: Callable[..., str]) -> Callable[..., list[str]]:
    """Documents in review of which doubtful values are cut out; returns the documents."""

    def make(count: int = 1, *, terms: tuple[str, ...] = ("gross_total",), kind: str = "yes_no") -> list[str]:
        found: list[str] = []
        for number in range(count):
            document_id = make_document(name=f"{number}.pdf", at=NOON + timedelta(minutes=number))
            if number == 0:
                with_page(document_id, AMOUNT)
            with desk.write() as session:
                document = session.get_one(DocumentRow, document_id)
                if found:  # all on one sheet, so that it is drawn once
                    document.sha256, document.part = session.get_one(DocumentRow, found[0]).sha256, number + 1
                extraction = load_extraction(session, document_id)
                assert extraction is not None
                places = {"gross_total": Box(480, 433, 516, 444), "invoice_number": Box(380, 81, 398, 92)}
                seen = {term: Evidence(confidence=0.7 if kind == "yes_no" else 0.3, reader="ppocr", page=1,
                                       box=places.get(term, places["gross_total"])) for term in terms}  # fmt: skip
                add_extraction(session, document, extraction.model_copy(update={"evidence": seen}), origin="reader",
                               actor="system")  # fmt: skip
                make_tasks(session, document, TERMS, at=NOON)
            found.append(document_id)
        return found

    return make


@pytest.fixture
def work(visit: Callable[..., Visit], desk: Store) -> Callable[..., Visit]:
    """Sign a micro-worker of the made-up region in who has answered the known questions before."""

    with desk.write() as session:
        put_floors(session, [WageFloorRow(region="XA", valid_from=date(2026, 1, 1), hourly=Decimal(12), currency="EUR",
                                          source="made up for tests", actor="system", at=NOON)],
                   actor="system", at=NOON)  # fmt: skip

    def enter(login: str, *, qualified: bool = True, language: str = "en", **options: Any) -> Visit:
        found = visit(login, "micro_worker", language, path="/account", **options)
        with desk.write() as session:
            user = find_user(session, login)
            assert user is not None
            user.region = "XA"
            session.add(user)
            standing = standing_of(session, user, at=NOON)
            if qualified:
                set_standing(session, standing, "working", at=datetime.now(UTC) - timedelta(minutes=1))
        return found

    return enter


def begin(person: Visit) -> Any:
    page = person.open("/micro")
    page.click("main form[action='/micro/next'] button")
    page.wait_for_url(lambda address: not address.endswith("/micro"), wait_until="load")
    return page


def press(page: Any, key: str) -> None:
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press(key)


def only_task(store: Store) -> MicroTaskRow:
    with store.read() as session:
        return session.exec(select(MicroTaskRow)).one()


def test_row_32_one_snippet_one_question_and_nothing_else_of_the_document(
    work: Callable[..., Visit], tasks: Callable[..., list[str]], desk: Store
) -> None:
    (document_id,) = tasks(terms=("gross_total", "invoice_number"))
    ann = work("ann", viewport={"width": 320, "height": 640})
    answers = []
    ann.page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - the driver marks what it is given
    page = begin(ann)
    assert "/micro/" in page.url
    assert document_id not in page.content()
    text = page.inner_text("body")
    asked = [each for each in ("120.00", "F-1") if each in text]
    assert len(asked) == 1  # the candidate that is asked about, and no other value
    for other in ("Papeterie", "scan", "0.pdf", IBAN, "100.00", "2026-11-12", "Acme"):
        assert other not in page.content()
    pictures = [each for each in answers if each.url.endswith("snippet.png")]
    assert len(pictures) == 1
    assert pictures[0].headers["cache-control"] == "no-store"
    assert all(each.headers["cache-control"] == "no-store" for each in answers if "/micro/" in each.url)
    picture = Image.open(io.BytesIO(pictures[0].body()))
    assert picture.info == {}
    assert picture.width < 400  # of a page of 2,149 pixels
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    press(page, "y")
    assert page.request.get(pictures[0].url).status == 404  # answered: it is not shown again
    with desk.read() as session:
        assert (
            session.exec(select(MicroAnswerRow).where(col(MicroAnswerRow.answered_at).is_not(None))).one().answer
            == "yes"
        )


def test_a_snippet_holds_the_value_and_bars_where_its_neighbours_are(
    work: Callable[..., Visit], tasks: Callable[..., list[str]]
) -> None:
    tasks()
    ann = work("ann")
    page = begin(ann)
    picture = Image.open(io.BytesIO(page.request.get(page.url + "/snippet.png").body())).convert("L")
    scale = 260 / 72
    beside = picture.crop((0, 0, int(26 * scale), picture.height))
    value = picture.crop((int(28 * scale), 0, int(64 * scale), picture.height))
    assert sum(value.histogram()[:60])  # ink
    assert {shade for _, shade in beside.getcolors() or ()} <= {255, *range(200, 220)}  # "Total" is a grey bar


def test_nobody_sees_the_task_of_somebody_else_nor_a_document(
    work: Callable[..., Visit], tasks: Callable[..., list[str]]
) -> None:
    (document_id,) = tasks()
    ann, bob = work("ann"), work("bob")
    address = begin(ann).url
    assert bob.page.request.get(address).status == 404
    assert bob.page.request.get(address + "/snippet.png").status == 404
    assert bob.page.request.get(f"{bob.base}/documents/{document_id}").status == 403
    assert bob.page.request.get(f"{bob.base}/documents/{document_id}/pages/1.png").status == 403


def known_well(store: Store, document_id: str, *logins: str) -> None:
    """Twenty known questions that these people answered rightly before."""
    with store.write() as session:
        for number in range(20):
            task = MicroTaskRow(id=f"g{number}", client_id="acme", document_id=document_id, revision=100 + number,
                                term="gross_total", kind="type", page=1, box_json="[1,1,9,9]", gold="1",
                                state="withdrawn", created_at=NOON)  # fmt: skip
            session.add(task)
            session.flush()
            for login in logins:
                user = find_user(session, login)
                assert user is not None
                session.add(MicroAnswerRow(id=f"{login}{number}", client_id="acme", task_id=task.id, user_id=user.id,
                                           shown_at=NOON, answered_at=NOON, answer="1", is_gold=True, right=True,
                                           active_seconds=Decimal(5)))  # fmt: skip


def test_row_33_two_equal_answers_settle_a_task_and_different_ones_ask_a_third(
    work: Callable[..., Visit], tasks: Callable[..., list[str]], desk: Store, make_document: DocumentMaker
) -> None:
    document_id, other_id = tasks(2, kind="type")
    people = [work(login) for login in ("ann", "bob", "cid")]
    known_well(desk, make_document(name="known.pdf", client="beta"), "ann", "bob", "cid")
    typed = {document_id: ["120", "120.00", ""], other_id: ["120.00", "128", "120.0"]}
    for turn, person in enumerate(people):
        page = begin(person)
        for _ in range(2):
            if "why=" in page.url:
                break
            with desk.read() as session:
                row = session.get_one(MicroAnswerRow, page.url.rpartition("/")[2])
                task = session.get_one(MicroTaskRow, row.task_id)
            page.fill("[name=typed]", typed[task.document_id][turn])
            press(page, "Enter")
    with desk.read() as session:
        rows = {task.document_id: task for task in session.exec(select(MicroTaskRow)) if task.gold is None}
        counts = [len(session.exec(select(MicroAnswerRow).where(MicroAnswerRow.task_id == rows[each].id)).all())
                  for each in (document_id, other_id)]  # fmt: skip
        written = session.exec(select(CorrectionRow).where(CorrectionRow.document_id == document_id)).one()
        told = session.exec(select(AuditRow).where(AuditRow.action == "micro:agree",
                                                   AuditRow.object == f"document:{document_id}")).one()  # fmt: skip
    assert [rows[document_id].state, rows[other_id].state] == ["done", "done"]
    assert counts == [2, 3]
    assert (written.term, written.changed, written.actor) == ("gross_total", False, "micro")
    assert '"answers":2' in (told.after_json or "")
    assert load(desk, document_id).state == Status.IN_REVIEW  # a person decides still


def test_row_34_known_questions_are_scored_and_whoever_is_below_the_bound_gets_no_more(
    work: Callable[..., Visit], tasks: Callable[..., list[str]], desk: Store
) -> None:
    tasks(5)
    with desk.write() as session:
        for number, task in enumerate(session.exec(select(MicroTaskRow).order_by(col(MicroTaskRow.created_at))).all()):
            if number < 4:
                session.add(task.sqlmodel_update({"gold": "yes"}))
    ann, bob = work("ann", qualified=False), work("bob", qualified=False)
    page = begin(ann)
    for _ in range(2):
        press(page, "y")
    page = ann.open("/micro")
    assert "2 of 2 right" in page.inner_text("main")
    assert "between 15.8% and 100%" in page.inner_text("main")
    page = begin(bob)
    for _ in range(2):
        press(page, "n")
    page = bob.open("/micro")
    assert "0 of 2 right" in page.inner_text("main")
    assert "You can start again from" in page.inner_text("main")
    assert page.locator("form[action='/micro/next']").count() == 0


def test_row_36_the_meter_counts_no_idle_time_and_the_csv_equals_the_screen(
    work: Callable[..., Visit], tasks: Callable[..., list[str]], visit: Callable[..., Visit], desk: Store
) -> None:
    tasks(3)
    ann = work("ann", viewport={"width": 320, "height": 640})
    page = begin(ann)
    with desk.write() as session:  # as if the page had been open over lunch
        for row in session.exec(select(MicroAnswerRow)).all():
            session.add(row.sqlmodel_update({"shown_at": row.shown_at - timedelta(minutes=12)}))
    press(page, "y")
    press(page, "y")
    with desk.read() as session:
        rows = session.exec(select(MicroAnswerRow).where(col(MicroAnswerRow.answered_at).is_not(None))).all()
    assert len(rows) == 2
    assert all(row.active_seconds is not None and row.active_seconds < 60 for row in rows)  # 3 x the assumed 20 s
    page = ann.open("/pay")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ((*_, total),) = [[cell.inner_text() for cell in page.locator("#weeks tbody tr td strong").all()]]
    (line,) = csv.DictReader(io.StringIO(page.request.get(f"{ann.base}/pay.csv").text()))
    assert (line["tasks"], line["worker"]) == ("2", "ann")
    assert total == f"€{line['total']}"
    assert Decimal(line["hourly"]) >= Decimal(12)
    page.locator("summary", has_text="Dispute").first.click()
    page.locator("[name=words]").first.fill("The picture was cut off.")
    with page.expect_navigation():
        page.locator("td form button").first.click()
    assert "with the supervisor" in page.inner_text("main")
    rita = visit("rita", path="/micro-desk")
    sheet = rita.open("/micro-desk")
    assert "The picture was cut off." in sheet.inner_text("main")
    with sheet.expect_navigation():
        sheet.click("button[value=upheld]")
    assert "settled" in sheet.inner_text("main")
    assert "upheld" in ann.open("/pay").inner_text("main")


@pytest.mark.slow  # row 38 sweeps every page; this one looks at its rarer states
@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_page_of_the_micro_tasks_keeps_anybody_out(
    work: Callable[..., Visit], tasks: Callable[..., list[str]], visit: Callable[..., Visit], desk: Store, language: str
) -> None:
    tasks(4)
    with desk.write() as session:
        for number, kind in enumerate(("type", "pick")):
            task = session.exec(select(MicroTaskRow).where(MicroTaskRow.kind == "yes_no")).all()[number]
            session.add(task.sqlmodel_update({"kind": kind, "choices_json": '["120.00", "128.00"]'}))
    ann, found, kinds = work("ann", language=language, viewport={"width": 320, "height": 640}), {}, set()
    controls = {"type": "[name=typed]", "pick": "[value=none]", "yes_no": "[value=yes]"}
    found["home"] = ann.open("/micro") and ann.axe()
    page = begin(ann)
    for _ in range(4):
        kind = next(name for name, control in controls.items() if page.locator(control).count())
        kinds.add(kind)
        found[f"task {kind}"] = ann.axe()
        with page.expect_navigation():
            page.click("button[value='?']")
    assert kinds == set(controls)
    with desk.write() as session:
        row = session.exec(select(MicroAnswerRow)).first()
        assert row is not None
        session.add(row.sqlmodel_update({"disputed_at": NOON, "dispute": "?"}))
        user = find_user(session, "ann")
        assert user is not None
        set_standing(session, standing_of(session, user, at=NOON), "stopped", at=NOON)
    found |= {"stopped": ann.open("/micro") and ann.axe(), "pay": ann.open("/pay") and ann.axe()}
    rita = visit("rita", "supervisor", language, path="/micro-desk")
    found |= {path: rita.open(path) and rita.axe() for path in ("/micro-desk", "/verify")}
    assert {name: each for name, each in found.items() if each} == {}


def test_without_a_wage_floor_nothing_is_shown_and_the_supervisor_sees_why(
    visit: Callable[..., Visit], tasks: Callable[..., list[str]]
) -> None:
    tasks()
    zoe = visit("zoe", "micro_worker", path="/account")
    page = begin(zoe)
    assert "No wage floor is known" in page.inner_text("main")
    rita = visit("rita", path="/micro-desk")
    assert "No task is shown to zoe" in rita.open("/micro-desk").inner_text("main")


def test_row_29_of_twenty_snippets_one_is_marked_and_nineteen_are_confirmed(
    visit: Callable[..., Visit], tasks: Callable[..., list[str]], desk: Store
) -> None:
    documents = tasks(20)
    rita = visit("rita", "reviewer", path="/verify")
    page = rita.open("/verify?group=acme:S1&term=gross_total")
    assert page.locator(".group-shots li").count() == 20
    page.locator("[name=wrong]").first.focus()
    for key in ("ArrowRight", "ArrowRight", "x"):
        page.keyboard.press(key)
    assert "19 are confirmed, 1 marked" in page.inner_text("#told")
    with page.expect_navigation():
        page.click("#verify button.primary")
    assert "19 values confirmed" in page.inner_text("main")
    with desk.read() as session:
        rows = session.exec(select(CorrectionRow)).all()
        audited = session.exec(select(AuditRow).where(AuditRow.action == "verify:confirm")).all()
    assert len(rows) == len(audited) == 19
    (odd,) = set(documents) - {row.document_id for row in rows}
    sheet = rita.open(f"/documents/{odd}")
    assert sheet.locator(".field.doubt [name='field.gross_total']").count() == 1
    page.go_back()
    assert page.locator(f"a[href='/documents/{odd}#i-gross_total']").count() == 1
    with page.expect_navigation():
        page.click("form[action='/verify/undo'] button")
    with desk.read() as session:
        assert session.exec(select(CorrectionRow)).all() == []
        again = load_extraction(session, odd)
    assert again is not None
    assert again.evidence["gross_total"].confidence == 0.7
    assert INVOICE.gross_total == again.invoice.gross_total


def test_row_35_a_random_share_is_checked_blind_and_the_bound_follows(
    visit: Callable[..., Visit], make_document: DocumentMaker, with_page: Callable[..., str], desk: Store
) -> None:
    key = b"a key of the home"
    drawn = sum(is_drawn(key, f"document {number}", 0.15) for number in range(4000))
    blind = sum(is_blind(key, f"document {number}", 0.3) for number in range(4000))
    assert clopper_pearson(drawn, 4000, 0.999).low <= 0.15 <= clopper_pearson(drawn, 4000, 0.999).high
    assert clopper_pearson(blind, 4000, 0.999).low <= 0.3 <= clopper_pearson(blind, 4000, 0.999).high
    documents = [with_page(make_document(Status.APPROVED, name=f"{number}.pdf")) for number in range(2)]
    with desk.write() as session:
        for document_id in documents:
            document = session.get_one(DocumentRow, document_id)
            add_decision(session, document, Decision(outcome=Outcome.APPROVE, score=0.97), actor="policy")
            session.flush()
            for row in session.exec(select(DecisionRow).where(DecisionRow.document_id == document_id)):
                session.add(row.sqlmodel_update({"segment": "scan/known"}))
            add_sample(session, document, share=0.5, blind=True, actor="policy", at=NOON)
    rita = visit("rita", path="/audit-sample")
    bounds = []
    for document_id, gross in zip(documents, ("120,00", "210,00"), strict=True):
        page = rita.open(f"/audit-sample/{document_id}")
        assert "120.00" not in page.content()  # blind: what was read is not on the page
        keyed = {"invoice_number": "F-1", "issue_date": "2026-11-12", "gross_total": gross, "iban": IBAN,
                 "seller_name": "Papeterie du Midi"}  # fmt: skip
        for _ in range(2):  # what differs is keyed twice before it counts
            if page.locator("[name='value.gross_total']").count():
                for term, value in keyed.items():
                    page.fill(f"[name='value.{term}']", value)
                with page.expect_navigation():
                    page.click("main form button.primary")
        found = {row.name: row.value for row in compute_and_store(desk, "acme", datetime.now(UTC)) if not row.label}
        bounds.append((found["audited_error_rate"], found["audited_error_rate_high"]))
    with desk.read() as session:
        states = [session.get_one(AuditSampleRow, each).state for each in documents]
    assert states == ["right", "wrong"]
    assert bounds[0] == pytest.approx((0.0, 0.975), abs=1e-3)
    assert bounds[1] == pytest.approx((0.5, 0.987), abs=1e-3)
    text = rita.open("/kpis").inner_text("main")
    assert "50%" in text
    assert "98.7%" in text
    assert rita.axe() == []
