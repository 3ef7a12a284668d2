"""What is remembered of a confirmed invoice: how each value stood, and what its supplier always says.

A sample holds texts of labels, relative places and the supplier's own constants, no pixels and no amounts. Lengths are
in [0, 1] of the page's width and height. Digits of contexts are masked (`#`).

>>> one = Fingerprint(hashes=tuple(range(HASHES)))
>>> resemblance(one, one), len(one.bands)
(1.0, 32)
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.invoice import Frozen

HASHES = 64  # of a MinHash: the resemblance of two layouts is known to about 0.06
BAND = 2  # hashes of a band: layouts that resemble each other by 0.4 share a band with probability 0.99
ALIKE = 0.4  # resemblance from which two pages are one layout: invoices of one supplier have 0.36 to 0.85 in common
KEPT = 8  # samples of one supplier and layout, the latest
MOST_KEYS = 60
CONTEXT = 40  # letters of a context

Context = Annotated[str, Field(max_length=CONTEXT)]
Key = Annotated[str, Field(max_length=80)]
Text = Annotated[str, Field(max_length=400)]
Part = Annotated[float, Field(ge=-1, le=2)]  # of a page's side; words may stick out


class Fingerprint(Frozen):
    """What a page is recognised by: a MinHash of its labels and their places, and the identities printed on it."""

    hashes: Annotated[tuple[Annotated[int, Field(ge=0, lt=2**32)], ...], Field(max_length=HASHES)] = ()
    keys: Annotated[tuple[Key, ...], Field(max_length=MOST_KEYS)] = ()  # such as `vat:FR11999999998`, strongest first

    @property
    def bands(self) -> tuple[str, ...]:
        """What two pages of one layout have at least one of in common; for finding samples by an index."""
        starts = range(0, len(self.hashes) - BAND + 1, BAND)
        return tuple("lay:" + ".".join(f"{h:x}" for h in self.hashes[at : at + BAND]) for at in starts)


class Place(Frozen):
    """How one value stood on its page."""

    left: Context = ""  # what stood left of it, squeezed, digits masked
    above: Context = ""
    x0: Part = 0.0
    x1: Part = 0.0
    y: Part = 0.0
    page: int = Field(1, ge=1, le=10_000)  # from the first page of the invoice
    from_end: int = Field(0, ge=0, le=10_000)  # pages that follow
    shape: Context = ""  # A9-9: letters and digits of the value, runs as one
    digits: int = Field(0, ge=0, le=CONTEXT)  # of the value; numbers of documents grow slowly
    words: int = Field(1, ge=1, le=8)


class Sample(Frozen):
    """One confirmed invoice."""

    fingerprint: Fingerprint
    places: Annotated[dict[Key, Place], Field(default_factory=dict, max_length=40)]  # by term of models.invoice
    absent: Annotated[tuple[Key, ...], Field(max_length=40)] = ()  # terms that this invoice does not have
    constants: Annotated[dict[Key, Text], Field(default_factory=dict, max_length=20)]  # names, ids, address, currency
    decimal: Annotated[str, Field(max_length=1)] = ""  # decimal mark; empty where the invoice does not tell
    month_first: bool | None = None  # of its dates; None where it does not tell


def resemblance(one: Fingerprint, other: Fingerprint) -> float:
    """How much of two layouts is the same, in [0, 1] (Jaccard index, estimated)."""
    if not one.hashes or len(one.hashes) != len(other.hashes):
        return 0.0
    return sum(a == b for a, b in zip(one.hashes, other.hashes, strict=True)) / len(one.hashes)


def is_known(asked: Fingerprint, sample: Sample) -> bool:
    """Whether a sample is of the same supplier or of the same layout."""
    own = {key for key in sample.fingerprint.keys if is_strong(key)}
    return bool(own & set(asked.keys)) or resemblance(asked, sample.fingerprint) >= ALIKE


def is_strong(key: str) -> bool:
    """Whether a key names one supplier beyond doubt: a tax or register number. Bank accounts may be a factor's."""
    return key.startswith(("vat:", "tax:", "legal:"))
