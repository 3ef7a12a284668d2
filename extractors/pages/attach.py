"""A PDF's pages with an XML inside, as Factur-X 1.0 wants it (profile EN 16931); the same bytes for the same input.

The pages come from whoever sent the document, so this runs in the confined child (`ReaderPool.attach`); pages that we
drew ourselves may come here directly. What the PDF carried inside, and what it would do when somebody opens or clicks
it, goes. Its fonts and colours stay as they were. Sources: ISO 19005-3 (PDF/A-3), Factur-X 1.0 section 6.

>>> b"<fx:ConformanceLevel>EN 16931<" in about_packet({"title": "A & B"})
True
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from models.errors import UnreadableDocumentError

FILE_NAME = "factur-x.xml"
PRODUCER = "Facturier"
_WHEN, _PDF_WHEN = "1980-01-01T00:00:00+00:00", "D:19800101000000+00'00'"
_DROPPED = ("/AF", "/OpenAction", "/AA", "/Metadata", "/AcroForm", "/Names", "/Collection", "/Perms", "/DSS")
_ACTIONS = ("/A", "/AA", "/PA")
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def attach_xml(pdf: bytes, xml: bytes, about: Mapping[str, str]) -> bytes:
    """The PDF/A-3 with its XML.

    Args:
        pdf: The pages.
        xml: Factur-X.
        about: `author`, `title`, `subject`, `keywords`.

    Raises:
        UnreadableDocumentError: The PDF cannot be taken apart (encrypted, damaged, none at all).
    """
    try:
        with pikepdf.open(io.BytesIO(pdf)) as made:
            _strip(made)
            _put(made, xml)
            _describe(made, about)
            sink = io.BytesIO()
            made.save(sink, deterministic_id=True, min_version="1.7")
            return sink.getvalue()
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, TypeError) as error:
        raise UnreadableDocumentError(f"its pages cannot be taken into another PDF: {error}") from error


def _strip(pdf: pikepdf.Pdf) -> None:
    """Take out what was inside, and what runs."""
    _drop(pdf.Root, _DROPPED)
    for page in pdf.pages:
        _drop(page.obj, ("/AA",))
        marks = page.obj.get("/Annots")
        for mark in marks if isinstance(marks, Array) else ():
            if isinstance(mark, Dictionary):
                _drop(mark, _ACTIONS)
                _drop(mark, ("/FS",))


def _drop(found: pikepdf.Object, keys: tuple[str, ...]) -> None:
    for key in keys:
        if key in found:
            del found[key]


def _put(pdf: pikepdf.Pdf, xml: bytes) -> None:
    """The XML as the only embedded file, named by the catalogue (AF) and by its name."""
    digest = hashlib.md5(xml, usedforsecurity=False).digest()
    params = Dictionary(CheckSum=String(digest), ModDate=String(_PDF_WHEN), Size=len(xml))
    content = pdf.make_stream(xml, Type=Name.EmbeddedFile, Subtype=Name("/text/xml"), Params=params)
    file = pdf.make_indirect(Dictionary(
        Type=Name.Filespec, F=String(FILE_NAME), UF=String(FILE_NAME), Desc=String("Factur-X XML file"),
        AFRelationship=Name.Data, EF=Dictionary(F=content, UF=content),
    ))  # fmt: skip
    pdf.Root.AF = Array([file])
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([String(FILE_NAME), file])))
    pdf.Root.PageMode = Name.UseAttachments


def _describe(pdf: pikepdf.Pdf, about: Mapping[str, str]) -> None:
    """Both descriptions of a PDF, saying the same."""
    pdf.Root.Metadata = pdf.make_stream(about_packet(about), Type=Name.Metadata, Subtype=Name.XML)
    del pdf.docinfo
    told = {"/Title": "title", "/Author": "author", "/Subject": "subject", "/Keywords": "keywords"}
    for key, name in told.items():
        pdf.docinfo[key] = String(_plain(about.get(name, "")))
    pdf.docinfo["/Producer"] = pdf.docinfo["/Creator"] = String(PRODUCER)
    pdf.docinfo["/CreationDate"] = pdf.docinfo["/ModDate"] = String(_PDF_WHEN)


def _plain(text: str) -> str:
    return _NO_XML.sub("", text)


_NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "dc": "http://purl.org/dc/elements/1.1/",
    "pdf": "http://ns.adobe.com/pdf/1.3/", "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/", "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#", "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
    "fx": "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
}  # fmt: skip
_OURS = {
    "DocumentType": ("INVOICE", "The type of the hybrid document in capital letters"),
    "DocumentFileName": (FILE_NAME, "The name of the embedded XML document"),
    "Version": ("1.0", "The version of the standard applying to the embedded XML document"),
    "ConformanceLevel": ("EN 16931", "The conformance level of the embedded XML document"),
}


def about_packet(about: Mapping[str, str]) -> bytes:
    """The XMP packet: PDF/A-3B, the words about it, and the extension schema that names the XML."""
    said = {name: escape(_plain(about.get(name, ""))) for name in ("title", "author", "subject", "keywords")}
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
    parts = (
        "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>",
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{said["title"]}</rdf:li></rdf:Alt></dc:title>'
        f"<dc:creator><rdf:Seq><rdf:li>{said['author']}</rdf:li></rdf:Seq></dc:creator>"
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{said["subject"]}</rdf:li></rdf:Alt></dc:description>',
        f"<pdf:Producer>{PRODUCER}</pdf:Producer><pdf:Keywords>{said['keywords']}</pdf:Keywords>",
        f"<xmp:CreatorTool>{PRODUCER}</xmp:CreatorTool><xmp:CreateDate>{_WHEN}</xmp:CreateDate>"
        f"<xmp:ModifyDate>{_WHEN}</xmp:ModifyDate>",
        _extension(),
        "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _) in _OURS.items()),
    )
    described = "\n".join(f'<rdf:Description rdf:about="">{part}</rdf:Description>' for part in parts)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/" {spaces}>\n<rdf:RDF>\n{described}\n</rdf:RDF>\n</x:xmpmeta>\n'
        '<?xpacket end="w"?>'
    ).encode()


def _extension() -> str:
    """PDF/A asks for a description of every property that it does not know."""
    known = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{words}</pdfaProperty:description></rdf:li>"
        for name, (_, words) in _OURS.items()
    )
    return (
        '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
        "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{_NAMESPACES['fx']}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{known}</rdf:Seq></pdfaSchema:property>"
        "</rdf:li></rdf:Bag></pdfaExtension:schemas>"
    )
