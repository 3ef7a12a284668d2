"""Pages of a file laid out anew, through the real line: cut, joined, put in another sequence, taken back."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas
from sqlmodel import select

from extractors import ReaderPool
from flows.house import House
from flows.line import Line
from models.arrangement import Pages
from models.errors import ConflictError
from models.settings import LimitSettings, ReadingSettings
from models.status import Status
from models.store.arrangements import SettledPartError, arrange, arrangement_of, history_of, restore
from models.store.audit import verify
from models.store.blobs import Blobs
from models.store.claims import check_turn
from models.store.documents import load_extraction, move
from models.store.edits import Edit
from models.store.reviewing import save
from models.tables import AuditRow, DocumentRow
from tests.billing import load_master

ADA = "user:ada"
BILL = (
    (50, 60, "Papeterie du Midi SARL"), (50, 76, "12 rue du Port, 13002 Marseille"), (50, 92, "TVA FR40303265045"),
    (380, 60, "FACTURE"), (380, 90, "Facture n° {number}"), (380, 106, "Date : 12/11/2026"),
    (50, 220, "Désignation"), (300, 220, "Quantité"), (380, 220, "Prix"), (480, 220, "Montant"),
    (50, 240, "Papier"), (300, 240, "10"), (380, 240, "{price},00"), (480, 240, "{net},00"),
    (380, 400, "Total HT"), (480, 400, "{net},00"), (380, 420, "TVA 20 %"), (480, 420, "{tax},00"),
    (380, 440, "Total TTC"), (480, 440, "{gross},00 EUR"),
)  # fmt: skip
COVER = ((50, 100, "Bonjour, voici notre courrier."),)


def file_of(*pages: tuple[str, int] | None) -> bytes:
    """A PDF with an invoice (number, net) on each page, or a cover sheet."""
    sheet = io.BytesIO()
    canvas = Canvas(sheet, pagesize=(595, 842))
    for page in pages:
        number, net = page or ("", 0)
        values = {"number": number, "net": net, "price": net // 10, "tax": net // 5, "gross": net + net // 5}
        for left, top, text in BILL if page else COVER:
            canvas.drawString(left, 842 - top, text.format(**values))
        canvas.showPage()
    canvas.save()
    return sheet.getvalue()


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    reading = ReadingSettings(engine="null", second_engine="null", workers=1, sandbox="none")
    with ReaderPool(reading, LimitSettings()) as made:
        yield made


@pytest.fixture
def line(office: Any, pool: ReaderPool, tmp_path: Path) -> Line:
    load_master(office.store, tmp_path)
    return Line(House(office.settings, office.store, Blobs(office.home)), pool, owner="worker-1")


def walk(office: Any, line: Line, content: bytes) -> dict[int, DocumentRow]:
    """Take a file in and work it off."""
    office.drop("file.pdf", content)
    office.scan()
    list(line.work(line.take(10)))
    return parts(office)


def parts(office: Any) -> dict[int, DocumentRow]:
    return {row.part: row for row in office.documents()}


def lay_out(office: Any, line: Line, groups: Sequence[Pages], aside: Pages = ()) -> dict[int, DocumentRow]:
    """A person lays the pages out, the worker reads what changed."""
    with office.store.write() as session:
        arrange(session, first_of(session), groups, aside, actor=ADA, at=datetime.now(UTC))
    list(line.work(line.take(10)))
    return parts(office)


def first_of(session: Any) -> DocumentRow:
    return session.exec(select(DocumentRow).where(DocumentRow.part == 1)).one()  # type: ignore[no-any-return]


def said(office: Any, document: DocumentRow) -> tuple[Pages, str | None, Decimal | None]:
    with office.store.read() as session:
        found = load_extraction(session, document.id)
    assert found is not None
    return found.pages, found.invoice.invoice_number, found.invoice.net_total


def test_a_cut_gives_two_documents_and_joining_gives_back_one_with_the_same_id(office: Any, line: Line) -> None:
    before = walk(office, line, file_of(("F-1001", 100), ("F-2002", 300)))
    lay_out(office, line, ((1, 2),))
    assert parts(office)[1].id == before[1].id
    cut = lay_out(office, line, ((1,), (2,)))
    assert [said(office, cut[part]) for part in (1, 2)] == [
        ((1,), "F-1001", Decimal("100.00")), ((2,), "F-2002", Decimal("300.00"))
    ]  # fmt: skip
    assert cut[1].id == before[1].id
    assert {row.state for row in cut.values()} <= {Status.IN_REVIEW, Status.HELD}
    joined = lay_out(office, line, ((1, 2),))
    assert (joined[1].id, joined[2].state, said(office, joined[1])[0]) == (before[1].id, Status.REJECTED, (1, 2))
    again = lay_out(office, line, ((1,), (2,)))
    assert {part: row.id for part, row in again.items()} == {part: row.id for part, row in cut.items()}
    assert again[2].state in {Status.IN_REVIEW, Status.HELD}
    with office.store.read() as session:
        assert verify(session) is None
        acts = session.exec(select(AuditRow.action).where(AuditRow.action == "arrange")).all()
    assert len(acts) >= 3


def test_another_sequence_keeps_the_values(office: Any, line: Line) -> None:
    walk(office, line, file_of(("F-1001", 100), None))
    before = lay_out(office, line, ((1, 2),))
    values = said(office, before[1])
    after = lay_out(office, line, ((2, 1),))
    assert said(office, after[1]) == ((2, 1), *values[1:])


def test_a_page_set_aside_is_in_no_invoice_and_comes_back_with_the_undo(office: Any, line: Line) -> None:
    walk(office, line, file_of(None, ("F-1001", 100)))
    lay_out(office, line, ((1, 2),))
    after = lay_out(office, line, ((2,),), (1,))
    assert said(office, after[1])[0] == (2,)
    with office.store.write() as session:
        first = first_of(session)
        newest = history_of(session, first)[0]
        restore(session, first, newest.id, actor=ADA, at=datetime.now(UTC))
        assert arrangement_of(session, first).aside == ()
    list(line.work(line.take(10)))
    assert said(office, parts(office)[1])[0] == (1, 2)


def test_what_a_person_corrected_comes_back_with_its_pages(office: Any, line: Line) -> None:
    walk(office, line, file_of(("F-1001", 100), None))
    lay_out(office, line, ((1,),), (2,))
    with office.store.write() as session:
        first = first_of(session)
        known = load_extraction(session, first.id)
        assert known is not None
        invoice = known.invoice.model_copy(update={"invoice_number": "F-1001-A"})
        save(session, first, Edit(invoice=invoice), actor=ADA, at=datetime.now(UTC))
    list(line.work(line.take(10)))
    assert said(office, lay_out(office, line, ((1, 2),))[1])[1] == "F-1001"
    assert said(office, lay_out(office, line, ((1,),), (2,))[1])[1] == "F-1001-A"


def test_a_settled_part_refuses_until_it_is_reopened(office: Any, line: Line) -> None:
    walk(office, line, file_of(("F-1001", 100), None))
    lay_out(office, line, ((1, 2),))
    with office.store.write() as session:
        first = first_of(session)
        if first.state == Status.HELD:
            move(session, first, Status.IN_REVIEW, actor=ADA)
        move(session, first, Status.APPROVED, actor=ADA)
    with pytest.raises(SettledPartError, match="reopen"):
        lay_out(office, line, ((1,), (2,)))


def test_every_page_is_somewhere_once(office: Any, line: Line) -> None:
    walk(office, line, file_of(("F-1001", 100), None))
    for groups, aside in ((((1,),), ()), (((1, 2), (2,)), ()), (((1, 2, 3),), ()), ((), (1, 2))):
        with pytest.raises(ConflictError):
            lay_out(office, line, groups, aside)


def test_nobody_settles_what_is_being_read_again(office: Any, line: Line) -> None:
    walk(office, line, file_of(("F-1001", 100), None))
    lay_out(office, line, ((1, 2),))
    with office.store.write() as session:
        first = first_of(session)
        arrange(session, first, ((1,), (2,)), (), actor=ADA, at=datetime.now(UTC))
        with pytest.raises(ConflictError):
            check_turn(first, first.version, actor=ADA, at=datetime.now(UTC))
    list(line.work(line.take(10)))
    assert parts(office)[1].claimed_by is None
