"""The dashboard and the menu as people use them: figures as on the other pages, for every eye and on paper."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import expect

from bench.made_history import Year, make_year
from flows.figure_text import as_object
from models.settings import Settings
from models.store.audit import now
from models.store.engine import Store
from models.store.figures import newest_figures
from tests.pages.conftest import Visit

TILES = {"received": "documents_received", "exported": "documents_exported", "open": "documents_open",
         "through": "straight_through_rate", "median": "turnaround_median", "p90": "turnaround_p90",
         "cost": "cost_per_invoice"}  # fmt: skip


with_a_year = pytest.mark.usefixtures("year")


@pytest.fixture
def year(desk: Store, tmp_path: Path) -> datetime:
    """A hundred days of two clients."""
    return make_year(desk, Settings(home=tmp_path), Year(documents=400, days=100, end=now()))


@with_a_year
def test_the_tiles_show_the_figures_of_the_figures_page_and_of_the_command(
    visit: Callable[..., Visit], desk: Store
) -> None:
    page = visit(path="/dashboard").page
    told = {key: page.locator(f"#tile-{key} data").get_attribute("value") for key in TILES}
    with desk.read() as session:
        printed: dict[str, Any] = json.loads(json.dumps(as_object("acme", newest_figures(session, "acme"))))
    by_command = {row["name"]: row["value"] for row in printed["kpis"] if not row["label"]}
    assert {key: float(value or "nan") for key, value in told.items()} == {
        key: by_command[name] for key, name in TILES.items()
    }
    shown = {key: page.locator(f"#tile-{key} data").inner_text() for key in TILES}
    page.goto(page.url.replace("/dashboard", "/kpis"))
    values = page.locator(".kpi data").evaluate_all("them => them.map(one => [one.value, one.textContent.trim()])")
    assert {(told[key], shown[key]) for key in TILES} <= {(value, words) for value, words in values}


@with_a_year
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_dashboard_has_no_violation_and_fits_320_pixels_and_a_page_enlarged_twice(
    visit: Callable[..., Visit], language: str
) -> None:
    person = visit(language=language, clients=("acme", "beta"), path="/dashboard")
    assert person.axe() == []
    assert person.page.locator(".chart svg[role=img]").count() >= 7
    for width in (320, 640):
        person.page.set_viewport_size({"width": width, "height": 700})
        assert person.page.evaluate("document.documentElement.scrollWidth") <= width


@with_a_year
def test_every_chart_says_what_it_shows_and_has_its_numbers_as_a_table(visit: Callable[..., Visit]) -> None:
    page = visit(path="/dashboard").page
    for chart in page.locator(".chart").all():
        if chart.locator("svg[role=img]").count():
            assert chart.locator("p[id^=says-]").inner_text().strip(), chart.get_attribute("id")
            assert chart.locator(".twin tbody tr").count() > 0, chart.get_attribute("id")


@with_a_year
def test_the_weeks_of_the_flow_add_up_to_the_tile(visit: Callable[..., Visit]) -> None:
    page = visit(path="/dashboard").page
    cells = page.locator("#chart-flow-acme tbody tr td:nth-child(2)").evaluate_all(
        "them => them.map(one => Number(one.textContent))")  # fmt: skip
    assert sum(cells) == float(page.locator("#tile-received data").get_attribute("value") or 0) > 0


@with_a_year
def test_on_paper_it_is_one_or_two_pages_without_the_menu(visit: Callable[..., Visit]) -> None:
    page = visit(language="fr", path="/dashboard").page
    paper = pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=False)))
    words = "".join(paper[number].get_textpage().get_text_range() for number in range(len(paper)))
    assert len(paper) <= 2
    assert "Tableau de bord" in words
    assert "Se déconnecter" not in words


def test_a_new_client_is_told_how_the_screen_fills(visit: Callable[..., Visit]) -> None:
    person = visit(path="/dashboard")
    expect(person.page.locator(".empty code").first).to_contain_text("--client acme")
    assert person.axe() == []


@with_a_year
def test_who_only_looks_on_lands_on_the_dashboard_of_the_own_client(visit: Callable[..., Visit]) -> None:
    page = visit("carla", role="client_viewer", clients=("beta",)).page
    assert page.url.endswith("/dashboard")
    expect(page.locator("h1")).to_contain_text("Beta")
    page.goto(page.url + "?client=acme")
    expect(page.locator("h1")).to_contain_text("Beta")


def test_the_menu_opens_by_keyboard_closes_by_escape_and_shows_where_one_is(visit: Callable[..., Visit]) -> None:
    person = visit(role="administrator", path="/dashboard")
    page = person.page
    summary = page.locator(".menu summary", has_text="Figures")
    expect(summary).to_have_attribute("aria-current", "true")
    summary.press("Enter")
    expect(page.locator(".menu [aria-current=page]")).to_be_visible()
    assert person.axe() == []
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator(".menu details[open]")).to_have_count(0)
    expect(summary).to_be_focused()
    assert page.locator("header.top").bounding_box()["height"] < 60  # type: ignore[index]


def test_the_menu_of_a_reviewer_leads_straight_to_the_documents(visit: Callable[..., Visit]) -> None:
    page = visit(role="reviewer").page
    expect(page.locator(".menu > a[href='/queue']")).to_have_attribute("aria-current", "page")
    assert page.locator(".menu a").evaluate_all("them => them.map(one => one.getAttribute('href'))") == [
        "/queue", "/audit-sample", "/verify", "/teaching", "/micro"]  # fmt: skip
