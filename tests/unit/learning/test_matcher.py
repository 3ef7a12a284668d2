"""Training of the ranker: suppliers are never split, what is learned ranks new suppliers, and files come back whole."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from learning.grow import Growth
from learning.matcher import CrossFit, Study, cross_fit, figures, load, ranked, save, studies_of, train_matcher
from learning.matcher.figures import Ranked, calibration_error
from learning.matcher.train import node_means
from matching.features import NAMES
from matching.ranker import ARRAYS, MANIFEST
from models.errors import SettingsError
from sample_invoices.generator.book import Case, cases

DAY = "2026-01-05"


@pytest.fixture(scope="module")
def found() -> list[Case]:
    return list(cases(31, 8, each=12))


@pytest.fixture(scope="module")
def studies(found: list[Case]) -> list[Study]:
    return studies_of(found)


@pytest.fixture(scope="module")
def cross(studies: list[Study]) -> CrossFit:
    return cross_fit(studies, 1, DAY, growth=Growth(trees=20, smallest_leaf=5), count=2)


def test_every_case_becomes_rows_of_the_columns(studies: list[Study]) -> None:
    assert all(each.rows.shape == (len(each.orders), len(NAMES)) for each in studies)
    assert all(np.isfinite(each.rows).all() for each in studies)
    assert sum(each.right.any() for each in studies) > len(studies) / 2


def test_right_rows_are_the_orders_of_the_case(studies: list[Study]) -> None:
    for each in studies:
        assert {order for order, right in zip(each.orders, each.right, strict=True) if right} <= set(each.case.orders)


def test_suppliers_that_were_not_seen_are_ranked_well_after_little_training(
    cross: CrossFit, studies: list[Study]
) -> None:
    told = figures(ranked(cross.unseen, studies))
    assert told["top_1"] >= 0.85
    assert told["top_5"] >= 0.95
    assert told["calibration_error"] < 0.05


def test_a_group_is_judged_by_a_model_that_has_not_seen_it(cross: CrossFit, studies: list[Study]) -> None:
    assert set(cross.unseen) == {each.case.group for each in studies}
    assert all(model is not cross.model for model in cross.unseen.values())


def test_the_same_cases_and_seed_give_the_same_model(found: list[Case], studies: list[Study]) -> None:
    again = cross_fit(studies_of(found), 1, DAY, growth=Growth(trees=20, smallest_leaf=5), count=2).model
    first = cross_fit(studies, 1, DAY, growth=Growth(trees=20, smallest_leaf=5), count=2).model
    assert again.to_bytes() == first.to_bytes()


def test_the_door_gives_a_model_with_the_day_in_its_version(found: list[Case]) -> None:
    assert train_matcher(found[:60], 1, DAY).version.startswith(DAY)


def test_a_model_comes_back_from_its_files(cross: CrossFit, studies: list[Study], tmp_path: Path) -> None:
    save(cross.model, tmp_path, {"seed": 1})
    again = load(tmp_path)
    rows = studies[0].rows.tolist()
    assert again.weights(rows) == cross.model.weights(rows)
    assert json.loads((tmp_path / MANIFEST).read_text(encoding="utf-8"))["version"] == again.version


def test_files_of_other_columns_are_refused(cross: CrossFit, tmp_path: Path) -> None:
    from dataclasses import replace

    forest = replace(cross.model.forest, names=(*NAMES[:-1], "other"))
    save(replace(cross.model, forest=forest), tmp_path, {})
    with pytest.raises(SettingsError, match="other columns"):
        load(tmp_path)


def test_an_arrays_file_without_arrays_is_refused(cross: CrossFit, tmp_path: Path) -> None:
    save(cross.model, tmp_path, {})
    (tmp_path / ARRAYS).write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(SettingsError):
        load(tmp_path)


def test_cases_without_any_right_order_teach_nothing(studies: list[Study]) -> None:
    barren = [each for each in studies if not each.right.any()]
    with pytest.raises(SettingsError, match="right orders"):
        cross_fit(barren, 1, DAY, count=2)


def test_a_nodes_mean_is_the_mean_of_the_leaves_below_it(cross: CrossFit, studies: list[Study]) -> None:
    rows = np.concatenate([each.rows[each.free] for each in studies])
    means = node_means(cross.model.forest, rows)
    assert means[cross.model.forest.roots].sum() + cross.model.forest.base == pytest.approx(
        cross.model.forest.margins(rows).mean()
    )


def test_honest_odds_have_no_calibration_error_and_boasting_has(found: list[Case]) -> None:
    case = next(each for each in found if each.orders)
    right, wrong = case.orders[0], "another"
    honest = [Ranked(case, ((right, 0.5), (wrong, 0.5)), is_ruled=False)]
    boasting = [Ranked(case, ((wrong, 1.0), (right, 0.0)), is_ruled=False)]
    assert calibration_error(honest) == 0.0
    assert calibration_error(boasting) == 1.0
