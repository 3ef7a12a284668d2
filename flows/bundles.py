"""One file, several invoices: what each of them is told by."""

from __future__ import annotations

from collections.abc import Sequence

from models.extraction import Extraction, Reading
from models.finding import Finding, Severity


def in_bundle(extraction: Extraction) -> Extraction:
    """The extraction with the finding that sends it to a person, who looks whether the file was cut rightly."""
    pages = ", ".join(map(str, extraction.pages))
    finding = Finding(
        rule="AP-BUNDLE", severity=Severity.ERROR,
        message=f"The file holds several invoices; this one was found on page {pages}. Check that it was cut rightly.",
    )  # fmt: skip
    return extraction.model_copy(update={"findings": (*extraction.findings, finding)})


def as_bundle(reading: Reading) -> Reading:
    """The reading of a file that holds several invoices, each of which says so."""
    return replace_extractions(reading, [in_bundle(each) for each in reading.extractions])


def replace_extractions(reading: Reading, extractions: Sequence[Extraction]) -> Reading:
    """The same reading with other extractions."""
    return reading.model_copy(update={"extractions": tuple(extractions)})
