"""Scores to values: each term's best candidate, no two terms at one place, totals jointly, due not before issue.

>>> decode_fields({}, Support())
({}, 0.0)
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from extractors.fields.candidates import Candidate
from extractors.fields.totals import TRIPLE, Ranked, Support, decode_totals

LEAST = 0.5  # below this probability a value is not given
LEAST_BY_TERM = {"iban": 0.35, "issue_date": 0.3, "invoice_number": 0.35, "gross_total": 0.3, "seller_vat_id": 0.35}
PLACED = (
    "invoice_number", "order_reference", "buyer_reference", "contract_reference", "preceding_invoice",
    "seller_legal_id", "seller_vat_id", "buyer_vat_id", "iban", "bic",
)  # fmt: skip
Scored = Sequence[tuple[Candidate, float]]


@dataclass(frozen=True)
class Choice:
    """The candidate that is a term's value, its probability, and the next best."""

    candidate: Candidate
    confidence: float
    others: tuple[tuple[Candidate, float], ...] = ()


def decode_fields(by_term: Mapping[str, Scored], support: Support) -> tuple[dict[str, Choice], float]:
    """Choose all values. Also return how well the totals fit, to compare readings of one document."""
    chosen: dict[str, Choice] = {}
    totals, score = _decode_totals(by_term, support)
    chosen |= totals
    chosen |= _decode_amounts(by_term, totals)
    chosen |= _decode_dates(by_term)
    chosen |= _decode_places(by_term)
    return chosen, score


def ranked_values(scored: Scored) -> list[tuple[Candidate, float]]:
    """One candidate for each value, its best, with its probability among all and "not shown", best first."""
    best: dict[str, tuple[Candidate, float]] = {}
    for candidate, score in scored:
        known = best.get(candidate.text)
        if known is None or score > known[1]:
            best[candidate.text] = (candidate, score)
    mass = 1.0 + sum(math.exp(min(score, 50.0)) for _, score in best.values())
    ranked = [(candidate, math.exp(min(score, 50.0)) / mass) for candidate, score in best.values()]
    return sorted(ranked, key=lambda pair: -pair[1])


def _decode_totals(by_term: Mapping[str, Scored], support: Support) -> tuple[dict[str, Choice], float]:
    best: dict[str, dict[Decimal, tuple[float, Candidate]]] = {term: {} for term in TRIPLE}
    for term in TRIPLE:
        for candidate, score in by_term.get(term, ()):
            value = candidate.value
            if isinstance(value, Decimal) and score > best[term].get(value, (-math.inf, candidate))[0]:
                best[term][value] = (score, candidate)
    if not any(best.values()):
        return {}, 0.0
    ranked = decode_totals({term: {v: s for v, (s, _) in rows.items()} for term, rows in best.items()}, support)
    chosen: dict[str, Choice] = {}
    for term, values in ranked.items():
        first = values[0]
        if first.value is None or first.confidence < LEAST_BY_TERM.get(term, 0.35):
            continue
        others = tuple((best[term][r.value][1], r.confidence) for r in values[1:4] if r.value is not None)
        candidate = best[term][first.value][1]
        chosen[term] = Choice(candidate, first.confidence * _seen(candidate), others)
    return chosen, _fit(ranked)


def _fit(ranked: Mapping[str, Sequence[Ranked]]) -> float:
    return sum(values[0].confidence for values in ranked.values() if values and values[0].value is not None)


def _decode_amounts(by_term: Mapping[str, Scored], totals: Mapping[str, Choice]) -> dict[str, Choice]:
    """The other amounts, each by itself."""
    chosen: dict[str, Choice] = {}
    taken = {id(choice.candidate) for choice in totals.values()}
    for term in ("payable_total", "prepaid_total", "sum_of_lines", "allowance_total", "charge_total", "rounding"):
        ranked = [pair for pair in ranked_values(by_term.get(term, ())) if id(pair[0]) not in taken]
        if ranked and ranked[0][1] >= LEAST:
            chosen[term] = Choice(ranked[0][0], ranked[0][1] * _seen(ranked[0][0]), tuple(ranked[1:3]))
    return chosen


def _decode_dates(by_term: Mapping[str, Scored]) -> dict[str, Choice]:
    chosen: dict[str, Choice] = {}
    issue = ranked_values(by_term.get("issue_date", ()))
    due = ranked_values(by_term.get("due_date", ()))
    best = -math.inf
    pair: tuple[tuple[Candidate, float] | None, tuple[Candidate, float] | None] = (None, None)
    for one in [None, *issue[:5]]:
        for two in [None, *due[:5]]:
            score = (math.log(one[1] + 1e-9) if one else -1.6) + (math.log(two[1] + 1e-9) if two else -0.8)
            if one and two:
                days = (_day(two[0]) - _day(one[0])).days
                score -= 3.0 if days < 0 or days > 400 else 0.0
                score -= 2.5 if one[0] is two[0] else 0.0
            if score > best:
                best, pair = score, (one, two)
    for term, found, ranked in (("issue_date", pair[0], issue), ("due_date", pair[1], due)):
        if found is not None and found[1] >= LEAST_BY_TERM.get(term, LEAST):
            chosen[term] = Choice(found[0], found[1] * _seen(found[0]), tuple(r for r in ranked if r is not found)[:2])
    delivery = ranked_values(by_term.get("delivery_date", ()))
    if delivery and delivery[0][1] >= LEAST:
        chosen["delivery_date"] = Choice(delivery[0][0], delivery[0][1], tuple(delivery[1:3]))
    return chosen


def _day(candidate: Candidate) -> date:
    return candidate.value if isinstance(candidate.value, date) else date.min


def _decode_places(by_term: Mapping[str, Scored]) -> dict[str, Choice]:
    """Identifiers: best first over all terms, no two terms at one place."""
    ranked = {term: ranked_values(by_term.get(term, ())) for term in PLACED}
    taken: dict[int, str] = {}
    values: dict[str, set[str]] = defaultdict(set)
    chosen: dict[str, Choice] = {}
    order = sorted(((p, term, c) for term, rows in ranked.items() for c, p in rows), key=lambda row: -row[0])
    for probability, term, candidate in order:
        if term in chosen or probability < LEAST_BY_TERM.get(term, LEAST) or id(candidate) in taken:
            continue
        if candidate.text in values[candidate.kind] and candidate.kind != "vat_id":
            continue
        taken[id(candidate)] = term
        values[candidate.kind].add(candidate.text)
        others = tuple((c, p) for c, p in ranked[term] if c is not candidate)[:2]
        chosen[term] = Choice(candidate, probability * _seen(candidate), others)
    return chosen


def _seen(candidate: Candidate) -> float:
    """How sure the reader was of the characters."""
    return min(1.0, 0.25 + 0.75 * candidate.confidence) if candidate.confidence < 0.98 else 1.0
