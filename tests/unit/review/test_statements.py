"""How many statements a page and an act may ask of the database: what goes unseen here is felt at 10,000 documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from jinja2 import Environment
from sqlalchemy import event

from models.store.engine import Store
from review.language import TONGUES
from review.weaving import Woven
from tests.desk import DocumentMaker

Visit = Callable[..., Any]
MOST_OF_A_PAGE = 28
MOST_OF_AN_APPROVAL = 33  # with a known supplier, a bank account and the round to the top of the queue


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """The statements that are run meanwhile, without those that only begin a transaction."""
    found: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            found.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(store.engine, "before_cursor_execute", note)


def test_a_document_page_asks_few_statements_however_many_documents_there_are(
    visit: Visit, desk: Store, make_document: DocumentMaker
) -> None:
    first, *others = (make_document(name=f"scan-{number}.pdf") for number in range(6))
    person = visit("rita")
    person.get(f"/documents/{others[0]}")  # loads what is kept for all
    with counted(desk) as asked:
        assert person.get(f"/documents/{first}").status_code == 200
    assert 0 < len(asked) <= MOST_OF_A_PAGE, "\n".join(asked)


def test_an_approval_asks_few_statements(visit: Visit, desk: Store, make_document: DocumentMaker) -> None:
    first, second = make_document(name="a.pdf"), make_document(name="b.pdf")
    person = visit("rita")
    form = person.form(first)
    with counted(desk) as asked:
        answer = person.post(f"/documents/{first}/approve", **form)
    assert answer.status_code == 303
    assert f"/documents/{second}?" in answer.headers["location"]
    assert "done=approved" in answer.headers["location"]
    assert 0 < len(asked) <= MOST_OF_AN_APPROVAL, "\n".join(asked)


def test_words_of_fixed_keys_are_in_the_template_and_others_are_asked_for() -> None:
    asked: list[str] = []

    def speak(key: str) -> str:
        asked.append(key)
        return TONGUES["fr"].t(key)

    found = Environment(autoescape=True)
    found.globals["t"] = speak
    found.add_extension(Woven)
    page = found.from_string("{{ t('act.approve') }} {{ t('act.' ~ which) }} {{ one.t('act.save') }}")
    assert asked == ["act.approve"]
    shown = page.render(which="reject", one={"t": lambda key: key})
    assert asked == ["act.approve", "act.reject"]
    assert shown == f"{TONGUES['fr'].t('act.approve')} {TONGUES['fr'].t('act.reject')} act.save"
