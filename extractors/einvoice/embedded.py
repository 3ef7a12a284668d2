"""The e-invoice inside a PDF: found by the names that the standards give it, in the name tree and in /AF.

Two different e-invoices in one PDF: the standard one is read (Factur-X before XRechnung before ZUGFeRD 1), and a
finding holds the document unless both say the same. A plain PDF costs a search in its bytes, no parse.
Sources: ISO 32000-2, 7.11 and 14.13; Factur-X 1.07, 6.2 (names of the files).

>>> embedded_xml(b"%PDF-1.7 a page and nothing else", LimitSettings()) is None
True
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pikepdf

from extractors.einvoice.reading import read_xml
from extractors.einvoice.rules import Engine
from models.decision import Reason
from models.errors import EncryptedDocumentError, InvoiceError, LimitExceededError, UnreadableDocumentError
from models.extraction import Extraction
from models.finding import Finding, Severity
from models.settings import LimitSettings

# Best first; compared in lower case. order-x.xml is an order and not among them.
INVOICE_NAMES = ("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml")
# A file specification needs one of these keys. In a PDF with object streams they may be compressed away.
ATTACHMENT_MARKS = (b"/EmbeddedFile", b"/AF", b"/EF")
OBJECT_STREAM = b"/ObjStm"
# What two e-invoices in one PDF must agree on to be the same invoice.
IDENTITY_TERMS = (
    "invoice_number",
    "issue_date",
    "seller_name",
    "seller_vat_id",
    "iban",
    "currency",
    "net_total",
    "tax_total",
    "gross_total",
)


class Attachment(NamedTuple):
    """An embedded file: its bare name in lower case, its bytes, and whether the PDF's list of attachments names it."""

    name: str
    content: bytes
    is_listed: bool = True


def embedded_xml(content: bytes, limits: LimitSettings) -> bytes | None:
    """The e-invoice of a PDF, the standard one where there are several; None where there is none.

    Raises:
        EncryptedDocumentError: a password is needed to open the PDF.
        LimitExceededError: more or larger attachments than the limits allow.
        UnreadableDocumentError: the PDF has attachments but cannot be opened.
    """
    found = invoice_attachments(content, limits)
    return found[0].content if found else None


def read_embedded(content: bytes, limits: LimitSettings, rules: Engine = "off") -> Extraction | None:
    """Read the e-invoice of a PDF; None where there is none. Raises as `embedded_xml` and `read_xml` do."""
    found = invoice_attachments(content, limits)
    if not found:
        return None
    extraction = read_xml(found[0].content, limits, rules)
    return _with_findings(extraction, [*_rivals(extraction, found, limits), *_misplaced(found[0])])


def _rivals(extraction: Extraction, found: tuple[Attachment, ...], limits: LimitSettings) -> list[Finding]:
    """Other e-invoices in the same PDF that say something else."""
    rivals = ", ".join(other.name for other in found[1:] if not _is_same_invoice(extraction, other, limits))
    if not rivals:
        return []
    message = f"The PDF holds two different e-invoices: {found[0].name} was read, {rivals} says otherwise."
    return [_hold("AP-XML-AMBIGUOUS", message, expected=found[0].name, actual=rivals)]


def _misplaced(file: Attachment) -> list[Finding]:
    """An e-invoice outside of the list of attachments: the PDF is damaged or was changed, and viewers hide it."""
    if file.is_listed:
        return []
    message = (
        f"{file.name} is in the PDF but not in its list of attachments: the PDF is damaged or was changed. "
        "Ask the sender for a new copy."
    )
    return [_hold("AP-XML-MISPLACED", message, actual=file.name)]


def _hold(rule: str, message: str, *, expected: str | None = None, actual: str | None = None) -> Finding:
    return Finding(
        rule=rule, severity=Severity.HOLD, terms=IDENTITY_TERMS, message=message, expected=expected, actual=actual
    )


def _with_findings(extraction: Extraction, findings: list[Finding]) -> Extraction:
    if not findings:
        return extraction
    notes = (*extraction.findings, *findings)
    return extraction.model_copy(
        update={"findings": notes, "decision": "review", "reasons": (Reason.XML_DOUBTFUL.value,)}
    )


def invoice_attachments(content: bytes, limits: LimitSettings) -> tuple[Attachment, ...]:
    """The embedded files with the name of an e-invoice, best first, equal ones once. Raises: see `embedded_xml`."""
    if not _may_have_attachments(content):
        return ()
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            streams = _invoice_streams(pdf, limits)
            found = {Attachment(name, _decoded(stream, limits), listed) for name, stream, listed in streams}
    except pikepdf.PasswordError as error:
        raise EncryptedDocumentError("the PDF needs a password") from error
    except (pikepdf.PdfError, pikepdf.PikepdfError, RuntimeError, *_WRONG_SHAPE) as error:
        raise UnreadableDocumentError(
            f"the attachments of the PDF cannot be read: {str(error).rsplit('>: ', 1)[-1]}"
        ) from error
    distinct = {file.content: file for file in sorted(found, key=_rank, reverse=True)}
    return tuple(sorted(distinct.values(), key=_rank))


# What pikepdf's proxies raise where an object of another type stands than the standard says.
_WRONG_SHAPE = (ValueError, TypeError, AttributeError, KeyError, zlib.error)


def _rank(file: Attachment) -> tuple[bool, int, bytes]:
    return not file.is_listed, INVOICE_NAMES.index(file.name), file.content


def _may_have_attachments(content: bytes) -> bool:
    return OBJECT_STREAM in content or any(mark in content for mark in ATTACHMENT_MARKS)


def _invoice_streams(pdf: pikepdf.Pdf, limits: LimitSettings) -> list[tuple[str, pikepdf.Stream, bool]]:
    """Name, stream and place of each embedded file with an e-invoice's name; most are in /AF and in the list."""
    streams: dict[Any, tuple[str, pikepdf.Stream, bool]] = {}
    places = ((_associated(pdf.Root), False), (_listed(pdf.Root), True))
    for specs, is_listed in places:
        for count, spec in enumerate(specs, start=1):
            if count > limits.attachments:
                raise LimitExceededError(f"the PDF has more than {limits.attachments} attachments")
            if not isinstance(spec, pikepdf.Dictionary) or not isinstance(spec.get("/EF"), pikepdf.Dictionary):
                continue
            stream = spec.EF.get("/UF", spec.EF.get("/F"))
            if (name := _bare_name(spec)) in INVOICE_NAMES and isinstance(stream, pikepdf.Stream):
                streams[stream.objgen] = (name, stream, is_listed)
    return list(streams.values())


def _associated(root: pikepdf.Object) -> Iterable[Any]:
    """The files of the catalog's /AF: an array, or by mistake of some writers a single one."""
    files: Any = root.get("/AF", [])
    return files if isinstance(files, pikepdf.Array | list) else [files]


def _listed(root: pikepdf.Object) -> Iterator[Any]:
    """The files of the name tree, which viewers show as attachments."""
    names = root.get("/Names")
    tree = names.get("/EmbeddedFiles") if isinstance(names, pikepdf.Dictionary) else None
    if isinstance(tree, pikepdf.Dictionary):
        yield from pikepdf.NameTree(tree).values()


def _bare_name(spec: pikepdf.Object) -> str:
    """The file name without folders, in lower case: a name is never a path here."""
    name = str(spec.get("/UF", spec.get("/F", "")))
    return name.replace("\\", "/").rsplit("/", 1)[-1].strip().lower()


def _decoded(stream: pikepdf.Stream, limits: LimitSettings) -> bytes:
    """The bytes of a stream; a deflate bomb stops at the limit instead of filling the memory."""
    most = min(limits.xml_bytes, limits.attachment_bytes)
    if stream.get("/Filter") == "/FlateDecode" and "/DecodeParms" not in stream:
        inflated = zlib.decompressobj().decompress(stream.read_raw_bytes(), most + 1)
    else:
        inflated = stream.read_bytes()
    if len(inflated) > most:
        raise LimitExceededError(f"the embedded e-invoice is larger than {most} bytes", code="too_large")
    return inflated


def _is_same_invoice(extraction: Extraction, other: Attachment, limits: LimitSettings) -> bool:
    """Whether another attachment tells of the same invoice in what matters; one that cannot be read does not."""
    try:
        rival = read_xml(other.content, limits).invoice
    except InvoiceError:
        return False
    return all(getattr(rival, term) == getattr(extraction.invoice, term) for term in IDENTITY_TERMS)
