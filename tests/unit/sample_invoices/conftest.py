from __future__ import annotations

import json
from typing import Any

import pytest

from sample_invoices.make import SEED, demo_files


@pytest.fixture(scope="session")
def files() -> dict[str, bytes]:
    return demo_files(SEED)


@pytest.fixture(scope="session")
def truth(files: dict[str, bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files["truth.jsonl"].decode().splitlines()]
