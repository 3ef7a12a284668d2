"""One file, several invoices: what each of them is told by."""

from __future__ import annotations

from models.extraction import Extraction
from models.finding import Finding, Severity


def in_bundle(extraction: Extraction) -> Extraction:
    """The extraction with the finding that sends it to a person, who looks whether the file was cut rightly."""
    pages = ", ".join(map(str, extraction.pages))
    finding = Finding(
        rule="AP-BUNDLE", severity=Severity.ERROR,
        message=f"The file holds several invoices; this one was found on page {pages}. Check that it was cut rightly.",
    )  # fmt: skip
    return extraction.model_copy(update={"findings": (*extraction.findings, finding)})
