"""A PostgreSQL server of its own for tests, where the programs are installed. A fixture to import."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bench.postgres import throwaway_server


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    """The address of an empty server, skipped where none is installed."""
    with ExitStack() as open_while_used:
        try:
            url = open_while_used.enter_context(throwaway_server())
        except FileNotFoundError:
            pytest.skip("PostgreSQL is not installed")
        yield url
