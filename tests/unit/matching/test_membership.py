"""Words for differences: every difference has one, degrees stay in bounds, the words lie where a clerk expects."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.distance import FAR, reading_distance
from matching.membership import AMOUNT, DAYS, NUMBER, PRICE, QUANTITY, Words, degree, word_for

SCALES: dict[str, Words] = {"price": PRICE, "quantity": QUANTITY, "amount": AMOUNT, "days": DAYS, "number": NUMBER}


@pytest.mark.parametrize("words", SCALES.values(), ids=SCALES)
@given(difference=st.floats(-500, 2000))
def test_every_difference_deserves_some_word_at_least_by_half(words: Words, difference: float) -> None:
    degrees = [degree(points, difference) for points in words.values()]
    assert all(0.0 <= each <= 1.0 for each in degrees)
    assert max(degrees) >= 0.49


@pytest.mark.parametrize("words", SCALES.values(), ids=SCALES)
def test_points_rise_from_left_to_right(words: Words) -> None:
    assert all(list(points) == sorted(points, key=lambda point: point[0]) for points in words.values())


@pytest.mark.parametrize(
    ("words", "difference", "word"),
    [
        (PRICE, 0.9, "price_same"),
        (PRICE, -5.0, "price_near"),
        (PRICE, 40.0, "price_other"),
        (QUANTITY, 0.0, "quantity_same"),
        (QUANTITY, -70.0, "quantity_part"),
        (QUANTITY, 5.0, "quantity_more"),
        (QUANTITY, 100.0, "quantity_other"),
        (AMOUNT, 0.01, "amount_same"),
        (AMOUNT, -50.0, "amount_part"),
        (DAYS, -20.0, "days_before"),
        (DAYS, 12.0, "days_soon"),
        (DAYS, 900.0, "days_old"),
        (NUMBER, 0.0, "number_same"),
        (NUMBER, 0.6, "number_misread"),
        (NUMBER, FAR, "number_other"),
    ],
)
def test_a_difference_is_called_what_a_clerk_would_call_it(words: Words, difference: float, word: str) -> None:
    assert word_for(words, difference) == word


def test_a_digit_that_looks_alike_is_nearer_than_any_other_digit() -> None:
    assert 0 < reading_distance("4506017", "4500017") < reading_distance("4502017", "4500017")


def test_what_is_lost_at_an_end_is_nearer_than_what_is_lost_within() -> None:
    assert reading_distance("450001", "4500017") < reading_distance("450017", "4500017")


@given(st.text("0123456789ABCX-/ ", max_size=14), st.text("0123456789ABCX-/ ", max_size=14))
def test_distance_is_the_same_both_ways_and_never_beyond_far(left: str, right: str) -> None:
    assert reading_distance(left, right) == pytest.approx(reading_distance(right, left))
    assert 0.0 <= reading_distance(left, right) <= FAR


def test_no_number_is_far_from_every_number() -> None:
    assert reading_distance("", "4500017") == FAR
