from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from extractors.ocr import load_engine
from extractors.ocr.cascade import SURE_NUMBER, SURE_TEXT, is_sure, read_fast, read_well
from extractors.ocr.detection import find_lines
from extractors.ocr.lines import ReadLine, cut_line, read_cut, read_lines, split_words
from extractors.ocr.parts import _divide, part_words, read_unsure


def line_of(text: str, sure: float) -> ReadLine:
    return ReadLine(text, tuple((at + 0.5) / len(text) for at in range(len(text))), (1.0,) * (len(text) - 1) + (sure,))


def test_a_number_must_be_surer_than_a_word() -> None:
    assert SURE_TEXT < SURE_NUMBER
    assert is_sure(line_of("Montant", SURE_TEXT))
    assert not is_sure(line_of("Montant", SURE_TEXT - 0.01))
    assert not is_sure(line_of("119,80", SURE_TEXT))
    assert is_sure(line_of("119,80", SURE_NUMBER))


def test_a_row_of_like_digits_is_never_sure() -> None:
    assert not is_sure(line_of("DE02 0000 0000", 1.0))
    assert not is_sure(line_of("1200000", 1.0))


def test_words_that_lack_a_space_between_them_are_not_sure() -> None:
    assert not any(is_sure(line_of(text, 1.0)) for text in ("20%100.00", "Total:12", "NetTotal", "Betrag12,50"))
    assert all(is_sure(line_of(text, 1.0)) for text in ("20%", "Total:", "1.234,50", "FA-2026-0417", "(HT)", "SARL"))


def test_a_line_in_which_nothing_was_read_is_not_sure() -> None:
    assert not is_sure(ReadLine("", (), ()))


def test_clear_lines_are_read_once(pixels: NDArray[np.uint8]) -> None:
    readings = read_well(pixels, find_lines(pixels))
    assert sum(reading.other is not None for reading in readings) < len(readings) / 2
    assert all(is_sure(reading.line) for reading in readings if reading.other is None)


def test_an_unsure_line_keeps_what_the_tiny_recogniser_read(picture: Image.Image) -> None:
    blurred = np.asarray(picture.filter(ImageFilter.GaussianBlur(2.2)))
    lines = find_lines(blurred)
    tiny = read_lines(blurred, lines, "tiny")
    readings = read_well(blurred, lines)
    doubted = [at for at, line in enumerate(tiny) if not is_sure(line)]
    assert doubted
    assert [readings[at].other for at in doubted] == [tiny[at] for at in doubted]


def test_only_the_unsure_word_of_a_line_is_read_again(pixels: NDArray[np.uint8]) -> None:
    lines = find_lines(pixels)
    row = next(at for at, line in enumerate(read_lines(pixels, lines, "tiny")) if line.text.startswith("Facture"))
    cut = cut_line(pixels, lines[row])
    tiny = read_cut(cut, "tiny")
    wrong = tiny._replace(text=tiny.text.replace("0417", "9999"))
    again = read_unsure(cut, wrong, lambda word: "9999" not in word.text, "small")
    assert "FA-2026-0417" in [word.text for word in split_words(again)]
    assert again.text.startswith("Facture")
    assert again.positions == tuple(sorted(again.positions))
    kept = [at for at, is_kept in enumerate(map(tiny.positions.__contains__, again.positions)) if is_kept]
    assert len(kept) >= len("Facture")


def test_a_line_of_which_nothing_is_sure_is_read_whole(pixels: NDArray[np.uint8]) -> None:
    cut = cut_line(pixels, find_lines(pixels)[0])
    again = read_unsure(cut, read_cut(cut, "tiny"), lambda _: False, "small")
    assert again == read_cut(cut, "small")


def test_words_that_touch_are_not_cut_apart() -> None:
    line = ReadLine("ab cd", (0.1, 0.4, 0.5, 0.6, 0.9), (1.0, 1.0, 1.0, 0.2, 0.2))
    assert len(part_words(line, lambda word: word.weakest > 0.9)) == 2
    striped = np.full((48, 400), 255, np.uint8)
    striped[:, ::2] = 0
    assert len(_divide(striped, line, part_words(line, lambda word: word.weakest > 0.9))[0]) == 1


def test_the_fast_cascade_keeps_its_first_reading(picture: Image.Image) -> None:
    blurred = np.asarray(picture.filter(ImageFilter.GaussianBlur(2.2)))
    lines = find_lines(blurred)
    assert [reading.line for reading in read_fast(blurred, lines)] == list(read_lines(blurred, lines, "tiny"))


def test_a_picture_without_lines_has_no_readings() -> None:
    blank = np.full((200, 200), 255, np.uint8)
    assert read_well(blank, find_lines(blank)) == read_fast(blank, find_lines(blank)) == ()


def test_long_rows_of_zeros_survive() -> None:
    picture = Image.new("L", (900, 120), 255)
    ImageDraw.Draw(picture).text((40, 40), "Total 1000000,00 EUR", fill=0, font_size=30)
    found = load_engine("ppocr").recognise(np.asarray(picture), 150)
    assert "1000000,00" in [word.text for word in found.words]
