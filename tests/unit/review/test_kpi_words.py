from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from kpis import KPIS
from models.tables import KpiRow
from review.language import TONGUES
from review.pages.kpis import bounds_of, label_text
from tests.desk import NOON

CATALOGUES = Path(__file__).parents[3] / "review" / "catalogues"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_figure_has_a_name_and_a_formula_on_the_page(language: str) -> None:
    words = tomllib.loads((CATALOGUES / language / "site.toml").read_text(encoding="utf-8"))
    assert set(words["kpi"]) == set(words["kpi_formula"]) == set(KPIS)


def test_an_interval_stands_with_its_figure_and_labels_are_words() -> None:
    rows = [
        KpiRow(id=name, client_id="acme", name=name, label="scan/known", value=value, unit="share", computed_at=NOON,
               period_start=NOON, period_end=NOON)
        for name, value in (("audited_error_rate", 0.1), ("audited_error_rate_low", 0.02),
                            ("audited_error_rate_high", 0.3))
    ]  # fmt: skip
    [(key, bounds)] = bounds_of(rows).items()
    assert key == ("audited_error_rate", "scan/known")
    assert [row.value for row in bounds] == [0.02, 0.3]
    assert label_text(TONGUES["fr"], rows[0]) == "Numérisation, fournisseur connu"
    assert bounds_of(rows[:2]) == {}
