"""Supplier rules at work: applied to what was just read, never to an e-invoice, and only where they are on."""

from __future__ import annotations

from flows.judge import Office
from flows.taught import with_taught
from models.document import Box, Page, Word
from models.extraction import Extraction, Reading
from models.settings import Settings
from models.store.engine import Store
from models.tables import ClientRow, SupplierRuleRow
from tests.desk import EXTRACTION, INVOICE, NOON, desk

__all__ = ["desk"]
RULE = '{"kind":"after_label","term":"invoice_number","text":"Facture n°"}'
SHEET = Page(1, 595, 842, (Word("Facture", Box(50, 50, 90, 60)), Word("n°", Box(92, 50, 104, 60)),
                           Word("FA-7", Box(108, 50, 140, 60))))  # fmt: skip


def taught(store: Store, state: str, extraction: Extraction = EXTRACTION) -> Extraction:
    with store.write() as session:
        session.add(SupplierRuleRow(id="r1", client_id="acme", seller_id="S1", term="invoice_number", state=state,
                                    kind="after_label", rule_json=RULE, preview_json='{"sure": 0.75}', document_id="d",
                                    actor="user:rita", at=NOON, changed_at=NOON))  # fmt: skip
        session.flush()
        office = Office(session.get_one(ClientRow, "acme"), Settings())
        reading = Reading(extractions=(extraction,), seen=(SHEET,))
        return with_taught(session, office, reading, NOON).extractions[0]


def named(extraction: Extraction) -> Extraction:
    return extraction.model_copy(update={"invoice": INVOICE.model_copy(update={"seller_name": "Papeterie"})})


def test_a_rule_that_is_on_reads_the_next_invoice(desk: Store) -> None:
    found = taught(desk, "on", named(EXTRACTION))
    assert found.invoice.invoice_number == "FA-7"
    assert (found.evidence["invoice_number"].reader, found.evidence["invoice_number"].confidence) == ("rule", 0.75)
    assert found.invoice.gross_total == INVOICE.gross_total


def test_a_rule_that_is_only_proposed_does_nothing(desk: Store) -> None:
    assert taught(desk, "proposed", named(EXTRACTION)).invoice.invoice_number == "F-1"


def test_an_e_invoice_is_left_alone(desk: Store) -> None:
    assert taught(desk, "on", named(EXTRACTION).model_copy(update={"source": "xml"})).invoice.invoice_number == "F-1"


def test_a_rule_of_a_supplier_is_not_another_suppliers(desk: Store) -> None:
    stranger = EXTRACTION.model_copy(update={"invoice": INVOICE.model_copy(
        update={"seller_name": "Somebody Else GmbH", "iban": None})})  # fmt: skip
    assert taught(desk, "on", stranger).invoice.invoice_number == "F-1"
