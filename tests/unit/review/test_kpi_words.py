from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from kpis import KPIS
from models.tables import KpiRow
from review.kpi_words import bounds_of, change_of, in_unit, label_text, part_text
from review.language import TONGUES
from review.pages.kpis import GROUPS, HEADLINE
from tests.desk import NOON

CATALOGUES = Path(__file__).parents[3] / "review" / "catalogues"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_figure_has_a_name_and_a_formula_on_the_page(language: str) -> None:
    words = tomllib.loads((CATALOGUES / language / "kpis.toml").read_text(encoding="utf-8"))
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


def test_every_figure_stands_somewhere_on_the_page() -> None:
    shown = {name for names in GROUPS.values() for name in names}
    bounds = {name for name in KPIS if name.endswith(("_low", "_high"))}
    assert shown | bounds == set(KPIS)
    assert set(HEADLINE) <= shown


@pytest.mark.parametrize(
    ("name", "value", "previous", "verdict", "told"),
    [
        ("straight_through_rate", 0.5, 0.4, "better", "+10.0 pt"),
        ("exception_rate", 0.5, 0.4, "worse", "+10.0 pt"),
        ("documents_received", 30.0, 20.0, "changed", "+50.0 %"),
        ("turnaround_median", 2.0, 4.0, "better", "-50.0 %"),
        ("turnaround_median", 2.0, 2.0, "same", ""),
        ("documents_reopened", 2.0, 0.0, "worse", ""),
    ],
)
def test_a_change_is_judged_by_what_the_figure_wishes(
    name: str, value: float, previous: float, verdict: str, told: str
) -> None:
    row = KpiRow(name=name, unit=KPIS[name].unit, value=value, previous=previous)
    assert change_of(TONGUES["en"], row) == (verdict, told)
    assert change_of(TONGUES["en"], KpiRow(name=name, unit="h", value=value)) is None


def test_values_carry_the_unit_in_which_a_person_would_say_them() -> None:
    french = TONGUES["fr"]
    said = [in_unit(french, value, unit) for value, unit in ((2.5, "h"), (0.5, "h"), (0.001, "h"), (12.0, "documents"))]
    assert said == ["2,5 h", "30 min", "3,6 s", "12"]
    assert in_unit(french, 1.2, "EUR") == "1,20\xa0€"
    assert in_unit(french, None, "share") == "–"
    assert [part_text(french, part) for part in ("*", "-", "expert", "Müller & Co")] == [
        "autres", "non connu", french.t("tier.expert"), "Müller & Co",
    ]  # fmt: skip
