from __future__ import annotations

import pytest

from extractors.einvoice.syntax import VAT_TERMS, Syntax, syntaxes_by_root
from models.invoice import LINE_TERMS, TERMS

SYNTAXES = {syntax.name: syntax for syntax in syntaxes_by_root().values()}
# What a syntax has no element for.
ABSENT = {"ZUGFeRD 1": {"rounding"}}


@pytest.mark.parametrize("name", ["UBL", "CII", "ZUGFeRD 1"])
def test_every_term_has_a_path(name: str) -> None:
    syntax = SYNTAXES[name]
    assert set(syntax.header) | {"seller_address"} == set(TERMS) - ABSENT.get(name, set())
    assert set(syntax.lines.terms) == set(LINE_TERMS)
    assert set(syntax.vat.terms) == set(VAT_TERMS)


@pytest.mark.parametrize("syntax", SYNTAXES.values(), ids=lambda syntax: syntax.name)
def test_every_syntax_says_what_document_it_is_and_where_the_totals_are(syntax: Syntax) -> None:
    assert set(syntax.document) >= {"profile", "language", "seller_country"}
    assert set(syntax.header) >= {"invoice_number", "issue_date", "net_total", "tax_total", "gross_total"}
    assert set(syntax.roots.values()) <= {"380", "381"}


def test_tables_are_compiled_once() -> None:
    assert syntaxes_by_root() is syntaxes_by_root()
