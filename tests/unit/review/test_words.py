"""The words of a page: their order, what is shown of hostile ones, and who may have them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from models.document import Box, Page, Word
from models.store.seen import keep_words, kept_words
from models.tables import BlobRow, DocumentRow, ExtractionRow
from review.pages import words as words_page
from review.words import LONGEST, MOST_WORDS, in_rows, page_words
from tests.browser import Painter
from tests.desk import NOON, DocumentMaker

Visit = Callable[..., Any]


def make(text: str, x: float, y: float, height: float = 10) -> Word:
    return Word(text, Box(x, y, x + 20, y + height))


def page(*words: Word, number: int = 1) -> Page:
    return Page(number, 595, 842, words)


def test_words_come_in_rows_from_the_top_and_each_row_from_the_left() -> None:
    words = [make("d", 300, 131), make("b", 300, 101), make("c", 50, 130), make("a", 50, 100), make("e", 50, 145)]
    assert [[word.text for word in row] for row in in_rows(words)] == [["a", "b"], ["c", "d"], ["e"]]


def test_a_high_word_beside_low_ones_does_not_swallow_the_next_row() -> None:
    title, near, below = make("TOTAL", 50, 100, 24), make("12", 300, 108), make("13", 300, 126)
    assert [[word.text for word in row] for row in in_rows([title, near, below])] == [["TOTAL", "12"], ["13"]]


def test_a_slowly_falling_line_stays_one_row() -> None:
    words = [make(str(step), 40 * step, 100 + 0.8 * step) for step in range(12)]
    assert len(in_rows(words)) == 1


def test_boxes_that_are_none_and_words_that_show_nothing_are_left_out() -> None:
    odd = [Word("x", Box(0, 0, 0, 5)), Word("y", Box(0, 0, inf, 5)), Word(" \u200b", Box(0, 0, 5, 5)), make("z", 1, 1)]
    assert [shown[0] for shown in page_words([page(*odd)], 1)["words"]] == ["z"]


def test_signs_that_turn_or_hide_text_are_taken_out_and_texts_are_cut() -> None:
    shown = page_words([page(make("FR\u202e67\x00", 0, 0), make("a" * 5000, 0, 50))], 1)["words"]
    assert [text for text, *_ in shown] == ["FR67", "a" * LONGEST]


def test_a_page_of_too_many_words_is_cut() -> None:
    crowded = page(*[make("w", 0, index) for index in range(MOST_WORDS + 5)])
    assert len(page_words([crowded], 1)["words"]) == MOST_WORDS


@pytest.mark.parametrize(("number", "given", "reason"), [(1, "", "no_words"), (2, "", "no_page"), (1, "busy", "busy")])
def test_an_empty_answer_says_why(number: int, given: Any, reason: str) -> None:
    assert page_words([page()], number, given)["reason"] == reason


@pytest.fixture
def with_bytes(make_document: DocumentMaker, stored: Callable[[bytes], str]) -> Callable[..., str]:
    """A document whose file is there."""

    def give(store: Any, media_type: str = "application/pdf") -> str:
        document_id, sha256 = make_document(), stored(b"%PDF-1.7 bytes")
        with store.write() as session:
            session.merge(BlobRow(sha256=sha256, size=1, media_type="application/pdf", created_at=NOON))
            session.flush()
            row = session.get_one(DocumentRow, document_id)
            session.add(row.sqlmodel_update({"sha256": sha256, "media_type": media_type}))
        return document_id

    return give


def words_at(document_id: str, number: object = 1) -> str:
    return f"/documents/{document_id}/pages/{number}/words"


def test_words_are_read_once_in_the_sandbox_and_kept(
    visit: Visit, with_bytes: Callable[..., str], painter: Painter
) -> None:
    desk = visit("rita")
    document_id = with_bytes(desk.store)
    answers = [desk.get(words_at(document_id)) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert [word[0] for word in answers[0].json()["words"]] == ["1", "234,56"]
    assert painter.asked == 1
    assert answers[0].headers["cache-control"] == "no-store"
    assert answers[0].headers["content-type"] == "application/json"


def test_kept_words_need_no_reading(visit: Visit, with_bytes: Callable[..., str], painter: Painter) -> None:
    desk = visit("rita")
    document_id = with_bytes(desk.store)
    with desk.store.read() as session:
        sha256 = session.get_one(DocumentRow, document_id).sha256
    keep_words(kept_words(painter_home(desk), sha256), (page(make("Kept", 1, 1), number=3),))
    assert [word[0] for word in desk.get(words_at(document_id, 3)).json()["words"]] == ["Kept"]
    assert desk.get(words_at(document_id, 1)).json()["reason"] == "no_page"
    assert painter.asked == 0


def test_a_page_is_drawn_as_its_words_were_read(visit: Visit, with_bytes: Callable[..., str], painter: Painter) -> None:
    desk = visit("rita")
    document_id = with_bytes(desk.store)
    with desk.store.write() as session:
        sha256 = session.get_one(DocumentRow, document_id).sha256
        read = session.exec(select(ExtractionRow).where(ExtractionRow.document_id == document_id)).one()
        sizes = [{"number": 1, "width": 595, "height": 842, "reader": "ppocr", "rotation": 90}]
        session.add(read.sqlmodel_update({"pages_json": json.dumps(sizes)}))
    keep_words(kept_words(painter_home(desk), sha256), (Page(1, 595, 842, (), skew=1.25),))
    for dpi in (130, 260):
        assert desk.get(f"/documents/{document_id}/pages/1.png?dpi={dpi}").status_code == 200
    assert painter.turned == [(90, 1.25), (90, 1.25)]


def painter_home(desk: Any) -> Path:
    home: Path = desk.browser.app.state.site.settings.home
    return home


def test_a_file_that_cannot_be_read_gives_an_empty_list_and_the_reason(
    visit: Visit, with_bytes: Callable[..., str], make_document: DocumentMaker, painter: Painter
) -> None:
    desk = visit("rita")
    painter.refuses = True
    assert desk.get(words_at(with_bytes(desk.store))).json() == {"page": 1, "reason": "unreadable", "words": []}
    gone = make_document(name="gone.pdf")
    assert desk.get(words_at(gone)).json()["reason"] == "unreadable"


def test_an_e_invoice_has_no_page_to_read(visit: Visit, with_bytes: Callable[..., str], painter: Painter) -> None:
    desk = visit("rita")
    assert desk.get(words_at(with_bytes(desk.store, "application/xml"))).json()["reason"] == "no_page"
    assert painter.asked == 0


def test_whoever_comes_while_a_file_is_read_is_told_to_ask_again(
    visit: Visit, with_bytes: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = visit("rita")
    document_id = with_bytes(desk.store)
    lane = threading.Lock()
    monkeypatch.setattr(words_page, "_READING", lane)
    with lane:
        assert desk.get(words_at(document_id)).json()["reason"] == "busy"
    assert desk.get(words_at(document_id)).json()["reason"] == ""


def test_words_are_for_those_who_may_see_the_document(visit: Visit, with_bytes: Callable[..., str]) -> None:
    rita = visit("rita")
    document_id = with_bytes(rita.store)
    assert visit("bea", clients=("beta",)).get(words_at(document_id)).status_code == 404
    assert visit().get(words_at(document_id), follow_redirects=False).status_code == 303
    for number in (0, -1, 501, "99999999999999999999"):
        assert rita.get(words_at(document_id, number)).status_code == 404
    assert rita.get(words_at(document_id, "one")).status_code == 400


def test_pictures_are_asked_for_again_but_not_sent_again_and_only_in_two_sizes(
    visit: Visit, with_bytes: Callable[..., str], painter: Painter
) -> None:
    desk = visit("rita")
    address = f"/documents/{with_bytes(desk.store)}/pages/1.png"
    first = desk.get(address)
    again = desk.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["cache-control"]) == (304, b"", "private, no-cache")
    assert desk.get(f"{address}?dpi=260").headers["etag"] != first.headers["etag"]
    assert painter.drawn == [1, 1]
    for dpi in ("131", "0", "-130", "99999", "x"):
        assert desk.get(f"{address}?dpi={dpi}").status_code == 400
    other = visit("bea", clients=("beta",)).get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (other.status_code, other.headers["cache-control"]) == (404, "no-store")
