"""Every rule speaks French too: each of its messages, triggered by its own examples, with all its figures."""

from __future__ import annotations

import doctest
import importlib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from string import Formatter
from typing import Any

import pytest

from models.finding import Finding
from models.match import Comparison, MatchResult, OrderCandidate, Variance
from models.order import Supplier
from models.settings_rules import RulesSettings
from review.language import TONGUES
from review.messages import figure, key_of, own_words, told
from validators import RULES
from validators.context import DuplicateSuspect
from validators.rule import Breach, Case, Check, Rule, says

FRENCH, ENGLISH = TONGUES["fr"], TONGUES["en"]


def examples_of(entry: Rule) -> list[Breach]:
    """What a rule finds while its own doctest runs."""
    found: list[Breach] = []
    module = importlib.import_module(entry.check.__module__)

    def listening(case: Case) -> Iterable[Breach]:
        breaches = list(entry.check(case))
        found.extend(breaches)
        return breaches

    names = {**vars(module), entry.check.__name__: listening}
    for test in doctest.DocTestFinder(recurse=False).find(entry.check, entry.id, module, names):
        results = doctest.DocTestRunner(verbose=False).run(test, out=lambda _: None)
        assert results.failed == 0, entry.id
    return found


def _priced(kind: str, line: int | None = 1) -> MatchResult:
    row = Variance(invoice_line=line, kind=kind, expected="10.00", actual="12.00")
    return MatchResult(outcome="price_variance", orders=("PO-7",), variances=(row,))


def _torn(*orders: str, waterfall: tuple[Comparison, ...] = (), rivals: int = 1) -> MatchResult:
    both = tuple(OrderCandidate(order=f"PO-{at}", probability=0.9, waterfall=waterfall) for at in range(rivals))
    return MatchResult(outcome="ambiguous", orders=orders, candidates=both)


OTHER = Comparison(name="other_number", invoice_value="PO-9", order_value="PO-0", weight=-1.0)
DUPONT = Supplier(seller_id="S1", name="Dupont")
FRANCE: dict[str, Any] = {"seller_vat_id": "FR40303265045", "issue_date": "2026-05-04", "due_date": "2026-09-30"}
REVERSED: dict[str, Any] = {"vat_breakdown": [{"category": "AE", "taxable": "1", "tax": "0"}]}
# Messages that the examples in the docstrings do not show.
FURTHER: dict[str, list[Case]] = {
    "AP-BIC": [Case.of(bic="AGRI")],
    "AP-AMOUNT-RANGE": [Case.of(net_total="1E+20", tax_total="1E+20", payable_total="1E+20")],
    "AP-BANK-NEW": [Case.of(iban="DE89370400440532013000"), Case.of(iban="DE89370400440532013000", supplier=DUPONT)],
    "AP-SUPPLIER-UNKNOWN": [Case.of()],
    "AP-CREDIT-SIGN": [Case.of(type_code="380", gross_total="5", extraction=says().model_copy(
        update={"document_type": "credit_note"}))],
    "AP-VAT-REVERSE-IDS": [Case.of(**REVERSED)],
    "AP-FR-TERMS": [
        *(Case.of(supplier=DUPONT, rules=RulesSettings(sectors={"S1": trade}), **FRANCE)
          for trade in ("transport", "perishables", "livestock", "alcohol", "wine")),
        Case.of(rules=RulesSettings(public_buyer=True), **FRANCE),
    ],
    "AP-MATCH-PRICE": [Case.of(match=_priced(kind, line), lines=[{}])
                       for kind in ("price", "total", "currency") for line in (1, None)],
    "AP-MATCH-QUANTITY": [Case.of(match=_priced(kind, line), lines=[{}])
                          for kind in ("quantity", "not_received", "not_ordered") for line in (1, None)],
    "AP-MATCH-NO-ORDER": [Case.of(match=MatchResult())],
    "AP-MATCH-SELLER": [Case.of(match=MatchResult(outcome="seller_mismatch", orders=("PO-7",)))],
    "AP-MATCH-AMBIGUOUS": [
        Case.of(match=_torn("PO-0")), Case.of(match=_torn("PO-0", "PO-1")), Case.of(match=_torn("PO-0", rivals=2)),
        Case.of(match=_torn("PO-0", waterfall=(OTHER,))),
    ],
}  # fmt: skip


def _again(breaches: list[Breach]) -> Check:
    return lambda _: breaches


@lru_cache(maxsize=1)
def all_findings() -> tuple[Finding, ...]:
    def found() -> Iterator[Finding]:
        for entry in RULES.values():
            breaches = [*examples_of(entry), *(b for case in FURTHER.get(entry.id, ()) for b in entry.check(case))]
            yield from entry._replace(check=_again(breaches)).findings(Case.of())

    return tuple(found())


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_says_in_french_what_its_examples_show(name: str) -> None:
    mine = [finding for finding in all_findings() if finding.rule == name]
    assert mine, "no example fails"
    for finding in mine:
        sentence = told(FRENCH, finding)
        assert own_words(FRENCH, finding) == "", (finding.says, finding.message)
        assert sentence != finding.message
        assert "{" not in sentence
        assert told(ENGLISH, finding) == finding.message or ENGLISH.has(key_of(name) + f"_{finding.says}".rstrip("_"))


@pytest.mark.parametrize("name", sorted(name for name in RULES if name.startswith("BR-") or "VAT" in name))
def test_the_french_sentence_has_the_figures_of_the_english_one(name: str) -> None:
    for finding in (finding for finding in all_findings() if finding.rule == name):
        sentence = told(FRENCH, finding)
        figures = re.findall(r"-?\d+\.\d{2}\b|\d{4}-\d{2}-\d{2}", finding.message)
        assert [each for each in figures if figure(FRENCH, each) not in sentence] == [], sentence


def test_every_french_sentence_of_a_rule_is_reached() -> None:
    said = {key_of(finding.rule) + (f"_{finding.says}" if finding.says else "") for finding in all_findings()}
    rules = tuple(key_of(name) for name in RULES)
    ours = {key for key in FRENCH.words if key.startswith(rules) and key.startswith("rule.")}
    assert ours - said - {key for key in ours if key.startswith("rule.AP_DUPLICATE")} == set()


def test_every_place_of_a_sentence_is_a_figure_that_the_rule_gives() -> None:
    for finding in all_findings():
        key = key_of(finding.rule) + (f"_{finding.says}" if finding.says else "")
        given = {*dict(finding.figures), "expected", "actual"}
        places = {place for _, place, _, _ in Formatter().parse(FRENCH.words.get(key, "")) if place}
        assert places <= given, key


def test_a_finding_stored_without_figures_falls_back_to_its_family() -> None:
    old = Finding(rule="BR-CO-15", severity="error", terms=(), message="Net 1.00 ...", expected="2.00", actual="3.00")
    assert told(FRENCH, old) == FRENCH.t("family.sums")
    assert own_words(FRENCH, old) == "Net 1.00 ..."


def test_duplicates_are_told_with_their_kind() -> None:
    for how in DuplicateSuspect.model_fields["how"].annotation.__args__:  # type: ignore[union-attr]
        facts = {"document_id": "d1", "invoice_number": "F-1", "gross_total": "120", "issue_date": "2026-05-04"}
        twin = DuplicateSuspect.model_validate({**facts, "how": how})
        case = Case.of(invoice_number="F-1", duplicates=(twin,))
        findings = [each for name in ("AP-DUPLICATE", "AP-DUPLICATE-SUSPECT") for each in RULES[name].findings(case)]
        assert len(findings) == 1
        assert own_words(FRENCH, findings[0]) == "", how
