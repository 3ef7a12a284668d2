"""Everything that the API's own description allows, and what it forbids, asked of the real application.

No 5xx, no status and no media type that is not described, every answer of the described form, negative data refused,
no route open without its key. The quick run asks a few of each; the slow one many.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlmodel import select

from models.settings import Settings
from models.store.acks import Said, acknowledge, find_batch
from models.store.api_keys import SCOPES, add_api_key, fresh_token
from models.store.audit import now
from models.store.engine import Store
from models.store.webhooks import add_webhook
from models.tables import PublishBatchRow
from review.api.entry import API_ROUTES
from review.app import create_app
from tests.desk import document_maker, open_desk
from tests.publishing import correct, publish_some

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
          response_schema_conformance, negative_data_rejection)  # fmt: skip
HOST = {"Host": "127.0.0.1:8321"}
IDS: dict[str, str] = {}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, migrated_database: Path) -> Iterator[Any]:
    """The application over a furnished database, and a key for it."""
    home = tmp_path_factory.mktemp("api")
    store = open_desk(home, migrated_database)
    token = _furnish(store)
    app = create_app(Settings(home=home, api={"requests_per_minute": 10**9}), store)
    yield app, token
    store.dispose()
    shutil.rmtree(home)


def _furnish(store: Store) -> str:
    make, token, at = document_maker(store), fresh_token(), now()
    ids = publish_some(store, make, 3)
    correct(store, ids[0], invoice_number="N-1b")
    make(name="waits.pdf")
    with store.write() as session:
        add_api_key(session, token, name="erp", clients=["acme"], scopes=SCOPES, actor="user:ann", at=at,
                    expires_at=at + timedelta(days=1))  # fmt: skip
        hook = add_webhook(session, client_id="acme", url="https://example.com/", events=["batch.published"],
                           secret="", actor="user:ann", at=at)  # fmt: skip
        batch_id = session.exec(select(PublishBatchRow.id).order_by(PublishBatchRow.created_at)).first()
        batch = find_batch(session, batch_id or "", None)
        assert batch is not None
        acknowledge(session, batch, [Said(ids[1], "posted", None, "51")], actor="api:x", at=at)
    IDS.update(document_id=ids[0], batch_id=batch.id, webhook_id=hook.id, client="acme", client_id="acme")
    return token


@pytest.fixture(scope="module")
def described(place: Any) -> Any:
    app, _ = place
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, headers=HOST)


def _ask(case: Any, token: str, *, real: bool) -> None:
    """One request; half of them name things that are there."""
    if real:
        for name in (case.path_parameters or {}).keys() & IDS.keys():
            case.path_parameters[name] = IDS[name]
        for name in (case.query or {}).keys() & IDS.keys():
            case.query[name] = IDS[name]
    case.headers = dict(case.headers or {}) | HOST | {"Authorization": f"Bearer {token}"}
    case.call_and_validate(checks=CHECKS)


QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
QUICK, LONG = 4, int(os.environ.get("EXAMPLES", "300"))  # requests of each route and mode


def _ask_many(described: Any, token: str, route: tuple[str, str], count: int, *, steady: bool) -> None:
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        try:
            _ask_in(mode, described, token, route, count, steady=steady)
        except Unsatisfiable:  # nothing can be wrong where nothing is asked for
            assert mode is GenerationMode.NEGATIVE


def _ask_in(
    mode: GenerationMode, described: Any, token: str, route: tuple[str, str], count: int, *, steady: bool
) -> None:
    method, path = route

    @settings(max_examples=count, deadline=None, derandomize=steady, database=None, suppress_health_check=QUIET,
              phases=(Phase.generate,))  # fmt: skip
    @given(case=described[path][method].as_strategy(generation_mode=mode), real=st.booleans())
    def ask(case: Any, real: bool) -> None:  # noqa: FBT001
        _ask(case, token, real=real and mode is GenerationMode.POSITIVE)

    ask()


@pytest.mark.parametrize("route", sorted(API_ROUTES), ids=" ".join)
def test_the_api_keeps_its_description(described: Any, place: Any, route: tuple[str, str]) -> None:
    _ask_many(described, place[1], route, QUICK, steady=True)


@pytest.mark.slow
@pytest.mark.parametrize("route", sorted(API_ROUTES), ids=" ".join)
def test_the_api_keeps_its_description_for_long(described: Any, place: Any, route: tuple[str, str]) -> None:
    _ask_many(described, place[1], route, LONG, steady=False)
