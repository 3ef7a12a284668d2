"""Supplier memory: what confirmed invoices of the same supplier or layout say about this one.

A second stage between scorer and decoder. P' = (1 - l) P + l softmax(SHARP * likeness) over the candidates of a
term; `likeness` compares the surroundings of a candidate with those of the confirmed values. Candidates
without a known label are reached too. What a supplier always says (names, address, tax numbers, currency) chooses
among what is printed; a name that is no text on the page is given as remembered.

An account number is never taken from memory: only its place is.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from extractors.fields.candidates import Candidate, Locale
from extractors.fields.decoder import Choice
from extractors.fields.familiar import Known, recognise
from extractors.fields.features import FIELD_TERMS
from extractors.fields.fingerprint import fingerprint
from extractors.fields.lexicon import squeeze
from extractors.fields.links import KINDS
from extractors.fields.places import READ_AS, Surroundings, likeness, misshape, plain_code, printed_runs, runs, shape_of
from extractors.fields.roles import Chosen
from extractors.fields.scorer import Case
from extractors.fields.sheet import Sheet
from extractors.fields.survey import Survey
from models.finding import Finding, Severity
from models.memory import ALIKE, Fingerprint, Place, Sample, is_known, is_strong, resemblance

Recall = Callable[[Fingerprint], Sequence[Sample]]
Scored = tuple[Candidate, Case, float]

SHARE = 0.75  # l: how much memory counts against the scorer
SHARE_OF_LAYOUT = 0.6  # where only the layout is known
ABSENT_SHARE = 0.5  # where no confirmed invoice had the term
SURE = 1.0  # log-odds of a value that stands though earlier invoices had none: the first order number of a customer
OFTEN = 3  # invoices without the term after which even such a value is doubted
SHARP = 14.0
UNLIKE, LIKE = 0.6, 0.85  # likenesses between which memory gains its whole share
LEAST_MASS = 0.02
LEAST_NAME = 4  # letters; shorter names stand in other words
FLOOR = 1e-6
NONE = 0.01  # the chance of "not shown" that always remains
IDENTITIES = frozenset({"seller_vat_id", "buyer_vat_id", "seller_legal_id"})  # the same on each invoice of a supplier


@dataclass(frozen=True)
class Memory:
    """The samples that fit an invoice, and how they fit."""

    asked: Fingerprint
    samples: tuple[Sample, ...]
    printed: frozenset[str] = frozenset()  # all runs of words of the pages, squeezed

    @cached_property
    def supplier(self) -> tuple[Sample, ...]:
        """Samples of the very same supplier, the most alike first.

        Where several suppliers share a number (a group of companies) those whose name is printed are meant.
        """
        own = [s for s in self.samples if is_same_supplier(self.asked, self.printed, s)]
        own = [s for s in own if _is_named(self.printed, s)] or own
        return tuple(sorted(own, key=lambda s: -resemblance(self.asked, s.fingerprint)))

    def locale(self, guessed: Locale) -> Locale:
        """The locale that the confirmed invoices of this supplier are written in, where they agree."""
        marks = {s.decimal for s in self.supplier if s.decimal}
        firsts = {s.month_first for s in self.supplier if s.month_first is not None}
        mark = marks.pop() if len(marks) == 1 else guessed.decimal
        return Locale(mark, firsts.pop() if len(firsts) == 1 else guessed.month_first)

    def constant(self, term: str) -> str | None:
        """What the newest confirmed invoice of this supplier says."""
        return next((s.constants[term] for s in self.supplier if term in s.constants), None)

    def weigh(self, found: Survey, scored: Sequence[Scored]) -> list[Scored]:
        """The cases with what is remembered in their log-odds, and cases for candidates that no label speaks for."""
        around_it = Surroundings(found.sheets)
        seen: dict[int, Place] = {}
        by_term: dict[str, list[Scored]] = defaultdict(list)
        for row in scored:
            by_term[row[1].term].append(row)
        for term in FIELD_TERMS:
            places = [s.places[term] for s in self.supplier or self.samples if term in s.places]
            if places and (self.supplier or term not in IDENTITIES):
                pool = [*_pool(term, found, by_term[term]), *_unlabelled(term, places, found.sheets)]
                alike = [(c, self._known(term, c, _best(places, seen, around_it, c))) for c in pool]
                by_term[term] = _mixed(term, by_term[term], alike, SHARE if self.supplier else SHARE_OF_LAYOUT)
            elif self.supplier and all(term in s.absent for s in self.supplier):
                by_term[term] = _lowered(by_term[term], doubt_all=len(self.supplier) >= OFTEN)
        return [row for rows in by_term.values() for row in rows]

    def parties(self, found: Survey, chosen: Mapping[str, Chosen]) -> dict[str, Chosen]:
        """Seller and buyer, recognised where this supplier's invoices were confirmed before."""
        buyers = tuple(dict.fromkeys(s.constants["buyer_name"] for s in self.supplier if "buyer_name" in s.constants))
        known = Known(self.constant("seller_name"), self.constant("seller_address"), buyers, self.constant(READ_AS))
        return recognise(known, chosen, found.parties, found.sheets)

    def identity(self, term: str, choice: Choice) -> Choice | None:
        """A tax number with the country that it was confirmed with, where the page leaves it out."""
        known = self.constant(term)
        candidate = choice.candidate
        if known is None or not is_same_identity(candidate.text, known):
            return None
        return replace(choice, candidate=replace(candidate, value=known))

    def _known(self, term: str, candidate: Candidate, value: float) -> float:
        """An identity that the supplier always prints is the same wherever it stands."""
        known = self.constant(term) if term in IDENTITIES else None
        if known is None:
            return value
        return 1.0 if is_same_identity(candidate.text, known) else value * 0.8


def remember(sheets: Sequence[Sheet], recall: Recall) -> Memory | None:
    """Ask for what is known of these pages; None where it is nothing."""
    asked = fingerprint(sheets)
    samples = tuple(sample for sample in recall(asked) if is_known(asked, sample))
    if not samples:
        return None
    rows = (row for sheet in sheets for row in sheet.rows)
    return Memory(asked, samples, frozenset(run for row in rows for run in printed_runs(row.tokens)))


def changed_parties(read: Mapping[str, Chosen], known: Mapping[str, Chosen]) -> list[str]:
    """The names that are others than the reader's own."""
    before = {role: chosen.party.name for role, chosen in read.items()}
    return [f"{role}_name" for role, chosen in known.items() if chosen.party.name != before.get(role)]


def changed_choices(plain: Sequence[Scored], choices: Mapping[str, Choice]) -> list[str]:
    """The terms whose value is another than the scorer's best."""
    best: dict[str, tuple[float, str]] = {}
    for candidate, case, score in plain:
        best[case.term] = max(best.get(case.term, (0.0, "")), (score, candidate.text))
    return [term for term, choice in choices.items() if choice.candidate.text != best.get(term, (0.0, ""))[1]]


def note_memory(memory: Memory, recalled: Sequence[str]) -> Finding:
    """The finding that says that confirmed invoices were used, and for which values."""
    count = len(memory.supplier or memory.samples)
    whose = "this supplier" if memory.supplier else "this layout"
    told = f"; they decided {', '.join(recalled)}" if recalled else "; they changed nothing"
    return Finding(
        rule="AP-READ-MEMORY",
        severity=Severity.NOTE,
        terms=tuple(recalled),
        message=f"Read with {count} confirmed invoice{'s' * (count != 1)} of {whose} in mind{told}.",
    )


def is_same_supplier(asked: Fingerprint, printed: frozenset[str], sample: Sample) -> bool:
    """Whether a sample is of the supplier of these pages: two of number, name and layout say so."""
    keys = sample.fingerprint.keys
    is_numbered = any(is_strong(key) and (key in asked.keys or _is_printed(key, printed)) for key in keys)
    signs = (is_numbered, _is_named(printed, sample), resemblance(asked, sample.fingerprint) >= ALIKE)
    return sum(signs) > 1


def _is_named(printed: frozenset[str], sample: Sample) -> bool:
    return any(_is_printed(key, printed) for key in sample.fingerprint.keys if key.startswith("name:"))


def _is_printed(key: str, printed: frozenset[str]) -> bool:
    value = squeeze(key.partition(":")[2])
    return len(value) >= LEAST_NAME and value in printed


def is_same_identity(printed: str, known: str) -> bool:
    """Whether a printed number is a known one, which may have its country in front.

    >>> is_same_identity("5252525252", "PL5252525252"), is_same_identity("525", "PL5252525252")
    (True, False)
    """
    one, other = plain_code(printed), plain_code(known)
    return one == other or (len(one) > 5 and other[:2].isalpha() and other[2:] == one)


def _best(places: Sequence[Place], seen: dict[int, Place], around_it: Surroundings, candidate: Candidate) -> float:
    place = seen.get(id(candidate))
    if place is None:
        place = seen[id(candidate)] = around_it.place(candidate)
    is_code = candidate.kind == "code"
    return max(likeness(known, place) - (misshape(known, place) if is_code else 0.0) for known in places)


def _unlabelled(term: str, places: Sequence[Place], sheets: Sequence[Sheet]) -> list[Candidate]:
    """Numbers of documents that no candidate is, in the shape of the confirmed ones."""
    if "code" not in KINDS[term]:
        return []
    wanted = {(place.words, place.shape) for place in places if place.words > 1 or "9" not in place.shape}
    return [
        Candidate("code", run.text, run.text, run.row, run.first, run.last, run.box,
                  min(t.confidence for t in run.row.tokens[run.first : run.last + 1]))
        for words in {words for words, _ in wanted}
        for run in runs(sheets, words)
        if (words, shape_of(run.text)) in wanted
    ]  # fmt: skip


def _pool(term: str, found: Survey, rows: Sequence[Scored]) -> list[Candidate]:
    known = {id(c) for c, _, _ in rows}
    more = [c for c in found.candidates if c.kind in KINDS[term] and not c.repaired and id(c) not in known]
    return [*(c for c, _, _ in rows), *more]


def _mixed(term: str, rows: Sequence[Scored], alike: Sequence[tuple[Candidate, float]], share: float) -> list[Scored]:
    """Scores mixed with likenesses; log-odds against "not shown", as the decoder wants them.

    Memory counts by its best likeness: where nothing stands as the confirmed value stood it has nothing to say.
    Candidates of one value share its mass, for the decoder takes the best of each value.
    """
    best = max((value for _, value in alike), default=0.0)
    share *= max(0.0, min(1.0, (best - UNLIKE) / (LIKE - UNLIKE)))
    cases = {id(c): (case, math.exp(min(score, 50.0))) for c, case, score in rows}
    scorer_mass = 1.0 + _mass((c, cases[id(c)][1]) for c, _, _ in rows)
    likes = [(c, math.exp(SHARP * value)) for c, value in alike]
    memory_mass = _mass(likes)
    none = (1 - share) / scorer_mass
    mixed: list[Scored] = []
    for candidate, like in likes:
        case, weight = cases.get(id(candidate), (Case(term, {}, candidate.text), 0.0))
        remembered = share * like / memory_mass
        if weight or remembered >= LEAST_MASS:
            chance = (1 - share) * weight / scorer_mass + remembered
            mixed.append((candidate, case, math.log(max(chance, FLOOR) / max(none, NONE))))
    return mixed


def _lowered(rows: Sequence[Scored], *, doubt_all: bool) -> list[Scored]:
    """Scores of a term that no confirmed invoice of this supplier has; a few say nothing against a sure value."""
    if not doubt_all and max((score for _, _, score in rows), default=0.0) >= SURE:
        return list(rows)
    weights = [(c, math.exp(min(score, 50.0))) for c, _, score in rows]
    mass = 1.0 + _mass(weights)
    none = (1 - ABSENT_SHARE) / mass + ABSENT_SHARE
    chances = ((1 - ABSENT_SHARE) * weight / mass for _, weight in weights)
    return [(c, case, math.log(max(chance, FLOOR) / none)) for (c, case, _), chance in zip(rows, chances, strict=True)]


def _mass(weights: Iterable[tuple[Candidate, float]]) -> float:
    """The sum over values of the best weight of each."""
    best: dict[str, float] = {}
    for candidate, weight in weights:
        best[candidate.text] = max(best.get(candidate.text, 0.0), weight)
    return sum(best.values())
