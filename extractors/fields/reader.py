"""One invoice's pages to its values: rows, labels, candidates, links, scores, and the decoder, in this order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from extractors.fields.candidates import Candidate, Locale
from extractors.fields.currency import Currency, read_currency
from extractors.fields.decoder import Choice, decode_fields
from extractors.fields.features import DocumentView, cases_of, national_vat_id
from extractors.fields.identifiers import is_valid_vat_id
from extractors.fields.items import LineTable
from extractors.fields.links import Link
from extractors.fields.memory import Memory, changed_choices, changed_parties
from extractors.fields.party_cases import PartyScorer
from extractors.fields.roles import Chosen, choose
from extractors.fields.scorer import Case, Scorer
from extractors.fields.sheet import Sheet
from extractors.fields.survey import Survey, survey, view_of
from extractors.fields.totals import Support
from extractors.fields.vat_table import VatTable
from models.document import Box

REMEMBERED = 0.9  # how sure a currency is that is printed nowhere
RIVAL = -3.0  # log-odds from which a candidate had a chance
DOUBT = -0.5  # log-odds from which a value that was not given may well be one
DOUBTED = (
    "invoice_number", "issue_date", "due_date", "order_reference", "net_total", "tax_total", "gross_total",
    "seller_vat_id", "buyer_vat_id", "iban",
)  # fmt: skip


class Signs(NamedTuple):
    """What spoke for a choice: its log-odds, its features, and how many other values had a chance."""

    score: float
    features: Mapping[str, float]
    rivals: int


@dataclass(frozen=True)
class Found:
    """All that was read of one invoice under one locale."""

    choices: Mapping[str, Choice]
    parties: Mapping[str, Chosen]
    table: LineTable
    vat: VatTable
    score: float
    currency: Currency | None
    signs: Mapping[str, Signs] = field(default_factory=dict)  # what spoke for each choice
    support: Support = field(default_factory=Support)
    recalled: tuple[str, ...] = ()  # terms that would be others without memory
    doubts: tuple[str, ...] = ()  # terms without a value, though one had a fair chance


def read_document(
    sheets: Sequence[Sheet],
    locale: Locale,
    scorer: Scorer,
    parties: PartyScorer | None = None,
    memory: Memory | None = None,
) -> Found:
    """The values of one invoice, its numbers read under one locale."""
    return decide(survey(sheets, locale), scorer, parties, memory)


def decide(
    found: Survey, scorer: Scorer, party_scorer: PartyScorer | None = None, memory: Memory | None = None
) -> Found:
    """Score what was found and choose the values; `memory` is what confirmed invoices of the supplier say."""
    read = choose(found.parties, [sheet.lines for sheet in found.sheets], party_scorer)
    parties = memory.parties(found, read) if memory is not None else read
    plain = _scored(view_of(found, parties), scorer)
    scored = memory.weigh(found, plain) if memory is not None else plain
    by_term: dict[str, list[tuple[Candidate, float]]] = defaultdict(list)
    for candidate, case, score in scored:
        by_term[case.term].append((candidate, score))
    table, vat = found.table, found.vat
    support = Support(vat.net, vat.tax, table.total, found.rates, _adjustments(by_term))
    choices, fit = decode_fields(by_term, support)
    signs = _signs(scored, choices)
    for term in ("seller_vat_id", "buyer_vat_id"):
        if term in choices:
            known = memory.identity(term, choices[term]) if memory is not None else None
            choices[term] = known or _with_country(choices[term], found.links)
    currency = read_currency(found.sheets, found.candidates, choices, parties)
    recalled: tuple[str, ...] = ()
    if memory is not None:
        usual = _remembered(memory.constant("currency"), found.sheets)
        currency = usual if usual is not None and (currency is None or currency.derived) else currency
        recalled = (*changed_parties(read, parties), *changed_choices(plain, choices))
    doubts = tuple(term for term in DOUBTED if term not in choices and _best(by_term, term) > DOUBT)
    return Found(choices, parties, table, vat, fit, currency, signs, support, recalled, doubts)


def _best(by_term: Mapping[str, Sequence[tuple[Candidate, float]]], term: str) -> float:
    return max((score for _, score in by_term.get(term, ())), default=RIVAL)


def _remembered(code: str | None, sheets: Sequence[Sheet]) -> Currency | None:
    """The currency of the supplier's confirmed invoices, for a page that prints none."""
    return Currency(code, "", sheets[0].page.number, Box(0, 0, 0, 0), REMEMBERED, remembered=True) if code else None


def _scored(view: DocumentView, scorer: Scorer) -> list[tuple[Candidate, Case, float]]:
    """All cases of the document, scored in one call."""
    cases = list(cases_of(view))
    scores = scorer.score([case for _, case in cases])
    return [(candidate, case, score) for (candidate, case), score in zip(cases, scores, strict=True)]


def _signs(scored: Sequence[tuple[Candidate, Case, float]], choices: Mapping[str, Choice]) -> dict[str, Signs]:
    """For each choice its log-odds, its features, and how many others had a chance."""
    chances: dict[str, set[str]] = defaultdict(set)
    found: dict[str, Signs] = {}
    for candidate, case, score in scored:
        if score > RIVAL:
            chances[case.term].add(candidate.text)
        choice = choices.get(case.term)
        if choice is not None and choice.candidate is candidate:
            found[case.term] = Signs(score, case.features, 0)
    return {
        term: signs._replace(rivals=len(chances[term] - {choices[term].candidate.text}))
        for term, signs in found.items()
    }


def _with_country(choice: Choice, links: Mapping[int, Sequence[Link]]) -> Choice:
    """A national tax number gets its country's prefix: BT-31 has one."""
    found = (
        national_vat_id(choice.candidate, links.get(id(choice.candidate), ()))
        if choice.candidate.kind == "code"
        else None
    )
    if found is None:
        return choice
    return replace(choice, candidate=replace(choice.candidate, value=found, checked=is_valid_vat_id(found)))


def _adjustments(by_term: Mapping[str, Sequence[tuple[Candidate, float]]]) -> tuple[Decimal, ...]:
    """Labelled charges, allowances and roundings, alone and summed up, as differences between net + tax and gross."""
    found: list[Decimal] = []
    for term, sign in (("charge_total", 1), ("allowance_total", -1), ("rounding", 1)):
        likely = {
            abs(c.value) for c, score in by_term.get(term, ()) if score > 0 and isinstance(c.value, Decimal) and c.value
        }
        found += [sign * value for value in sorted(likely)[:4]]
    sums = {a + b for i, a in enumerate(found) for b in found[i + 1 :]}
    return tuple(dict.fromkeys([*found, *sorted(sums), *(-v for v in found if abs(v) < 1)]))
