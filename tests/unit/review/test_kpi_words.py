from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from kpis import KPIS

CATALOGUES = Path(__file__).parents[3] / "review" / "catalogues"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_figure_has_a_name_and_a_formula_on_the_page(language: str) -> None:
    words = tomllib.loads((CATALOGUES / f"{language}.toml").read_text(encoding="utf-8"))
    assert set(words["kpi"]) == set(words["kpi_formula"]) == set(KPIS)
