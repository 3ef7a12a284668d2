"""The table read anew by drawn columns: what the site answers, and to whom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.document import Box, Page, Word
from models.store.engine import Store
from models.store.seen import keep_words, kept_words
from tests.browser import Desk
from tests.desk import DocumentMaker, load

Visit = Callable[..., Desk]
EDGES: dict[str, Any] = {"page": "1", "top": "90", "bottom": "120", "item_name.x0": "40", "item_name.x1": "200",
         "quantity.x0": "280", "quantity.x1": "330"}  # fmt: skip


@pytest.fixture
def printed(desk: Store, make_document: DocumentMaker, tmp_path: Path) -> str:
    """A document whose page has one line; its words are kept."""
    document = make_document()
    words = (Word("Paper", Box(50, 100, 90, 110)), Word("2,5", Box(300, 100, 320, 110)))
    keep_words(kept_words(tmp_path, load(desk, document).sha256), (Page(1, 595, 842, words),))
    return document


def test_rows_come_as_the_form_of_the_visitor_shows_them(visit: Visit, printed: str) -> None:
    rita = visit("rita", language="fr")
    answer = rita.post(f"/documents/{printed}/cut", **EDGES)
    assert answer.json() == {"words": True, "rows": [{"item_name": "Paper", "quantity": "2,5"}]}


@pytest.mark.parametrize("edges", [{"quantity.x0": "nan"}, {"quantity.x0": "400"}, {"quantity.x1": "inf"},
                                   {"quantity.x0": "-5"}, {"quantity.x1": "1e9"}, {"quantity.x1": "<b>"}])  # fmt: skip
def test_edges_that_are_none_are_passed_over(visit: Visit, printed: str, edges: dict[str, str]) -> None:
    assert visit("rita").post(f"/documents/{printed}/cut", **(EDGES | edges)).json() == {"words": True, "rows": []}


@pytest.mark.parametrize("page", ["2", "0", "x", ""])
def test_a_page_without_words_says_so(visit: Visit, printed: str, page: str) -> None:
    assert visit("rita").post(f"/documents/{printed}/cut", **(EDGES | {"page": page})).json() == {
        "words": False,
        "rows": [],
    }


def test_another_clients_document_is_not_there(visit: Visit, printed: str) -> None:
    assert visit("rita", clients=("beta",)).post(f"/documents/{printed}/cut", **EDGES).status_code == 404
