"""The section "Posting" of the document page: what is proposed for each line, and what a person typed instead.

Inputs are named `coding.<line>.<part>.<name>`, both counted from 1; a line is split over several parts by shares.

>>> found, wrong = read_coding({"coding.1.1.account": "606400", "coding.1.1.share": ""}, "en")
>>> [posting.account for posting in found[1]], wrong
(['606400'], False)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from models.coding import WHOLE, CodingLine, CodingProposal, LineCoding, Posting
from models.store.coding import MOST_PARTS, lines_to_code
from models.store.dossier import Dossier
from review.language import Tongue
from review.values import InputError, parse_value

LONGEST = 60  # characters of an account, cost centre or tax code
MOST_LINES = 500
NAMES = ("account", "cost_centre", "tax_code", "share")


@dataclass(frozen=True, slots=True)
class CodingRow:
    """One line of the section. `parts` are the inputs' values: what was confirmed, else what is proposed."""

    number: int
    line: CodingLine
    parts: tuple[dict[str, str], ...]
    proposal: LineCoding | None
    confirmed: bool


@dataclass(frozen=True, slots=True)
class CodingView:
    """The whole section: its rows, how many posted lines the proposals rest on, and whether anything is to confirm."""

    rows: tuple[CodingRow, ...]
    history: int

    @property
    def is_open(self) -> bool:
        """Whether the section is shown unfolded."""
        return any(row.proposal and not row.confirmed for row in self.rows)


def view_coding(dossier: Dossier, tongue: Tongue) -> CodingView | None:
    """What the section shows; None for an invoice that belongs to an order, or that was not read or judged."""
    if dossier.extraction is None or dossier.match is None or (dossier.match.orders and not dossier.posted):
        return None
    lines = lines_to_code(dossier.document, dossier.extraction.invoice)[:MOST_LINES]
    proposal = dossier.proposal or CodingProposal()
    proposed = {line.invoice_line: line for line in proposal.lines}
    rows = (_row(number, line, proposed.get(number), dossier.posted.get(number, ()), tongue)
            for number, line in enumerate(lines, 1))  # fmt: skip
    return CodingView(tuple(rows), proposal.history)


def _row(
    number: int, line: CodingLine, proposal: LineCoding | None, posted: Sequence[Posting], tongue: Tongue
) -> CodingRow:
    postings = posted or (proposal.postings if proposal else ()) or (Posting(account=""),)
    parts = tuple(
        {"account": part.account, "cost_centre": part.cost_centre or "", "tax_code": part.tax_code or "",
         "share": tongue.form_value(part.share) if part.share != WHOLE else ""}
        for part in postings
    )  # fmt: skip
    return CodingRow(number, line, parts, proposal, bool(posted))


def read_coding(form: Mapping[str, Any], language: str) -> tuple[dict[int, list[Posting]], bool]:
    """The postings of a form by line, and whether anything in it cannot be a posting; empty rows are none."""
    found: dict[int, list[Posting]] = {}
    try:
        for number, part in sorted({_place(name) for name in form if name.startswith("coding.")}):
            typed = {name: str(form.get(f"coding.{number}.{part}.{name}", "")).strip() for name in NAMES}
            if typed["account"] or typed["cost_centre"]:
                found.setdefault(number, []).append(_posting(typed, language))
    except (ValueError, InputError):
        return {}, True
    return found, any(sum((each.share for each in parts), Decimal(0)) != WHOLE for parts in found.values())


def _place(name: str) -> tuple[int, int]:
    _, number, part, column = name.split(".")
    if not (number.isascii() and number.isdecimal() and part.isascii() and part.isdecimal()) or column not in NAMES:
        raise ValueError(name)
    if len(number) > 4 or len(part) > 4 or not 1 <= int(number) <= MOST_LINES or not 1 <= int(part) <= MOST_PARTS:
        raise ValueError(name)
    return int(number), int(part)


def _posting(typed: Mapping[str, str], language: str) -> Posting:
    if not typed["account"] or any(len(typed[name]) > LONGEST or not typed[name].isprintable() for name in NAMES):
        raise ValueError(typed["account"])
    share = parse_value("number", typed["share"].removesuffix("%").strip(), language) if typed["share"] else WHOLE
    if not isinstance(share, Decimal) or not 0 < share <= WHOLE:
        raise ValueError(typed["share"])
    return Posting(account=typed["account"], cost_centre=typed["cost_centre"] or None,
                   tax_code=typed["tax_code"] or None, share=share)  # fmt: skip
