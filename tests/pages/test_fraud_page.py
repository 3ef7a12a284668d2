"""The page of controls against fraud with something to show: readable at 320 px, in both languages, by axe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import insert

from models.status import Status
from models.store.engine import Store
from models.store.guarded_accounts import Guarded, guard_accounts
from models.store.reused_numbers import allow_reuse
from models.tables import ClientRow, DocumentRow, SupplierBankRow, SupplierRow
from tests.browser import PASSWORD
from tests.desk import INVOICE, NOON, DocumentMaker
from tests.pages.conftest import Visit

LONG_NAME = "Établissements Descartes & Fils – Fournitures industrielles et papeterie de l’Atlantique"
PROPOSED = "DE89370400440532013000"
MANY, ROUND = 520, 12


@pytest.fixture
def suspicious(desk: Store, make_document: DocumentMaker) -> Store:
    """A supplier of 520 invoices that follow Benford's law, one of a few round ones, an account that waits, lists."""
    pattern = make_document(Status.APPROVED, name="pattern.pdf")
    draw = Random(6)
    with desk.write() as session:
        for seller_id, name in (("S2", LONG_NAME), ("S3", "Loyer Martin")):
            session.add(SupplierRow(client_id="acme", seller_id=seller_id, name=name, updated_at=NOON))
        same = session.get_one(DocumentRow, pattern).model_dump()
        amounts = [("S2", Decimal(str(round(10 ** draw.uniform(1, 5), 2)))) for _ in range(MANY)]
        amounts += [("S3", Decimal(9_900 if at % 2 else 1_000)) for at in range(ROUND)]
        session.connection().execute(insert(DocumentRow), [
            same | {"id": f"{at:032x}", "part": at + 2, "seller_id": seller_id, "gross_total": amount,
                    "invoice_number": f"B-{at}", "received_at": NOON - timedelta(days=at % 700)}
            for at, (seller_id, amount) in enumerate(amounts)
        ])  # fmt: skip
        session.add(SupplierBankRow(client_id="acme", seller_id="S2", iban=PROPOSED, proposed_by="user:ann"))
        guard_accounts(session, "acme", [Guarded("employee", "4711", PROPOSED)], b"salt", actor="ann", at=NOON)
        allow_reuse(session, "acme", "S3", reason="prints the number of the lease", actor="user:ann", at=NOON)
        session.get_one(ClientRow, "acme").rules_json = '{"limits": ["10000"]}'
    return desk


@pytest.mark.usefixtures("suspicious")
@pytest.mark.parametrize(("language", "width"), [("en", 1400), ("fr", 320)])
def test_the_page_is_readable_where_there_is_much_to_read(
    visit: Callable[..., Visit], language: str, width: int
) -> None:
    rita = visit(language=language, viewport={"width": width, "height": 900})
    page = rita.open("/fraud")
    page.locator("main details summary").first.click()
    assert rita.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    rows = page.locator("tbody > tr", has=page.locator("th[scope=row]"))
    told = rows.filter(has_text=LONG_NAME).first.inner_text()
    assert {"en": "nearly as the law says", "fr": "presque conformes"}[language] in told
    assert INVOICE.iban not in page.content()


def test_an_account_is_verified_by_keyboard(visit: Callable[..., Visit], suspicious: Store) -> None:
    page = visit().open("/fraud")
    page.locator("[name=reason]").focus()
    page.keyboard.type("Mme Martin, 01 40 00 00 00")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/fraud?done=verified")
    assert page.get_by_role("status").count() >= 1
    with suspicious.read() as session:
        assert session.get_one(SupplierBankRow, ("acme", "S2", PROPOSED)).verified_by == "user:rita"
