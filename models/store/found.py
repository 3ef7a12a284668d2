"""What a document is found by: one text of its numbers, names, ids and amounts, and what a person's words mean there.

Letters lose accents and case, ids lose spaces and signs, amounts are written `=1234.56`, so that they are found in any
notation. A search is a list of terms, all of which must be there; each term may be found in several ways.

>>> from models.invoice import Invoice
>>> search_words("scan.pdf", Invoice(invoice_number="F-12", gross_total="1234.5", iban="FR76 3000"))
' scan.pdf f-12 f12 fr763000 =1234.50 '
>>> search_terms("1.234,50 €")
[('1.234,50 €', '=1234.50 ')]
>>> search_terms("Été F12"), search_terms("Midi 1 234,56")
([('ete',), ('f12',)], [('midi',), ('1 234,56', '=1234.56 ')])
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select

from models.invoice import Invoice
from models.names import fold
from models.tables import CommentRow, DocumentRow

_NAMES = ("invoice_number", "seller_name", "order_reference", "contract_reference")
_IDS = ("invoice_number", "seller_vat_id", "seller_legal_id", "iban", "order_reference")
_AMOUNTS = ("gross_total", "net_total", "tax_total", "payable_total")
_AMOUNT = re.compile(r"-?(?:[A-Za-z]{3}|[€$£])?\s*(\d[\d.,\s'’]*)(?:[A-Za-z]{3}|[€$£])?")
_WORD = re.compile(r"\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?:[.,]\d{1,2})?(?!\S)|\S+")  # an amount with its groups is one
_CENTS = re.compile(r"[.,]\d{1,2}(?!\d)")
_MOST_TERMS = 6
_LONGEST_ID = 34  # an IBAN


def folded(text: str) -> str:
    """Without accents and case, runs of blanks as one."""
    return " ".join(fold(text).split())


def compact(text: str) -> str:
    """Letters and digits only (and signs of currency, which nobody writes inside an id)."""
    return re.sub(r"[\s.,/_'’-]", "", folded(text))


def amount_word(value: Decimal) -> str:
    """An amount as it is searched: cents, no sign of thousands."""
    return f"={value.copy_abs():.2f}"


def search_words(name: str, invoice: Invoice | None = None, *, batch: str = "") -> str:
    """The text by which a document is found; before it is read by its name and batch."""
    words = [folded(name), folded(batch), *(folded(str(getattr(invoice, one, "") or "")) for one in _NAMES)]
    words += [compact(str(getattr(invoice, one, "") or "")) for one in _IDS]
    words += [amount_word(value) for one in _AMOUNTS if (value := getattr(invoice, one, None)) is not None]
    return f" {' '.join(dict.fromkeys(filter(None, words)))} "


def read_amounts(text: str) -> list[Decimal]:
    """The amounts that a text may mean: 1.234 is one thousand or one and a bit.

    >>> read_amounts("1 234,56"), read_amounts("1,234"), read_amounts("F-12")
    ([Decimal('1234.56')], [Decimal('1.234'), Decimal('1234')], [])
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        return []
    digits = re.sub(r"[\s'’]", "", match[1])
    marks = [sign for sign in digits if sign in ".,"]
    readings = (
        {digits.replace(",", "").replace(".", "")} if len(set(marks)) < 2 or marks.count(marks[-1]) > 1 else set()
    )
    if marks and marks.count(marks[-1]) == 1:
        whole, _, cents = digits.rpartition(marks[-1])
        readings.add(f"{whole.replace(',', '').replace('.', '')}.{cents}")
        if len(cents) in {1, 2}:
            readings = {f"{whole.replace(',', '').replace('.', '')}.{cents}"}
    return sorted(value for one in readings if (value := _decimal(one)) is not None)


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def search_terms(text: str) -> list[tuple[str, ...]]:
    """What must be found, each in one of several ways; a whole text that is an amount or an id is one term."""
    squeezed = compact(text)
    is_id = len(squeezed) <= _LONGEST_ID and sum(map(str.isdigit, squeezed)) > len(squeezed) / 2
    if (is_id and not _CENTS.search(text)) or read_amounts(text):
        return [_ways(text)]
    return [_ways(word) for word in _WORD.findall(text)[:_MOST_TERMS]]


def _ways(text: str) -> tuple[str, ...]:
    """How one term may be written where it is found."""
    amounts = [f"{amount_word(value)} " for value in read_amounts(text) if value < 10**12]
    is_sum = bool(amounts) and bool(set(",.") & set(text))  # its bare digits may stand inside any long number
    return tuple(dict.fromkeys(filter(None, (folded(text), "" if is_sum else compact(text), *amounts))))


def matches(text: str, states: frozenset[str] = frozenset()) -> list[ColumnElement[bool]]:
    """Conditions under which a document fits a search; `states` are those that its words may name."""
    return [_matches_term(ways, states) for ways in search_terms(text)]


def _matches_term(ways: tuple[str, ...], states: frozenset[str]) -> ColumnElement[bool]:
    row = DocumentRow
    found = [col(row.search_words).contains(way, autoescape=True) for way in ways]
    found.append(col(row.tags).contains(ways[0], autoescape=True))
    said = select(CommentRow.document_id).where(
        or_(*(col(CommentRow.folded).contains(way, autoescape=True) for way in ways))
    )
    named = [col(row.state).in_(sorted(states))] if states else []
    return or_(*found, col(row.id).in_(said), *named)
