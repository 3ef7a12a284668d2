from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from extractors.ocr import weights
from extractors.ocr.protobuf import Field, encode_fields, parse_fields
from models.errors import EngineError


@pytest.mark.parametrize("size", ["tiny", "small"])
def test_every_letter_of_our_languages_can_be_read(size: weights.Size) -> None:
    letters = "ÀÂÆÇÉÈÊËÎÏÔŒÙÛÜàâæçéèêëîïôœùûüÄÖäößÑñ¿ÁÍÓÚáíóúãõÃÕĄĆĘŁŃŚŹŻąćęłńśźżĳ€£§°²&@%"
    assert set(letters) <= set(weights.symbols(size))


@pytest.mark.parametrize("size", ["tiny", "small"])
def test_trimming_leaves_the_order_of_scores(size: weights.Size) -> None:
    blob = np.random.default_rng(7).normal(size=(1, 3, 48, 96)).astype(np.float32)
    trimmed = weights.recogniser(size).run(None, {"x": blob})[0]
    whole = weights._open(weights._load(f"{size}/rec/rec.onnx")).run(None, {"x": blob})[0]
    kept = [index for index, (_, is_kept) in enumerate(weights._alphabet(size)) if is_kept]
    expected = whole[..., kept] / whole[..., kept].sum(-1, keepdims=True)
    assert trimmed.shape[-1] == len(weights.symbols(size))
    np.testing.assert_allclose(trimmed, expected, atol=1e-4)


def test_a_changed_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    changed = tmp_path / "ppocrv6_dict.txt"
    changed.write_text("a\nb\n")
    monkeypatch.setattr(weights, "_folder", lambda: tmp_path)
    with pytest.raises(EngineError, match="SHA-256 differs"):
        weights._load(changed.name)


def test_a_missing_package_is_said_and_not_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package")
    assert not weights.is_installed()
    with pytest.raises(EngineError, match="not installed"):
        weights._load("ppocrv6_dict.txt")


def test_messages_survive_reading_and_writing() -> None:
    fields = [Field(1, 0, b"\xac\x02"), Field(2, 2, b"text"), Field(3, 5, b"\x00\x00\x80\x3f"), Field(4, 1, b"\0" * 8)]
    assert list(parse_fields(encode_fields(fields))) == fields
