"""The governance pack: its figures are those of everywhere, and both presses print it in both languages."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pdfplumber
import pytest
from lxml import html as lxml_html

from kpis import Basis, measure
from kpis.calendar import calendar_of
from kpis.service import statements
from models.contract import Band, ClockFacts, Contract, Credits, Fees, Service, Turnaround
from models.governance import Account, Answer, Chain, Governance, Period, Promise
from models.history import Event, History
from models.settings_review import ReviewSettings
from reports.content import Pack
from reports.governance import governance_pack
from reports.html import as_html
from reports.kpi_words import in_unit
from reports.language import TONGUES
from reports.pdf import as_pdf
from reports.review import period_of, statement_in

AT = datetime(2026, 11, 5, 9, tzinfo=UTC)
PERIOD = period_of(AT, "Europe/Paris", month=(2026, 10))
EVIL = '<script>alert("x")</script>'
CONTRACT = Contract(name="Acme 2026", valid_from=date(2026, 1, 1), turnaround=(Turnaround(name="all", hours=16),),
                    credits=Credits(bands=(Band(below=0.95, percent=5),)), fees=Fees(month=1000))  # fmt: skip


def events() -> tuple[Event, ...]:
    """Twenty documents in October: half went through, one late, one held and released."""
    found = []
    for number in range(20):
        came = datetime(2026, 10, 5, 8, tzinfo=UTC) + timedelta(days=number % 5, minutes=number)
        stop = "held" if number == 3 else "in_review"
        stops, who = ([(stop, "line")], "user:a") if number % 2 else ([], "line")
        way = [("received", "system"), *stops, ("approved", who), ("exported", "system")]
        before = None
        for step, (state, actor) in enumerate(way):
            at = came + timedelta(hours=step * (100 if number == 1 else 1))
            found.append(
                Event(f"d{number}", at, actor, before, state, "new_bank_account" if state == "held" else "", step)
            )
            before = state
    return tuple(found)


def facts() -> Governance:
    made = events()
    clocks = tuple(
        ClockFacts(name, next(one.at for one in made if one.document_id == name),
                   next(one.at for one in made if one.document_id == name and one.to_state == "exported"))
        for name in dict.fromkeys(one.document_id for one in made)
    )  # fmt: skip
    return Governance(
        "acme", f"Acme {EVIL}", PERIOD, history=History(events=made, reasons={"d1": ("no_order",)}),
        service=Service((CONTRACT,), clocks), chain=Chain(None, 1234, 56, "ab" * 32, AT),
        accounts=(Account("a", "Anna", "supervisor", "nearshore", "PT", active=True, last_sign_in=AT, seen=7),),
        asked=5, answers=(Answer(AT, 9, EVIL), Answer(AT, 3, "Trop lent.")),
        actions=(Promise("1", EVIL, "Marc", date(2026, 11, 1), None), Promise("2", "Done", "Marc", None, AT)),
    )  # fmt: skip


@pytest.fixture(params=["fr", "en"])
def pack(request: pytest.FixtureRequest) -> Pack:
    return governance_pack(facts(), request.param)


def section(pack: Pack, key: str):  # type: ignore[no-untyped-def]  # noqa: ANN201
    return next(one for one in pack.sections if one.key == key)


def test_every_section_says_something_also_where_there_is_nothing(pack: Pack) -> None:
    bare = governance_pack(Governance("acme", "Acme", PERIOD), pack.language)
    for made in (pack, bare):
        assert len(made.sections) == 15
        assert [one.key for one in made.sections if one.is_empty] == []


def test_figures_are_those_of_the_computation_that_every_page_shows(pack: Pack) -> None:
    tongue, basis = TONGUES[pack.language], Basis(calendar_of(ReviewSettings()))
    wanted = {
        tongue.t(f"kpi.{one.name}"): (in_unit(tongue, one.value, one.unit), in_unit(tongue, before, one.unit))
        for one, before in measure(facts().history, PERIOD.start, PERIOD.end, basis, by=())
        if not one.label and not one.name.endswith(("_low", "_high"))
    }  # fmt: skip
    shown = {row[0]: (row[1], row[3]) for row in section(pack, "figures").tables[0].rows}
    assert shown == wanted
    assert len(shown) > 20


def test_service_levels_are_those_of_the_statement_of_the_month() -> None:
    made = statement_in(facts().service, PERIOD)
    assert made is not None
    assert made == statements(facts().service, AT, 1)[-1]
    rows = section(governance_pack(facts(), "en"), "service").tables
    assert rows[0].rows[0][:5] == ("all", "at least 95%", "95%", "19 / 20", "met")
    assert dict(rows[1].rows)["To pay"] == TONGUES["en"].amount(made.net, "EUR")
    assert [row[0] for row in rows[2].rows] == ["d1"]


def test_days_that_are_no_month_have_a_statement_of_their_own() -> None:
    period = Period(datetime(2026, 10, 4, 22, tzinfo=UTC), datetime(2026, 10, 6, 22, tzinfo=UTC), AT)
    made = statement_in(facts().service, period)
    assert made is not None
    assert (made.start, made.end) == period[:2]
    assert made.documents == 8 - 1  # of two days, without the late one


def test_a_broken_chain_a_late_action_and_a_hold_are_said() -> None:
    broken = replace(facts(), chain=Chain("row 7 was changed", 9, 1, "ab", AT))
    made = governance_pack(broken, "en")
    assert "row 7 was changed" in section(made, "chain").paragraphs[0]
    assert section(made, "actions").paragraphs[0] == "1 actions are open, 1 of them past their day."
    assert section(made, "holds").tables[0].rows == (("new bank account", "1", "1"),)
    assert section(made, "answers").paragraphs[0].startswith("Net promoter score 0 from 2 answers (5 letters)")


def test_html_is_one_file_with_headings_in_order_and_no_word_of_a_stranger_as_markup(pack: Pack) -> None:
    text = as_html(pack)
    page = lxml_html.document_fromstring(text)
    assert page.get("lang") == pack.language
    assert [one.get(name) for one in page.iter() for name in ("src", "href") if (one.get(name) or "#")[0] != "#"] == []
    assert not {one.tag for one in page.iter()} & {"script", "link", "iframe", "img", "object"}
    assert EVIL not in text
    assert EVIL in page.text_content()
    assert "url(" not in text
    assert "http" not in text
    assert [one.tag for one in page.iter("h1", "h2", "h3")] == ["h1", *["h2"] * len(pack.sections)]
    anchors = {one.get("href", "")[1:] for one in page.iter("a")}
    ids = [one.get("id") for one in page.iter() if one.get("id")]
    assert anchors <= set(ids)
    assert len(ids) == len(set(ids))


def test_every_table_has_a_caption_headings_and_rows_of_their_length(pack: Pack) -> None:
    page = lxml_html.document_fromstring(as_html(pack))
    tables = page.findall(".//table")
    assert len(tables) > 10
    for table in tables:
        heads = table.findall("./thead/tr/th[@scope='col']")
        assert table.find("caption").text
        assert all(len(row) == len(heads) and row[0].get("scope") == "row" for row in table.findall("./tbody/tr"))


def test_pdf_holds_the_same_sections_with_page_numbers_outline_language_and_title(pack: Pack) -> None:
    made = as_pdf(pack)
    with pdfplumber.open(io.BytesIO(made)) as file:
        text = "\n".join(page.extract_text() for page in file.pages)
        last = pack.words.page.format(page=len(file.pages), pages=len(file.pages))
        catalogue = file.doc.catalog
        assert pack.title in file.metadata["Title"]
        outline = [title for _, title, *_ in file.doc.get_outlines()]
    assert last in text
    assert catalogue["Lang"].decode() == pack.language
    assert outline == [f"{number} {one.title}" for number, one in enumerate(pack.sections, 1)]
    flat = " ".join(text.split())
    for one in pack.sections:
        assert one.title in flat
    assert "alert" in flat


def test_the_same_facts_give_the_same_bytes(pack: Pack) -> None:
    again = governance_pack(facts(), pack.language)
    assert again == pack
    assert as_html(again) == as_html(pack)
    assert as_pdf(again) == as_pdf(pack)


def test_month_that_runs_ends_now() -> None:
    assert period_of(AT, "Europe/Paris", month=(2026, 11)).end == AT
    assert period_of(AT, "Europe/Paris").start == datetime(2026, 9, 30, 22, tzinfo=UTC)
    days = period_of(AT, "Europe/Paris", since=date(2026, 10, 5), until=date(2026, 10, 7))
    assert (days.end - days.start).days == 2
