"""The catalogues, and that templates use no word that is not in them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from importlib.resources import files
from string import Formatter

import pytest

from models.decision import REASON_TEXTS, Reason
from models.errors import INVOICE_ERRORS
from models.extraction import DocumentType
from models.finding import Severity
from models.invoice import TERMS
from models.match import MatchOutcome, Variance
from models.status import Status
from models.store.people import ROLES
from models.store.queue import TABS
from models.store.reviewing import REJECT_CODES
from review.forms import LINE_COLUMNS, VAT_COLUMNS
from review.language import TONGUES, choose_language
from validators.balance import AMOUNTS, LINE_CELLS, VAT_CELLS

WORDS = {code: tongue.words for code, tongue in TONGUES.items()}


def test_both_languages_have_the_same_keys_and_places() -> None:
    # English is what rules speak themselves: test_rule_words.py asks for the other language of each.
    assert {key for key in WORDS["fr"] if key not in WORDS["en"] and not key.startswith("rule.")} == set()
    assert WORDS["en"].keys() <= WORDS["fr"].keys()
    for key, english in WORDS["en"].items():
        places = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (english, WORDS["fr"][key])]
        assert places[0] == places[1], key
        assert english.strip()
        assert WORDS["fr"][key].strip()


def test_templates_name_only_words_that_there_are() -> None:
    for template in files("review").joinpath("templates").iterdir():
        text = template.read_text(encoding="utf-8")
        for key in re.findall(r'\bt\(["\']([a-z_.0-9]+)["\']\s*[,)]', text):
            assert key in WORDS["en"] or f"{key}.other" in WORDS["en"], (template.name, key)


def test_every_value_of_our_enumerations_has_words() -> None:
    wanted = [f"state.{state}" for state in Status] + [f"field.{name}" for name in (*TERMS, "document_type")]
    wanted += [f"tab.{name}" for name in TABS] + [f"empty.{name}" for name in TABS] + [f"role.{role}" for role in ROLES]
    wanted += [f"reject.{code}" for code in REJECT_CODES] + [f"severity.{one}" for one in Severity]
    wanted += [f"type.{kind}" for kind in DocumentType.__args__] + [f"match.{one}" for one in MatchOutcome.__args__]
    wanted += [f"variance.{kind}" for kind in Variance.model_fields["kind"].annotation.__args__]  # type: ignore[union-attr]
    wanted += [f"column.{name}" for name in (*LINE_COLUMNS, *VAT_COLUMNS)]
    wanted += [f"{part}.{code}" for part in ("quarantine", "quarantine_advice") for code in INVOICE_ERRORS]
    wanted += [f"audit.move_{state}" for state in Status]
    assert [key for key in wanted if key not in WORDS["en"]] == []
    assert set(REASON_TEXTS) == set(Reason)


def test_a_key_that_is_not_there_fails_loudly() -> None:
    with pytest.raises(KeyError):
        TONGUES["en"].t("no.such.key")


@pytest.mark.parametrize(
    ("header", "code"),
    [("fr", "fr"), ("fr-CA,en;q=0.5", "fr"), ("de", "en"), ("", "en"), ("en;q=0.1, fr;q=x", "en"), ("*;q=0.5", "en")],
)
def test_language_is_the_best_of_the_browsers_wishes(header: str, code: str) -> None:
    assert choose_language(header) == code


def test_text_that_looks_like_a_date_or_number_stays_text() -> None:
    french = TONGUES["fr"]
    assert french.stored_value("20261112", "identifier") == "20261112"
    assert french.stored_value("12.50", "amount") == "12,50"
    assert french.stored_value("2026-11-12", "date") == "12/11/2026"
    assert french.stored_value("soon", "date") == "soon"
    assert french.stored_value(None, "amount") == ""


def test_plural_follows_the_language() -> None:
    assert TONGUES["fr"].t("checks.unread", n=0).startswith("Un champ")
    assert TONGUES["en"].t("checks.unread", n=0).startswith("0 fields")
    assert TONGUES["en"].moment(datetime(2026, 11, 20, 12, tzinfo=UTC)).startswith("20 Nov 2026")


@pytest.mark.parametrize("name", [*AMOUNTS, *LINE_CELLS, *VAT_CELLS])
def test_every_amount_that_a_mended_sum_may_change_has_a_name(name: str) -> None:
    assert all(f"column.{name}" in words or f"field.{name}" in words for words in WORDS.values())
