"""Files that attack, bend or miss the rules, made on the spot: nothing hostile lies in the repository.

Every maker returns bytes. Sizes are chosen so that a reader that expands, follows or recurses is found out.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable

import pikepdf

LINES = (
    "ACME Tools GmbH, Hauptstr. 1, 10115 Berlin",
    "Invoice number: F-2026-018",
    "Invoice date: 2026-01-31",
    "Net total EUR 100.00",
    "VAT 19% EUR 19.00",
    "Gross total EUR 119.00",
)

CII = """<?xml version="1.0" encoding="UTF-8"?>{prolog}
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100" xmlns:xi="http://www.w3.org/2001/XInclude">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>urn:cen.eu:en16931:2017</ram:ID>
</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>{number}</ram:ID><ram:TypeCode>380</ram:TypeCode><ram:IssueDateTime>
<udt:DateTimeString format="102">20260131</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeAgreement><ram:SellerTradeParty><ram:Name>{name}</ram:Name>
</ram:SellerTradeParty></ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeDelivery/>
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:TaxBasisTotalAmount>100.00</ram:TaxBasisTotalAmount>
<ram:TaxTotalAmount currencyID="EUR">19.00</ram:TaxTotalAmount><ram:GrandTotalAmount>{gross}</ram:GrandTotalAmount>
<ram:DuePayableAmount>{gross}</ram:DuePayableAmount></ram:SpecifiedTradeSettlementHeaderMonetarySummation>
</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"""

UBL = """<?xml version="1.0" encoding="UTF-8"?>{prolog}
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
 xmlns:xi="http://www.w3.org/2001/XInclude"><cbc:ID>{number}</cbc:ID><cbc:IssueDate>2026-01-31</cbc:IssueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cac:AccountingSupplierParty><cac:Party><cac:PartyLegalEntity><cbc:RegistrationName>{name}</cbc:RegistrationName>
</cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
<cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount currencyID="EUR">100.00</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="EUR">{gross}</cbc:TaxInclusiveAmount>
<cbc:PayableAmount currencyID="EUR">{gross}</cbc:PayableAmount></cac:LegalMonetaryTotal></Invoice>"""


def invoice_xml(
    template: str = CII,
    *,
    prolog: str = "",
    number: str = "F-2026-018",
    name: str = "ACME Tools GmbH",
    gross: str = "119.00",
) -> str:
    """An e-invoice that fits the page of `text_pdf`."""
    return template.format(prolog=prolog, number=number, name=name, gross=gross)


def raw_pdf(objects: Iterable[bytes], *, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    trailer = trailer.replace(b"START", b"%d" % start)
    out.write(b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, trailer, start))
    return out.getvalue()


def stream(body: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(body), entries, body)


FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"


def page(*, box: bytes = b"0 0 595 842", resources: bytes = b"/Font<</F 5 0 R>>") -> bytes:
    """The page object 3 with its content in object 4."""
    return b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<<%s>>>>" % (box, resources)


def text_content(lines: Iterable[str] = LINES) -> bytes:
    """A content stream that shows the lines."""
    shown = b"".join(b"(%s) Tj T*\n" % line.encode("cp1252") for line in lines)
    return b"BT /F 11 Tf 14 TL 60 780 Td\n" + shown + b"ET"


def text_pdf(lines: Iterable[str] = LINES) -> bytes:
    """An honest invoice with a text layer."""
    return raw_pdf([CATALOG, PAGES, page(), stream(text_content(lines)), FONT])


def blank_pdf() -> bytes:
    """One page, nothing on it."""
    return text_pdf(())


def hybrid_pdf(*attachments: tuple[str, bytes], base: bytes = b"") -> bytes:
    """A PDF with files in it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(base or text_pdf())) as pdf:
        files = []
        for number, (name, content) in enumerate(attachments):
            spec = pikepdf.AttachedFileSpec(pdf, content, filename=name, mime_type="text/xml")
            pdf.attachments[f"{number}-{name}"] = spec
            files.append(spec.obj)
        pdf.Root.AF = pikepdf.Array(files)
        pdf.save(out)
    return out.getvalue()


def locked_pdf(password: str = "secret") -> bytes:  # noqa: S107 - locks a file made here
    """A PDF that cannot be opened without its password; with "" it can."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(text_pdf())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user=password, owner="owner", R=6))
    return out.getvalue()


def deflated(unit: bytes, times: int) -> bytes:
    """Many units, deflated, without ever holding them all."""
    packer = zlib.compressobj(9)
    block = unit * 1024
    packed = [packer.compress(block) for _ in range(times // 1024)]
    return b"".join([*packed, packer.flush()])


def content_bomb(megabytes: int = 300) -> bytes:
    """A content stream of many megabytes, deflated twice: a few kilobytes of file."""
    inner = deflated(b"0 0 m 9 9 l S q Q\n" * 8, megabytes * 2**20 // 144)
    body = zlib.compress(inner, 9)
    return raw_pdf([CATALOG, PAGES, page(), stream(body, b"/Filter[/FlateDecode/FlateDecode]"), FONT])


def picture_bomb(side: int = 60_000) -> bytes:
    """An image of huge sides, deflated, drawn on a page."""
    row = deflated(b"\0" * 64, side * side // 8 // 64)
    image = stream(
        row,
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/FlateDecode"
        % (side, side),
    )
    resources = b"/XObject<</I 5 0 R>>"
    return raw_pdf([CATALOG, PAGES, page(resources=resources), stream(b"595 0 0 842 0 0 cm /I Do"), image])


def form_loop() -> bytes:
    """A form that draws itself, twice."""
    form = stream(b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</X 5 0 R>>>>")
    return raw_pdf([CATALOG, PAGES, page(resources=b"/XObject<</X 5 0 R>>"), stream(b"/X Do"), form])


def xref_loop() -> bytes:
    """A cross-reference table that names itself as the earlier one."""
    return raw_pdf([CATALOG, PAGES, page(), stream(text_content()), FONT], trailer=b"/Prev START")


def many_pages(count: int = 100_000) -> bytes:
    """The same page again and again."""
    pages = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b"3 0 R " * count, count)
    return raw_pdf([CATALOG, pages, page(), stream(text_content()), FONT])


def huge_page() -> bytes:
    """A page of a thousand million points."""
    return raw_pdf([CATALOG, PAGES, page(box=b"0 0 1000000000 1000000000"), stream(b"0 0 9 9 re f"), FONT])


def deep_tree(depth: int = 10_000) -> bytes:
    """A page tree in which each node has one node below it."""
    nodes = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (number + 3) for number in range(depth)]
    leaf = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    return raw_pdf([CATALOG, *nodes, leaf])


def deep_arrays(depth: int = 100_000) -> bytes:
    """Brackets in brackets."""
    return raw_pdf([CATALOG[:-2] + b"/X " + b"[" * depth + b"]" * depth + b">>", PAGES, page(), stream(b""), FONT])


def png(width: int, height: int, rows: bytes) -> bytes:
    """A one-bit PNG with this compressed data."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))

    header = struct.pack("!IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def png_bomb(side: int = 50_000) -> bytes:
    """A white square: 300 kB that want 2.5 GB."""
    return png(side, side, deflated(b"\0" * 64, (side // 8 + 1) * side // 64 + 1024))


def tiff(frames: int, side: int) -> bytes:
    """One-bit frames without compression that all share the same few bytes of data."""
    entries = ((256, side), (257, side), (258, 1), (259, 1), (262, 1), (273, 8), (278, side), (279, 512))
    out = io.BytesIO()
    out.write(struct.pack("<2sHI", b"II", 42, 520) + bytes(512))
    size = 2 + 12 * len(entries) + 4
    for number in range(frames):
        following = 0 if number == frames - 1 else out.tell() + size
        out.write(struct.pack("<H", len(entries)))
        out.writelines(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
        out.write(struct.pack("<I", following))
    return out.getvalue()


def laughs() -> bytes:
    """Entities of entities."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return invoice_xml(prolog=f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]>', name="&l9;").encode()


def quadratic() -> bytes:
    """One long entity, many times."""
    prolog = f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>'
    return invoice_xml(prolog=prolog, name="&a;" * 10_000).encode()


def deep_xml(depth: int = 100_000) -> bytes:
    """Elements in elements."""
    return b"<a>" * depth + b"</a>" * depth


def many_attributes(count: int = 1_000_000) -> bytes:
    """One element with a million attributes."""
    return b"<Invoice " + b" ".join(b'a%d=""' % number for number in range(count)) + b"/>"


def long_xml(size: int = 25 * 2**20) -> bytes:
    """More XML than is allowed."""
    return invoice_xml(name="a" * size).encode()


def zip_bomb(size: int = 100 * 2**20) -> bytes:
    """Zeros in an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("zeros.pdf", "w") as member:
        for _ in range(size // 2**20):
            member.write(bytes(2**20))
    return out.getvalue()
