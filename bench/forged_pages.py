"""PDF pages that were tampered with, one maker a way: text that nobody sees, values covered, files changed when signed.

Each maker takes a clean digital PDF and gives the forged one, or None where the page has nothing to forge.

>>> sorted(PDF_CHANGES)[:3]
['annotation', 'clipped', 'covered']
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Mapping
from random import Random

import pikepdf
import pypdfium2 as pdfium
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from pikepdf import Array, Dictionary, Name, Pdf, Stream

Forge = Callable[[bytes, Random], bytes | None]
ACCOUNTS = ("DE75 5121 0800 1245 1261 99", "FR76 3000 6000 0112 3456 7890 189", "BE68 5390 0754 7034")
AMOUNT = re.compile(r"(?<![\d.,])(?:\d{1,3}(?:[ .,]\d{3})+|\d+)[.,]\d{2}(?!\d)")
WARNED = frozenset({"edited"})  # a warning is all that these ask for
HOLE = 8192  # hexadecimal digits kept for a signature
BLACK, WHITE = "0 g", "1 g"


def secret(rng: Random) -> str:
    return f"Total {rng.randrange(10_000, 99_999)}.{rng.randrange(10, 99)} IBAN {rng.choice(ACCOUNTS)}"


def drawn_on(content: bytes, operators: str, *, states: Mapping[str, Dictionary] | None = None) -> bytes:
    """The PDF with more operators on its first page; the font is /Forged."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        page = pdf.pages[0]
        page.contents_add(Stream(pdf, b"q"), prepend=True)
        page.contents_add(Stream(pdf, b"Q"))
        page.contents_add(Stream(pdf, operators.encode("latin-1")))
        page.add_resource(_font(pdf), Name.Font, Name.Forged)
        for name, state in (states or {}).items():
            page.add_resource(state, Name.ExtGState, Name("/" + name))
        return _saved(pdf)


def _font(pdf: Pdf) -> Dictionary:
    return pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))


def _saved(pdf: Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def shown(text: str, *, at: tuple[float, float] = (60, 30), size: float = 9, how: str = BLACK) -> str:
    return f"q {how} BT /Forged {size} Tf {at[0]} {at[1]} Td ({text}) Tj ET Q"


def _invisible(content: bytes, rng: Random) -> bytes:
    return drawn_on(content, shown(secret(rng), how="3 Tr"))


def _white(content: bytes, rng: Random) -> bytes:
    return drawn_on(content, shown(secret(rng), how=WHITE))


def _tiny(content: bytes, rng: Random) -> bytes:
    return drawn_on(content, shown(secret(rng), size=0.8))


def _transparent(content: bytes, rng: Random) -> bytes:
    return drawn_on(content, shown(secret(rng), how="/Clear gs"), states={"Clear": Dictionary(ca=0.0, CA=0.0)})


def _clipped(content: bytes, rng: Random) -> bytes:
    return drawn_on(content, f"q 0 0 5 5 re W n {shown(secret(rng))} Q")


def _outside(content: bytes, rng: Random) -> bytes:
    forged = drawn_on(content, shown(secret(rng), at=(60, -40)))
    with pikepdf.open(io.BytesIO(forged)) as pdf:
        x0, y0, x1, y1 = (float(side) for side in pdf.pages[0].mediabox)
        pdf.pages[0].CropBox = Array([x0, y0, x1, y1])
        pdf.pages[0].MediaBox = Array([x0, y0 - 80, x1, y1])
        return _saved(pdf)


def _picture(content: bytes, rng: Random) -> bytes:
    """Text below a picture of plain paper."""
    with pikepdf.open(io.BytesIO(drawn_on(content, shown(secret(rng))))) as pdf:
        paper = Stream(pdf, b"\xff" * 64, Type=Name.XObject, Subtype=Name.Image, Width=8, Height=8,
                       ColorSpace=Name.DeviceGray, BitsPerComponent=8)  # fmt: skip
        pdf.pages[0].add_resource(pdf.make_indirect(paper), Name.XObject, Name.Paper)
        pdf.pages[0].contents_add(Stream(pdf, b"q 400 0 0 30 50 20 cm /Paper Do Q"))
        return _saved(pdf)


def _switched_off(content: bytes, rng: Random) -> bytes:
    """Text in a layer that is off."""
    with pikepdf.open(io.BytesIO(drawn_on(content, f"/OC /Off BDC {shown(secret(rng))} EMC"))) as pdf:
        group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="Draft"))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary(OFF=Array([group]), Order=Array([group])))
        pdf.pages[0].add_resource(group, Name.Properties, Name.Off)
        return _saved(pdf)


def largest_amount(content: bytes) -> tuple[str, tuple[float, float, float, float]] | None:
    """The largest amount of the first page and its box, y up."""
    document = pdfium.PdfDocument(content)
    try:
        page = document[0].get_textpage()
        text = page.get_text_range()
        found = [(float(re.sub(r"\D", "", match[0])), match) for match in AMOUNT.finditer(text)]
        if not found:
            return None
        match = max(found, key=lambda each: each[0])[1]
        boxes = [page.get_charbox(at) for at in range(match.start(), match.end()) if not text[at].isspace()]
        sides = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
        return match[0], sides
    finally:
        document.close()


def _over(rng: Random, box: tuple[float, float, float, float]) -> str:
    x0, y0, x1, y1 = box
    paper = f"q 1 g {x0 - 3} {y0 - 3} {x1 - x0 + 6} {y1 - y0 + 6} re f Q"
    return f"{paper} {shown(f'{rng.randrange(1000, 9999)}.{rng.randrange(10, 99)}', at=(x0, y0), size=max(5, y1 - y0))}"


def _covered(content: bytes, rng: Random) -> bytes | None:
    """The largest amount under white paper, with another one on it."""
    found = largest_amount(content)
    return drawn_on(content, _over(rng, found[1])) if found else None


def _annotation(content: bytes, rng: Random) -> bytes | None:
    """The same by an annotation with an appearance of its own."""
    found = largest_amount(content)
    if found is None:
        return None
    with pikepdf.open(io.BytesIO(content)) as pdf:
        box = [float(side) for side in pdf.pages[0].mediabox]
        look = Stream(pdf, _over(rng, found[1]).encode(), Type=Name.XObject, Subtype=Name.Form, BBox=Array(box),
                      Resources=Dictionary(Font=Dictionary(Forged=_font(pdf))))  # fmt: skip
        note = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, Rect=Array(box), F=4, Contents="",
                          AP=Dictionary(N=pdf.make_indirect(look)), DA="/Helv 9 Tf 0 g")  # fmt: skip
        pdf.pages[0].Annots = Array([pdf.make_indirect(note)])
        return _saved(pdf)


def appended(content: bytes, objects: Mapping[int, bytes], root: int | None = None) -> bytes:
    """The file with objects written behind its end, as editors save: an incremental update."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        size = max(len(pdf.objects), *objects) + 1
        top = root or pdf.Root.objgen[0]
    previous = int(re.findall(rb"startxref\s+(\d+)", content)[-1])
    out = bytearray(content if content.endswith(b"\n") else content + b"\n")
    table = bytearray(b"xref\n")
    for number, body in sorted(objects.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += table + b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        top,
        previous,
        start,
    )
    return bytes(out)


def plain(content: bytes) -> bytes:
    """The same file with a plain table of objects, to which objects can be appended."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for page in pdf.pages:
            page.contents_coalesce()
        out = io.BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return out.getvalue()


def edited(content: bytes, rng: Random) -> bytes | None:
    """The contents of the first page written anew behind the end, with another amount over the largest one."""
    found = largest_amount(content)
    if found is None:
        return None
    with pikepdf.open(io.BytesIO(content)) as pdf:
        stream, font = pdf.pages[0].Contents, len(pdf.objects) + 1
        number = stream.objgen[0]
        body = b"q " + stream.read_bytes() + b" Q " + _over(rng, found[1]).encode()
        page = Dictionary(pdf.pages[0].obj)
        resources = Dictionary(page.get("/Resources", Dictionary()))
        fonts = Dictionary(resources.get("/Font", Dictionary()))
        fonts[Name.Forged] = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        resources[Name.Font] = fonts
        page[Name.Resources] = resources
        at = pdf.pages[0].obj.objgen[0]
        written = {number: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body), at: page.unparse()}
    return appended(content, written) if font else None


def _edited(content: bytes, rng: Random) -> bytes | None:
    return edited(plain(content), rng)


def signed(content: bytes) -> bytes:
    """The file with a signature over all its bytes, by a key that is made for it."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        first = max(objgen for objgen in range(len(pdf.objects) + 1)) + 1
        root = Dictionary(pdf.Root)
        root[Name.AcroForm] = Dictionary(SigFlags=3, Fields=Array([]))
        body = root.unparse().replace(b"/Fields [ ]", b"/Fields [ %d 0 R ]" % (first + 1))
        top = pdf.Root.objgen[0]
    assert b"%d 0 R" % (first + 1) in body
    holder = b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange [%s] /Contents <%s> >>"
    field = b"<< /FT /Sig /Type /Annot /Subtype /Widget /T (Signature) /Rect [0 0 0 0] /V %d 0 R >>" % first
    empty = holder % (b" " * 40, b"0" * HOLE)
    whole = appended(content, {first: empty, first + 1: field, top: body})
    begin = whole.rindex(b"/Contents <") + len(b"/Contents ")
    end = begin + HOLE + 2
    spans = b"0 %d %d %d" % (begin, end, len(whole) - end)
    at = whole.rindex(b"/ByteRange [") + len(b"/ByteRange [")
    whole = whole[:at] + spans.ljust(40) + whole[at + 40 :]
    seal = _seal(whole[:begin] + whole[end:]).hex().encode().ljust(HOLE, b"0")
    return whole[: begin + 1] + seal + whole[end - 1 :]


def _seal(covered: bytes) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Bench")])
    day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(day).not_valid_after(day + dt.timedelta(days=3650)).sign(key, hashes.SHA256())
    )  # fmt: skip
    builder = pkcs7.PKCS7SignatureBuilder().set_data(covered).add_signer(certificate, key, hashes.SHA256())
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])


def _after_signing(content: bytes, rng: Random) -> bytes | None:
    return edited(signed(plain(content)), rng)


def _inside(content: bytes, _rng: Random) -> bytes | None:
    """One byte of a signed file changed."""
    whole = signed(plain(content))
    at = whole.find(b"/Producer")
    return whole[: at + 12] + b"X" + whole[at + 13 :] if at > 0 else whole[:9] + b"%" + whole[10:]


PDF_CHANGES: dict[str, Forge] = {
    "invisible": _invisible,
    "white": _white,
    "tiny": _tiny,
    "transparent": _transparent,
    "clipped": _clipped,
    "outside": _outside,
    "picture": _picture,
    "switched off": _switched_off,
    "covered": _covered,
    "annotation": _annotation,
    "edited": _edited,
    "after signing": _after_signing,
    "inside signature": _inside,
}
