"""Posting proposals: by supplier and words, split as before, as sure as the history showed, silent if unknown."""

from __future__ import annotations

import random
import time
from datetime import date, timedelta
from decimal import Decimal

import pytest

from learning.coding import train_coder
from models.coding import CodingLine, PostedLine, Posting

START = date(2025, 1, 1)


def posted(number: int, seller: str, item: str, account: str, **more: object) -> PostedLine:
    postings = more.pop("postings", (Posting(account=account, cost_centre=more.pop("centre", "ADM"), tax_code="V20"),))
    return PostedLine(document=f"D{number}", at=START + timedelta(days=number), seller_id=seller, item_name=item,
                      net_amount=Decimal(100), vat_rate=Decimal(20), postings=postings)  # fmt: skip


def office(count: int = 300, seed: int = 1) -> list[PostedLine]:
    """Three suppliers; the paper shop sells two things that go to two accounts."""
    rng = random.Random(seed)
    kinds = [("PAPER", "Copy paper A4", "606400"), ("PAPER", "Office chair", "218300"),
             ("PHONE", "Mobile plan month", "626000"), ("POWER", "Electricity supply", "606100")]  # fmt: skip
    return [posted(number, *rng.choice(kinds)) for number in range(count)]


def line(seller: str | None, item: str | None, amount: str = "100") -> CodingLine:
    return CodingLine(seller_id=seller, item_name=item, net_amount=Decimal(amount), vat_rate=Decimal(20))


@pytest.fixture(scope="module")
def coder() -> object:
    return train_coder(office(), "v1")


def test_one_supplier_with_two_accounts_is_told_apart_by_the_words(coder: object) -> None:
    proposal = coder.propose((line("PAPER", "Copy paper A4 80 g"), line("PAPER", "Chair for the office")))  # type: ignore[attr-defined]
    assert [each.postings[0].account for each in proposal.lines] == ["606400", "218300"]
    assert all(each.probability > 0.8 for each in proposal.lines)
    assert (proposal.history, proposal.version) == (300, "v1")


def test_a_proposal_names_the_lines_that_it_rests_on_newest_first(coder: object) -> None:
    found = coder.propose_line(1, line("PHONE", "Mobile plan"))  # type: ignore[attr-defined]
    assert len(found.examples) == 3
    assert {each.account for each in found.examples} == {"626000"}
    assert [each.at for each in found.examples] == sorted((each.at for each in found.examples), reverse=True)


def test_what_was_never_seen_gets_no_proposal(coder: object) -> None:
    assert coder.propose((line("NEW", "Crane hire"), line(None, None))).lines == ()  # type: ignore[attr-defined]


def test_probabilities_are_ordered_and_add_up_to_one_at_most(coder: object) -> None:
    found = coder.propose_line(1, line("PAPER", "Paper"))  # type: ignore[attr-defined]
    sums = sum(choice.probability for choice in found.choices)
    assert found.choices[0].probability == found.probability
    assert sums <= 1.0001


def test_a_line_that_was_always_split_is_proposed_split_with_its_shares() -> None:
    parts = (Posting(account="613200", cost_centre="ADM", share=Decimal(60)),
             Posting(account="613200", cost_centre="SALES", share=Decimal(40)))  # fmt: skip
    history = [posted(number, "RENT", "Office rent", "", postings=parts) for number in range(12)]
    (found,) = train_coder(history).propose((line("RENT", "Office rent"),)).lines
    assert [(part.cost_centre, part.share) for part in found.postings] == [("ADM", 60), ("SALES", 40)]


def test_shares_of_thirds_add_up_to_a_hundred() -> None:
    parts = tuple(Posting(account="6", cost_centre=name, share=Decimal("33.33")) for name in "ABC")
    (found,) = train_coder([posted(1, "X", "Thing", "", postings=parts)]).propose((line("X", "Thing"),)).lines
    assert sum(part.share for part in found.postings) == 100


def test_the_newer_account_wins_after_the_office_changed_its_mind() -> None:
    old = [posted(number, "CLOUD", "Hosting", "651100") for number in range(0, 200, 10)]
    new = [posted(600 + number, "CLOUD", "Hosting", "613500") for number in range(0, 200, 10)]
    (found,) = train_coder(old + new).propose((line("CLOUD", "Hosting"),)).lines
    assert found.postings[0].account == "613500"


def test_a_short_history_proposes_with_caution() -> None:
    (found,) = train_coder([posted(1, "PAPER", "Copy paper", "606400")]).propose((line("PAPER", "Copy paper"),)).lines
    assert found.postings[0].account == "606400"
    assert found.probability < 0.999


def test_the_same_history_in_any_order_gives_the_same_proposals() -> None:
    history, mixed = office(), office()
    random.Random(3).shuffle(mixed)
    asked = (line("PAPER", "Paper chair", "37"),)
    assert train_coder(history).propose(asked).lines[0].choices == train_coder(mixed).propose(asked).lines[0].choices


@pytest.mark.slow
def test_fifty_thousand_lines_are_learned_in_seconds() -> None:
    rng = random.Random(5)
    words = [f"{a}{b}" for a in "abcdefghij" for b in ("rm", "lt", "nk", "pl")]
    history = [
        posted(number % 700, f"S{rng.randrange(800)}", " ".join(rng.sample(words, 4)), f"6{rng.randrange(60):03}")
        for number in range(50_000)
    ]
    begun = time.process_time()
    coder = train_coder(history)
    assert time.process_time() - begun < 30  # 5 s on an idle machine
    assert coder.history.lines
