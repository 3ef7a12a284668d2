"""One invoice in each language, each in a layout of its own: what a clerk would copy must be read."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extractors.fields.lexicon import LANGUAGES
from models.extraction import Extraction

Reader = Callable[..., Extraction]
CASES: dict[str, dict[str, Any]] = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "languages").glob("*.toml"))
}


def test_every_language_of_the_lexicon_has_an_invoice() -> None:
    assert set(CASES) == set(LANGUAGES)


@pytest.mark.parametrize("language", CASES)
def test_an_invoice_of_each_language_is_read_whole(language: str, read_one: Reader) -> None:
    extraction = read_one(CASES[language]["text"])
    expected = CASES[language]["expected"]
    assert {term: str(getattr(extraction.invoice, term)) for term in expected} == expected
    assert extraction.language == language
    assert extraction.document_type == "invoice"
    assert set(extraction.evidence) >= set(expected)


@pytest.mark.parametrize("language", CASES)
def test_lines_hold_quantity_price_and_amount(language: str, read_one: Reader) -> None:
    invoice = read_one(CASES[language]["text"]).invoice
    assert len(invoice.lines) == CASES[language]["lines"]
    for line in invoice.lines:
        assert line.quantity is not None
        assert line.unit_price is not None
        assert line.quantity * line.unit_price == line.net_amount
    assert sum(line.net_amount for line in invoice.lines if line.net_amount is not None) == invoice.net_total
