from __future__ import annotations

import numpy as np
import pytest

from extractors.ocr.calibration import WITH_DIGITS, WITHOUT_DIGITS, calibrated
from extractors.ocr.detection import turned_half
from extractors.ocr.lines import ReadLine, _decode, measure_blanks, split_words
from extractors.ocr.orientation import measure_skew
from extractors.ocr.straighten import straighten_box


def read_line(text: str) -> ReadLine:
    at = tuple((index + 0.5) / len(text) for index in range(len(text)))
    return ReadLine(text, at, (0.9,) * len(text))


def test_repetitions_collapse_unless_a_blank_parts_them() -> None:
    best = [1, 1, 0, 1, 2, 2, 0]
    scores = np.full((len(best), 3), 0.05, np.float32)
    scores[range(len(best)), best] = 0.9
    assert _decode(scores, ("", "a", "b")).text == "aab"


def test_words_lie_in_order_and_do_not_overlap() -> None:
    first, second, third = split_words(read_line("Total TTC 202,08"))
    assert (first.text, second.text, third.text) == ("Total", "TTC", "202,08")
    assert 0 <= first.start < first.end <= second.start < second.end <= third.start < third.end <= 1


def test_a_word_is_as_sure_as_its_weakest_character() -> None:
    line = ReadLine("12 3", (0.1, 0.3, 0.5, 0.9), (0.99, 0.4, 0.9, 0.8))
    assert [span.weakest for span in split_words(line)] == [0.4, 0.8]


def test_cells_that_were_found_as_one_line_are_parted() -> None:
    line = ReadLine("4,5000", (0.05, 0.07, 0.09, 0.9, 0.92, 0.94), (0.9,) * 6, (0, 0.1, 0.1, 9, 0.1, 0.1))
    assert [span.text for span in split_words(line)] == ["4,5", "000"]


def test_thin_digits_of_a_till_stay_one_number() -> None:
    line = ReadLine("11,10", (0.1, 0.3, 0.5, 0.7, 0.9), (0.9,) * 5, (0, 0.3, 0.2, 0.2, 0.1))
    assert [span.text for span in split_words(line)] == ["11,10"]


def test_white_between_characters_is_measured_past_rules() -> None:
    cut = np.full((48, 100), 255, np.uint8)
    cut[10:38, 5:15] = cut[10:38, 63:73] = 0
    cut[40:43] = 0
    assert measure_blanks(cut, (0.1, 0.7)) == (0.0, pytest.approx(1.0, abs=0.03))


def test_an_empty_line_has_no_words() -> None:
    assert split_words(ReadLine("", (), ())) == ()
    assert ReadLine("", (), ()).confidence == 0


@pytest.mark.parametrize("has_digits", [True, False])
def test_calibration_grows_with_the_weakest_character(*, has_digits: bool) -> None:
    values = [calibrated(step / 100, has_digits=has_digits) for step in range(101)]
    assert values == sorted(values)
    table = WITH_DIGITS if has_digits else WITHOUT_DIGITS
    assert [calibrated(weakest, has_digits=has_digits) for weakest, _ in table] == [right for _, right in table]


def test_half_a_turn_twice_is_none() -> None:
    lines = np.array([[[10, 20], [60, 22], [60, 34], [10, 32]]], np.float32)
    np.testing.assert_array_equal(turned_half(turned_half(lines, 100, 50), 100, 50), lines)


def test_skew_is_that_of_the_long_lines() -> None:
    level = [[0, 0], [300, 0], [300, 10], [0, 10]]
    stamp = [[0, 0], [20, 20], [10, 30], [-10, 10]]
    assert measure_skew(np.array([level, level, stamp], np.float32)) == 0


def test_straightening_levels_a_falling_line() -> None:
    corners = np.array([[0, 0], [99.939, 3.49], [99.939, 3.49], [0, 0]], np.float32)
    box = straighten_box(corners, 2.0, (0, 0))
    assert (box.height, box.width) == (pytest.approx(0, abs=0.01), pytest.approx(100, abs=0.01))
