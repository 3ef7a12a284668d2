"""How likely two documents are one invoice: a weight for each thing that agrees, in the manner of Fellegi and Sunter.

`m` is how often a level is seen on two copies of one invoice, `u` how often on two invoices of one supplier; the weight
is log2(m / u), weights and prior add up to log2 odds (I. Fellegi and A. Sunter, JASA 64, 1969). Both were counted on
the generated history by `bench/duplicates.py`; the prior, and what seller and kind say, is set by hand. What is missing
on a side says nothing. Two documents of one exact key need no odds: see `validators.duplicates`.

>>> from datetime import date
>>> paper = Side("F-2026-018", Decimal("120.00"), date(2026, 5, 4), "FR76 3000")
>>> told = weigh_pair(paper, Side("F-2026-O18", Decimal("120.00"), date(2026, 5, 4), "FR763000"))
>>> [(row.name, row.level, row.weight) for row in told.rows][:3]
[('number', 'near', 2.8), ('amount', 'same', 7.6), ('date', 'same', 6.3)]
>>> told.probability > 0.99
True
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import log2
from typing import Literal, NamedTuple

from matching.distance import reading_distance
from matching.weights import probability_of
from models.identity import identity_keys
from models.invoice import Invoice
from models.money import decimal_text
from models.names import name_similarity
from models.reference import canonical_number, squeeze

Level = Literal["same", "near", "other", "missing"]
LEVELS: tuple[Level, ...] = ("same", "near", "other")
PRIOR = -7.6  # log2 odds: of 200 pairs that the look-up brings, one is a second copy; set by hand
CENT, NEAR_AMOUNT = Decimal("0.01"), Decimal("0.02")  # one amount; share of it up to which digits are misread
NEAR_DAYS = 3  # between two stamps, or for a misread digit of the day
NEAR_NUMBER = 0.6  # weighed edits: signs that print alike, not the next number
NEAR_IBAN = 2  # characters
PICTURE_BITS = 256
SAME_PICTURE = 6  # bits that differ; a scan differs more, and so do two invoices of one layout
SAME_NAME = 85.0  # similarity of names, in [0, 100], from which two sellers may be one
LEAST_SLIP = 5  # characters of a number in which one may be lost
LEAST_NUMBER = 3  # characters of a number that is the end of a longer one


class Odds(NamedTuple):
    """How often a level is seen on two copies of one invoice (m), and on two invoices of one supplier (u)."""

    m: float
    u: float

    @property
    def weight(self) -> float:
        """Log2 of the likelihood ratio, one digit: what is shown adds up."""
        return round(log2(self.m / self.u), 1)


# bench/duplicates.py
WEIGHTS: dict[str, dict[str, Odds]] = {
    "number": {"same": Odds(0.98, 0.0025), "near": Odds(0.018, 0.0025), "other": Odds(0.0025, 0.9982)},
    "amount": {"same": Odds(0.98, 0.0049), "near": Odds(0.018, 0.0097), "other": Odds(0.0025, 0.9854)},
    "date": {"same": Odds(0.98, 0.0128), "near": Odds(0.018, 0.074), "other": Odds(0.0025, 0.9131)},
    "iban": {"same": Odds(0.98, 1.0), "near": Odds(0.018, 0.0025), "other": Odds(0.0025, 0.0025)},
    "picture": {"same": Odds(0.5208, 0.0139), "other": Odds(0.4792, 0.9861)},
    "seller": {"same": Odds(0.9, 0.9), "near": Odds(0.08, 0.04), "other": Odds(0.02, 0.06)},
    "kind": {"same": Odds(0.97, 0.9), "other": Odds(0.03, 0.1)},
}


@dataclass(frozen=True, slots=True)
class Side:
    """What of one document is compared; None is missing. `picture` is the hash of its first page.

    `seller` is the supplier of the master, `company` holds the keys of the seller's identifiers.
    """

    number: str | None = None
    amount: Decimal | None = None
    issued: date | None = None
    iban: str | None = None
    picture: int | None = None
    seller: str | None = None
    name: str | None = None
    company: frozenset[str] = frozenset()
    kind: str | None = None
    currency: str | None = None

    @classmethod
    def of(cls, invoice: Invoice, seller: str | None, kind: str, picture: int | None = None) -> Side:
        """What an invoice says; `kind` is the document's type, of which only a credit note counts as another."""
        return cls(invoice.invoice_number, invoice.gross_total, invoice.issue_date, invoice.iban, picture, seller,
                   invoice.seller_name, identity_keys(invoice.seller_vat_id, invoice.seller_legal_id),
                   "credit_note" if kind == "credit_note" or invoice.is_credit_note else "invoice",
                   invoice.currency)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: both sides as text, how near they are, and its weight in log2 odds."""

    name: str
    left: str
    right: str
    level: Level
    weight: float


@dataclass(frozen=True, slots=True)
class PairOdds:
    """All comparisons of a pair. `weight` is their sum with the prior, in log2 odds."""

    rows: tuple[Row, ...]
    weight: float

    @property
    def probability(self) -> float:
        """That both are one invoice."""
        return probability_of(self.weight)

    @property
    def levels(self) -> dict[str, str]:
        """Each comparison's level by its name."""
        return {row.name: row.level for row in self.rows}


def weigh_pair(left: Side, right: Side) -> PairOdds:
    """Weigh a pair; the rows and the prior add up to the weight."""
    rows = tuple(_row(name, left, right) for name in COMPARISONS)
    return PairOdds(rows, round(PRIOR + sum(row.weight for row in rows), 1))


def compare(left: Side, right: Side) -> dict[str, Level]:
    """The level of each comparison."""
    return {name: levels(left, right) for name, (levels, _) in COMPARISONS.items()}


def _row(name: str, left: Side, right: Side) -> Row:
    levels, show = COMPARISONS[name]
    level = levels(left, right)
    weight = WEIGHTS[name][level].weight if level != "missing" else 0.0
    return Row(name, show(left), show(right), level, weight)


def _numbers(left: Side, right: Side) -> Level:
    mine, theirs = squeeze(left.number), squeeze(right.number)
    if not mine or not theirs:
        return "missing"
    if mine == theirs:
        return "same"
    short, long = sorted((canonical_number(mine), canonical_number(theirs)), key=len)
    if _is_next(short, long):
        return "other"
    tail, whole = sorted((mine, theirs), key=len)
    is_end = len(tail) >= LEAST_NUMBER and whole.endswith(tail)  # the letters in front were left out, or cut off
    is_near = short == long or is_end or _is_slip(short, long) or reading_distance(mine, theirs) <= NEAR_NUMBER
    return "near" if is_near else "other"


def _is_next(left: str, right: str) -> bool:
    """Whether one number follows the other: then they are two, however alike their last digits print.

    >>> _is_next("F0118", "F0119"), _is_next("F0118", "F0138")
    (True, False)
    """
    (head, count), (other_head, other_count) = _counted(left), _counted(right)
    return head == other_head and bool(count and other_count) and abs(int(count) - int(other_count)) == 1


def _counted(number: str) -> tuple[str, str]:
    """What stands before the digits at the end, and those, at most eighteen."""
    head = number.rstrip("0123456789")
    return number[: max(len(head), len(number) - 18)], number[max(len(head), len(number) - 18) :]


def _is_slip(short: str, long: str) -> bool:
    """Whether one character was lost, or two beside each other changed places.

    >>> _is_slip("F20260118", "F20260181"), _is_slip("F2026018", "F20260118"), _is_slip("F20260118", "F20260119")
    (True, True, False)
    """
    if len(short) < LEAST_SLIP:
        return False
    if len(long) == len(short) + 1:
        return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
    differing = [at for at, pair in enumerate(zip(short, long, strict=False)) if pair[0] != pair[1]]
    if len(short) != len(long) or len(differing) != 2 or differing[1] != differing[0] + 1:
        return False
    at = differing[0]
    return short[at] == long[at + 1] and short[at + 1] == long[at]


def _amounts(left: Side, right: Side) -> Level:
    if left.amount is None or right.amount is None:
        return "missing"
    if left.currency and right.currency and left.currency != right.currency:
        return "other"
    gap = abs(abs(left.amount) - abs(right.amount))
    if gap <= CENT:
        return "same"
    return "near" if gap <= NEAR_AMOUNT * max(abs(left.amount), abs(right.amount)) else "other"


def _dates(left: Side, right: Side) -> Level:
    if left.issued is None or right.issued is None:
        return "missing"
    days = abs((left.issued - right.issued).days)
    return "same" if days == 0 else "near" if days <= NEAR_DAYS else "other"


def _ibans(left: Side, right: Side) -> Level:
    mine, theirs = squeeze(left.iban), squeeze(right.iban)
    if not mine or not theirs:
        return "missing"
    if mine == theirs:
        return "same"
    wrong = sum(a != b for a, b in zip(mine, theirs, strict=False)) + abs(len(mine) - len(theirs))
    return "near" if wrong <= NEAR_IBAN else "other"


def _pictures(left: Side, right: Side) -> Level:
    if left.picture is None or right.picture is None:
        return "missing"
    return "same" if (left.picture ^ right.picture).bit_count() <= SAME_PICTURE else "other"


def _sellers(left: Side, right: Side) -> Level:
    if left.seller and right.seller and left.seller == right.seller:
        return "same"
    if left.company and right.company:
        return "near" if left.company & right.company else "other"  # another establishment has another SIRET
    if not (left.seller and right.seller) and not (left.name and right.name):
        return "missing"
    return "near" if name_similarity(left.name or "", right.name or "") >= SAME_NAME else "other"


def _kinds(left: Side, right: Side) -> Level:
    if left.kind is None or right.kind is None:
        return "missing"
    return "same" if left.kind == right.kind else "other"


COMPARISONS: dict[str, tuple[Callable[[Side, Side], Level], Callable[[Side], str]]] = {
    "number": (_numbers, lambda side: side.number or ""),
    "amount": (_amounts, lambda side: "" if side.amount is None else decimal_text(side.amount)),
    "date": (_dates, lambda side: side.issued.isoformat() if side.issued else ""),
    "iban": (_ibans, lambda side: side.iban or ""),
    "picture": (_pictures, lambda _: ""),
    "seller": (_sellers, lambda side: side.name or side.seller or ""),
    "kind": (_kinds, lambda side: side.kind or ""),
}
