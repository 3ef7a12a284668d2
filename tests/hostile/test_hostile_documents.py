"""Whatever comes in, each document gets one honest answer, in bounded time, and hurts only itself."""

from __future__ import annotations

import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from extractors.sandbox import ReaderPool
from models.document import Document
from models.errors import InvoiceError
from models.extraction import Reading
from models.settings import LimitSettings, ReadingSettings
from tests.hostile import make

READ = "read"
LIMITS = LimitSettings(parse_seconds=5, page_seconds=3, document_seconds=12, child_cpu_seconds=10)
NO_RECOGNITION = ReadingSettings(engine="null", second_engine="null", workers=2)


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(NO_RECOGNITION, LIMITS) as made:
        made.read(Document(make.text_pdf(), "first.pdf"))
        yield made


def outcome(pool: ReaderPool, content: bytes) -> tuple[str, Reading | None, str]:
    """`READ` with what was read, or the reason code with its detail."""
    try:
        return READ, pool.read(Document(content, "invoice.pdf")), ""
    except InvoiceError as error:
        return error.reason_code, None, error.detail


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@pytest.mark.parametrize(
    ("maker", "expected"),
    [
        (make.content_bomb, {"timeout", "resource_limit", "unreadable", "no_invoice"}),
        (make.picture_bomb, {"timeout", "resource_limit", "unreadable", "no_invoice"}),
        (make.form_loop, {"no_invoice", "unreadable", "timeout", "resource_limit"}),
        (make.xref_loop, {READ, "unreadable"}),
        (make.many_pages, {"resource_limit"}),
        (make.huge_page, {"resource_limit", "no_invoice"}),
        (make.deep_tree, {"no_invoice", "unreadable", "resource_limit", "empty"}),
        (make.deep_arrays, {"no_invoice", "unreadable", "resource_limit"}),
    ],
)
def test_a_pdf_bomb_ends_in_quarantine_and_costs_the_controller_nothing(
    pool: ReaderPool, maker: Callable[[], bytes], expected: set[str]
) -> None:
    content = maker()
    before, started = resident(), time.monotonic()
    code, _, _ = outcome(pool, content)
    assert code in expected
    assert time.monotonic() - started < 35
    assert resident() - before < 50 * 2**20


@pytest.mark.parametrize(
    ("maker", "expected"),
    [
        (make.png_bomb, {"resource_limit"}),
        (lambda: make.tiff(1, 50_000), {"resource_limit"}),
        (lambda: make.tiff(3000, 60), {"resource_limit"}),
        (lambda: b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(600), {"unsupported_type"}),
        (lambda: make.png(0, 0, b""), {"unreadable", "resource_limit"}),
    ],
)
def test_a_picture_bomb_is_refused_from_its_header(
    pool: ReaderPool, maker: Callable[[], bytes], expected: set[str]
) -> None:
    content = maker()
    started = time.monotonic()
    code, _, _ = outcome(pool, content)
    assert code in expected
    assert time.monotonic() - started < 3  # one second on a quiet machine


@pytest.mark.parametrize(
    ("maker", "expected"),
    [
        (make.laughs, {"hostile"}),
        (make.quadratic, {"hostile"}),
        (make.deep_xml, {"hostile", "resource_limit", "unreadable", "unsupported_type"}),
        (make.many_attributes, {"hostile", "resource_limit", "unreadable", "unsupported_type", "no_invoice"}),
        (make.long_xml, {"too_large"}),
    ],
)
def test_an_xml_bomb_is_refused_quickly(pool: ReaderPool, maker: Callable[[], bytes], expected: set[str]) -> None:
    content = maker()
    started = time.monotonic()
    code, _, _ = outcome(pool, content)
    assert code in expected
    assert time.monotonic() - started < 5  # two seconds on a quiet machine


class Listener:
    """A server on loopback that counts who calls."""

    def __init__(self) -> None:
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            caller.close()

    def close(self) -> None:
        self._socket.close()


def prologs(canary: str, url: str) -> dict[str, str]:
    return {
        "file": f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{canary}">]>',
        "http": f'<!DOCTYPE x [<!ENTITY e SYSTEM "{url}">]>',
        "public": f'<!DOCTYPE x [<!ENTITY e PUBLIC "-//x//y" "{url}">]>',
        "parameter": f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{url}"> %p; <!ENTITY e "x">]>',
        "parameter file": f'<!DOCTYPE x [<!ENTITY % p SYSTEM "file://{canary}"> %p; <!ENTITY e "x">]>',
        "external dtd": f'<!DOCTYPE x SYSTEM "{url}" [<!ENTITY e "x">]>',
        "internal": '<!DOCTYPE x [<!ENTITY e "x">]>',
        "attribute": f'<!DOCTYPE x [<!ATTLIST x y CDATA "z"><!ENTITY e SYSTEM "file://{canary}">]>',
    }


def carriers(text: str) -> dict[str, bytes]:
    cii = text.encode()
    return {
        "plain": cii,
        "utf-16": text.replace("UTF-8", "UTF-16").encode("utf-16"),
        "utf-8 bom": b"\xef\xbb\xbf" + cii,
        "in pdf": make.hybrid_pdf(("factur-x.xml", cii)),
        "in pdf utf-16": make.hybrid_pdf(("xrechnung.xml", text.replace("UTF-8", "UTF-16").encode("utf-16"))),
    }


@pytest.mark.parametrize("template", ["CII", "UBL"])
def test_no_entity_is_ever_followed(pool: ReaderPool, tmp_path: Path, template: str) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text("CANARY-7f3a")
    listener = Listener()
    url = f"http://127.0.0.1:{listener.port}/evil.dtd"
    codes = {}
    for attack, prolog in prologs(str(canary), url).items():
        text = make.invoice_xml(getattr(make, template), prolog=prolog, name="&e;")
        for carrier, content in carriers(text).items():
            code, reading, detail = outcome(pool, content)
            codes[attack, carrier] = code
            assert "CANARY" not in f"{reading}{detail}"
    listener.close()
    assert set(codes.values()) == {"hostile"}, codes
    assert len(codes) == 40
    assert listener.calls == 0


def test_an_xinclude_stays_what_it_is(pool: ReaderPool, tmp_path: Path) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text("CANARY-7f3a")
    name = f'<xi:include href="file://{canary}" parse="text"/>'
    code, reading, detail = outcome(pool, make.invoice_xml(name=name).encode())
    assert code in {READ, "hostile"}
    assert "CANARY" not in f"{reading}{detail}"


def xml(**changes: str) -> bytes:
    return make.invoice_xml(**changes).encode()


def test_a_thousand_attachments_cost_little(pool: ReaderPool) -> None:
    files = [(f"file{number}.pdf", make.blank_pdf()) for number in range(1000)]
    started = time.monotonic()
    code, _, _ = outcome(pool, make.hybrid_pdf(*files))
    assert code in {READ, "resource_limit"}
    assert time.monotonic() - started < 10


def test_only_the_names_of_the_standards_are_read(pool: ReaderPool) -> None:
    files = (
        ("invoice.xml", xml()),
        ("order-x.xml", xml()),
        ("bomb.zip", make.zip_bomb()),
        ("deep.pdf", make.text_pdf()),
    )
    code, reading, _ = outcome(pool, make.hybrid_pdf(*files))
    assert code == READ
    assert reading is not None
    assert reading.extractions[0].source == "page"


def test_two_different_e_invoices_go_to_a_person(pool: ReaderPool) -> None:
    content = make.hybrid_pdf(("factur-x.xml", xml()), ("xrechnung.xml", xml(gross="999.00")))
    code, reading, _ = outcome(pool, content)
    assert code == READ
    assert reading is not None
    assert reading.extractions[0].decision == "review"


def test_a_path_in_a_name_is_only_a_name(pool: ReaderPool, tmp_path: Path) -> None:
    content = make.hybrid_pdf((f"../../..{tmp_path}/factur-x.xml", xml()))
    code, _, _ = outcome(pool, content)
    assert code == READ
    assert list(tmp_path.iterdir()) == []


def test_an_embedded_bomb_is_refused(pool: ReaderPool) -> None:
    code, _, _ = outcome(pool, make.hybrid_pdf(("factur-x.xml", make.long_xml(60 * 2**20))))
    assert code in {"too_large", "resource_limit"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\n" * 900 + make.text_pdf(), READ),
        (b"\x89PNG\r\n\x1a\n" + make.text_pdf(), "unreadable"),
        (make.text_pdf() + make.zip_bomb(2**20), READ),
        (make.text_pdf()[:400], "unreadable"),
        (make.locked_pdf(), "encrypted"),
        (make.locked_pdf(""), READ),
        (make.blank_pdf(), "no_invoice"),
        (b"", "empty"),
        (b"MZ" + bytes(500), "unsupported_type"),
        (make.zip_bomb(2**20), "unsupported_type"),
        (b"<html><script>alert(1)</script></html>", "unsupported_type"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 40, "unreadable"),
    ],
)
def test_the_type_is_told_by_content_and_the_reason_is_honest(pool: ReaderPool, content: bytes, expected: str) -> None:
    assert outcome(pool, content)[0] == expected


def test_an_honest_invoice_is_still_read_after_all_that(pool: ReaderPool) -> None:
    code, reading, _ = outcome(pool, make.text_pdf())
    assert code == READ
    assert reading is not None
    assert str(reading.extractions[0].invoice.gross_total) == "119.00"
