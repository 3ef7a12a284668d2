"""Nobody else's package takes the names of our rooms: site-packages comes before our folder on sys.path.

PyPI has, for one, a package `validators`; once it is installed, `import validators` is theirs and not ours.
"""

from __future__ import annotations

import importlib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = (
    "assurance", "extractors", "flows", "kpis", "learning", "matching", "models", "reports", "review", "validators",
)  # fmt: skip


@pytest.mark.parametrize("room", ROOMS)
def test_no_installed_distribution_but_ours_owns_the_name(room: str) -> None:
    assert set(packages_distributions().get(room, [])) <= {"facturier"}


@pytest.mark.parametrize("room", ROOMS)
def test_the_room_that_is_imported_is_ours(room: str) -> None:
    assert Path(str(importlib.import_module(room).__file__)) == ROOT / room / "__init__.py"


def test_no_file_in_flows_shadows_a_room() -> None:
    # A deployment with a path entrypoint puts flows/ first on sys.path: flows/models.py would then be `models`.
    assert {path.stem for path in (ROOT / "flows").iterdir()} & set(ROOMS) == set()
