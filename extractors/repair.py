"""A damaged PDF written anew: cross references rebuilt, what cannot be reached left out.

qpdf (through pikepdf) finds objects by searching the bytes, where PDFium gives up on a missing header or a broken
page tree. What was lost is unknown, so a person must look at what is read from the copy.

>>> rewrite_pdf(b"%PDF-1.4 nothing in it") is None
True
"""

from __future__ import annotations

import io
import warnings

from models.errors import EncryptedDocumentError


def rewrite_pdf(content: bytes) -> bytes | None:
    """The same pages in a sound file; None where there is nothing to save.

    Raises:
        EncryptedDocumentError: the damaged file is encrypted too.
    """
    import pikepdf

    out = io.BytesIO()
    try:
        with warnings.catch_warnings(action="ignore"), pikepdf.open(io.BytesIO(content)) as pdf:
            if not len(pdf.pages):
                return None
            pdf.save(out)
    except pikepdf.PasswordError as error:
        raise EncryptedDocumentError("the PDF needs a password") from error
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return out.getvalue()
