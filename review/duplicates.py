"""Two documents beside each other: where their values differ, what agrees, and how likely they are one invoice.

The hash of a first page is drawn from its picture once and kept below `cache/hashes` of the home; it can be deleted at
any time.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Literal

from PIL import Image, UnidentifiedImageError
from starlette.exceptions import HTTPException

from matching.duplicate_odds import PairOdds, Side, weigh_pair
from models.durable import make_folder, write_atomic
from models.errors import FacturierError
from models.invoice import LINE_TERMS, TERMS, Invoice, Kind
from models.page_picture import PICTURE_SIZE, page_hash
from models.store.dossier import Dossier
from models.store.edits import VAT_TERMS, changed_terms, flat_values
from models.store.pictures import load_picture
from models.tables import DocumentRow
from review.pages.pictures import DPI, View, page_png
from review.site import Site

Mark = Literal["same", "differs", "left_only", "right_only"]
_IN_TABLE = re.compile(r"(\w+)\[(\d+)\]\.(\w+)")


@dataclass(frozen=True, slots=True)
class Difference:
    """One value on both documents, and the word for how they stand to each other.

    `place` counts invoice lines or VAT rows from 1, 0 for a value of the invoice itself.
    """

    term: str
    table: str  # lines, vat_breakdown; empty for a value of the invoice itself
    place: int
    name: str
    kind: Kind
    left: str
    right: str
    mark: Mark


def differences(left: Invoice, right: Invoice) -> tuple[Difference, ...]:
    """Every term that one of both has, those that differ first; lines and VAT rows by position."""
    mine, theirs, changed = flat_values(left), flat_values(right), changed_terms(left, right)
    rows = [
        _difference(term, mine.get(term, ""), theirs.get(term, ""), is_same=term not in changed)
        for term in dict.fromkeys((*mine, *theirs))
    ]
    return tuple(sorted(rows, key=lambda row: row.mark == "same"))


def odds_of(site: Site, left: Dossier, right: Dossier) -> PairOdds:
    """What agrees between two documents, and the odds that they are one invoice."""
    return weigh_pair(_side(site, left), _side(site, right))


def _difference(term: str, left: str, right: str, *, is_same: bool) -> Difference:
    found = _IN_TABLE.fullmatch(term)
    table, place, name = (found[1], int(found[2]) + 1, found[3]) if found else ("", 0, term)
    known = (TERMS if not found else LINE_TERMS | VAT_TERMS).get(name)
    mark: Mark = "same" if is_same else "left_only" if not right else "right_only" if not left else "differs"
    return Difference(term, table, place, name, known.kind if known else "text", left, right, mark)


def _side(site: Site, dossier: Dossier) -> Side:
    invoice = dossier.extraction.invoice if dossier.extraction else Invoice()
    picture = _picture_hash(site, dossier)
    document = dossier.document
    return Side.of(invoice, document.seller_id, document.document_type or "invoice", picture)


def first_page(dossier: Dossier) -> int:
    """The page of the file on which an invoice begins."""
    pages = dossier.extraction.pages if dossier.extraction else ()
    return pages[0] if pages else 1


def _picture_hash(site: Site, dossier: Dossier) -> int | None:
    """The hash of the invoice's first page; None where there is no picture."""
    document, number = dossier.document, first_page(dossier)
    if document.media_type.endswith("xml"):
        return None
    with site.store.read() as session:
        kept = load_picture(session, document.id)
    if kept:  # of the reading: the figure that the duplicate was told by
        return int(kept, 16)
    path = site.settings.home / "cache" / "hashes" / document.sha256[:2] / f"{document.sha256}-{number}"
    if path.is_file():
        return int(path.read_text(encoding="ascii"), 16)
    found = _draw_hash(site, document, number)
    if found is not None:
        make_folder(path.parent)
        write_atomic(path, f"{found:064x}".encode())
    return found


def _draw_hash(site: Site, document: DocumentRow, number: int) -> int | None:
    try:
        with Image.open(io.BytesIO(page_png(site, document, View(number, DPI)))) as picture:
            return page_hash(picture.convert("L").resize(PICTURE_SIZE, Image.Resampling.BOX).tobytes())
    except (FacturierError, HTTPException, OSError, UnidentifiedImageError):  # shown without: there may be no reader
        return None
