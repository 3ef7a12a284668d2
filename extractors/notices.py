"""What a reader says of the file itself: mended, its e-invoice broken, its page not compared.

>>> from models.errors import UnreadableDocumentError
>>> mended(UnreadableDocumentError("no header")).rule
'AP-PDF-MENDED'
"""

from __future__ import annotations

from models.errors import InvoiceError
from models.finding import Finding, Severity


def mended(error: InvoiceError) -> Finding:
    """The PDF was damaged and a mended copy was read."""
    return Finding(
        rule="AP-PDF-MENDED",
        severity=Severity.WARNING,
        message=f"The PDF is damaged ({error.detail}); a mended copy was read, something may be missing.",
    )


def broken(error: InvoiceError) -> Finding:
    """The e-invoice inside cannot be read."""
    return Finding(
        rule="AP-XML-BROKEN",
        severity=Severity.ERROR,
        message=f"The e-invoice inside the PDF cannot be read ({error.detail}); the page was read instead.",
    )


def unread_page(error: InvoiceError) -> Finding:
    """The page has nothing that could be compared."""
    return Finding(
        rule="AP-PAGE-UNREAD",
        severity=Severity.WARNING,
        message=f"The page could not be held against its e-invoice: {error.detail or error.reason_code}.",
    )
