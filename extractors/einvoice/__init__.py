"""E-invoices: reading their XML, finding it in PDFs, and holding the page against it."""

from __future__ import annotations

from extractors.einvoice.comparison import compare_page_with_xml
from extractors.einvoice.embedded import embedded_xml, read_embedded
from extractors.einvoice.reading import read_xml

__all__ = ["compare_page_with_xml", "embedded_xml", "read_embedded", "read_xml"]
