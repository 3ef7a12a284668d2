"""What in a PDF acts by itself or stands over the page: scripts, programs to start, annotations that name money.

>>> list(active_findings(b"%PDF-1.7 nothing more"))
[]
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any

import pikepdf

from extractors.forensics.tokens import telling
from models.finding import Finding, Severity

MARKS = (b"/JavaScript", b"/JS", b"/Launch", b"/FreeText", b"/Stamp", b"/ObjStm", b"/OpenAction")
ACTS = {"/JavaScript": "a script", "/Launch": "a program to start", "/SubmitForm": "a form that sends itself"}
OVERLAYS = frozenset({"/FreeText", "/Stamp", "/Square", "/Redact"})
MOST_PAGES, MOST_ANNOTATIONS = 50, 200
_WRONG_SHAPE = (pikepdf.PdfError, pikepdf.PikepdfError, RuntimeError, ValueError, TypeError, AttributeError, KeyError)


def active_findings(content: bytes) -> Iterator[Finding]:
    """Warnings only: what an annotation hides is a matter of hidden text."""
    if not any(mark in content for mark in MARKS):  # compressed away they are in an object stream
        return
    try:
        with warnings.catch_warnings(action="ignore"), pikepdf.open(io.BytesIO(content)) as pdf:
            acts = sorted({*_acts(pdf.Root)})
            notes = [*_overlays(pdf)]
    except _WRONG_SHAPE:
        return  # whether the file can be read at all is for its readers to say
    if acts:
        yield Finding(rule="AP-PDF-ACTIVE", severity=Severity.WARNING, actual=", ".join(acts),
                      message=f"The PDF holds {' and '.join(acts)}; nothing of it was run.")  # fmt: skip
    if notes:
        named = ", ".join(notes[:5])
        message = f"An annotation over the page names {named}, which the page itself does not."
        yield Finding(rule="AP-PDF-ANNOTATION", severity=Severity.WARNING, actual=named, message=message)


def _acts(root: pikepdf.Object) -> Iterator[str]:
    """Actions that the document's catalogue starts or names."""
    names = root.get("/Names")
    if isinstance(names, pikepdf.Dictionary) and "/JavaScript" in names:
        yield ACTS["/JavaScript"]
    opening: Any = root.get("/OpenAction")
    if isinstance(opening, pikepdf.Dictionary) and (act := ACTS.get(str(opening.get("/S", "")))):
        yield act
    moments: Any = root.get("/AA")
    for action in moments.values() if isinstance(moments, pikepdf.Dictionary) else ():
        if isinstance(action, pikepdf.Dictionary) and (act := ACTS.get(str(action.get("/S", "")))):
            yield act


def _overlays(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Amounts and accounts in the texts of annotations."""
    for page in list(pdf.pages)[:MOST_PAGES]:
        annotations: Any = page.obj.get("/Annots", ())
        for each in list(annotations)[:MOST_ANNOTATIONS]:
            if isinstance(each, pikepdf.Dictionary) and str(each.get("/Subtype", "")) in OVERLAYS:
                yield from sorted(telling([str(each.get("/Contents", ""))[:2000]]))
