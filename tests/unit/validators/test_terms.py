"""How late an invoice may be due: French law, its trades, public buyers, the European Union."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.order import Supplier
from models.settings_rules import RulesSettings
from validators.rule import Case
from validators.terms import LIMITS, within_legal_terms, within_union_terms

DUPONT = Supplier(seller_id="S1", name="Dupont", country="FR")


def is_late(issued: str, due: str, trade: str = "", *, public: bool = False, **terms: Any) -> bool:
    rules = RulesSettings(public_buyer=public, sectors={"S1": trade} if trade else {})
    case = Case.of(issue_date=issued, due_date=due, supplier=DUPONT, rules=rules, **terms)
    return bool(list(within_legal_terms(case)))


@pytest.mark.parametrize(
    ("trade", "last", "first_late"),
    [
        ("", "2026-07-15", "2026-07-16"),  # the end of May and 45 days
        ("transport", "2026-06-03", "2026-06-04"),
        ("perishables", "2026-06-09", "2026-06-10"),  # the tenth of May and 30 days
        ("livestock", "2026-05-24", "2026-05-25"),
        ("alcohol", "2026-06-30", "2026-07-01"),  # the end of May and 30 days
        ("wine", "2026-07-15", "2026-07-16"),
    ],
)
def test_each_trade_has_its_last_day(trade: str, last: str, first_late: str) -> None:
    assert not is_late("2026-05-04", last, trade)
    assert is_late("2026-05-04", first_late, trade)


def test_a_public_buyer_pays_within_thirty_days() -> None:
    assert not is_late("2026-05-04", "2026-06-03", public=True)
    assert is_late("2026-05-04", "2026-06-04", public=True)


def test_days_of_perishables_run_from_the_ten_days_of_the_delivery() -> None:
    assert is_late("2026-05-21", "2026-06-25", "perishables", delivery_date="2026-05-04")
    assert not is_late("2026-05-21", "2026-06-25", "perishables")


def test_sixty_days_from_the_last_of_january_are_not_more_than_the_end_of_february_gives() -> None:
    assert not is_late("2026-01-31", "2026-04-01")
    assert is_late("2026-01-31", "2026-04-02")


def test_a_credit_note_and_a_misread_year_are_not_judged() -> None:
    assert not is_late("2026-05-04", "2026-12-31", type_code="381")
    assert not is_late("2026-05-04", "9999-12-31")
    assert not is_late("9999-12-01", "9999-12-31")


@pytest.mark.parametrize(
    ("agreed", "due", "findings"),
    [(None, "2026-07-04", 1), (90, "2026-08-02", 0), (90, "2026-08-03", 1), (30, "2026-07-03", 0)],
)
def test_other_member_states_have_sixty_days_or_what_was_agreed(agreed: int | None, due: str, findings: int) -> None:
    supplier = Supplier(seller_id="S2", name="Bolt", country="DE", payment_terms_days=agreed)
    case = Case.of(issue_date="2026-05-04", due_date=due, supplier=supplier)
    assert len(list(within_union_terms(case))) == findings


def test_no_limit_is_without_its_law() -> None:
    assert all(limit.source and limit.days > 0 for limit in LIMITS.values())
    assert date(2026, 5, 31) == LIMITS["alcohol"].start(date(2026, 5, 4))
