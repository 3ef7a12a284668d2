"""E-invoice XML to an `Extraction`: one engine for every syntax, the syntaxes are tables.

What stands in the XML is taken as it stands, with confidence 1; a value that breaks its notation is left out and
named in a finding. Whether the invoice is right is the validators' question, not asked here.

>>> ubl = b'''<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
...  xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"><b:ID>F-1</b:ID></Invoice>'''
>>> read_xml(ubl, LimitSettings()).invoice.invoice_number
'F-1'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from lxml import etree

from extractors.einvoice.notations import fold
from extractors.einvoice.parsing import parse_xml
from extractors.einvoice.rules import Engine, check
from extractors.einvoice.syntax import VAT_TERMS, Address, Group, Paths, Syntax, select, syntaxes_by_root
from extractors.einvoice.values import parse_date, parse_number, parse_paragraph, parse_text
from extractors.mentions import mentions_in
from models.decision import Reason
from models.errors import NoInvoiceError, UnsupportedMediaTypeError
from models.extraction import DocumentType, Evidence, Extraction
from models.finding import Finding, Severity
from models.invoice import CREDIT_NOTE_CODES, LINE_TERMS, TERMS, Invoice, InvoiceLine, Term, VatBreakdown
from models.money import decimal_text
from models.settings import LimitSettings

READER = "xml"
IBAN_SHAPE = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
# Without one of these a document says nothing that could be paid.
ESSENTIAL_TERMS = ("invoice_number", "gross_total", "payable_total", "net_total")
PRO_FORMA_CODES = frozenset({"325"})
# Other messages of the same standards: orders, despatch advices, reminders. They are read by nobody here.
BUSINESS_NAMESPACES = ("urn:oasis:names:specification:ubl:", "urn:un:unece:uncefact:", "urn:ferd:")
LANGUAGES = {
    "AT": "de",
    "BR": "pt",
    "CZ": "cs",
    "DE": "de",
    "DK": "da",
    "ES": "es",
    "FR": "fr",
    "GB": "en",
    "IE": "en",
    "IT": "it",
    "NL": "nl",
    "NO": "no",
    "PL": "pl",
    "PT": "pt",
    "SE": "sv",
    "US": "en",
}  # fmt: skip - seller's country -> its language, where it has one

Values = dict[str, Any]  # term -> str, Decimal or date


def read_xml(content: bytes, limits: LimitSettings, rules: Engine = "off") -> Extraction:
    """Read one e-invoice: UBL, CII, ZUGFeRD 1 or FatturaPA, and hold it against the rules that it says it follows.

    Raises:
        UnsupportedMediaTypeError: XML, but of no business document.
        NoInvoiceError: an order, a reminder and the like.
        HostileDocumentError, LimitExceededError, UnreadableDocumentError, EmptyFileError: see `parse_xml`.
    """
    root, syntax = _find_invoice(parse_xml(content, limits))
    notes: list[Finding] = []
    header, raws = _read_header(root, syntax, notes)
    derived = _derive(header, syntax.roots[root.tag])
    lines = tuple(InvoiceLine(**row) for row in _read_group(root, syntax.lines, LINE_TERMS, notes))
    rows = tuple(VatBreakdown(**row) for row in _read_group(root, syntax.vat, VAT_TERMS, notes))
    invoice = Invoice(**header, **derived, lines=lines, vat_breakdown=rows)
    evidence = {term: Evidence(confidence=1.0, reader=READER, raw=raw) for term, raw in raws.items()}
    evidence |= {term: Evidence(confidence=1.0, reader="derived") for term in derived}
    notes += _count_bodies(root, syntax) + _find_nothing(header)
    broken = check(root, rules)
    reasons: tuple[str, ...] = (Reason.XML_DOUBTFUL.value,) if notes else ()
    if any(finding.severity is Severity.ERROR for finding in broken):
        reasons += (Reason.RULE_FAILED.value,)
    return Extraction(
        invoice=invoice,
        evidence=evidence,
        line_evidence=tuple(Evidence(confidence=1.0, reader=READER) for _ in lines),
        source="xml",
        document_type=_document_type(invoice.type_code),
        language=_language(root, syntax),
        profile=_first_text(root, syntax.document["profile"]),
        findings=(*notes, *broken, *_find_payee(root, syntax, invoice.seller_name)),
        decision="review" if reasons else "auto",
        reasons=reasons,
        mentions=mentions_in(root),
    )


def _find_invoice(root: etree._Element) -> tuple[etree._Element, Syntax]:
    """The root, or what an envelope (Peppol's StandardBusinessDocument) holds, and its syntax."""
    syntaxes = syntaxes_by_root()
    for element in (root, *root.iterchildren("*")):
        if element.tag in syntaxes:
            # Paths may be absolute and trees may be large: an enveloped invoice becomes a tree of its own.
            return (element if element is root else etree.ElementTree(element).getroot()), syntaxes[element.tag]
    name = etree.QName(root)
    if (name.namespace or "").startswith(BUSINESS_NAMESPACES):
        raise NoInvoiceError(f"the XML is a business document of another kind: {name.localname} of {name.namespace}")
    raise UnsupportedMediaTypeError(f"the XML is no e-invoice: its root element is {name.localname[:80]!r}")


def _read_header(root: etree._Element, syntax: Syntax, notes: list[Finding]) -> tuple[Values, dict[str, str]]:
    """The typed header values and their texts."""
    values: Values = {}
    raws: dict[str, str] = {}
    for term, paths in syntax.header.items():
        value, raw = _read_term(root, term, TERMS[term], paths, notes)
        if value is None:
            continue
        values[term] = syntax.codes.get(term, {}).get(value, value)
        raws[term] = raw
    address = _read_address(root, syntax.address)
    if address:
        values["seller_address"] = raws["seller_address"] = address
    return values, raws


def _derive(header: Values, type_code: str) -> Values:
    """What the document says without a word of its own: its type by its root, the net total by its parts."""
    derived: Values = {}
    if "type_code" not in header:
        derived["type_code"] = type_code
    if "net_total" not in header and "sum_of_lines" in header:
        zero = Decimal(0)
        derived["net_total"] = (
            header["sum_of_lines"] - header.get("allowance_total", zero) + header.get("charge_total", zero)
        )
    return derived


def _read_group(
    root: etree._Element, group: Group, terms: Mapping[str, Term], notes: list[Finding]
) -> Iterator[Values]:
    for number, node in enumerate(select(group.each, root), start=1):
        where = f" (no. {number})"
        read = {term: _read_term(node, term, terms[term], paths, notes, where) for term, paths in group.terms.items()}
        yield {term: value for term, (value, _) in read.items() if value is not None}


def _read_term(
    node: etree._Element, name: str, term: Term, paths: Paths, notes: list[Finding], where: str = ""
) -> tuple[Any, str]:
    """The value of a term and its text; (None, "") where it is absent or breaks its notation."""
    for found in paths.found(node):
        typed = [(value, raw) for item in found if (raw := _text(item)) for value in [_typed(item, raw, name, term)]]
        good = [(value, raw) for value, raw in typed if value is not None]
        if len(good) < len(typed):
            note = _unreadable_value(name, where, next(raw for value, raw in typed if value is None))
            notes += [note] if note not in notes[-1:] else []  # the same text by two paths
        if good and paths.is_sum:
            total = sum((value for value, _ in good), Decimal(0))
            return total, decimal_text(total) if len(good) > 1 else good[0][1]
        if good:
            return next((pair for pair in good if _is_preferred(name, pair[0])), good[0])
    return None, ""


def _is_preferred(name: str, value: object) -> bool:
    """Of several payment means the first with an IBAN is wanted; of all else simply the first."""
    return name != "iban" or bool(IBAN_SHAPE.fullmatch(str(value)))


def _typed(item: Any, raw: str, name: str, term: Term) -> Any:  # noqa: ANN401 - element or string in, value out
    if term.kind == "date":
        return parse_date(raw, None if isinstance(item, str) else item.get("format"))
    return _parser(name, term)(raw)


def _parser(name: str, term: Term) -> Callable[[str], str | Decimal | None]:
    return PARSERS_BY_NAME.get(name) or PARSERS_BY_KIND.get(term.kind, parse_text)


def _parse_account(text: str) -> str | None:
    """An account without the spaces in which IBANs are written."""
    return "".join(text.split()).upper() or None


PARSERS_BY_NAME: dict[str, Callable[[str], str | Decimal | None]] = {
    "iban": _parse_account,
    "payment_terms": parse_paragraph,
}
PARSERS_BY_KIND: dict[str, Callable[[str], str | Decimal | None]] = {"amount": parse_number, "number": parse_number}


def _text(item: Any) -> str:  # noqa: ANN401 - what an XPath gives: element, string
    return str((item if isinstance(item, str) else item.text) or "").strip()


def _first_text(root: etree._Element, paths: Paths) -> str | None:
    return next((text for found in paths.found(root) for item in found if (text := _text(item))), None)


def _read_address(root: etree._Element, address: Address) -> str:
    """Street, second line, postcode and city, country: parts that are there, set off by commas."""
    base = next(iter(select(address.base, root)), None)
    if base is None:
        return ""
    parts = (_join(" ", (_join(", ", map(_text, select(path, base))) for path in part)) for part in address.parts)
    return _join(", ", parts)


def _join(separator: str, texts: Iterable[str]) -> str:
    return separator.join(words for text in texts if (words := parse_text(text)))


def _unreadable_value(name: str, where: str, raw: str) -> Finding:
    return Finding(
        rule="AP-XML-VALUE",
        severity=Severity.ERROR,
        terms=(name,),
        actual=raw[:200],
        message=f"The e-invoice's {name.replace('_', ' ')}{where} cannot be read: {raw[:80]!r}.",
    )


def _count_bodies(root: etree._Element, syntax: Syntax) -> list[Finding]:
    """A FatturaPA file may hold several invoices; the first is read and the rest is said."""
    bodies = sum(len(found) for paths in [syntax.document.get("bodies")] if paths for found in paths.found(root))
    if bodies < 2:
        return []
    message = f"The file holds {bodies} invoices; only the first was read. Ask for one file an invoice."
    return [Finding(rule="AP-XML-SEVERAL", severity=Severity.ERROR, actual=str(bodies), message=message)]


def _find_nothing(header: Values) -> list[Finding]:
    """An invoice element that says nothing: the rules name each missing term, this one keeps it from a silent zero."""
    if any(header.get(term) is not None for term in ESSENTIAL_TERMS):
        return []
    message = "The e-invoice has neither a number nor an amount. Ask the sender for a complete one."
    return [Finding(rule="AP-XML-EMPTY", severity=Severity.ERROR, terms=ESSENTIAL_TERMS, message=message)]


def _find_payee(root: etree._Element, syntax: Syntax, seller: str | None) -> list[Finding]:
    """Somebody else than the seller who is to be paid (BT-59): a factor, or whoever changed the file."""
    payee = _first_text(root, syntax.document["payee"]) if "payee" in syntax.document else None
    if payee is None or fold(payee) == fold(seller or ""):
        return []
    message = f"The payment is to go to {payee[:120]!r}, not to the seller {(seller or '')[:120]!r}: is it agreed?"
    return [Finding(rule="AP-XML-PAYEE", severity=Severity.WARNING, terms=("seller_name", "iban"), expected=seller,
                    actual=payee[:200], message=message)]  # fmt: skip


def _document_type(type_code: str | None) -> DocumentType:
    if type_code in CREDIT_NOTE_CODES:
        return "credit_note"
    return "pro_forma" if type_code in PRO_FORMA_CODES else "invoice"


def _language(root: etree._Element, syntax: Syntax) -> str | None:
    """The language that the document names, else that of the seller's country; ISO 639-1."""
    named = (_first_text(root, syntax.document["language"]) or "")[:2].lower()
    country = (_first_text(root, syntax.document["seller_country"]) or "").upper()
    return named if re.fullmatch("[a-z]{2}", named) else LANGUAGES.get(country)
