"""`facturier train`: which folders it takes, what it refuses, and that what it writes can be read with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from extractors.fields import read_fields
from extractors.fields.model import read_model
from flows.commands.training import Order, run_train
from learning.material import synthetic
from models.errors import SettingsError
from models.settings import ReadingSettings


def test_a_folder_without_sets_is_refused_and_told_which_are_known(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="smartap"):
        run_train(Order("2026-01-31", tmp_path), tmp_path / "home")


def test_a_truth_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "smartap").mkdir()
    (tmp_path / "smartap" / "truth.jsonl").write_text('{"file": "a.pdf"}\n{"file"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="line 2"):
        run_train(Order("2026-01-31", tmp_path), tmp_path / "home")


def test_sets_without_clear_terms_can_be_left_out(tmp_path: Path) -> None:
    (tmp_path / "sroie").mkdir()
    (tmp_path / "sroie" / "truth.jsonl").write_text('{"file": "a.jpg", "fields": {}}\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="holds none of"):
        run_train(Order("2026-01-31", tmp_path, unclear=False), tmp_path / "home")


@pytest.mark.slow
def test_the_generator_alone_makes_a_model_that_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_train(Order("2026-01-31", None, tmp_path / "out", documents=60), tmp_path / "home") == 0
    assert "Layout groups not seen" in capsys.readouterr().out
    told = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert told["sets"].keys() == {"generator"}
    assert told["day"] == "2026-01-31"
    assert "figures_generator_only" not in told
    model = read_model(tmp_path / "out")
    (page,) = synthetic(99, 1)
    assert read_fields(page.pages, ReadingSettings(workers=1), model)[0].invoice is not None
