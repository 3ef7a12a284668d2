"""Is this invoice here already? The exact key decides alone; everything else is decided by odds.

Two documents of one key (seller, number, year, kind) are one invoice, whatever else they say. Of all others what was
compared gives a probability (`matching.duplicate_odds`, the figure of the comparison page), and a threshold decides. A
supplier that is known to use numbers again is told apart by amount and day, which nothing hides.

>>> from datetime import date
>>> paper = Invoice(invoice_number="lNV-OO1", issue_date=date(2026, 5, 4), gross_total="120.00")
>>> filed = Neighbour(document_id="d1", invoice_number="INV001", issue_date=date(2026, 5, 4), gross_total="120.00",
...                   probability=0.99, levels=(("number", "near"), ("amount", "same")))
>>> [suspect.how for suspect in find_duplicate_suspects(paper, (filed,))]
['lookalike_number']
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from models.finding import Severity
from models.invoice import Invoice
from models.reference import squeeze
from validators.context import DuplicateSuspect, Neighbour, SuspectKind
from validators.rule import CENT, Breach, Case, money, rule

CLOSE_DAYS = 3  # a second copy is dated by another stamp, or a digit of the day is misread
THRESHOLD = 0.6  # bench/fraud.py
_HOW = {
    "exact": "has the same number",
    "number": "has the same number with another amount",
    "credit_note": "agrees with it, one being a credit note",
    "lookalike_number": "has a number that reads almost the same",
    "other_seller": "has the same number, under another supplier",
    "same_number": "has the same number, the supplier being in doubt",
    "amount_and_date": "has the same amount and date",
    "picture": "looks the same on paper",
}
_EXACT = ("exact", "number")
_BY_SELLER: dict[str, SuspectKind] = {"same": "exact", "other": "other_seller"}  # of one number


class Suspicion(NamedTuple):
    """From which probability a document is suspected, and whether the supplier is known to use numbers again."""

    threshold: float = THRESHOLD
    reuses_numbers: bool = False


def duplicate_key(invoice: Invoice, seller_id: str | None, *, reuses_numbers: bool = False) -> str | None:
    """The key under which an invoice exists once: kind, year, number, seller; None when one of them is unknown.

    Where the seller uses numbers again, day and amount belong to it.

    >>> from datetime import date
    >>> duplicate_key(Invoice(invoice_number="F-2026/018", issue_date=date(2026, 5, 4)), "S1")
    'invoice|2026|F2026018|S1'
    """
    number = squeeze(invoice.invoice_number)
    seller = seller_id or squeeze(invoice.seller_vat_id) or squeeze(invoice.seller_legal_id)
    if not number or not seller or invoice.issue_date is None:
        return None
    kind = "credit_note" if invoice.is_credit_note else "invoice"
    key = f"{kind}|{invoice.issue_date.year}|{number}|{seller}"
    return f"{key}|{invoice.issue_date}|{money(invoice.gross_total)}" if reuses_numbers else key


def find_duplicate_suspects(
    invoice: Invoice, neighbours: Iterable[Neighbour], seller_id: str | None = None,
    suspicion: Suspicion = Suspicion(),  # noqa: B008 - immutable
) -> tuple[DuplicateSuspect, ...]:  # fmt: skip
    """Which of the documents nearby may be the same invoice, exact ones first, then the likeliest."""
    found = [(_recognise(invoice, neighbour, seller_id, suspicion), neighbour) for neighbour in neighbours]
    suspects = [
        DuplicateSuspect(
            document_id=neighbour.document_id,
            invoice_number=neighbour.invoice_number,
            issue_date=neighbour.issue_date,
            gross_total=neighbour.gross_total,
            how=how,
            probability=1.0 if how in _EXACT else neighbour.probability,
        )
        for how, neighbour in found
        if how is not None
    ]
    return tuple(sorted(suspects, key=lambda suspect: (tuple(_HOW).index(suspect.how), -suspect.probability)))


def _recognise(invoice: Invoice, other: Neighbour, seller_id: str | None, suspicion: Suspicion) -> SuspectKind | None:
    if _has_one_key(invoice, other, seller_id):
        if _same_amount(invoice, other) and (_is_close(invoice, other) or not suspicion.reuses_numbers):
            return "exact"
        return None if suspicion.reuses_numbers else "number"
    if other.probability < suspicion.threshold:
        return None
    return _word(dict(other.levels))


def _word(levels: Mapping[str, str]) -> SuspectKind:
    """What speaks loudest for one invoice."""
    if levels.get("kind") == "other":
        return "credit_note"
    if levels.get("number") == "same":
        return _BY_SELLER.get(levels.get("seller", "missing"), "same_number")
    if levels.get("number") == "near":
        return "lookalike_number"
    return "picture" if levels.get("picture") == "same" else "amount_and_date"


def _has_one_key(invoice: Invoice, other: Neighbour, seller_id: str | None) -> bool:
    mine, theirs = squeeze(invoice.invoice_number), squeeze(other.invoice_number)
    if not mine or mine != theirs or invoice.is_credit_note != other.is_credit_note:
        return False
    if seller_id is None or seller_id != other.seller_id or invoice.issue_date is None or other.issue_date is None:
        return False
    return invoice.issue_date.year == other.issue_date.year


def _same_amount(invoice: Invoice, other: Neighbour) -> bool:
    mine, theirs = invoice.gross_total, other.gross_total
    if mine is None or theirs is None or (invoice.currency and other.currency and invoice.currency != other.currency):
        return False
    return abs(abs(mine) - abs(theirs)) <= CENT


def _is_close(invoice: Invoice, other: Neighbour) -> bool:
    if invoice.issue_date is None or other.issue_date is None:
        return True
    return abs((invoice.issue_date - other.issue_date).days) <= CLOSE_DAYS


def _sentence(suspect: DuplicateSuspect) -> str:
    named = f"Invoice {suspect.invoice_number}" if suspect.invoice_number else "An invoice without number"
    dated = f" of {suspect.issue_date}" if suspect.issue_date else ""
    amount = f" over {money(suspect.gross_total)}" if suspect.gross_total is not None else ""
    return f"{named}{dated}{amount} {_HOW[suspect.how]} and is here already (document {suspect.document_id[:12]})."


def _breaches(suspects: Sequence[DuplicateSuspect], invoice: Invoice) -> Iterable[Breach]:
    for suspect in suspects:
        figures = {
            "number": suspect.invoice_number or "-",
            "date": suspect.issue_date.isoformat() if suspect.issue_date else "-",
            "amount": money(suspect.gross_total),
            "percent": f"{suspect.probability:.0%}",
        }
        yield Breach(_sentence(suspect), suspect.document_id, invoice.invoice_number, says=suspect.how, figures=figures)


@rule("AP-DUPLICATE", Severity.HOLD, ("invoice_number", "seller_name", "issue_date"), "CDAR rejection DOUBLON; R14")
def no_duplicate(case: Case) -> Iterable[Breach]:
    """The invoice is not here already: seller, number, year and kind.

    >>> list(no_duplicate(Case.of(invoice_number="F-1")))
    []
    >>> twin = DuplicateSuspect(document_id="d1", invoice_number="F-1", gross_total="120")
    >>> [wrong.message for wrong in no_duplicate(Case.of(invoice_number="F-1", duplicates=(twin,)))]
    ['Invoice F-1 over 120.00 has the same number and is here already (document d1).']
    """
    return _breaches([row for row in case.context.duplicates if row.how in _EXACT], case.invoice)


@rule("AP-DUPLICATE-SUSPECT", Severity.HOLD, ("invoice_number", "gross_total", "issue_date"), "R14, fuzzy")
def no_lookalike(case: Case) -> Iterable[Breach]:
    """No earlier invoice looks like the same one under another notation.

    >>> list(no_lookalike(Case.of(invoice_number="F-1")))
    []
    >>> twin = DuplicateSuspect(document_id="d1", invoice_number="INV001", how="lookalike_number")
    >>> [wrong.message for wrong in no_lookalike(Case.of(invoice_number="lNV-OO1", duplicates=(twin,)))]
    ['Invoice INV001 has a number that reads almost the same and is here already (document d1).']
    """
    return _breaches([row for row in case.context.duplicates if row.how not in _EXACT], case.invoice)
