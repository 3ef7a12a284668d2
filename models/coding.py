"""How lines of an invoice without an order are posted: what was posted before, and what is proposed from it.

Amounts in the invoice's currency, shares in per cent of the line, probabilities in [0, 1].

>>> Posting(account="606400").share
Decimal('100')
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from models.invoice import Frozen

WHOLE = Decimal(100)  # per cent


class Posting(Frozen):
    """One posting of a line, or of a share of it."""

    account: str
    cost_centre: str | None = None
    tax_code: str | None = None
    share: Decimal = WHOLE


class CodingLine(Frozen):
    """What of an invoice line tells how to post it."""

    seller_id: str | None = None
    seller_name: str | None = None
    item_name: str | None = None
    net_amount: Decimal | None = None
    vat_rate: Decimal | None = None


class PostedLine(CodingLine):
    """A line that was posted, with where it stood; several postings where it was split."""

    document: str  # document id, or the reference in imported history
    at: date
    postings: tuple[Posting, ...]

    @property
    def accounts(self) -> str:
        """The accounts as one word: what is proposed first, the rest follows from it."""
        return "+".join(sorted({posting.account for posting in self.postings}))


class CodingExample(Frozen):
    """A posted line that a proposal rests on."""

    document: str
    at: date
    text: str
    account: str


class AccountChoice(Frozen):
    """An account and how probable it is."""

    account: str
    probability: float


class LineCoding(Frozen):
    """The proposal for one line (from 1). `choices` are the likeliest accounts, the proposed one first."""

    invoice_line: int
    postings: tuple[Posting, ...]
    probability: float
    choices: tuple[AccountChoice, ...] = ()
    examples: tuple[CodingExample, ...] = ()


class CodingProposal(Frozen):
    """What is proposed for the lines of one revision; lines of which nothing alike was ever posted are absent."""

    lines: tuple[LineCoding, ...] = ()
    history: int = 0  # posted lines that it rests on
    version: str = ""  # of that history
