"""Every state and every reason of ours has its code of the French reform, and one that the status takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decision import Reason
from models.lifecycle import (
    ALLOWED,
    DECISIONS,
    FALLBACK,
    NEAREST,
    REASONS,
    REFUSED_AS,
    REJECTIONS,
    RULES,
    STATES,
    STATUSES,
    lifecycle_of,
    reason_code,
)
from models.status import Status
from models.store.reviewing import REJECT_CODES
from models.views import VIEWS
from validators import RULES as VALIDATED


def test_the_statuses_are_200_to_213_and_four_are_mandatory() -> None:
    assert list(STATUSES) == [str(number) for number in range(200, 214)]
    assert [code for code, step in STATUSES.items() if step.is_mandatory] == ["200", "210", "212", "213"]


@pytest.mark.parametrize("state", Status)
def test_every_state_has_a_status(state: Status) -> None:
    assert lifecycle_of(state.value).code in STATUSES


@pytest.mark.parametrize("code", REJECT_CODES)
def test_every_reason_to_reject_has_a_code_that_a_refusal_takes(code: str) -> None:
    refused = lifecycle_of(Status.REJECTED, f"{code} with a note")
    assert refused.code == "210"
    assert refused.reasons == (REFUSED_AS[code],)
    assert REFUSED_AS[code] in ALLOWED["210"]
    assert REJECTIONS[code] in REASONS


def test_no_reason_to_reject_is_mapped_that_there_is_not() -> None:
    assert set(REJECTIONS) == set(REJECT_CODES)


@pytest.mark.parametrize("rule", sorted(VALIDATED))
def test_every_rule_has_a_code_under_every_status(rule: str) -> None:
    assert reason_code(rule) in REASONS
    for state in (Status.HELD, Status.REJECTED, Status.DUPLICATE):
        found = lifecycle_of(state, rule)
        assert len(found.reasons) == 1
        assert set(found.reasons) <= ALLOWED[found.code]


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_of_a_decision_has_a_code(reason: Reason) -> None:
    assert reason_code(reason.value) == DECISIONS.get(reason.value, FALLBACK)


@given(
    state=st.sampled_from([status.value for status in Status]), reason=st.text(max_size=40),
    asked=st.booleans(), part=st.booleans(), paid=st.booleans(),
)  # fmt: skip
def test_a_status_has_a_reason_exactly_where_it_takes_one(
    state: str, reason: str, *, asked: bool, part: bool, paid: bool
) -> None:
    found = lifecycle_of(state, reason, asked=asked, part=part, paid=paid)
    assert bool(found.reasons) == (found.code in ALLOWED)
    assert set(found.reasons) <= ALLOWED.get(found.code, frozenset())


def test_a_question_suspends_a_part_is_a_part_and_a_payment_is_sent() -> None:
    assert lifecycle_of("in_review", asked=True)[::3] == ("208", ("JUSTIF_ABS",))
    assert lifecycle_of("approved", part=True).code == "206"
    assert lifecycle_of("exported", paid=True).code == "211"
    assert lifecycle_of("rejected", "DUPLICATE", paid=True, asked=True).code == "210"


def test_tables_name_known_codes_only() -> None:
    assert set(RULES.values()) | set(DECISIONS.values()) | set(REJECTIONS.values()) <= set(REASONS)
    assert all(set(table) | set(table.values()) <= set(REASONS) for table in NEAREST.values())
    assert all(codes <= set(REASONS) for codes in ALLOWED.values())


def test_the_view_for_finance_says_the_same() -> None:
    (column,) = [one for one in VIEWS[0].columns if one.name == "x_lifecycle_code"]
    for state, code in STATES.items():
        assert f"'{state}' THEN '{code}'" in column.source
