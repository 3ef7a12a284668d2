"""The page of reports: the pack of a month to take away, actions, and whose they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from models.store.actions import actions_of, add_action
from models.store.audit import now, verify
from models.store.engine import Store
from models.store.surveys import answer, ask
from models.tables import AuditRow

Visit = Callable[..., Any]
EVIL = '<script>alert("x")</script>'


def this_month() -> str:
    return f"{now():%Y-%m}"


@pytest.mark.parametrize(("form", "start"), [("pdf", b"%PDF"), ("html", b"<!doctype html>")])
def test_review_of_a_month_is_sent_as_a_file_and_noted(desk: Store, visit: Visit, form: str, start: bytes) -> None:
    reader = visit("carla", "client_viewer", language="fr")
    made = reader.post("/reports/export", client="acme", month=this_month(), language="fr", form=form)
    assert made.status_code == 200
    assert made.content.startswith(start)
    assert made.headers["content-disposition"] == (f'attachment; filename="governance_acme_{this_month()}_fr.{form}"')
    with desk.read() as session:
        assert "make_report" in set(session.exec(select(AuditRow.action)))
        assert verify(session) is None


@pytest.mark.parametrize("wrong", [{"client": "beta"}, {"client": "../x"}])
def test_other_clients_are_not_there(visit: Visit, wrong: dict[str, str]) -> None:
    reader = visit("carla", "client_viewer")
    asked = {"client": "acme", "month": this_month(), "language": "fr", "form": "pdf"} | wrong
    assert reader.post("/reports/export", **asked).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"month": "2026-13"}, {"month": "9999-12"}, {"language": "de"}, {"form": "exe"}, {"month": ""}]
)
def test_what_is_no_report_is_refused(visit: Visit, wrong: dict[str, str]) -> None:
    reader = visit("carla", "client_viewer")
    asked = {"client": "acme", "month": this_month(), "language": "fr", "form": "pdf"} | wrong
    assert reader.post("/reports/export", **asked).status_code == 409


def test_actions_are_noted_done_and_shown_with_their_state(desk: Store, visit: Visit) -> None:
    boss = visit("sam", "supervisor")
    yesterday = (now() - timedelta(days=1)).date().isoformat()
    assert boss.post("/reports/actions", client="acme", title=EVIL, owner="Nora", due=yesterday).status_code == 303
    page = boss.get("/reports").text
    assert EVIL not in page
    assert "&lt;script&gt;" in page
    assert "late" in page
    with desk.read() as session:
        (action,) = actions_of(session, "acme")
    assert boss.post(f"/reports/actions/{action.id}/done").status_code == 303
    assert boss.post(f"/reports/actions/{action.id}/done").status_code == 409
    assert "done on" in boss.get("/reports").text
    for bad in ({"title": " "}, {"owner": ""}, {"due": "soon"}, {"client": "beta"}):
        given = {"client": "acme", "title": "t", "owner": "o", "due": ""} | bad
        assert boss.post("/reports/actions", **given).status_code in {404, 409}


def test_an_action_of_another_client_cannot_be_closed(desk: Store, visit: Visit) -> None:
    with desk.write() as session:
        other = add_action(session, "beta", "t", "o", date(2026, 1, 1), actor="user:x", at=now()).id
    assert visit("sam", "supervisor").post(f"/reports/actions/{other}/done").status_code == 409
    with desk.read() as session:
        assert actions_of(session, "beta")[0].done_at is None


def test_answers_of_a_client_stand_there_with_their_score_and_interval(desk: Store, visit: Visit) -> None:
    tokens: list[str] = []
    with desk.write() as session:
        for name in "ab":
            ask(session, "acme", f"{name}@exemple.fr", "fr", lambda token: (tokens.append(token), "s")[1:] * 2,
                actor="x", at=now())  # fmt: skip
        answer(session, tokens[0], 10, EVIL, at=now())
    page = visit("carla", "client_viewer").get("/reports").text
    assert "Net promoter score 100 (" in page
    assert "from 1 answers" in page
    assert "no answer yet" in page
    assert EVIL not in page
