from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from extractors.ocr import ENGINES, load_engine, tesseract
from extractors.ocr.recognition import turned
from models.errors import EngineError, SettingsError

has_tesseract = pytest.mark.skipif(not tesseract.installed_languages(), reason="Tesseract is not installed")


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_each_row_is_an_engine_of_that_name_that_says_whether_it_can_work(name: str) -> None:
    engine = load_engine(name)
    assert engine.name == name
    assert isinstance(engine.is_available(), bool)
    if engine.is_available():
        engine.warm_up()
        assert engine.recognise(np.full((40, 200), 255, np.uint8), 150).words == ()


def test_an_unknown_engine_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsError, match="ppocr-fast"):
        load_engine("guess")


@has_tesseract
def test_tesseract_reads_words_with_boxes(pixels: NDArray[np.uint8]) -> None:
    words = {word.text: word for word in load_engine("tesseract").recognise(pixels, 150).words}
    assert {"Facture", "202,08"} <= set(words)
    assert 0 < words["202,08"].confidence <= 1
    assert words["202,08"].box.x0 > words["Total"].box.x1


@has_tesseract
def test_tesseract_turns_a_page_that_lies_on_its_head(picture: Image.Image) -> None:
    # Its orientation detection wants more text than one small invoice has.
    page = Image.new("L", (picture.width, picture.height * 2), 255)
    page.paste(picture, (0, 0))
    page.paste(picture, (0, picture.height))
    found = load_engine("tesseract").recognise(turned(np.asarray(page), 180), 150)
    assert found.rotation == 180
    assert "202,08" in {word.text for word in found.words}


def test_a_machine_without_tesseract_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract.pytesseract.pytesseract, "tesseract_cmd", "no-such-program")
    tesseract.installed_languages.cache_clear()
    try:
        engine = tesseract.TesseractEngine()
        assert not engine.is_available()
        with pytest.raises(EngineError, match="apt-get install"):
            engine.recognise(np.full((40, 200), 255, np.uint8), 150)
    finally:
        tesseract.installed_languages.cache_clear()
