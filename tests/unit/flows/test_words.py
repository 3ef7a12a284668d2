"""Words of many files: read once, kept by hash, and a file that cannot be read costs only itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractors import ReaderPool
from flows.words import read_words
from models.settings import ReadingSettings, Settings

SAMPLE = Path(__file__).parents[3] / "sample_invoices" / "files" / "de-01-din-5008.pdf"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    reading = ReadingSettings(engine="null", second_engine="null", workers=1, sandbox="none")
    return Settings(home=tmp_path / "home", reading=reading)


def test_words_are_read_once_and_then_taken_from_the_folder(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read_words([SAMPLE], settings, tmp_path / "kept")
    assert any(word.text for page in first[SAMPLE.name] for word in page.words)
    (kept,) = (tmp_path / "kept").iterdir()

    def never(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(ReaderPool, "words", never)
    assert read_words([SAMPLE], settings, tmp_path / "kept") == first
    kept.write_bytes(b"[")
    with pytest.raises(AssertionError, match="read again"):
        read_words([SAMPLE], settings, tmp_path / "kept")


def test_a_file_that_cannot_be_read_is_told_and_has_no_pages(tmp_path: Path, settings: Settings) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    told: list[str] = []
    read = read_words([broken, SAMPLE], settings, tell=told.append)
    assert read["broken.pdf"] == ()
    assert read[SAMPLE.name]
    assert len(told) == 1
    assert "broken.pdf" in told[0]
