"""Is this invoice here already? The exact key for the database, and look-alikes among neighbours.

Numbers that only differ in notation or by what OCR confuses, amounts a cent apart, dates three days apart are one
invoice; the next number of a monthly rent is not.

>>> from datetime import date
>>> paper = Invoice(invoice_number="lNV-OO1", issue_date=date(2026, 5, 4), gross_total="120.00")
>>> filed = Neighbour(document_id="d1", invoice_number="INV001", issue_date=date(2026, 5, 4), gross_total="120.00")
>>> [suspect.how for suspect in find_duplicate_suspects(paper, (filed,))]
['lookalike_number']
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.finding import Severity
from models.invoice import Invoice
from models.reference import canonical_number, squeeze
from validators.context import DuplicateSuspect, Neighbour, SuspectKind
from validators.rule import CENT, Breach, Case, money, rule

CLOSE_DAYS = 3  # a second copy is dated by another stamp, or a digit of the day is misread
SAME_NUMBER_DAYS = 366  # a number may come back the year after
# Digits that print alike. Neighbours in counting are no sign unless the date is the same too.
_ALIKE = frozenset(map(frozenset, ("08", "06", "38", "17", "68", "49", "39", "27", "14")))
_ALIKE_AND_NEXT = frozenset(map(frozenset, ("56",)))
_HOW = {
    "exact": "has the same number",
    "number": "has the same number with another amount",
    "lookalike_number": "has a number that reads almost the same",
    "amount_and_date": "has the same amount and date",
    "credit_note": "has the same number and amount, one being a credit note",
}


def duplicate_key(invoice: Invoice, seller_id: str | None) -> str | None:
    """The key under which an invoice exists once: kind, year, number, seller; None when one of them is unknown.

    >>> from datetime import date
    >>> duplicate_key(Invoice(invoice_number="F-2026/018", issue_date=date(2026, 5, 4)), "S1")
    'invoice|2026|F2026018|S1'
    """
    number = squeeze(invoice.invoice_number)
    seller = seller_id or squeeze(invoice.seller_vat_id) or squeeze(invoice.seller_legal_id)
    if not number or not seller or invoice.issue_date is None:
        return None
    kind = "credit_note" if invoice.is_credit_note else "invoice"
    return f"{kind}|{invoice.issue_date.year}|{number}|{seller}"


def find_duplicate_suspects(
    invoice: Invoice, neighbours: Iterable[Neighbour], seller_id: str | None = None
) -> tuple[DuplicateSuspect, ...]:
    """Which of the documents nearby may be the same invoice, exact ones first.

    `seller_id` is the matched supplier; where a neighbour has another one, number, amount and date must all agree.
    """
    found = [(_recognise(invoice, neighbour, seller_id), neighbour) for neighbour in neighbours]
    suspects = [
        DuplicateSuspect(
            document_id=neighbour.document_id,
            invoice_number=neighbour.invoice_number,
            issue_date=neighbour.issue_date,
            gross_total=neighbour.gross_total,
            how=how,
        )
        for how, neighbour in found
        if how is not None
    ]
    return tuple(sorted(suspects, key=lambda suspect: tuple(_HOW).index(suspect.how)))


def _recognise(invoice: Invoice, other: Neighbour, seller_id: str | None) -> SuspectKind | None:
    mine, theirs = squeeze(invoice.invoice_number), squeeze(other.invoice_number)
    has_amount = _same_amount(invoice, other)
    days = _days_apart(invoice, other)
    is_close = days is None or days <= CLOSE_DAYS
    if _is_other_seller(invoice, other, seller_id):
        agrees = (
            has_amount and days is not None and is_close and mine and canonical_number(mine) == canonical_number(theirs)
        )
        return "lookalike_number" if agrees else None
    if not mine or not theirs:
        return "amount_and_date" if has_amount and days is not None and is_close else None
    if invoice.is_credit_note != other.is_credit_note:
        return "credit_note" if has_amount and canonical_number(mine) == canonical_number(theirs) else None
    if mine == theirs and (days is None or days <= SAME_NUMBER_DAYS):
        return "exact" if has_amount else "number"
    return "lookalike_number" if _is_lookalike(mine, theirs, days, has_amount=has_amount) else None


def _is_lookalike(mine: str, theirs: str, days: int | None, *, has_amount: bool) -> bool:
    """Whether two different numbers are probably one: the weaker the likeness, the more else must agree."""
    is_close = days is None or days <= CLOSE_DAYS
    left, right = canonical_number(mine), canonical_number(theirs)
    if left == right:
        return (has_amount and (days is None or days <= SAME_NUMBER_DAYS)) or (is_close and days is not None)
    if not has_amount or not is_close:
        return False
    short, long = sorted((left, right), key=len)
    if len(short) >= 4 and long.endswith(short):
        return True
    return _is_misreading(left, right, is_same_day=days in (0, None))


def _is_misreading(left: str, right: str, *, is_same_day: bool) -> bool:
    """Whether one number becomes the other by a lost character, two swapped ones, or up to two alike digits.

    >>> _is_misreading("20260138", "20260188", is_same_day=False)
    True
    >>> _is_misreading("20260137", "20260138", is_same_day=True)
    False
    """
    if min(len(left), len(right)) < 5:
        return False
    if len(left) != len(right):
        short, long = sorted((left, right), key=len)
        return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
    differing = [at for at in range(len(left)) if left[at] != right[at]]
    pairs = [frozenset((left[at], right[at])) for at in differing]
    if len(differing) == 2 and differing[1] == differing[0] + 1 and pairs[0] == pairs[1]:
        return True
    alike = _ALIKE | _ALIKE_AND_NEXT if is_same_day else _ALIKE
    return len(pairs) <= 2 and all(pair in alike for pair in pairs)


def _is_other_seller(invoice: Invoice, other: Neighbour, seller_id: str | None) -> bool:
    if seller_id and other.seller_id:
        return seller_id != other.seller_id
    if invoice.seller_name and other.seller_name:
        mine, theirs = squeeze(invoice.seller_name), squeeze(other.seller_name)
        return mine[:5] != theirs[:5] and mine not in theirs and theirs not in mine
    return False


def _same_amount(invoice: Invoice, other: Neighbour) -> bool:
    mine, theirs = invoice.gross_total, other.gross_total
    if mine is None or theirs is None or (invoice.currency and other.currency and invoice.currency != other.currency):
        return False
    return abs(abs(mine) - abs(theirs)) <= CENT


def _days_apart(invoice: Invoice, other: Neighbour) -> int | None:
    if invoice.issue_date is None or other.issue_date is None:
        return None
    return abs((invoice.issue_date - other.issue_date).days)


def _sentence(suspect: DuplicateSuspect) -> str:
    named = f"Invoice {suspect.invoice_number}" if suspect.invoice_number else "An invoice without number"
    dated = f" of {suspect.issue_date}" if suspect.issue_date else ""
    amount = f" over {money(suspect.gross_total)}" if suspect.gross_total is not None else ""
    return f"{named}{dated}{amount} {_HOW[suspect.how]} and is here already (document {suspect.document_id[:12]})."


def _breaches(suspects: Sequence[DuplicateSuspect], invoice: Invoice) -> Iterable[Breach]:
    for suspect in suspects:
        yield Breach(_sentence(suspect), suspect.document_id, invoice.invoice_number)


@rule("AP-DUPLICATE", Severity.HOLD, ("invoice_number", "seller_name", "issue_date"), "CDAR rejection DOUBLON; R14")
def no_duplicate(case: Case) -> Iterable[Breach]:
    """The invoice is not here already: seller, number, year and kind.

    >>> list(no_duplicate(Case.of(invoice_number="F-1")))
    []
    >>> twin = DuplicateSuspect(document_id="d1", invoice_number="F-1", gross_total="120")
    >>> [wrong.message for wrong in no_duplicate(Case.of(invoice_number="F-1", duplicates=(twin,)))]
    ['Invoice F-1 over 120.00 has the same number and is here already (document d1).']
    """
    return _breaches([row for row in case.context.duplicates if row.how in ("exact", "number")], case.invoice)


@rule("AP-DUPLICATE-SUSPECT", Severity.HOLD, ("invoice_number", "gross_total", "issue_date"), "R14, fuzzy")
def no_lookalike(case: Case) -> Iterable[Breach]:
    """No earlier invoice looks like the same one under another notation.

    >>> list(no_lookalike(Case.of(invoice_number="F-1")))
    []
    >>> twin = DuplicateSuspect(document_id="d1", invoice_number="INV001", how="lookalike_number")
    >>> [wrong.message for wrong in no_lookalike(Case.of(invoice_number="lNV-OO1", duplicates=(twin,)))]
    ['Invoice INV001 has a number that reads almost the same and is here already (document d1).']
    """
    return _breaches([row for row in case.context.duplicates if row.how not in ("exact", "number")], case.invoice)
