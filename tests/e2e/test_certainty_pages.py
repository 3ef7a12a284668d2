"""What certainty looks like in a browser: why an order was chosen, what a certificate lacks, audits, postings, claims.

The real site over a real database in Debian's Chromium. Skipped where there is none.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page
from sqlmodel import select

from flows.coding import propose_coding
from matching import match_invoice
from models.certificate import Certificate
from models.decision import Decision, Outcome
from models.match import LineMatch, MatchResult, SupplierMatch
from models.order import OrderLine, PurchaseOrder
from models.settings import Settings
from models.status import Status
from models.store.alarms import lowering
from models.store.audit_samples import add_sample
from models.store.certificates import add_certificate
from models.store.documents import add_decision
from models.store.engine import Store
from models.store.people import add_user, hash_password
from models.tables import (
    AuditSampleRow,
    CodingRow,
    DecisionRow,
    DocumentRow,
    MatchLinkRow,
    MatchRow,
    OrderClaimRow,
    OrderLineRow,
)
from review.app import create_app
from tests.browser import PASSWORD, Painter
from tests.desk import IBAN, INVOICE, NOON, DocumentMaker, desk, load, make_document

__all__ = ["desk", "make_document"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
CHROMIUM = "/usr/bin/chromium"
SEGMENT = "scan/known"
Visit = Callable[..., Page]


@pytest.fixture
def site(desk: Store, tmp_path: Path) -> Iterator[str]:
    """The site on a free port of the loopback; its address."""
    app = create_app(Settings(home=tmp_path), desk, Painter())
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def visit(browser: Browser, site: str, desk: Store) -> Iterator[Visit]:
    """Sign a supervisor in; nothing that a page does may break the policy of contents."""
    contexts, errors = [], []

    def enter(language: str = "en", width: int = 1280) -> Page:
        with desk.write() as session:
            add_user(session, login="rita", name="Rita", password_hash=hash_password(PASSWORD), role="supervisor",
                     clients=("acme",), language=language, actor="system")  # fmt: skip
        context = browser.new_context(viewport={"width": width, "height": 900}, base_url=site)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
        page.goto("/sign-in")
        page.fill("[name=login]", "rita")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/queue*")
        return page

    yield enter
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def drawn(desk: Store, make_document: DocumentMaker) -> Callable[..., str]:
    """A document that the policy let through and the lottery drew."""

    def make(name: str, *, blind: bool = False) -> str:
        document_id = make_document(Status.APPROVED, name=name)
        with desk.write() as session:
            document = session.get_one(DocumentRow, document_id)
            add_decision(session, document, Decision(outcome=Outcome.APPROVE, score=0.97), actor="policy")
            session.flush()
            for row in session.exec(select(DecisionRow).where(DecisionRow.document_id == document_id)):
                session.add(row.sqlmodel_update({"segment": SEGMENT}))
            add_sample(session, document, share=0.5, blind=blind, actor="policy", at=NOON)
        return document_id

    return make


def matched(store: Store, document_id: str, match: MatchResult) -> None:
    """Put a match in the place of the document's."""
    with store.write() as session:
        row = session.get_one(MatchRow, (document_id, 1))
        row.match_json, row.outcome = match.model_dump_json(exclude_none=True), match.outcome
        session.add(row)


def certificate(threshold: float | None) -> Certificate:
    return Certificate(
        id=f"c{threshold}", client_id="acme", segment=SEGMENT, alpha=0.02, delta=0.05, threshold=threshold,
        labelled=200, accepted=0 if threshold is None else 190, errors=0, bound=None if threshold is None else 0.0156,
        missing=42 if threshold is None else 0, window_from=None, window_to=None, score_version="v",
        made_at=NOON - timedelta(days=1),  # before the audits, which count against it
    )  # fmt: skip


def sample_state(store: Store, document_id: str) -> str:
    with store.read() as session:
        return session.get_one(AuditSampleRow, document_id).state


def points(text: str) -> float:
    return float(text.replace("\u2212", "-"))


def rival_orders() -> list[PurchaseOrder]:
    """Two orders of the same supplier for the desk's invoice, the second at another price."""
    return [
        PurchaseOrder(order_number=number, seller_id="S1", seller_name="Papeterie du Midi", currency="EUR",
                      lines=(OrderLine(line_number="1", item_name="Paper", quantity=Decimal(10), unit_price=price,
                                       net_amount=price * 10),))
        for number, price in (("CF-1", Decimal("10.00")), ("CF-2", Decimal("12.50")))
    ]  # fmt: skip


def test_the_waterfall_is_seen_and_its_points_add_up(visit: Visit, make_document: DocumentMaker, desk: Store) -> None:
    document_id = make_document()
    invoice = INVOICE.model_copy(update={"order_reference": "CF-2"})
    match = match_invoice(invoice, SupplierMatch(seller_id="S1", by="vat_id", probability=0.99), rival_orders())
    assert len(match.candidates) == 2
    matched(desk, document_id, match)
    page = visit()
    page.goto(f"/documents/{document_id}", wait_until="networkidle")
    if page.locator("#waterfall").get_attribute("open") is None:
        page.click("#waterfall > summary")
    table = page.locator("table.beside")
    assert table.is_visible()
    heads = table.locator("thead th strong").all_inner_texts()
    assert sorted(heads) == ["CF-1", "CF-2"]
    for column, order in enumerate(heads, 1):
        told = [points(text) for text in table.locator(f"tbody tr td:nth-of-type({column}) .points").all_inner_texts()]
        total = points(table.locator(f"tfoot td:nth-of-type({column}) .points").inner_text())
        assert len(told) >= 4, order
        assert sum(told) == pytest.approx(total, abs=0.1 * (len(told) + 1)), order
    assert "0 in all is one chance in two" in page.inner_text("#waterfall")


@pytest.mark.parametrize("width", [1280, 400])
def test_no_word_of_the_table_is_broken_into_letters(
    visit: Visit, make_document: DocumentMaker, desk: Store, width: int
) -> None:
    document_id = make_document()
    matched(desk, document_id, match_invoice(INVOICE, SupplierMatch(seller_id="S1"), rival_orders()))
    page = visit("fr", width)
    page.goto(f"/documents/{document_id}", wait_until="networkidle")
    narrow = page.evaluate(
        "[...document.querySelectorAll('table.beside th, table.beside td')].filter((c) => c.checkVisibility())"
        ".map((cell) => cell.getBoundingClientRect().width).filter((width) => width < 90)"
    )
    assert narrow == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_certificate_says_how_many_labels_are_missing(visit: Visit, desk: Store) -> None:
    with desk.write() as session:
        add_certificate(session, certificate(None), actor="test")
    page = visit(width=400)
    page.goto("/certificates")
    row = page.locator("tr", has_text="Scan, known supplier").first
    assert "at least 42" in row.inner_text()
    shown = row.locator("td", has_text="at least 42").evaluate("cell => getComputedStyle(cell, '::before').content")
    assert "missing" in shown  # on a phone each number has its name beside it
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_a_plain_audit_is_settled_right_and_leads_to_the_next(
    visit: Visit, drawn: Callable[..., str], desk: Store
) -> None:
    first, second = drawn("1.pdf"), drawn("2.pdf")
    page = visit()
    page.goto("/audit-sample")
    page.click(f'a[href="/audit-sample/{first}"]')
    page.click("button.primary")  # nothing was chosen: the browser asks for it
    assert page.url.endswith(first)
    assert sample_state(desk, first) == "open"
    page.check("[name=verdict][value=right]")
    page.click("button.primary")
    page.wait_for_url("**done=settled*")
    assert "All was right" in page.inner_text("main")
    assert sample_state(desk, first) == "right"
    page.click("#next-audit")
    page.wait_for_url(f"**/audit-sample/{second}")


def test_a_blind_audit_hides_what_was_read_and_asks_once_more(
    visit: Visit, drawn: Callable[..., str], desk: Store
) -> None:
    document_id = drawn("1.pdf", blind=True)
    page = visit("fr")
    page.goto(f"/audit-sample/{document_id}")
    assert "120" not in page.inner_text("main")
    keyed = {"invoice_number": "F-1", "issue_date": "12/11/2026", "gross_total": "210,00",
             "seller_name": "Papeterie du Midi", "iban": IBAN}  # fmt: skip
    for name, value in keyed.items():
        page.fill(f"[name='value.{name}']", value)
    page.click("button.primary")
    page.wait_for_selector("[role=alert]")
    assert page.locator("[name='value.gross_total']").get_attribute("aria-invalid") == "true"
    assert "120" not in page.inner_text("main").replace("210", "")
    page.fill("[name='value.gross_total']", "120,00")
    page.click("button.primary")
    page.wait_for_url("**done=settled*")
    assert sample_state(desk, document_id) == "right"


def test_wrong_audits_raise_an_alarm_that_the_pages_tell_and_a_reason_lifts(
    visit: Visit, drawn: Callable[..., str], desk: Store
) -> None:
    with desk.write() as session:
        add_certificate(session, certificate(0.9), actor="test")
    page = visit()
    for number in range(3):
        document_id = drawn(f"{number}.pdf")
        page.goto(f"/audit-sample/{document_id}")
        page.fill("[name='value.gross_total']", "99.00")
        page.check("[name=verdict][value=wrong]")
        page.click("button.primary")
        page.wait_for_url("**done=settled*")
        assert sample_state(desk, document_id) == "wrong"
    with desk.read() as session:
        assert lowering(session, "acme", SEGMENT) is not None
    page.goto("/certificates")
    assert "lowered by an alarm" in page.locator("tr", has_text="Scan, known supplier").first.inner_text()
    page.goto("/audit-sample")
    told = page.locator(".card.warn").inner_text()
    assert "Scan, known supplier" in told
    assert "audited documents were wrong" in told
    page.fill("[name=reason]", "the scanner was dirty, now mended")
    page.click("button.bad")
    page.wait_for_url("**done=lifted*")
    page.goto("/certificates")
    assert "lowered by an alarm" not in page.inner_text("main")


def test_a_posting_is_accepted_by_one_key(visit: Visit, make_document: DocumentMaker, desk: Store) -> None:
    document_id = make_document()
    with desk.write() as session:
        session.add_all(
            CodingRow(id=f"c{number}", client_id="acme", seller_id="S1", item_name="Paper", account="606400",
                      net_amount=Decimal("90.00"), vat_rate=Decimal(20), cost_centre="ADM", tax_code="V20",
                      reference=f"R-{number}", origin="import", actor="test", at=NOON - timedelta(days=30 * number))
            for number in range(1, 6)
        )  # fmt: skip
    assert propose_coding(desk, document_id) is not None
    page = visit()
    page.goto(f"/documents/{document_id}", wait_until="networkidle")
    assert page.input_value("[name='coding.1.1.account']") == "606400"
    page.keyboard.press("Alt+p")
    page.wait_for_url("**done=coded*")
    assert "confirmed" in page.inner_text("#coding")
    with desk.read() as session:
        kept = session.exec(select(CodingRow).where(CodingRow.document_id == document_id)).one()
    assert (kept.account, kept.actor) == ("606400", "user:rita")
    assert load(desk, document_id).state == "in_review"


def test_approving_what_another_invoice_took_meanwhile_shows_who_and_how_much(
    visit: Visit, make_document: DocumentMaker, desk: Store
) -> None:
    first, second = make_document(name="1.pdf"), make_document(name="2.pdf")
    line = LineMatch(invoice_line=1, order="CF-1", order_line="1", quantity=Decimal(10), probability=0.9,
                     invoiced_before=Decimal(0))  # fmt: skip
    matched(desk, second, MatchResult(supplier=SupplierMatch(seller_id="S1"), kind="two_way", outcome="match",
                                      orders=("CF-1",), lines=(line,)))  # fmt: skip
    with desk.write() as session:
        session.add(OrderLineRow(client_id="acme", order_number="CF-1", line_number="1", position=1,
                                 quantity=Decimal(12)))  # fmt: skip
        session.add(MatchLinkRow(document_id=second, revision=1, invoice_line=1, order_number="CF-1", order_line="1",
                                 client_id="acme", quantity=Decimal(10), probability=0.9))  # fmt: skip
    page = visit()
    page.goto(f"/documents/{second}", wait_until="networkidle")
    page.fill("#i-bic", "AGRIFRPP")
    with desk.write() as session:  # while the person looks at it
        session.add(OrderClaimRow(document_id=first, order_number="CF-1", order_line="1", client_id="acme", revision=1,
                                  quantity=Decimal(8), covered=Decimal(0), at=NOON))  # fmt: skip
    with page.expect_response(re.compile("/approve")) as answered:
        page.click("#act-approve")
    assert answered.value.status == 409
    said = page.inner_text("[role=alert]")
    assert "Order CF-1, line 1: 4 of 12 left, this invoice asks for 10." in said
    assert "F-1 took 8" in said
    assert page.input_value("#i-bic") == "AGRIFRPP"  # what was typed is not lost
    assert load(desk, second).state == "in_review"
