"""`facturier report governance`, `report pilot`, `survey ask`: files in both languages, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from sqlmodel import select
from typer.testing import CliRunner

from flows.cli import app
from flows.commands.reports import run_ask, run_governance, run_pilot_report
from flows.house import House
from flows.packing import Wish
from models.store.blobs import Blobs
from models.tables import MailRow, SurveyRow
from tests.unit.flows.test_pilot import add_settled

MONTH = (2026, 11)


@pytest.fixture
def house(office: Any) -> House:
    """An office whose people settled 20 documents in November 2026."""
    with office.store.write() as session:
        for number in range(20):
            add_settled(session, number)
    return House(office.settings, office.store, Blobs(office.home))


@pytest.mark.parametrize(("language", "title"), [("fr", "Revue de service"), ("en", "Service review")])
def test_review_of_a_month_is_written_as_html_and_pdf(house: House, tmp_path: Path, language: str, title: str) -> None:
    assert run_governance(house, "acme", Wish(MONTH, language=language), tmp_path) == 0
    page = (tmp_path / f"governance_acme_2026-11_{language}.html").read_text(encoding="utf-8")
    assert f"<h1>{title}</h1>" in page
    with pdfplumber.open(tmp_path / f"governance_acme_2026-11_{language}.pdf") as file:
        assert title in (file.pages[0].extract_text() or "")


@pytest.mark.parametrize(
    ("language", "word"), [("fr", "L’économie est-elle démontrée"), ("en", "Does the saving hold")]
)
def test_pilot_is_printed_in_both_languages(house: House, tmp_path: Path, language: str, word: str) -> None:
    assert run_pilot_report(house, "acme", None, language, tmp_path) == 0
    (page,) = tmp_path.glob("*.html")
    (paper,) = tmp_path.glob("*.pdf")
    assert word in page.read_text(encoding="utf-8")
    with pdfplumber.open(paper) as file:
        assert word in " ".join((file.pages[0].extract_text() or "").split())


def test_a_letter_waits_with_a_link_to_the_site(house: House) -> None:
    assert run_ask(house, "acme", "anne@exemple.fr", "fr") == 0
    with house.store.read() as session:
        mail = session.exec(select(MailRow)).one()
        assert "/survey/" in mail.words
        assert mail.subject == "Une question sur notre service"
        assert session.exec(select(SurveyRow)).one().language == "fr"
    assert run_ask(house, "acme", "no address", "fr") == 2
    assert run_ask(house, "nobody", "anne@exemple.fr", "fr") == 2


def test_what_is_no_period_or_no_client_is_said(house: House, tmp_path: Path) -> None:
    tmp_path /= "out"
    assert run_governance(house, "nobody", Wish(MONTH), tmp_path) == 2
    assert run_governance(house, "acme", Wish((2990, 1)), tmp_path) == 2
    asked = CliRunner().invoke(app, ["report", "governance", "--out", str(tmp_path), "--period", "soon"])
    assert asked.exit_code == 2
    assert not tmp_path.exists()
