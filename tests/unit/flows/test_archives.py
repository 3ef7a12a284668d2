from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from typing import Any

import pytest

from flows import receiving
from flows.archives import EML, ZIP, ArchiveLimits, unpack
from models.errors import (
    EncryptedDocumentError,
    HostileDocumentError,
    LimitExceededError,
    NoInvoiceError,
    UnreadableDocumentError,
)

XML = b"<?xml version='1.0'?><Invoice>1</Invoice>"
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 1000


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def mail(*attachments: tuple[str, bytes], inline: bytes | None = None) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = "supplier@example.com", "Rechnung"
    message.set_content("Please find attached.")
    if inline is not None:
        message.add_related(inline, "image", "png", cid="<logo>")
    for name, content in attachments:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


def test_a_mail_gives_its_attachments_and_not_its_logo(office: Any, some_pdf: Any) -> None:
    office.drop("m.eml", mail(("Fäktura.pdf", some_pdf()), ("e.xml", XML), inline=PNG).as_bytes())
    report = office.scan()
    assert report.counts == {"stored": 2, "container": 1}
    container = next(each for each in report.received if each.state == "container")
    assert {row.parent_id for row in office.receipts() if row.state == "stored"} == {container.receipt_id}
    assert sorted((row.name, row.channel) for row in office.documents()) == [
        ("Fäktura.pdf", "email"),
        ("e.xml", "email"),
    ]


def test_a_forwarded_mail_and_an_archive_within_a_mail_are_opened(some_pdf: Any) -> None:
    outer = mail(("all.zip", packed({"z.pdf": some_pdf("z")})))
    outer.add_attachment(mail(("inner.pdf", some_pdf("inner"))))
    names = [member.name for member in unpack(outer.as_bytes(), EML, 0, ArchiveLimits())]
    assert names == ["all.zip/z.pdf", "inner.pdf"]


def test_a_mail_with_nothing_usable_is_quarantined_with_its_reason(office: Any) -> None:
    office.drop("hello.eml", mail(inline=PNG).as_bytes())
    [received] = office.scan().received
    assert (received.state, received.code) == ("quarantined", "no_invoice")
    assert set(office.quarantine()) == {"hello.eml", "hello.eml.txt"}


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.pdf", "C:\\windows\\a.pdf", "a\r\nb.pdf", "x" * 5000 + ".pdf", "=?utf-8?q?=E2=82=AC?="]
)
def test_an_attachment_name_is_only_shown(name: str, some_pdf: Any) -> None:
    raw = mail(("PLACEHOLDER", some_pdf())).as_bytes().replace(b"PLACEHOLDER", name.encode("ascii"))
    [member] = unpack(raw, EML, 0, ArchiveLimits())
    assert member.name.isprintable()
    assert "/" not in member.name


def test_a_mail_with_too_many_attachments_is_refused(some_pdf: Any) -> None:
    raw = mail(*((f"{n}.pdf", some_pdf(str(n))) for n in range(21))).as_bytes()
    with pytest.raises(LimitExceededError):
        unpack(raw, EML, 0, ArchiveLimits())


def test_mails_nested_a_thousand_deep_are_refused_and_not_a_crash() -> None:
    raw = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    with pytest.raises((UnreadableDocumentError, NoInvoiceError, LimitExceededError)):
        unpack(raw + b"x", EML, 0, ArchiveLimits())


def test_an_archive_gives_its_members_with_their_own_fate(office: Any, some_pdf: Any) -> None:
    members = {
        "a.pdf": some_pdf("a"),
        "sub/b.xml": XML,
        "c.txt": b"hello",
        "__MACOSX/._a.pdf": b"x",
        "again.pdf": some_pdf("a"),
    }
    office.drop("batch 1/all.zip", packed(members))
    assert office.scan().counts == {"stored": 2, "quarantined": 1, "duplicate": 1, "container": 1}
    assert {row.batch for row in office.documents()} == {"batch 1"}
    assert set(office.quarantine()) == {"c.txt", "c.txt.txt"}
    assert office.quarantine()["c.txt"] == b"hello"


def test_an_archive_received_again_after_a_crash_between_its_members_gives_none_twice(
    office: Any, some_pdf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.arrivals.GROUP_FILES", 2)
    office.drop("all.zip", packed({f"{n}.pdf": some_pdf(str(n)) for n in range(5)}))
    real, calls = receiving.admit, list[int]()

    def admit_and_die(*arguments: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr("flows.receiving.admit", admit_and_die)
        with pytest.raises(KeyboardInterrupt):
            office.scan()
    assert len(office.documents()) == 4
    office.seen.recovered = False
    office.scan()
    assert office.states() == {"stored": 5, "container": 1}


@pytest.mark.parametrize(
    ("limits", "error"),
    [
        (ArchiveLimits(members=2), LimitExceededError),
        (ArchiveLimits(total_bytes=2000), HostileDocumentError),
    ],
)
def test_limits_refuse_the_archive_as_a_whole(limits: ArchiveLimits, error: type[Exception]) -> None:
    content = packed({f"{n}.pdf": bytes(1000) for n in range(3)})
    with pytest.raises(error):
        unpack(content, ZIP, 0, limits)


def test_a_bomb_is_quarantined_whole(office: Any, some_pdf: Any) -> None:
    office.drop("bomb.zip", packed({"good.pdf": some_pdf(), "zeros.pdf": bytes(30 * 2**20)}))
    [received] = office.scan().received
    assert (received.state, received.code) == ("quarantined", "hostile")
    assert office.documents() == []


def test_an_archive_with_a_password_is_quarantined_as_encrypted() -> None:
    content = bytearray(packed({"a.pdf": b"%PDF- %%EOF"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    with pytest.raises(EncryptedDocumentError):
        unpack(bytes(content), ZIP, 0, ArchiveLimits())


def test_one_archive_within_another_is_opened_and_the_next_is_not(some_pdf: Any) -> None:
    third = packed({"deep.pdf": some_pdf("deep")})
    second = packed({"third.zip": third, "two.pdf": some_pdf("two")})
    members = {m.name: m for m in unpack(packed({"second.zip": second}), ZIP, 0, ArchiveLimits())}
    assert members["second.zip/two.pdf"].content == some_pdf("two")
    assert isinstance(members["second.zip/third.zip"].problem, HostileDocumentError)


def test_nested_archives_share_one_limit() -> None:
    inner = packed({"a.pdf": bytes(range(256)) * 20}, zipfile.ZIP_STORED)
    outer = packed({f"{n}.zip": inner for n in range(10)}, zipfile.ZIP_STORED)
    members = list(unpack(outer, ZIP, 0, ArchiveLimits(total_bytes=60_000)))
    assert sum(len(member.content) for member in members if member.problem is None) <= 60_000
    assert {type(member.problem) for member in members} <= {type(None), HostileDocumentError, LimitExceededError}


def test_a_damaged_archive_and_a_damaged_member_say_so(some_pdf: Any) -> None:
    with pytest.raises(UnreadableDocumentError):
        unpack(b"PK\x03\x04 and PK\x05\x06", ZIP, 0, ArchiveLimits())
    content = packed({"a.pdf": some_pdf("a"), "b.pdf": some_pdf("b" * 500)}, zipfile.ZIP_STORED)
    broken = content.replace(b"b" * 500, b"c" * 500)
    good, bad = unpack(broken, ZIP, 0, ArchiveLimits())
    assert good.problem is None
    assert isinstance(bad.problem, UnreadableDocumentError)
