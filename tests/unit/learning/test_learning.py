"""Training: folds keep families whole, truth knows equal values, trees stay what they were, and a small run learns."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from extractors.fields import WEIGHTED, ReaderModel, read_fields, rivals
from extractors.fields.model import ARRAYS, MANIFEST, ForestConfidence, load_model, read_model
from learning.folds import folds
from learning.grow import Growth, grow
from learning.material import Example, is_allowed, real, synthetic
from learning.report import figures, reliability, share_that_passes
from learning.rows import HOPELESS, study
from learning.ship import data_hash, manifest_of, ship
from learning.train import CrossFit, cross_fit, learn_scorers, out_of_fold, studies_of
from learning.truth import is_right, ours
from learning.values import answers
from models.errors import SettingsError
from models.settings import ReadingSettings

READING = ReadingSettings(workers=1)


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(synthetic(7, 36))


@pytest.fixture(scope="module")
def cross(examples: list[Example]) -> CrossFit:
    return cross_fit(studies_of(examples, 1), 1, count=2, growth=Growth(trees=15))


@pytest.mark.parametrize(
    ("term", "truth", "found", "right"),
    [
        ("gross_total", "1234.5", "-1234.50", True),
        ("gross_total", "1234.5", "1234.51", False),
        ("issue_date", "2024-05-03", "2024-05-03", True),
        ("invoice_number", "F-2024/17", "F202417", True),
        ("seller_name", "Müller GmbH", "Muller", True),
        ("seller_name", "Müller GmbH", "Huber GmbH", False),
        ("seller_address", "1 Rue de la Paix 75002 Paris FR", "1, rue de la Paix, 75002 Paris", False),
        ("iban", "DE02 1203 0000 0000 2020 51", "DE02120300000000202051", True),
        ("net_total", "NaN", "12.00", False),
    ],
)
def test_a_value_is_right_where_both_say_the_same(term: str, truth: str, found: str, *, right: bool) -> None:
    assert is_right(term, truth, found) is right


def test_truth_lines_come_under_our_names_without_their_lists() -> None:
    assert ours({"supplier_name": "A", "po_number": 7, "lines": [1], "strange": "x"}) == {
        "seller_name": "A",
        "order_reference": "7",
    }


def test_no_group_is_on_two_sides_and_the_folds_are_even() -> None:
    groups = [f"g{n % 13}" for n in range(200)]
    found = folds(groups, 5)
    sizes = [sum(found[group] == fold for group in groups) for fold in range(5)]
    assert set(found.values()) == set(range(5))
    assert max(sizes) - min(sizes) <= 200 // 13 + 1
    assert folds(reversed(groups), 5) == found


def test_the_plain_trees_decide_as_the_library_that_grew_them() -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    from learning.grow import taken_apart

    rng = np.random.default_rng(3)
    rows = rng.normal(size=(800, 6)).round(1)
    right = rows[:, 0] + rows[:, 1] * rows[:, 2] > rng.normal(size=800)
    model = HistGradientBoostingClassifier(max_iter=30, max_leaf_nodes=9, random_state=0).fit(rows, right)
    asked = rng.normal(size=(500, 6)).round(1)
    found = taken_apart(model, [f"f{n}" for n in range(6)]).margins(asked)
    np.testing.assert_allclose(found, model.decision_function(asked), rtol=0, atol=1e-9)


def test_a_rising_feature_never_lowers_the_margin() -> None:
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(600, 2))
    right = rows[:, 0] + rng.normal(size=600) > 0
    forest = grow(rows, right, np.ones(600), ("prior", "other"), {"prior"}, 1, Growth(trees=20))
    ladder = np.column_stack([np.linspace(-3, 3, 50), np.full(50, 0.3)])
    assert (np.diff(forest.margins(ladder)) >= -1e-12).all()


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [("Apache-2.0", True), ("MIT per README", True), ("AGPL-3.0 (repo)", False), ("CC BY-NC 4.0", False), ("", False)],
)
def test_material_is_used_only_where_its_licence_allows_it(licence: str, *, allowed: bool) -> None:
    assert is_allowed(licence) is allowed


def test_an_address_that_is_a_country_alone_teaches_nothing(examples: list[Example]) -> None:
    row = {"file": "a.pdf", "fields": {"supplier_address": "FR", "gross_total": "1.00"}, "licence": "MIT"}
    (example,) = real([row], {"a.pdf": examples[0].pages}, "some")
    assert example.fields == {"gross_total": "1.00"}
    assert list(real([row | {"licence": "AGPL-3.0"}], {"a.pdf": examples[0].pages}, "some")) == []


def test_the_right_candidate_of_each_printed_total_is_among_the_rows(examples: list[Example]) -> None:
    clean = [each for each in examples if each.pages[0].reader == "text" and "gross_total" in each.visible][:20]
    column = rivals.COLUMNS.index("is_gross_total")
    found = [
        rows.right[rows.numbers[:, column] > 0].any()
        for rows in (study(each, Random(1), dropout=0.0).fields for each in clean)
    ]
    assert len(found) > 10
    assert sum(found) >= 0.9 * len(found)


def test_hopeless_rows_are_thinned_and_weigh_the_more(examples: list[Example]) -> None:
    rows = study(examples[0], Random(1), dropout=0.0).fields
    prior = rows.numbers[:, rivals.COLUMNS.index("prior")]
    assert set(rows.weights[~rows.right & (prior < HOPELESS)]) <= {8.0}
    assert set(rows.weights[rows.right]) == {1.0}


def test_hidden_labels_change_what_the_trees_see(examples: list[Example]) -> None:
    seen, hidden = (study(examples[0], Random(2), dropout=share).fields for share in (0.0, 1.0))
    label = rivals.COLUMNS.index("label")
    assert hidden.numbers[:, label].sum() < seen.numbers[:, label].sum()


def test_the_same_examples_give_the_same_model(examples: list[Example]) -> None:
    few = studies_of(examples[:8], 1)
    one, two = (learn_scorers(few, 1, Growth(trees=15)) for _ in range(2))
    page = examples[9].pages
    assert read_fields(page, READING, one) == read_fields(page, READING, two)
    assert data_hash(examples[:3]) == data_hash(list(synthetic(7, 3)))


def test_each_group_has_a_model_that_has_not_seen_it(examples: list[Example], cross: CrossFit) -> None:
    assert cross.unseen.keys() == {each.group for each in examples}
    assert len({id(model) for model in cross.unseen.values()}) == 2
    assert all(model is not cross.model for model in cross.unseen.values())


def test_confidence_is_a_probability_and_knows_right_from_wrong(examples: list[Example], cross: CrossFit) -> None:
    values = [value for answer in out_of_fold(cross, examples, READING) for value in answer.values]
    right, wrong = ([v.sure for v in values if v.right is side] for side in (True, False))
    assert all(0 <= value.sure <= 1 for value in values)
    assert sum(right) / len(right) > sum(wrong) / len(wrong) + 0.01


def test_a_model_survives_its_files(examples: list[Example], cross: CrossFit, tmp_path: Path) -> None:
    manifest = manifest_of(examples, {}, seed=1, day="2026-01-31")
    folder = ship(cross.model, tmp_path / "model", manifest)
    again = read_model(folder)
    assert again.version == manifest["version"]
    assert isinstance(again.confidence, ForestConfidence)
    before, after = (next(iter(answers(model, examples[:1], READING))) for model in (cross.model, again))
    assert before.extraction == after.extraction
    told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert {"data_sha256", "sets", "seed", "libraries", "arrays_sha256", "features"} <= told.keys()


@pytest.mark.parametrize("damage", ["cut", "text", "no_manifest", "other_features"])
def test_damaged_model_files_are_refused(examples: list[Example], cross: CrossFit, tmp_path: Path, damage: str) -> None:
    folder = ship(cross.model, tmp_path, manifest_of(examples, {}, seed=1, day="2026-01-31"))
    arrays = folder / ARRAYS
    if damage == "cut":
        arrays.write_bytes(arrays.read_bytes()[:2000])
    elif damage == "text":
        arrays.write_text("no arrays")
    elif damage == "no_manifest":
        (folder / MANIFEST).unlink()
    else:
        with np.load(arrays, allow_pickle=False) as stored:
            held = dict(stored)
        held["fields.names"] = held["fields.names"][::-1]
        np.savez(arrays, allow_pickle=False, **held)
    with pytest.raises(SettingsError):
        read_model(folder)


def test_a_model_of_weights_cannot_be_stored(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="forests"):
        ship(WEIGHTED, tmp_path, {})


def test_the_shipped_model_fits_the_features_of_this_reader() -> None:
    shipped: ReaderModel = load_model()
    assert shipped.version != WEIGHTED.version


def test_a_threshold_lets_pass_only_as_many_wrong_ones_as_are_allowed() -> None:
    assert share_that_passes([(0.9, True)] * 99 + [(0.8, False)], 0.01) == (1.0, 0.8)
    assert share_that_passes([(0.9, False)] + [(0.8, True)] * 50, 0.01) == (0.0, 1.0)
    assert share_that_passes([(0.9, True), (0.9, False)], 0.1) == (0.0, 1.0)


def test_figures_count_documents_groups_and_fields(examples: list[Example]) -> None:
    read = list(answers(WEIGHTED, examples[:10], READING))
    found = figures(read)
    assert found["documents"] == 10
    assert 0.3 < found["f1_over_groups"] <= 1
    spoilt = [
        replace(
            answer, example=replace(answer.example, fields={"gross_total": "0.01"}, visible=frozenset({"gross_total"}))
        )
        for answer in read
    ]
    assert figures(spoilt)["whole"] == 0
    assert sum(band["values"] for band in reliability(read)) == sum(len(answer.values) for answer in read)
