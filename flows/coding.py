"""Posting proposals for invoices without an order, made after they were judged and outside of any transaction.

A coder is made from the client's history when it is first needed and kept until the history changes. Nothing waits for
a proposal: an invoice of which there is none is posted by hand, as before.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import TYPE_CHECKING

from flows.outcomes import Outcomes
from models.coding import CodingProposal
from models.store.coding import add_proposal, history_version, lines_to_code, load_history, needs_coding
from models.store.documents import load_extraction
from models.store.engine import Store
from models.tables import DocumentRow

if TYPE_CHECKING:
    from matching.coding import Coder

logger = logging.getLogger(__name__)

CODERS = 8  # clients whose coder is kept in memory: a few megabytes each
_coders: OrderedDict[tuple[str, str, str], Coder] = OrderedDict()
_making = Lock()


def with_coding(store: Store, outcomes: Sequence[Outcomes]) -> Iterable[Outcomes]:
    """Propose postings for the documents that have just been judged; their outcomes, unchanged."""
    for outcome in outcomes:
        try:
            propose_coding(store, outcome.document_id)
        except Exception:  # an outermost frame: the document is judged and stored, a proposal is only a help
            logger.exception("coding of document %s", outcome.document_id)
        yield outcome


def propose_coding(store: Store, document_id: str) -> CodingProposal | None:
    """Propose postings for the newest revision of a document; None where it has an order or there is no history."""
    with store.read() as session:
        document = session.get_one(DocumentRow, document_id)
        version = history_version(session, document.client_id)
        if not version or not needs_coding(session, document):
            return None
        extraction = load_extraction(session, document_id)
    if extraction is None:
        return None
    proposal = coder_of(store, document.client_id, version).propose(lines_to_code(document, extraction.invoice))
    if proposal.lines:
        with store.write() as session:
            add_proposal(session, document, document.revision, proposal)
    return proposal


def coder_of(store: Store, client_id: str, version: str) -> Coder:
    """The client's coder, made anew where its history has changed."""
    from learning.coding import MOST_ROWS, train_coder

    key = (store.url, client_id, version)
    with _making:
        if key not in _coders:
            with store.read() as session:
                lines = load_history(session, client_id, MOST_ROWS)
            for old in [each for each in _coders if each[:2] == key[:2]]:
                del _coders[old]
            _coders[key] = train_coder(lines, version)
        _coders.move_to_end(key)
        while len(_coders) > CODERS:
            _coders.popitem(last=False)
        return _coders[key]
