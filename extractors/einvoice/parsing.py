"""Hostile XML to a tree, or to an error that says why not. Nothing is expanded, loaded or fetched.

A DOCTYPE is refused before any parser sees it, in UTF-8, UTF-16 and UTF-32 alike, and encodings in which it could
hide are refused too. Depth and size have limits. Sources: libxml2's and lxml's security notes; CWE-611, CWE-776.

>>> parse_xml(b"<a><b/></a>", LimitSettings()).tag
'a'
>>> parse_xml(b"<!DOCTYPE a><a/>", LimitSettings())
Traceback (most recent call last):
models.errors.HostileDocumentError: the XML has a DOCTYPE
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree

from models.errors import EmptyFileError, HostileDocumentError, LimitExceededError, UnreadableDocumentError
from models.settings import LimitSettings

# Encodings in which the bytes of "<!DOCTYPE" are its letters, with zero bytes between them at most.
_PLAIN_ENCODING = re.compile(
    rb"utf-?8|utf-?16(?:le|be)?|utf-?32(?:le|be)?|ucs-?[24]|us-ascii|ascii"
    rb"|iso-?8859-?\d{1,2}|latin-?1|windows-125\d|cp125\d",
    re.IGNORECASE,
)
_DECLARED = re.compile(rb"\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"'>]{1,40})[\"']")
_BYTE_ORDER_MARKS = b"\xef\xbb\xbf\xfe\xff"
_PROLOG_LIMIT = 64 * 1024  # what stands before the root element; a licence in a comment is a few thousand bytes


def parse_xml(content: bytes, limits: LimitSettings) -> etree._Element:
    """Parse untrusted bytes; comments and processing instructions are left out.

    Raises:
        EmptyFileError: no bytes.
        LimitExceededError: more bytes or deeper nesting than the limits allow.
        HostileDocumentError: a DOCTYPE.
        UnreadableDocumentError: not well-formed, or in an encoding in which a DOCTYPE could hide.
    """
    if not content.strip():
        raise EmptyFileError("no XML")
    if len(content) > limits.xml_bytes:
        raise LimitExceededError(f"the XML has {len(content)} bytes, {limits.xml_bytes} are allowed", code="too_large")
    _refuse_doctype(content)
    root = _parse(content)
    if root.getroottree().docinfo.internalDTD is not None:  # whatever the scan of the prolog has missed
        raise HostileDocumentError("the XML has a DOCTYPE")
    if _deeper_than(limits.xml_depth)(root):
        raise LimitExceededError(f"the XML is nested deeper than {limits.xml_depth} elements")
    return root


def _parse(content: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        message = str(error)
        if "depth" in message.lower() or "huge" in message.lower():  # libxml2's own limits: 256 deep, 10 MB of text
            raise LimitExceededError(f"the XML is built like a bomb: {message}") from error
        raise UnreadableDocumentError(f"the XML is not well-formed: {message}") from error
    except (ValueError, LookupError) as error:  # an encoding name that nobody knows
        raise UnreadableDocumentError(f"the XML cannot be decoded: {error}") from error


@lru_cache(maxsize=8)
def _deeper_than(depth: int) -> etree.XPath:
    """Whether an element lies below `depth` others; level by level, so that its cost is the number of elements."""
    return etree.XPath("boolean(/*" + "/*" * depth + ")")


def _refuse_doctype(content: bytes) -> None:
    prolog = content[:_PROLOG_LIMIT].replace(b"\0", b"").lstrip(_BYTE_ORDER_MARKS + b" \t\r\n")
    if not prolog.startswith(b"<"):
        raise UnreadableDocumentError("this is not XML: it does not begin with '<'")
    declared = _DECLARED.match(prolog)
    if declared and not _PLAIN_ENCODING.fullmatch(declared[1]):
        name = declared[1].decode("ascii", "replace")
        raise UnreadableDocumentError(f"the XML declares the encoding {name!r}; UTF-8 and its kin are accepted")
    if _root_markup(prolog).startswith(b"<!"):
        raise HostileDocumentError("the XML has a DOCTYPE")


_PROLOG_PARTS = ((b"<?", b"?>"), (b"<!--", b"-->"))


def _root_markup(prolog: bytes) -> bytes:
    """What follows after declarations, processing instructions and comments: the root element, or a DOCTYPE."""
    position = 0
    while True:
        while prolog[position : position + 1].isspace():
            position += 1
        end = next((end for start, end in _PROLOG_PARTS if prolog.startswith(start, position)), None)
        if end is None:
            return prolog[position : position + 16]
        closing = prolog.find(end, position + 2)
        if closing < 0:
            raise UnreadableDocumentError("the XML has no root element, or hides it behind a very long comment")
        position = closing + len(end)
