"""A confirmed invoice and its pages to a `Sample`: where each value stands, and what its supplier always says.

A value is looked for in the same normal form; where it stands several times the place with the best label counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from extractors.fields.candidates import Candidate, Locale
from extractors.fields.features import FIELD_TERMS
from extractors.fields.fingerprint import fingerprint, keys_of
from extractors.fields.links import KINDS, Link
from extractors.fields.model import ReaderModel, load_model
from extractors.fields.party_cases import PartyScorer
from extractors.fields.places import READ_AS, Surroundings, plain_code, runs
from extractors.fields.roles import choose
from extractors.fields.sheet import Sheet, prepare
from extractors.fields.survey import Survey, survey
from models.document import Page
from models.invoice import Invoice
from models.memory import MOST_KEYS, Place, Sample

LOCALES = tuple(Locale(mark, first) for mark in (",", ".") for first in (False, True))
CONSTANTS = (
    "seller_name", "seller_vat_id", "seller_legal_id", "seller_address", "buyer_name", "buyer_vat_id", "currency",
)  # fmt: skip
LONGEST = 400  # letters of a constant
PIECES = 4  # words that a number of a document may be printed in


def sample_of(pages: Sequence[Page], invoice: Invoice, model: ReaderModel | None = None) -> Sample:
    """What to remember of an invoice that a person has confirmed.

    Args:
        pages: The pages of this one invoice with their words.
        invoice: Its confirmed values. A term without value is remembered as absent.
        model: What reads the same pages without memory; the shipped one unless another is given.
    """
    sheets = [prepare(page) for page in pages if page.words]
    around_it = Surroundings(sheets)
    tries = [(locale, _places(survey(sheets, locale), around_it, invoice)) for locale in LOCALES] if sheets else []
    locale, places = max(tries, key=lambda pair: len(pair[1]), default=(Locale(), {}))
    most = [tried for tried, found in tries if len(found) == len(places)]
    marks, firsts = {each.decimal for each in most}, {each.month_first for each in most}
    values = {term: getattr(invoice, term) for term in CONSTANTS}
    values[READ_AS] = _read_as(sheets, (model or load_model()).parties)
    seen = fingerprint(sheets)
    return Sample(
        fingerprint=seen.model_copy(update={"keys": keys_of(invoice)[:MOST_KEYS]}),
        places=places,
        absent=tuple(term for term in FIELD_TERMS if getattr(invoice, term, None) is None),
        constants={term: str(value)[:LONGEST] for term, value in values.items() if value},
        decimal=locale.decimal if len(marks) == 1 else "",
        month_first=locale.month_first if len(firsts) == 1 else None,
    )


def _read_as(sheets: Sequence[Sheet], scorer: PartyScorer) -> str | None:
    """Whom the reader takes for the seller without memory."""
    read = choose([party for sheet in sheets for party in sheet.parties], [s.lines for s in sheets], scorer)
    return read["seller"].party.name if "seller" in read else None


def _places(found: Survey, around_it: Surroundings, invoice: Invoice) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for term in FIELD_TERMS:
        value = getattr(invoice, term, None)
        if value is None:
            continue
        same = [c for c in found.candidates if c.kind in KINDS[term] and _is_value(c, value)]
        if same:
            best = max(same, key=lambda c: (_labelled(term, found.links.get(id(c), ())), c.page, c.row.number))
            places[term] = around_it.place(best)
        elif "code" in KINDS[term] and isinstance(value, str):
            places |= _run_place(term, value, found.sheets, around_it)
    return places


def _is_value(candidate: Candidate, value: Decimal | date | str) -> bool:
    found = candidate.value
    if isinstance(value, Decimal):
        return isinstance(found, Decimal) and abs(found) == abs(value) and not candidate.repaired
    if isinstance(value, date) or isinstance(found, date):
        return found == value
    own, wanted = plain_code(str(found)), plain_code(value)
    national = candidate.kind == "code" and len(own) > 5 and wanted[:2].isalpha() and wanted[2:] == own
    return own == wanted or national


def _labelled(term: str, links: Sequence[Link]) -> float:
    return max((link.quality * link.anchor.strength for link in links if link.anchor.term == term), default=0.0)


def _run_place(term: str, value: str, sheets: Sequence[Sheet], around_it: Surroundings) -> dict[str, Place]:
    """The place of a number that no candidate is: it is printed in several words, or without any digit."""
    wanted = plain_code(value)
    for words in range(1, PIECES + 1):
        for run in runs(sheets, words):
            if wanted and plain_code(run.text) == wanted:
                return {term: around_it.place_of(run.row, run.first, run.last, run.box, run.text)}
    return {}
