from __future__ import annotations

import io
import os
import resource
import socket
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from flows import claiming
from flows.inbox import Seen
from flows.intake import receive_bytes, receive_path
from models.status import Status
from models.store import audit
from models.store.documents import move
from models.store.engine import Store
from models.tables import EventRow, JobRow, ReceiptRow


def office_file() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    return out.getvalue()


XML = b"<?xml version='1.0'?><Invoice>1</Invoice>"


def test_a_file_becomes_document_job_event_and_audit_row_and_leaves_the_inbox(office: Any, some_pdf: Any) -> None:
    office.drop("march/a.pdf", some_pdf())
    report = office.scan()
    [document], [job], [event] = office.documents(), office.rows(JobRow), office.rows(EventRow)
    assert report.counts == {"stored": 1}
    assert (document.name, document.batch, document.state, document.media_type) == (
        "a.pdf", "march", "received", "application/pdf")  # fmt: skip
    assert (job.document_id, job.kind, job.lane, job.state) == (document.id, "read", "pdf", "ready")
    assert (event.document_id, event.to_state) == (document.id, "received")
    assert office.content(document) == some_pdf()
    assert list(office.folders().inbox.rglob("*.pdf")) == []
    with office.store.read() as session:
        assert audit.verify(session) is None


def test_a_claimed_file_is_kept_until_its_time_and_then_deleted(office: Any, some_pdf: Any) -> None:
    office.set(discard_seconds=3600.0)
    office.drop("a.pdf", some_pdf())
    office.scan()
    [receipt] = office.receipts()
    claimed = office.folders().root / receipt.claim_path
    assert claimed.read_bytes() == some_pdf()
    office.set(discard_seconds=0.0)
    office.drop("b.pdf", some_pdf("two"))
    report = office.scan()
    assert report.discarded == 1  # b alone: a was promised an hour
    assert claimed.exists()


def test_two_hundred_copies_are_one_document_and_two_hundred_receipts(office: Any, some_pdf: Any) -> None:
    for number in range(200):
        office.drop(f"{number % 7}/copy {number}.pdf", some_pdf())
    office.scan()
    assert len(office.documents()) == 1
    assert office.states() == {"stored": 1, "duplicate": 199}
    assert {row.document_id for row in office.receipts()} == {office.documents()[0].id}


def test_the_same_content_of_two_clients_is_two_documents(office: Any, some_pdf: Any) -> None:
    office.add_client("zeta")
    office.drop("a.pdf", some_pdf())
    office.drop("a.pdf", some_pdf(), "zeta")
    office.scan()
    office.scan("zeta", Seen())
    assert sorted(row.client_id for row in office.documents()) == ["acme", "zeta"]
    assert office.states() == {"stored": 2}


def test_a_slow_writer_is_waited_for(office: Any, some_pdf: Any) -> None:
    office.set(settle_seconds=0.15)
    whole = some_pdf("x" * 200_000)
    path = office.folders().inbox / "slow.pdf"

    def write() -> None:
        for start in range(0, len(whole), 50_000):
            with path.open("ab") as out:  # opened and closed each time, as scanners do
                out.write(whole[start : start + 50_000])
            time.sleep(0.1)

    writer = threading.Thread(target=write)
    writer.start()
    deadline = time.monotonic() + 20
    while not office.documents() and time.monotonic() < deadline:
        office.scan()
        time.sleep(0.02)
    writer.join()
    assert [office.content(row) for row in office.documents()] == [whole]


def test_a_file_that_is_open_for_writing_is_left_alone(office: Any, some_pdf: Any) -> None:
    path = office.drop("open.pdf", some_pdf())
    with path.open("ab"):
        assert office.scan().waiting == 1
    assert office.scan().counts == {"stored": 1}


@pytest.mark.parametrize(
    ("name", "half"),
    [("a.pdf", b"%PDF-1.7\n1 0 obj"), ("a.xml", b"<Invoice><ID>1"), ("a.zip", b"PK\x03\x04 and half of it")],
)
def test_a_file_without_its_end_waits_and_is_then_quarantined_as_incomplete(
    office: Any, name: str, half: bytes
) -> None:
    office.drop(name, half)
    assert office.scan().waiting == 1
    office.set(incomplete_seconds=1e-9)
    assert office.scan().counts == {"quarantined": 1}
    files = office.quarantine()
    assert files[name] == half
    assert b"incomplete" in files[f"{name}.txt"]
    assert (
        b"Copy the file into the inbox again" in files[f"{name}.txt"] or b"into the inbox again" in files[f"{name}.txt"]
    )
    assert list(office.folders().claim.glob("[0-9a-f]*")) == []


def let_the_time_pass(office: Any) -> None:
    """As if every claimed file had been kept for its time: a short time would pass by itself on a busy machine."""
    with office.store.write() as session:
        for receipt in session.exec(select(ReceiptRow).where(col(ReceiptRow.discard_at).is_not(None))):
            receipt.discard_at = receipt.received_at
            session.add(receipt)


def test_bytes_written_after_the_claim_are_noticed_before_the_file_goes(office: Any, some_pdf: Any) -> None:
    path = office.drop("late.pdf", some_pdf("first"))
    office.set(discard_seconds=600.0)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    office.set(incomplete_seconds=1e-9)  # the writer keeps the file open for longer than our patience
    for _ in range(2):
        office.scan()
    os.write(descriptor, some_pdf("second"))
    os.close(descriptor)
    let_the_time_pass(office)
    office.scan()
    contents = sorted(office.content(row) for row in office.documents())
    assert contents == [some_pdf("first"), some_pdf("first") + some_pdf("second")]
    assert office.states() == {"stored": 1, "late_write": 1}
    let_the_time_pass(office)
    assert office.scan().discarded == 1
    assert [row.discarded_at is not None for row in office.receipts()] == [True, True]


@pytest.mark.parametrize("name", ["a.part", "~$a.docx", "a.pdf.tmp", ".hidden.pdf", "Thumbs.db", "a.pdf.crdownload"])
def test_temporary_names_are_not_taken_until_they_are_renamed(office: Any, some_pdf: Any, name: str) -> None:
    path = office.drop(name, some_pdf())
    assert (office.scan().counts, office.scan().skipped) == ({}, 1)
    path.rename(path.with_name("final.pdf"))
    assert office.scan().counts == {"stored": 1}


def test_a_name_that_is_used_again_keeps_every_content(office: Any, some_pdf: Any) -> None:
    wanted = [some_pdf(str(number)) for number in range(30)]
    for content in wanted:
        office.drop("invoice.pdf", content)
        office.scan()
    assert sorted(office.content(row) for row in office.documents()) == sorted(wanted)


def test_files_that_vanish_while_we_look_harm_nothing(office: Any, some_pdf: Any) -> None:
    stop = threading.Event()

    def rename_and_delete() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            path = office.drop(f"{number}.pdf", some_pdf(str(number)))
            for act in (lambda p: p.rename(p.with_suffix(".moved")), lambda p: p.with_suffix(".moved").unlink()):
                try:
                    act(path)
                except FileNotFoundError:
                    break

    racer = threading.Thread(target=rename_and_delete)
    racer.start()
    for _ in range(40):
        office.scan()
    stop.set()
    racer.join()
    office.scan()
    for document in office.documents():
        assert office.content(document).endswith(b"%%EOF\n")
    assert list(office.folders().claim.glob("[0-9a-f]*")) == []


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.pdf", b"", "empty"),
        ("blank.pdf", b"\0" * 5000, "empty"),
        ("letter.docx", office_file(), "unsupported_type"),
        ("notes.txt", b"call them back", "unsupported_type"),
    ],
)
def test_what_cannot_be_an_invoice_is_quarantined_with_a_reason(
    office: Any, name: str, content: bytes, code: str
) -> None:
    office.drop(name, content)
    [received] = office.scan().received
    assert (received.state, received.code) == ("quarantined", code)
    assert received.advice
    files = office.quarantine()
    assert files[name] == content
    assert f"Reason:   {code}".encode() in files[f"{name}.txt"]
    assert received.advice.encode() in files[f"{name}.txt"]
    assert office.documents() == []


def test_a_sparse_giant_is_quarantined_without_being_read(office: Any) -> None:
    path = office.folders().inbox / "giant.pdf"
    with path.open("wb") as out:
        out.write(b"%PDF-1.7")
        out.truncate(2 * 2**30 - 6)
        out.seek(0, os.SEEK_END)
        out.write(b"%%EOF\n")
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    [received] = office.scan().received
    assert (received.state, received.code) == ("quarantined", "too_large")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024  # KiB
    assert time.monotonic() - started < 5
    assert (office.folders().quarantine / "giant.pdf").stat().st_size == 2 * 2**30


ODD_NAMES = [
    b"new\nline.pdf", b"-rf", b"..pdf..", b"caf\xe9.pdf", "fdp.\u202eexe.pdf".encode(), b"a" * 251 + b".pdf",
    b"%00.pdf", "Büro \U0001f600.pdf".encode(), b"CON", b"$(reboot).pdf", b" ",
]  # fmt: skip


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("good", [True, False])
def test_no_name_is_too_odd(office: Any, some_pdf: Any, name: bytes, *, good: bool) -> None:
    path = os.fsencode(office.folders().inbox) + b"/" + name
    with Path(os.fsdecode(path)).open("wb") as out:
        out.write(some_pdf() if good else b"no invoice")
    if name.startswith(b"."):
        assert office.scan().skipped == 1
        return
    [received] = office.scan().received
    assert received.state == ("stored" if good else "quarantined")
    assert received.name.isprintable()
    assert received.name.encode("utf-8")
    for kept in office.quarantine():
        assert len(os.fsencode(kept)) <= 255
        assert kept[0] not in "-."


def test_links_pipes_and_sockets_are_reported_once_and_left(office: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"%PDF-1.7 secret %%EOF")
    inbox = office.folders().inbox
    (inbox / "link.pdf").symlink_to(secret)
    (inbox / "nowhere.pdf").symlink_to("/does/not/exist")
    (inbox / "folder").symlink_to(tmp_path)
    os.mkfifo(inbox / "pipe.pdf")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(inbox)  # the path of a socket may not be long
        listener.bind("socket.pdf")
        os.chdir(here)
        started = time.monotonic()
        report = office.scan()
    assert report.counts == {"quarantined": 5}
    assert time.monotonic() - started < 5
    assert {each.code for each in report.received} == {"not_a_file"}
    assert len(list(inbox.iterdir())) == 5
    assert sorted(office.quarantine()) == [
        f"{name}.txt" for name in ("folder", "link.pdf", "nowhere.pdf", "pipe.pdf", "socket.pdf")
    ]
    assert office.scan().counts == {}
    assert office.scan(seen=Seen()).counts == {}  # nor after a restart
    assert secret.exists()


def test_a_hard_link_elsewhere_is_not_touched(office: Any, some_pdf: Any, tmp_path: Path) -> None:
    other = tmp_path / "other.pdf"
    other.write_bytes(some_pdf())
    os.link(other, office.folders().inbox / "a.pdf")
    office.scan()
    assert office.states() == {"stored": 1}
    assert other.read_bytes() == some_pdf()


@pytest.mark.parametrize("stamp", [0, 4_070_908_800, 2**31 + 10])
def test_the_time_stamp_of_a_file_does_not_matter(office: Any, some_pdf: Any, stamp: int) -> None:
    os.utime(office.drop("a.pdf", some_pdf()), (stamp, stamp))
    assert office.scan().counts == {"stored": 1}


def test_a_jump_of_the_wall_clock_does_not_stop_intake(
    office: Any, some_pdf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.set(settle_seconds=0.05)
    office.drop("a.pdf", some_pdf())
    office.scan()
    monkeypatch.setattr(time, "time", lambda: 86_400.0)
    time.sleep(0.06)
    assert office.scan().counts == {"stored": 1}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_stays_with_an_alarm_and_others_flow(office: Any, some_pdf: Any) -> None:
    office.drop("locked.pdf", some_pdf("locked")).chmod(0)
    office.drop("open.pdf", some_pdf("open"))
    report = office.scan()
    assert report.counts == {"stored": 1}
    assert "locked.pdf" in report.alarms[0]


def test_an_inbox_that_is_gone_is_an_alarm_and_resumes(office: Any, some_pdf: Any) -> None:
    inbox = office.folders().inbox
    inbox.rmdir()
    inbox.write_bytes(b"a file where the folder should be")
    assert office.scan().alarms
    inbox.unlink()
    inbox.mkdir()
    office.drop("a.pdf", some_pdf())
    assert office.scan().counts == {"stored": 1}


def test_a_file_that_can_only_be_copied_is_received_once_and_then_removed(
    office: Any, some_pdf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "claim", lambda _source, _target: False)  # as on another mount
    office.set(discard_seconds=0.3)
    path = office.drop("sub/a b.pdf", some_pdf())
    assert office.scan().counts == {"stored": 1}
    assert path.exists()
    assert office.scan().counts == {}
    assert office.scan(seen=Seen()).counts == {}
    time.sleep(0.35)
    assert office.scan().discarded == 1
    assert not path.exists()


def test_a_copied_file_that_changes_is_a_new_arrival_and_is_not_deleted_unread(
    office: Any, some_pdf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "claim", lambda _source, _target: False)
    path = office.drop("a.pdf", some_pdf("one"))
    office.set(discard_seconds=3600.0)
    office.scan()
    path.write_bytes(some_pdf("another"))
    office.scan()
    assert sorted(office.content(row) for row in office.documents()) == [some_pdf("another"), some_pdf("one")]
    assert path.exists()


def test_what_lies_in_claim_without_receipt_is_received_at_the_start_under_its_own_name(
    office: Any, some_pdf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.scan()
    office.drop("march/a.pdf", some_pdf())

    def die(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("flows.receiving.Receiver.receive", die)
        with pytest.raises(KeyboardInterrupt):
            office.scan()
    assert list(office.folders().inbox.rglob("*.pdf")) == []
    assert office.receipts() == []
    assert office.scan(seen=Seen()).counts == {"stored": 1}
    [document] = office.documents()
    assert (document.name, document.batch) == ("a.pdf", "march")
    assert sorted(path.name for path in office.folders().claim.iterdir()) == [".lock"]


def test_a_second_scanner_of_the_same_client_stands_back(office: Any, some_pdf: Any) -> None:
    from flows.intake import _lock

    office.drop("a.pdf", some_pdf())
    with _lock(office.folders().claim):
        assert office.scan().busy
    assert office.scan().counts == {"stored": 1}


def test_a_database_that_is_down_is_an_alarm_and_the_file_is_received_later(office: Any, some_pdf: Any) -> None:
    office.drop("a.pdf", some_pdf())
    good, office.store = office.store, Store(f"sqlite:///{office.home}/missing/none.db")
    report = office.scan()
    assert report.alarms
    assert report.counts == {}
    office.store = good
    assert office.scan().counts == {"stored": 1}


def test_a_processed_file_stays_and_a_second_run_changes_nothing(office: Any, some_pdf: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(some_pdf())
    [first] = receive_path(office.store, office.home, "acme", path, office.settings)
    with office.store.read() as session:
        before = session.connection().exec_driver_sql("SELECT count(*) FROM audit").scalar()
    [second] = receive_path(office.store, office.home, "acme", path, office.settings)
    with office.store.read() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM audit").scalar() == before
    assert path.read_bytes() == some_pdf()
    assert (first.state, second.state, first.document_id) == ("stored", "duplicate", second.document_id)
    assert len(office.receipts()) == 1


def test_a_processed_file_that_is_refused_says_why_and_is_counted_once(office: Any, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"no invoice at all")
    for _ in range(2):
        [received] = receive_path(office.store, office.home, "acme", path, office.settings)
        assert (received.state, received.code) == ("quarantined", "unsupported_type")
    assert len(office.receipts()) == 1
    assert path.exists()
    [missing] = receive_path(office.store, office.home, "acme", tmp_path / "none.pdf", office.settings)
    assert missing.state == "quarantined"


def test_bytes_of_an_upload_are_received_like_a_file(office: Any) -> None:
    [received] = receive_bytes(office.store, office.home, "acme", "x.xml", XML, office.settings)
    assert (received.state, received.media_type) == ("stored", "application/xml")
    assert [job.lane for job in office.rows(JobRow)] == ["xml"]


def test_a_document_that_reading_refused_lies_in_quarantine_exactly_once(office: Any, some_pdf: Any) -> None:
    office.drop("bad.pdf", some_pdf())
    office.scan()
    [document] = office.documents()
    with office.store.write() as session:
        row = session.merge(document)
        row.reason_code, row.reason_detail = "encrypted", "needs a password"
        move(session, row, Status.QUARANTINED, actor="reader")
    for seen in (office.seen, Seen(), Seen()):
        office.scan(seen=seen)
    files = office.quarantine()
    assert sorted(files) == ["bad.pdf", "bad.pdf.txt"]
    assert files["bad.pdf"] == some_pdf()
    assert b"needs a password" in files["bad.pdf.txt"]
    assert document.id.encode() in files["bad.pdf.txt"]


def test_two_refused_files_of_one_name_lie_side_by_side(office: Any) -> None:
    for content in (b"one", b"two"):
        office.drop("a.txt", content)
        office.scan()
    files = office.quarantine()
    assert sorted(content for name, content in files.items() if not name.endswith(".txt.txt")) == [b"one", b"two"]
    assert len(files) == 4
