"""Why a value had to be changed: proposed when it is saved, chosen by the person on the document's page."""

from __future__ import annotations

import re
from pathlib import Path

from sqlmodel import Session, select
from starlette.datastructures import FormData

from learning.causes import CAUSES, Seen, propose, squeezed
from models.extraction import Evidence, Extraction
from models.store.correcting import Cause
from models.store.seen import kept_words, load_words, texts_of
from models.tables import DocumentRow, SupplierBankRow, SupplierRow

PREFIX = "cause:"
MOST = 200  # causes of one form
_LINE = re.compile(r"lines\[(\d+)\]\.")
_MASTER = ("name", "legal_id", "vat_id", "currency", "address", "country")


def proposer(session: Session, document: DocumentRow, home: Path) -> Cause:
    """What proposes causes for one document; master data and words are looked up once, when the first is judged."""
    known: list[tuple[frozenset[str], tuple[str, ...]]] = []

    def cause(read: Extraction | None, term: str, before: str | None, after: str | None) -> str:
        if not known:
            words = load_words(kept_words(home, document.sha256))
            known.append((_master(session, document), texts_of(words, read.pages if read else ())))
        evidence = evidence_of(read, term)
        told = evidence or Evidence(confidence=0.0, reader="")
        others = tuple(each.value for each in told.alternatives)
        return propose(Seen(term, before, after, told.raw, told.reader, others, known[0][1], known[0][0]))

    return cause


def evidence_of(read: Extraction | None, term: str) -> Evidence | None:
    """What the reader said of a term; for a value of a line, of its line."""
    if read is None:
        return None
    line = _LINE.match(term)
    if line is None:
        return read.evidence.get(term)
    at = int(line[1])
    return read.line_evidence[at] if at < len(read.line_evidence) else None


def chosen_causes(form: FormData) -> dict[str, str]:
    """What the person chose, correction id to cause; anything else in the form is passed over."""
    chosen = {str(name).removeprefix(PREFIX): str(value) for name, value in form.items() if name.startswith(PREFIX)}
    return {key: value for key, value in list(chosen.items())[:MOST] if value in CAUSES}


def _master(session: Session, document: DocumentRow) -> frozenset[str]:
    if document.seller_id is None:
        return frozenset()
    row = session.get(SupplierRow, (document.client_id, document.seller_id))
    banks = select(SupplierBankRow.iban).where(
        SupplierBankRow.client_id == document.client_id, SupplierBankRow.seller_id == document.seller_id
    )
    told = [getattr(row, name) for name in _MASTER] if row is not None else []
    return frozenset(squeezed(value) for value in (*told, *session.exec(banks)) if value)
