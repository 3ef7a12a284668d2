"""What is proposed for a look: gain first, few of one supplier, a fifth drawn evenly, the same each time."""

from __future__ import annotations

from collections import Counter

from learning.choose import Waiting, choose, gain_of
from learning.corrections import HELD_OUT, Reviewed, at_most, is_held_out

MANY = [Waiting(f"d{at}", f"S{at % 4}", score=at / 100, volume=1 + at % 7, labelled=at % 3) for at in range(100)]


def test_what_is_torn_frequent_and_unknown_gains_most() -> None:
    torn = Waiting("a", "S", 0.5, volume=10)
    assert gain_of(torn) > gain_of(Waiting("b", "S", 0.95, volume=10))
    assert gain_of(torn) > gain_of(Waiting("b", "S", 0.5, volume=2))
    assert gain_of(torn) > gain_of(Waiting("b", "S", 0.5, volume=10, labelled=5))


def test_no_supplier_gets_more_than_three_and_none_twice() -> None:
    found = choose(MANY, 20, seed=7)
    assert len(found) == 12  # four suppliers
    assert max(Counter(each.supplier for each in found).values()) == 3
    assert len({each.key for each in found}) == len(found)


def test_a_fifth_is_drawn_evenly_and_the_same_seed_draws_the_same() -> None:
    wide = [Waiting(f"d{at}", f"S{at}", score=0.99 if at % 2 else 0.5) for at in range(200)]
    found = choose(wide, 20, seed=7)
    assert Counter(each.why for each in found) == {"gain": 16, "evenly": 4}
    assert found == choose(list(reversed(wide)), 20, seed=7)
    assert [each for each in found if each.why == "evenly"] != [
        each for each in choose(wide, 20, seed=8) if each.why == "evenly"
    ]


def test_nothing_waiting_is_nothing_chosen() -> None:
    assert choose([], 20, seed=1) == []


def test_suppliers_are_kept_for_judging_for_good_and_in_the_stated_share() -> None:
    keys = [f"acme/S-{at}" for at in range(2000)]
    share = sum(map(is_held_out, keys)) / len(keys)
    assert abs(share - HELD_OUT) < 0.04
    assert [is_held_out(key) for key in keys] == [is_held_out(key) for key in keys]


def test_of_each_supplier_the_first_few_are_taken() -> None:
    rows = [Reviewed(f"d{at}", f"S{at % 2}", {}) for at in range(10)]
    assert [each.key for each in at_most(rows, 2)] == ["d0", "d1", "d2", "d3"]
