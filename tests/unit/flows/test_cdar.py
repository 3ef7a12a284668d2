"""The status message of a document: complete, well formed, in the words of the reform."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from lxml import etree

from flows.commands.lifecycle import run_lifecycle
from flows.exports.cdar import DOCUMENT_STATES, NAMESPACES, Message, write_cdar
from models.invoice import Invoice
from models.lifecycle import STATUSES, lifecycle_of
from models.status import Status
from models.store.engine import Store
from models.store.reviewing import reject
from models.tables import DocumentRow
from tests.desk import DocumentMaker, desk, make_document  # noqa: F401 - fixtures

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
INVOICE = Invoice(
    invoice_number="F-2026-7", issue_date=date(2026, 11, 2), type_code="380", seller_name="Papeterie & Cie",
    seller_legal_id="404833048 00022", seller_vat_id="FR83404833048", buyer_name="Librairie du Port",
)  # fmt: skip
SPACES = {prefix: uri for prefix, uri in NAMESPACES.items() if prefix}


def texts(content: bytes, path: str) -> list[str]:
    return [each.text or "" for each in etree.fromstring(content).iterfind(path, SPACES)]


def test_a_refusal_names_the_invoice_the_reason_and_the_parties() -> None:
    refused = lifecycle_of("rejected", "DUPLICATE")
    content = write_cdar(Message("D1", INVOICE, refused, AT, note="<see F-2026-6>", buyer_id="552100554"))
    reference = "rsm:AcknowledgementDocument/ram:ReferenceReferencedDocument/"
    assert texts(content, reference + "ram:IssuerAssignedID") == ["F-2026-7"]
    assert texts(content, reference + "ram:ProcessConditionCode") == ["210"]
    assert texts(content, reference + "ram:ProcessCondition") == ["Refusée"]
    assert texts(content, reference + "ram:SpecifiedDocumentStatus/ram:ReasonCode") == ["DOUBLON"]
    assert texts(content, reference + "ram:SpecifiedDocumentStatus/ram:IncludedNote/ram:Content") == ["<see F-2026-6>"]
    assert texts(content, reference + "ram:IssuerTradeParty/ram:GlobalID") == ["404833048"]
    assert texts(content, "rsm:ExchangedDocument/ram:SenderTradeParty/ram:GlobalID") == ["552100554"]
    assert texts(content, "rsm:ExchangedDocument/ram:RecipientTradeParty/ram:RoleCode") == ["SE"]


@pytest.mark.parametrize("state", Status)
def test_every_state_gives_a_message_that_says_what_it_is(state: Status) -> None:
    content = write_cdar(Message("D1", INVOICE, lifecycle_of(state.value), AT))
    (code,) = texts(content, ".//ram:ProcessConditionCode")
    assert code in STATUSES
    assert "Transcription" in texts(content, "rsm:ExchangedDocument/ram:Name")[0]


def test_document_states_are_of_statuses_that_there_are() -> None:
    assert set(DOCUMENT_STATES) <= set(STATUSES)


def test_the_command_prints_the_status_and_writes_the_message(
    desk: Store,  # noqa: F811
    make_document: DocumentMaker,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    document_id = make_document()
    with desk.write() as session:
        document = session.get_one(DocumentRow, document_id)
        reject(session, document, code="TX_TVA_ERR", note="5.5 % for books", actor="user:ann", at=AT)
    out = tmp_path / "status.xml"
    assert run_lifecycle(desk, document_id, out) == 0
    assert capsys.readouterr().out == "210 Refusée (Refused): Wrong VAT rate (TX_TVA_ERR)\n"
    assert texts(out.read_bytes(), ".//ram:IncludedNote/ram:Content") == ["5.5 % for books"]


def test_a_document_that_is_not_there_has_no_status(desk: Store) -> None:  # noqa: F811
    assert run_lifecycle(desk, "no-such", None) == 1
