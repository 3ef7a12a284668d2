from __future__ import annotations

import doctest
import importlib
import pkgutil
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np
import pytest

import sample_invoices.generator
from sample_invoices.generator.compose import compose, render
from sample_invoices.generator.locales import Wording, languages, load_locale
from sample_invoices.generator.looks import AXES, load_looks, random_look
from sample_invoices.generator.randomly import random_facts, random_recipe
from sample_invoices.generator.scan import scan_page

ROOM = sample_invoices.generator
MODULES = [info.name for info in pkgutil.walk_packages(ROOM.__path__, "sample_invoices.generator.")]


def seeded(number: int) -> Random:
    return Random(number)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize(("axis", "choice"), [(axis, choice) for axis, choices in AXES.items() for choice in choices])
def test_every_choice_of_every_axis_prints_the_fields_that_matter(axis: str, choice: str) -> None:
    facts = random_facts(seeded(8))
    chosen: dict[str, Any] = {axis: choice}
    look = replace(load_looks()["atelier"], **chosen)
    composed = compose(facts, look, Wording(load_locale(facts.language), seeded(8)))
    printed = {item.term for item in composed.prints}
    wanted = {"invoice_number", "issue_date", "seller_name", "buyer_name", "seller_vat_id", "iban", "gross_total"}
    assert wanted <= printed


def test_locale_packs_say_the_same_terms() -> None:
    packs = [load_locale(language) for language in languages()]
    assert all(set(pack.labels) == set(packs[0].labels) for pack in packs)
    assert all(set(pack.units) == set(packs[0].units) for pack in packs)
    assert all(set(pack.texts) == set(packs[0].texts) for pack in packs)


@pytest.mark.parametrize(("language", "text"), [("fr", "-1\u00a0234,50"), ("de", "-1.234,50"), ("en", "-1,234.50")])
def test_numbers_are_written_as_the_language_has_it(language: str, text: str) -> None:
    wording = Wording(load_locale(language), seeded(1), varied=False)
    assert wording.number(Decimal("-1234.5")) == text


@pytest.mark.parametrize("mode", ["grey", "colour", "fax", "photo"])
def test_scan_moves_the_page_by_the_matrix_it_returns(mode: str) -> None:
    facts = random_facts(seeded(8))
    look = replace(load_looks()["forge"], margin=48.0)
    pdf, (composed,) = render([(facts, look, Wording(load_locale(facts.language), seeded(8)))])
    recipe = replace(random_recipe(seeded(2)), mode=mode, dpi=(100.0, 100.0), tilt=4.0, fade=0.0, specks=0)
    picture, matrix = scan_page(pdf, 0, recipe, np.random.default_rng(1))
    grey = np.asarray(picture.convert("L"), dtype=float)
    word = next(word for word in composed.words if word.term == "gross_total")
    middle = np.array([(word.box.x0 + word.box.x1) / 2, word.box.middle, 1.0])
    x, y, scale = matrix @ middle
    x, y = x / scale * 100 / 72, y / scale * 100 / 72
    there = grey[int(y) - 4 : int(y) + 5, int(x) - 8 : int(x) + 9]
    assert there.max() - there.min() > 80


def test_random_looks_use_every_axis() -> None:
    looks = [random_look(seeded(number)) for number in range(200)]
    for axis, choices in AXES.items():
        assert {getattr(look, axis) for look in looks} == set(choices)
