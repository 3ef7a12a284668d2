"""Both languages on every main page: no key left, no word of the other, the right `lang`, and from right to left."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import get_args

import pytest
from playwright.sync_api import Page

from kpis import KPIS
from learning.supplier_rules import RuleKind
from models.certificate import Certificate
from models.invoice import TERMS
from models.store.alarms import raise_alarm
from models.store.certificates import add_certificate
from models.store.engine import Store
from models.tables import KpiRow, SupplierRuleRow
from review.language import TONGUES
from tests.desk import NOON
from tests.pages.conftest import Visit, desk, make_document  # noqa: F401 - fixtures

Enter = Callable[..., Visit]
PAGES = (
    "/queue",
    "/audit-sample",
    "/kpis",
    "/sla",
    "/certificates",
    "/steering",
    "/teaching",
    "/timeline",
    "/account",
    "/people",
)
KEY = re.compile(r"\b[a-z_]+(?:\.[a-z0-9_]+)+\b")
# Words that no French page says, whatever code they come from; a record names what it holds.
ENGLISH = re.compile(
    r"\b(?:the|of|and|was|were|is|are|with|without|added?|sets?|signed?|made|at least)\b", re.IGNORECASE
)
LONG = 12  # letters from which a text of a catalogue is no word of both languages by chance


def foreign_words(code: str) -> set[str]:
    """Texts of the other language, without places, that this one does not have too."""
    own, other = (set(TONGUES[each].words.values()) for each in (code, "fr" if code == "en" else "en"))
    return {text for text in other - own if len(text) >= LONG and "{" not in text}


def told(page: Page) -> str:
    """All that the page says, labels for readers too, without the switch of languages."""
    return str(page.evaluate(
        """() => { const copy = document.body.cloneNode(true);
        copy.querySelectorAll('[lang], script, .pages').forEach(one => one.remove());
        const labels = [...copy.querySelectorAll('[aria-label], [title], [placeholder]')]
          .flatMap(one => [one.getAttribute('aria-label'), one.title, one.placeholder]);
        return [document.title, copy.textContent, ...labels].join('\\n'); }"""))  # fmt: skip


def wrong_words(page: Page, code: str) -> list[str]:
    text = " ".join(told(page).split())
    left = [word for word in KEY.findall(text) if word in TONGUES["en"].words]
    whole = [words for words in foreign_words(code) if re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text)]
    return left + whole


@pytest.fixture
def figures(desk: Store) -> None:  # noqa: F811
    """Something to tell on the pages of figures, certificates, rules and acts."""
    labels = ("", "in_review", "misread", "price_variance", "scan/known", "encrypted")
    with desk.write() as session:
        for at, (name, kind) in enumerate(KPIS.items()):
            session.add(KpiRow(id=name, client_id="acme", name=name, label=labels[at % len(labels)], value=0.5,
                               unit=kind.unit, numerator=1.0, denominator=2.0, computed_at=NOON, period_start=NOON,
                               period_end=NOON))  # fmt: skip
        for segment, threshold in (("scan/known", 0.9), ("digital/new", None)):
            add_certificate(session, Certificate(
                id=segment, client_id="acme", segment=segment, alpha=0.02, delta=0.025, threshold=threshold,
                labelled=240, accepted=231, errors=1, bound=0.0158, missing=77, window_from=None, window_to=None,
                score_version="v", made_at=NOON), actor="test")  # fmt: skip
        raise_alarm(session, "acme", "scan/known", kind="error_rate", detail={}, actor="test", at=NOON)
        for kind in get_args(RuleKind):
            rule = {"term": "invoice_number", "kind": kind, "text": "F-9"}
            session.add(SupplierRuleRow(id=kind, client_id="acme", seller_id="S1", term="invoice_number", kind=kind,
                                        rule_json=json.dumps(rule), document_id="-", actor="user:x", at=NOON,
                                        state="on" if kind == "fixed" else "off", changed_at=NOON))  # fmt: skip


@pytest.mark.usefixtures("figures")
@pytest.mark.parametrize("code", ["en", "fr"])
def test_row_37_every_page_speaks_one_language(
    visit: Enter, make_document: Callable[..., str], code: str  # noqa: F811
) -> None:  # fmt: skip
    document = make_document()
    view = visit(role="administrator", language=code)
    for path in (*PAGES, "/teaching/fixed", f"/documents/{document}", f"/documents/{document}/timeline"):
        view.page.goto(view.base + path)
        assert view.page.locator("html").get_attribute("lang") == code
        assert wrong_words(view.page, code) == [], path
        if code == "fr":
            assert ENGLISH.findall(told(view.page)) == [], path


def test_terms_are_named_with_their_number_and_the_switch_names_the_language_in_itself(
    visit: Enter, make_document: Callable[..., str]  # noqa: F811
) -> None:  # fmt: skip
    view = visit(language="fr", path=f"/documents/{make_document()}")
    label = view.page.locator("label[for=i-invoice_number]").inner_text()
    assert "Numéro de facture" in label
    assert TERMS["invoice_number"].bt in label
    button = view.page.get_by_role("button", name="English")
    assert button.get_attribute("lang") == "en"
    button.click()
    view.page.wait_for_load_state()
    assert view.page.locator("html").get_attribute("lang") == "en"


def test_from_right_to_left_nothing_leaves_the_page(visit: Enter, make_document: Callable[..., str]) -> None:  # noqa: F811
    view = visit(path=f"/documents/{make_document()}", viewport={"width": 1280, "height": 800})
    for path in (f"/documents/{make_document(name='two.pdf')}", "/steering", "/teaching"):
        view.page.goto(view.base + path)
        view.page.evaluate("document.documentElement.dir = 'rtl'")
        assert view.page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), path
        assert view.page.evaluate(
            "[...document.querySelectorAll('main h1, main button')]"
            ".every(one => one.getBoundingClientRect().right <= innerWidth + 1)"
        ), path


def test_from_right_to_left_the_split_stands_between_the_halves_and_follows_hand_and_keys(
    visit: Enter, make_document: Callable[..., str]  # noqa: F811
) -> None:  # fmt: skip
    view = visit(path=f"/documents/{make_document()}", viewport={"width": 1280, "height": 800})
    page, split = view.page, view.page.locator("#split")
    page.evaluate("document.documentElement.dir = 'rtl'")
    split.focus()
    page.keyboard.press("ArrowLeft")
    assert split.get_attribute("aria-valuenow") == "47"
    handle = split.bounding_box()
    assert handle is not None
    page.mouse.move(handle["x"] + 12, 300)
    page.mouse.down()
    page.mouse.move(512, 300)
    page.mouse.up()
    assert split.get_attribute("aria-valuenow") == "60"
    assert page.evaluate("document.querySelector('#viewer').getBoundingClientRect().right") == pytest.approx(512, abs=8)
