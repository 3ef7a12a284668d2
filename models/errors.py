"""Why something could not be done, for the person who reads it and for the code that decides on a retry.

    FacturierError
    ├── InvoiceError                the input cannot be read; the document goes to quarantine
    │   ├── UnsupportedMediaTypeError   unsupported_type
    │   ├── EmptyFileError              empty
    │   ├── EncryptedDocumentError      encrypted
    │   ├── UnreadableDocumentError     unreadable
    │   ├── HostileDocumentError        hostile
    │   ├── LimitExceededError          too_large, resource_limit, timeout
    │   └── NoInvoiceError              no_invoice
    ├── EngineError                 an OCR engine is missing or broke; retried, then quarantine
    ├── SettingsError               the configuration is wrong; exit code 5
    └── ConflictError               somebody else was first (lease lost, version moved)

>>> EmptyFileError("scan.pdf").code
'empty'
"""

from __future__ import annotations

from typing import ClassVar


class FacturierError(Exception):
    """The root. `code` is stable and for machines, `advice` says what a person can do."""

    code: ClassVar[str] = "error"
    advice: ClassVar[str] = "Look at the log, or ask whoever runs Facturier."
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str = "", *, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.reason_code = code or self.code


class InvoiceError(FacturierError):
    """The input cannot be read as an invoice."""

    code = "unreadable"


class UnsupportedMediaTypeError(InvoiceError):
    """Neither a PDF, nor a picture, nor e-invoice XML."""

    code = "unsupported_type"
    advice = "Send the invoice as PDF, TIFF, PNG, JPEG, HEIC, or as e-invoice XML (UBL or CII)."


class EmptyFileError(InvoiceError):
    """No bytes, or no page."""

    code = "empty"
    advice = "The file holds nothing: ask the sender to send it again."


class EncryptedDocumentError(InvoiceError):
    """A password is needed."""

    code = "encrypted"
    advice = "Ask the sender for a copy without password, or save one and drop it again."


class UnreadableDocumentError(InvoiceError):
    """Damaged beyond what the readers can repair."""

    code = "unreadable"
    advice = "Open the file to see whether it is damaged; ask the sender for a new copy."


class HostileDocumentError(InvoiceError):
    """Holds what an invoice never needs: a DOCTYPE, an external reference, a bomb."""

    code = "hostile"
    advice = "Do not open the file. Ask the sender, by a known address, whether it is theirs."


class LimitExceededError(InvoiceError):
    """Over a limit of size, pages, memory or time."""

    code = "resource_limit"
    advice = "Split the file, or scan it at 200 dpi; limits are listed in docs/operations.md."


class NoInvoiceError(InvoiceError):
    """Readable, but no invoice is in it."""

    code = "no_invoice"
    advice = "The file can be read but holds no invoice. If it is one, enter it by hand in the review site."


class EngineError(FacturierError):
    """An engine of ours is missing or broke; the document is not to blame."""

    code = "engine"
    advice = "Run `facturier doctor`: it says which engine is missing and how to install it."
    retryable = True


class SettingsError(FacturierError):
    """The configuration is wrong."""

    code = "settings"
    advice = "Correct facturier.toml or the environment variable that is named."


class UnknownModelError(FacturierError):
    """No trained version of that name or kind is kept here."""

    code = "model"
    advice = "`facturier models` lists the versions of this home; `facturier train --from-reviews` makes a challenger."


class ConflictError(FacturierError):
    """Somebody else was first; nothing was written."""

    code = "conflict"
    advice = "Load the document again and repeat what is still needed."


_SIDES: dict[str, type[InvoiceError]] = {"too_large": LimitExceededError, "timeout": LimitExceededError}

INVOICE_ERRORS: dict[str, type[InvoiceError]] = _SIDES | {
    kind.code: kind
    for kind in (
        UnsupportedMediaTypeError,
        EmptyFileError,
        EncryptedDocumentError,
        UnreadableDocumentError,
        HostileDocumentError,
        LimitExceededError,
        NoInvoiceError,
    )
}


def invoice_error(code: str, detail: str) -> InvoiceError:
    """The error for a reason code that came back from a reading child."""
    return INVOICE_ERRORS.get(code, UnreadableDocumentError)(detail, code=code)
