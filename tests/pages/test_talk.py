"""Comments and the timeline of a document in the browser."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from models.store.engine import Store
from models.store.people import add_user
from models.store.timeline import exported, timeline_of
from models.tables import CommentRow, MailRow, UserRow
from tests.pages.conftest import Visit, desk, make_document  # noqa: F401 - fixtures

Enter = Callable[..., Visit]
Maker = Callable[..., str]


@pytest.fixture
def omar(desk: Store) -> str:  # noqa: F811
    with desk.write() as session:
        for login, clients in (("omar", ("acme",)), ("olga", ("beta",))):
            user = add_user(session, login=login, name=login, password_hash="-", role="expert", clients=clients,
                            actor="system")  # fmt: skip
            user.email = f"{login}@example.org"
    return "omar"


def test_row_21_a_comment_stands_at_its_field_and_calls_a_colleague_by_mail(
    visit: Enter, desk: Store, make_document: Maker, with_page: Callable[..., str], omar: str  # noqa: F811
) -> None:  # fmt: skip
    view = visit(path=f"/documents/{with_page(make_document())}")
    page = view.page
    page.select_option("[name='comment.term']", "invoice_number")
    page.locator("#comment-words").press_sequentially("Is this right, @o")
    expect(page.locator("#callers [role=option]")).to_have_text(["@omar"])  # olga may not see this client
    page.keyboard.press("Enter")
    page.locator("#comment-words").press_sequentially("? <img src=x onerror=alert(1)> @olga")
    page.get_by_role("button", name="Add the comment").click()
    expect(page.locator("#talk .words")).to_have_text("Is this right, @omar ? <img src=x onerror=alert(1)> @olga")
    assert view.axe() == []
    page.reload()
    expect(page.locator(".field:has(#i-invoice_number) .talkmark")).to_contain_text("1")
    with desk.read() as session:
        mails = session.exec(select(MailRow)).all()
        assert [(row.recipient, row.kind) for row in mails] == [("omar@example.org", "mention")]
        assert "F-1" in mails[0].subject
        assert "right" not in mails[0].subject + mails[0].words
        assert session.exec(select(UserRow).where(UserRow.login == omar)).one().email == mails[0].recipient


def test_a_comment_is_struck_not_deleted(visit: Enter, desk: Store, make_document: Maker) -> None:  # noqa: F811
    page = visit(path=f"/documents/{make_document()}", java_script_enabled=False).page
    page.fill("[name='comment.words']", "a mistake")
    page.get_by_role("button", name="Add the comment").click()
    page.get_by_role("button", name="Strike").click()
    expect(page.locator("#talk del")).to_have_text("a mistake")
    with desk.read() as session:
        row = session.exec(select(CommentRow)).one()
        assert (row.words, row.struck_by) == ("a mistake", "user:rita")


def test_row_31_the_timeline_says_what_the_database_says_and_where_values_stood(
    visit: Enter, desk: Store, make_document: Maker, with_page: Callable[..., str]  # noqa: F811
) -> None:  # fmt: skip
    document = with_page(make_document())
    view = visit(path=f"/documents/{document}")
    page = view.page
    page.fill("[name='field.invoice_number']", "F-1007")
    page.click("#act-save")
    page.wait_for_url("**done=saved**")
    view.open(f"/documents/{document}/timeline?kind=change")
    expect(page.locator(".timeline del")).to_have_text("F-1")
    expect(page.locator(".timeline ins")).to_have_text("F-1007")
    page.get_by_role("link", name="show where it stood").click()
    expect(page.locator("#box rect.box")).to_have_attribute("x", "378.00")
    assert view.axe() == []
    with desk.read() as session:
        entries = [exported(entry) for entry in timeline_of(session, document)]
    told = view.page.request.get(f"{view.base}/documents/{document}/timeline.json").text()
    rows = json.loads(told)["entries"]
    assert rows[: len(entries)] == json.loads(json.dumps(entries))
    sheet = view.page.request.get(f"{view.base}/documents/{document}/timeline.csv").text().lstrip("\ufeff")
    cells = list(csv.DictReader(io.StringIO(sheet)))
    assert [{name: str("" if row[name] is None else row[name]) for name in cells[0]} for row in entries] == [
        dict(row) for row in cells[: len(entries)]
    ]


def test_auditors_see_the_record_of_their_clients_and_the_state_of_the_chain(
    visit: Enter, make_document: Maker  # noqa: F811
) -> None:  # fmt: skip
    make_document()
    other = make_document(client="beta")
    view = visit("ada", "auditor", path="/timeline")
    expect(view.page.locator(".notice.good")).to_be_visible()
    assert other[:8] not in view.page.locator("tbody").inner_text()
    assert view.axe() == []
