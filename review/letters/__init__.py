"""Questions to suppliers: templates in the supplier's language, filled in from the document and its findings.

The templates are data (one TOML file a language, same keys in each); a person may change every word before it goes out.

>>> sorted(LETTERS), propose(("AP-MATCH-NO-ORDER", "BR-CO-14"))
(['de', 'en', 'fr'], 'missing_order')
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from models.finding import Finding
from models.invoice import Invoice
from models.store.questions import Question
from models.tables import DocumentRow

_CODES = ("de", "en", "fr")
_LOCALES = {"de": "de_DE", "en": "en_GB", "fr": "fr_FR"}
_UNKNOWN = "…"
RULES: dict[str, tuple[str, ...]] = {  # template: beginnings of the rules that speak for it
    "bank": ("AP-BANK-",),
    "price": ("AP-MATCH-PRICE", "AP-MATCH-QUANTITY"),
    "missing_order": ("AP-MATCH-NO-ORDER", "AP-MATCH-AMBIGUOUS", "AP-MATCH-CLOSED", "AP-MATCH-SELLER"),
    "missing_vat_id": ("AP-VAT-ID", "AP-FR-VAT-ID", "AP-FR-KEY"),
    "wrong_vat": ("AP-VAT-", "BR-CO-14", "BR-CO-17", "BR-S-"),
    "unreadable": (),
    "missing_document": (),
}
TEMPLATES = tuple(RULES)


def _load(code: str) -> dict[str, Any]:
    return tomllib.loads(files("review.letters").joinpath(f"{code}.toml").read_text(encoding="utf-8"))


LETTERS: dict[str, dict[str, Any]] = {code: _load(code) for code in _CODES}


@dataclass(frozen=True, slots=True)
class Case:
    """What a question is about."""

    document: DocumentRow
    client: str
    invoice: Invoice | None = None
    findings: tuple[Finding, ...] = ()


def propose(rules: Iterable[str]) -> str:
    """The template that fits the broken rules best."""
    broken = tuple(rules)
    fits = (name for name, starts in RULES.items() if starts and any(rule.startswith(starts) for rule in broken))
    return next(fits, "missing_document")


def letter_language(document: DocumentRow, default: str) -> str:
    """The language to write to a supplier in: that of his invoice, where there are letters in it."""
    return document.language if document.language in LETTERS else default


def write_question(case: Case, template: str, code: str) -> Question:
    """A question with everything filled in that is known."""
    letter = LETTERS[code]
    places = defaultdict(lambda: _UNKNOWN, _places(case, template, code))
    topic = letter["topic"][template]
    parts = (letter["greeting"], letter["words"][template].format_map(places), letter["closing"].format_map(places))
    return Question(template, letter["subject"].format_map(places | {"topic": topic}), "\n\n".join(parts))


def mail_link(question: Question) -> str:
    """The question as a mailto: address, for an office whose mail leaves from the desk."""
    body = question.words.replace("\n", "\r\n")
    return f"mailto:{quote(question.recipient)}?subject={quote(question.subject)}&body={quote(body)}"


def _places(case: Case, template: str, code: str) -> Mapping[str, str]:
    row = case.document
    invoice = case.invoice or Invoice()
    spoken = [one for one in case.findings if RULES[template] and one.rule.startswith(RULES[template])]
    told = {
        "number": row.invoice_number, "file": row.name, "order": row.order_reference, "iban": _half(invoice.iban),
        "client": case.client, "expected": spoken[0].expected if spoken else None,
        "actual": spoken[0].actual if spoken else None,
        "date": format_date(row.issue_date, "long", locale=_LOCALES[code]) if row.issue_date else None,
        "amount": _amount(row, code),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


def _half(iban: str | None) -> str | None:
    """An IBAN of which the middle is hidden: a mail is read by many."""
    plain = "".join((iban or "").split())
    return f"{plain[:4]} … {plain[-4:]}" if len(plain) > 10 else None


def _amount(row: DocumentRow, code: str) -> str | None:
    if row.gross_total is None:
        return None
    if not row.currency or not (len(row.currency) == 3 and row.currency.isalpha()):
        return str(format_decimal(row.gross_total, "#,##0.00", locale=_LOCALES[code]))
    return str(format_currency(row.gross_total, row.currency.upper(), locale=_LOCALES[code]))
