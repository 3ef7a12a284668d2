from __future__ import annotations

import os

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from extractors.ocr import OcrEngine, Recognition, load_engine
from extractors.ocr.recognition import turned

VALUES = ("FA-2026-0417", "03/11/2026", "48,60", "119,80", "168,40", "202,08")


def texts(found: Recognition) -> list[str]:
    return [word.text for word in found.words]


def box_of(found: Recognition, text: str) -> tuple[float, float, float, float]:
    return next(tuple(word.box) for word in found.words if word.text == text)


def test_values_and_accents_are_read(ppocr: OcrEngine, pixels: NDArray[np.uint8]) -> None:
    read = texts(ppocr.recognise(pixels, 150))
    assert set(VALUES) <= set(read)
    assert {"Forêt,", "Quantité", "Câble", "réseau"} <= set(read)


def test_a_word_box_holds_the_word_and_not_its_neighbours(ppocr: OcrEngine, pixels: NDArray[np.uint8]) -> None:
    x0, y0, x1, y1 = box_of(ppocr.recognise(pixels, 150), "FA-2026-0417")
    ink = np.argwhere(pixels[round(y0) : round(y1), :] < 128)[:, 1]
    inside = ink[(ink >= x0 - 1) & (ink <= x1 + 1)]
    assert x1 - x0 < 260
    assert inside.min() - x0 < 12
    assert x1 - inside.max() < 12


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_page_is_turned_back(ppocr: OcrEngine, pixels: NDArray[np.uint8], rotation: int) -> None:
    straight = ppocr.recognise(pixels, 150)
    found = ppocr.recognise(turned(pixels, 360 - rotation), 150)
    assert found.rotation == rotation
    assert set(VALUES) <= set(texts(found))
    assert box_of(found, "202,08") == pytest.approx(box_of(straight, "202,08"), abs=6)


def test_skew_is_measured_and_taken_out_of_the_boxes(ppocr: OcrEngine, picture: Image.Image) -> None:
    tilted = np.asarray(picture.rotate(-2, resample=Image.Resampling.BICUBIC, fillcolor=255))
    found = ppocr.recognise(tilted, 150)
    assert found.skew == pytest.approx(2, abs=0.3)
    assert set(VALUES) <= set(texts(found))
    label, value = box_of(found, "TTC"), box_of(found, "202,08")
    assert (label[1] + label[3]) / 2 == pytest.approx((value[1] + value[3]) / 2, abs=4)
    assert value == pytest.approx(box_of(ppocr.recognise(np.asarray(picture), 150), "202,08"), abs=6)


def test_an_upright_page_is_left_as_it_is(ppocr: OcrEngine, pixels: NDArray[np.uint8]) -> None:
    found = ppocr.recognise(pixels, 150)
    assert (found.rotation, found.skew) == (0, 0.0)


def test_blank_paper_has_no_words(ppocr: OcrEngine) -> None:
    assert ppocr.recognise(np.full((600, 400), 255, np.uint8), 150).words == ()


def test_tiny_pictures_do_not_break_it(ppocr: OcrEngine) -> None:
    assert ppocr.recognise(np.full((1, 1), 255, np.uint8), 150).words == ()


def test_smeared_digits_are_doubtful_and_read_a_second_time(ppocr: OcrEngine, picture: Image.Image) -> None:
    small = picture.resize((picture.width // 5, picture.height // 5)).resize(picture.size)
    found = ppocr.recognise(np.asarray(small), 150)
    clear = ppocr.recognise(np.asarray(picture), 150)
    assert min(word.confidence for word in found.words) < min(word.confidence for word in clear.words)
    assert any(word.alternative for word in found.words)
    assert not any(word.alternative for word in clear.words)


def test_the_fast_engine_reads_the_values_too(pixels: NDArray[np.uint8]) -> None:
    read = "".join(texts(load_engine("ppocr-fast").recognise(pixels, 150)))
    assert all(value in read for value in VALUES)  # it drops some spaces


def test_a_child_forked_from_a_warm_parent_reads_the_same(ppocr: OcrEngine, pixels: NDArray[np.uint8]) -> None:
    expected = texts(ppocr.recognise(pixels, 150))
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = int(texts(ppocr.recognise(pixels, 150)) != expected)
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
