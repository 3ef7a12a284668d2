"""Reports in a browser: the page, the question to a client, and the file that is sent, each by axe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser

from models.governance import Answer, Governance, Promise
from models.store.audit import now
from models.store.engine import Store
from models.store.surveys import ask
from reports.governance import governance_pack
from reports.html import as_html
from reports.review import period_of
from tests.pages.conftest import AXE as AXE_SCRIPT
from tests.pages.conftest import AXE_TAGS, Visit


def test_client_answers_by_keyboard_and_is_thanked(desk: Store, visit: Callable[..., Visit]) -> None:
    tokens: list[str] = []
    with desk.write() as session:
        ask(
            session, "acme", "a@exemple.fr", "fr", lambda token: (tokens.append(token) or "s", "w"), actor="x", at=now()
        )
    person = visit(role="client_viewer", path="/reports")
    page = person.open(f"/survey/{tokens[0]}")
    assert person.axe() == []
    page.focus("[name=score] >> nth=0")
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    page.fill("[name=comment]", "Très bien")
    page.click("main button")
    assert "Merci" in page.inner_text("h1")


def test_page_makes_a_file_and_takes_an_action(visit: Callable[..., Visit]) -> None:
    person = visit(language="fr", path="/reports")
    page = person.open("/reports")
    assert person.axe() == []
    with page.expect_download() as given:
        page.click("button[value=html]")
    assert given.value.suggested_filename.endswith("_fr.html")
    page.click("text=Noter une action")
    page.fill("[name=title] >> nth=0", "Envoyer les commandes")
    page.fill("[name=owner]", "Nora")
    page.locator("form[action='/reports/actions'] button").click()
    assert "Envoyer les commandes" in page.inner_text("main table")


def test_the_file_that_is_sent_is_accessible_and_asks_for_nothing(browser: Browser, tmp_path: Path) -> None:
    at = now()
    facts = Governance("acme", "Acme", period_of(at, "Europe/Paris"), answers=(Answer(at, 9, "Bien"),),
                       actions=(Promise("1", "Relire", "Nora", None, None),))  # fmt: skip
    file = tmp_path / "report.html"
    file.write_text(as_html(governance_pack(facts, "fr")), encoding="utf-8")
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page, asked = context.new_page(), []
    page.on("request", lambda sent: asked.append(sent.url))
    page.goto(file.as_uri())
    page.evaluate(AXE_SCRIPT + "; axe")
    found = page.evaluate("(tags) => axe.run({runOnly: tags})", AXE_TAGS)
    assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert asked == [file.as_uri()]
    context.close()
