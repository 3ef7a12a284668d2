"""The pages of a file laid out in a browser: with buttons, with keys, without a script, and taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from models.extraction import PageInfo
from models.status import Status
from models.store.documents import add_extraction, load_extraction, move
from models.store.engine import Store
from models.tables import ArrangementRow, DocumentRow, JobRow
from tests.desk import DocumentMaker


@pytest.fixture
def bundle(desk: Store, make_document: DocumentMaker, with_page: Callable[..., str]) -> str:
    """A document of three pages, read as one invoice."""
    document_id = with_page(make_document(), pages=3)
    with desk.write() as session:
        row = session.get_one(DocumentRow, document_id)
        extraction = load_extraction(session, document_id)
        assert extraction is not None
        pages = tuple(PageInfo(number=at, width=595, height=842, reader="ppocr") for at in (1, 2, 3))
        add_extraction(session, row, extraction.model_copy(update={"pages": (1, 2, 3)}), origin="reader",
                       actor="line", pages=pages)  # fmt: skip
    return document_id


def laid(page: Any) -> list[str]:
    return [each.get_attribute("data-group") for each in page.locator("section[data-group]").all()]


def test_pages_are_cut_moved_set_aside_and_applied_by_keys_alone(
    visit: Callable[..., Any], bundle: str, desk: Store
) -> None:
    ann = visit()
    page = ann.open(f"/documents/{bundle}/pages")
    assert laid(page) == ["1,2,3"]
    assert ann.axe() == []
    page.locator("button[value='cut:3']").press("Enter")
    page.wait_for_selector("section[data-group='3']")
    page.locator("button[value='left:2']").press("Alt+ArrowLeft")
    page.wait_for_selector("section[data-group='2,1']")
    assert page.locator("button[value='left:2']").is_disabled()  # it stands at the very beginning now
    with desk.read() as session:
        assert session.exec(select(ArrangementRow)).all() == []  # only shown
    page.keyboard.press("Alt+t")
    page.wait_for_url("**done=applied")
    with desk.read() as session:
        (row,) = session.exec(select(ArrangementRow)).all()
        jobs = session.exec(select(JobRow.kind)).all()
    assert [each["pages"] for each in json.loads(row.groups_json)["groups"]] == [[2, 1], [3]]
    assert "arrange" in jobs
    page.keyboard.press("Alt+u")
    page.wait_for_url("**done=restored")
    assert laid(page) == ["1,2,3"]
    assert page.locator("#history-title ~ ol li").count() == 2


def test_a_page_is_dragged_before_another(visit: Callable[..., Any], bundle: str) -> None:
    page = visit().open(f"/documents/{bundle}/pages")
    page.drag_and_drop("li[data-page='3'] strong", "li[data-page='1'] strong")
    page.wait_for_selector("section[data-group='3,1,2']")


def test_a_settled_invoice_is_named_and_nothing_is_done(visit: Callable[..., Any], bundle: str, desk: Store) -> None:
    with desk.write() as session:
        move(session, session.get_one(DocumentRow, bundle), Status.APPROVED, actor="user:ada")
    page = visit().open(f"/documents/{bundle}/pages")
    page.click("button[value='aside:3']")
    page.wait_for_selector("[data-aside='3']")
    page.click("#apply")
    assert "F-1" in page.locator("[role=alert]").inner_text()
    with desk.read() as session:
        assert session.exec(select(ArrangementRow)).all() == []


@pytest.mark.slow  # row 38 sweeps every page; this one looks at its rarer states
@pytest.mark.parametrize("language", ["en", "fr"])
def test_pages_are_accessible_and_work_at_320_pixels(visit: Callable[..., Any], bundle: str, language: str) -> None:
    ann = visit(language=language, viewport={"width": 320, "height": 700})
    page = ann.open(f"/documents/{bundle}/pages")
    assert ann.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.click("button[value='cut:2']")
    page.wait_for_selector("section[data-group='2,3']")
    page.click("button[value='join:2']")
    page.wait_for_selector("section[data-group='1,2,3']")
