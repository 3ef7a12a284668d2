"""What is said of a document and what its corrections teach: for its page."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from models.invoice import TERMS
from models.store.comments import comments_of, count_by_term, people_of_client
from models.tables import CommentRow, DocumentRow, UserRow
from review.offers import Offer, offers_of
from review.site import site_of, visitor_of


@dataclass(frozen=True, slots=True)
class Talk:
    """What is said of a document: its comments, how many stand at each field, whom one may call, what it teaches."""

    comments: tuple[CommentRow, ...]
    counts: dict[str, int]
    people: tuple[UserRow, ...]
    terms: tuple[str, ...]
    offers: tuple[Offer, ...]


def talk_of(request: Request, document: DocumentRow) -> Talk:
    """The comments of a document that the visitor may see, and the supplier rules that its corrections propose."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.read() as session:
        comments = tuple(comments_of(session, document.id))
        people = tuple(people_of_client(session, document.client_id)) if "edit" in visitor.rights else ()
        offers = offers_of(session, site.settings.home, document) if "edit" in visitor.rights else ()
    return Talk(comments, count_by_term(comments), people, tuple(TERMS), offers)
