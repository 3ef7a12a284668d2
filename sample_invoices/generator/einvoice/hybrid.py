"""Factur-X and ZUGFeRD 2: CII inside of a PDF, as an associated file with the metadata that readers look for.

Page fonts must be embedded (look font `vera`). Written after the Factur-X 1.0 specification: attachment `factur-x.xml`
with AFRelationship, XMP with the `fx:` properties and their PDF/A extension schema, an sRGB output intent. Dates and
ids are fixed, so the same invoice gives the same bytes.
"""

from __future__ import annotations

import io

import pikepdf
from pikepdf import AttachedFileSpec, Dictionary, Name, Pdf, Stream, String
from PIL import ImageCms

MOMENT = "D:20260901080000+00'00'"
ISO_MOMENT = "2026-09-01T08:00:00+00:00"
FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PROPERTIES = {
    "DocumentFileName": "name of the embedded XML file",
    "DocumentType": "INVOICE",
    "Version": "version of the Factur-X XML schema",
    "ConformanceLevel": "profile of the embedded XML",
}


def embed_cii(pdf_bytes: bytes, xml: bytes, title: str, level: str = "EN 16931") -> bytes:
    """The PDF with the XML inside; `level` as Factur-X spells it in its metadata."""
    with pikepdf.open(io.BytesIO(pdf_bytes)) as pdf:
        attach(pdf, xml)
        pdf.Root.Metadata = Stream(pdf, metadata(title, level).encode(), Type=Name.Metadata, Subtype=Name.XML)
        pdf.Root.OutputIntents = pikepdf.Array([output_intent(pdf)])
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, min_version="1.7", fix_metadata_version=False)
        return out.getvalue()


def attach(pdf: Pdf, xml: bytes) -> None:
    """Attach the XML under the one name that the specification allows."""
    spec = AttachedFileSpec(
        pdf,
        xml,
        filename="factur-x.xml",
        mime_type="text/xml",
        description="Factur-X invoice",
        creation_date=MOMENT,
        mod_date=MOMENT,
    )
    spec.relationship = Name.Alternative
    pdf.attachments["factur-x.xml"] = spec
    pdf.Root.AF = pikepdf.Array([spec.obj])


def output_intent(pdf: Pdf) -> Dictionary:
    """SRGB, with the profile's own creation date fixed."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes.fromhex("07ea00090001000800000000")  # 2026-09-01 08:00, ICC header bytes 24 to 35
    profile[84:100] = bytes(16)  # the profile id is a hash over the date too
    stream = pdf.make_indirect(Stream(pdf, bytes(profile), N=3))
    condition = String("sRGB IEC61966-2.1")
    return Dictionary(
        Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier=condition, DestOutputProfile=stream
    )


def metadata(title: str, level: str) -> str:
    """The XMP packet."""
    rows = "".join(
        f"<rdf:li rdf:parseType='Resource'><pdfaProperty:name>{name}</pdfaProperty:name>"
        f"<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{text}</pdfaProperty:description></rdf:li>"
        for name, text in PROPERTIES.items()
    )
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
  ><pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
  ><dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title></rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
  ><xmp:CreateDate>{ISO_MOMENT}</xmp:CreateDate><xmp:ModifyDate>{ISO_MOMENT}</xmp:ModifyDate></rdf:Description>
<rdf:Description rdf:about="" xmlns:fx="{FX}"
  ><fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>factur-x.xml</fx:DocumentFileName
  ><fx:Version>1.0</fx:Version><fx:ConformanceLevel>{level}</fx:ConformanceLevel></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"
  ><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"
  ><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema
  ><pdfaSchema:namespaceURI>{FX}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix
  ><pdfaSchema:property><rdf:Seq>{rows}</rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag
  ></pdfaExtension:schemas></rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
