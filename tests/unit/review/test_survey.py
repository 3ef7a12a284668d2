"""The question to a client: a link that works once, for thirty days, and tells nobody anything else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from models.errors import ConflictError
from models.store.audit import now
from models.store.engine import Store
from models.store.surveys import LIFE, answer, ask
from models.tables import AuditRow, MailRow, SurveyRow

Visit = Callable[..., Any]
EVIL = '<script>alert("x")</script>'


def asked(desk: Store, *, client: str = "acme", language: str = "fr", age: timedelta = timedelta(0)) -> str:
    tokens: list[str] = []

    def letter(token: str) -> tuple[str, str]:
        tokens.append(token)
        return "Subject", f"link {token}"

    with desk.write() as session:
        ask(session, client, "anne@exemple.fr", language, letter, actor="operator", at=now() - age)
    return tokens[0]


def form_of(browser: Any, token: str) -> Any:
    page = browser.get(f"/survey/{token}")
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    browser.csrf = found.group(1) if found else ""
    return page


def test_letter_waits_with_its_link_and_only_the_hash_is_kept(desk: Store) -> None:
    token = asked(desk)
    with desk.read() as session:
        mail, row = session.exec(select(MailRow)).one(), session.exec(select(SurveyRow)).one()
        said = [one.after_json or "" for one in session.exec(select(AuditRow))]
    assert (mail.recipient, mail.client_id, mail.kind) == ("anne@exemple.fr", "acme", "survey")
    assert token in mail.words
    assert token not in row.token_hash
    assert not any(token in one for one in said)


def test_an_answer_counts_once_and_the_link_is_dead_afterwards(desk: Store, visit: Visit) -> None:
    token, nobody = asked(desk), visit()
    page = form_of(nobody, token)
    assert 'lang="fr"' in page.text
    assert "Acme" not in page.text
    done = nobody.post(f"/survey/{token}", score="9", comment=EVIL)
    assert (done.status_code, "Merci" in done.text) == (200, True)
    assert form_of(nobody, token).status_code == 404
    form_of(nobody, asked(desk))
    assert nobody.post(f"/survey/{token}", score="1", comment="").status_code == 404
    with desk.read() as session:
        row = session.exec(select(SurveyRow).where(SurveyRow.score == 9)).one()
    assert (row.score, row.comment) == (9, EVIL)


def test_unknown_used_and_old_links_get_the_same_answer(desk: Store, visit: Visit) -> None:
    used = asked(desk)
    with desk.write() as session:
        assert answer(session, used, 3, "", at=now())
    nobody = visit()
    pages = [nobody.get(f"/survey/{token}") for token in ("unknown", "x" * 300, used, asked(desk, age=LIFE))]
    assert [page.status_code for page in pages] == [404] * 4
    said = {re.sub(r"/survey/\S+?(?=\")", "", page.text) for page in pages}
    assert len(said) == 1


def test_two_answers_at_once_keep_the_first(desk: Store) -> None:
    token = asked(desk)
    with desk.write() as session:
        assert answer(session, token, 9, "first", at=now())
        assert not answer(session, token, 1, "second", at=now())
    with desk.read() as session:
        assert session.exec(select(SurveyRow.comment)).one() == "first"


@pytest.mark.parametrize("score", ["", "11", "-1", "9.5", "１０", "nine"])
def test_a_score_that_is_none_is_asked_again_with_the_words_kept(desk: Store, visit: Visit, score: str) -> None:
    token, nobody = asked(desk, language="en"), visit()
    form_of(nobody, token)
    again = nobody.post(f"/survey/{token}", score=score, comment=EVIL)
    assert again.status_code == 400
    assert EVIL not in again.text
    assert "&lt;script&gt;" in again.text
    assert form_of(nobody, token).status_code == 200


def test_a_form_of_another_site_is_refused_and_tries_are_counted(desk: Store, visit: Visit) -> None:
    token, nobody = asked(desk), visit()
    form_of(nobody, token)
    nobody.csrf = "made up"
    assert nobody.post(f"/survey/{token}", score="9").status_code == 403
    assert 429 in {nobody.get(f"/survey/guess{number}").status_code for number in range(40)}


def test_who_is_signed_in_can_answer_too(desk: Store, visit: Visit) -> None:
    token, person = asked(desk), visit("carla", "client_viewer")
    form_of(person, token)
    assert person.post(f"/survey/{token}", score="10").status_code == 200


def test_comment_is_cut_and_cleaned_and_addresses_are_checked(desk: Store) -> None:
    token = asked(desk)
    with desk.write() as session:
        assert answer(session, token, 0, "a\x00b\u202e\n" + "x" * 9000, at=now())
        with pytest.raises(ConflictError):
            ask(session, "acme", "a@b.example\nBcc: c@d.example", "fr", lambda _: ("", ""), actor="x", at=now())
    with desk.read() as session:
        said = session.exec(select(SurveyRow.comment)).one()
    assert len(said) == 2000
    assert said.startswith("a b \n")
