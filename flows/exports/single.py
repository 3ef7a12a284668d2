"""One invoice as a file of its own: UBL, CII, Factur-X; and which published rules a transcription breaks.

>>> sorted(CONFORMING)
['cii', 'facturx', 'ubl']
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from extractors.einvoice.rules import check
from extractors.einvoice.rules.checking import stylesheets
from flows.exports.cii import write_cii
from flows.exports.confined import Attach
from flows.exports.facturx import PDF, write_facturx
from flows.exports.transcription import Origin
from flows.exports.ubl import write_ubl
from models.finding import Severity
from models.invoice import Invoice
from models.store.blobs import BlobDamagedError

Original = Callable[[str], bytes]  # by SHA-256
CONFORMING = {"ubl": ".ubl.xml", "cii": ".cii.xml", "facturx": ".facturx.pdf"}  # format -> how its files' names end


class Single(NamedTuple):
    """A file, and the XML that it is or holds."""

    content: bytes
    xml: bytes
    is_drawn: bool = False  # a PDF whose pages are ours, not those of the original


def write_single(
    form: str, invoice: Invoice, origin: Origin, original: Original, media_type: str, attach: Attach
) -> Single:
    """One invoice in one format.

    Args:
        form: A key of CONFORMING.
        invoice: As it was published.
        origin: Where it came from.
        original: Gives the original's bytes by their hash; only asked for Factur-X.
        media_type: Of the original.
        attach: Puts XML into an original PDF, confined; only asked for Factur-X.
    """
    if form == "facturx":
        given = _pages(origin, original) if media_type == PDF else b""
        return Single(*write_facturx(invoice, origin, given, media_type, attach))
    xml = (write_ubl if form == "ubl" else write_cii)(invoice, origin)
    return Single(xml, xml)


def _pages(origin: Origin, original: Original) -> bytes:
    """The original; nothing where the store lost it, which is no reason to hold up everybody else's files."""
    try:
        return original(origin.sha256) if origin.sha256 else b""
    except BlobDamagedError:
        return b""


def failing_rules(xml: bytes) -> list[str]:
    """The ids of EN 16931's rules that a transcription breaks, and XSD where it breaks the schema."""
    root = etree.fromstring(xml)
    found = {each.rule for each in check(root, "auto") if each.severity is Severity.ERROR}
    return sorted(found | (set() if _fits_schema(root) else {"XSD"}))


def _fits_schema(root: etree._Element) -> bool:
    return _schema(root.tag.rpartition("}")[2]).validate(root)


_SCHEMAS = {
    "CrossIndustryInvoice": "facturx-en16931/Factur-X_EN16931.xsd",
    "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
}


@lru_cache(maxsize=3)
def _schema(root: str) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(stylesheets() / _SCHEMAS[root]))
