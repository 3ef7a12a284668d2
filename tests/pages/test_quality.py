"""The page of quality in a browser: readable at any width, in both languages, by keyboard and screen reader."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flows.publish import publish_approved
from flows.quality import look_at_tables
from models.status import Status
from models.store.engine import Store
from tests.desk import INVOICE


@pytest.mark.parametrize("language", ["en", "fr"])
def test_batches_and_looks_at_tables_are_read_without_barriers(
    desk: Store, make_document: Any, visit: Any, language: str
) -> None:
    make_document(Status.APPROVED, name="good.pdf")
    wrong = INVOICE.model_copy(update={"invoice_number": "F-2", "gross_total": Decimal("121.00")})
    make_document(Status.APPROVED, name="bad.pdf", invoice=wrong)
    batch = publish_approved(desk, "acme").batches[0]
    run = look_at_tables(desk, "acme")[0]
    visitor = visit(language=language, viewport={"width": 320, "height": 900})
    for path in ("/quality", f"/quality/{batch}", f"/quality/tables/{run.id}"):
        page = visitor.open(path)
        assert visitor.axe() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
