"""What is said of a document and what its corrections teach: for its page."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session
from starlette.requests import Request

from models.invoice import TERMS
from models.store.comments import comments_of, count_by_term, people_of_client
from models.tables import CommentRow, DocumentRow, UserRow
from review.offers import Offer, offers_of
from review.site import client_of, site_of, visitor_of


@dataclass(frozen=True, slots=True)
class Talk:
    """What is said of a document: its comments, how many stand at each field, whom one may call, what it teaches."""

    comments: tuple[CommentRow, ...]
    counts: dict[str, int]
    people: tuple[UserRow, ...]
    terms: tuple[str, ...]
    offers: tuple[Offer, ...]


def talk_of(session: Session, request: Request, document: DocumentRow) -> Talk:
    """The comments of a document that the visitor may see, and the supplier rules that its corrections propose."""
    visitor, comments = visitor_of(request), tuple(comments_of(session, document.id))
    edits, client = "edit" in visitor.rights, client_of(visitor, document)
    people = tuple(people_of_client(session, document.client_id, client)) if edits else ()
    offers = offers_of(session, site_of(request).settings.home, document) if edits else ()
    return Talk(comments, count_by_term(comments), people, tuple(TERMS), offers)
