"""Comments on a document or one of its fields: written once, never edited, taken back by a strike.

`@login` calls a person who may see the client; nobody else is found by a mention.

>>> mentioned("@omar, see @nora.b and mail a@b.example; @omar again")
('omar', 'nora.b')
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, or_, select

from models.errors import ConflictError
from models.invoice import TERMS
from models.store.access import EVERY_CLIENT, allows, places_of
from models.store.audit import record
from models.store.documents import new_id
from models.store.mail import queue_mail
from models.tables import ClientRow, CommentRow, DocumentRow, UserClientRow, UserRow

LONGEST = 4000  # characters of a comment
MOST_CALLED = 10  # people whom one comment may call
_CALL = re.compile(r"(?<![\w@.])@([a-z0-9][a-z0-9._-]{0,62})", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # and what turns text around
_NO_DOCUMENTS = frozenset({"micro_worker"})
_WORKS = select(UserClientRow.user_id).where(UserClientRow.client_id == bindparam("client"))
_PEOPLE = (
    select(UserRow).where(UserRow.active, col(UserRow.role).not_in(_NO_DOCUMENTS),
                          or_(col(UserRow.id).in_(_WORKS), col(UserRow.role).in_(EVERY_CLIENT)))
    .order_by(UserRow.login)
)  # fmt: skip
_COMMENTS = (
    select(CommentRow).where(CommentRow.document_id == bindparam("document"))
    .order_by(col(CommentRow.at), col(CommentRow.id))
)  # fmt: skip


def mentioned(words: str) -> tuple[str, ...]:
    """The logins that a text calls, each once, in order."""
    return tuple(dict.fromkeys(name.rstrip("._-").lower() for name in _CALL.findall(words)))[:MOST_CALLED]


def cleaned(words: str) -> str:
    r"""A text without control characters and without marks that turn the direction of what follows.

    >>> cleaned("a\u202eb\x00\r\nc ")
    'ab\nc'
    """
    return _CONTROLS.sub("", words.replace("\r\n", "\n")).strip()[:LONGEST]


def people_of_client(session: Session, client_id: str, known: ClientRow | None = None) -> list[UserRow]:
    """Everybody whose account is open and who may see this client's documents, by login. `known` spares a look."""
    places = places_of(known or session.get_one(ClientRow, client_id))
    return [each for each in session.exec(_PEOPLE, params={"client": client_id}) if allows(places, each.place)]


def add_comment(
    session: Session, document: DocumentRow, *, words: str, term: str = "", link: str = "", actor: str, at: datetime
) -> CommentRow:  # fmt: skip
    """Keep a comment and call those whom it mentions, each by one mail.

    Args:
        session: The act's transaction.
        document: What it is about; the caller has checked that the actor may see it.
        words: As typed.
        term: A name of models.invoice.TERMS, or empty for the document as a whole.
        link: Where the document is seen, for the mail.
        actor: user:<login>.
        at: When.

    Raises:
        ConflictError: Nothing was written, or there is no such field.
    """
    text = cleaned(words)
    if not text or (term and term not in TERMS):
        raise ConflictError("a comment needs words, and a field that there is")
    called = _called(session, document.client_id, text, actor)
    row = CommentRow(id=new_id(), client_id=document.client_id, document_id=document.id, term=term, words=text,
                     mentions=" ".join(person.login for person in called), actor=actor, at=at)  # fmt: skip
    session.add(row)
    record(session, actor=actor, action="comment", subject=f"document:{document.id}", client_id=document.client_id,
           after={"comment": row.id, "term": term, "mentions": row.mentions}, at=at)  # fmt: skip
    for person in called:
        _call(session, document, person, link, actor, at)
    return row


def _called(session: Session, client_id: str, text: str, actor: str) -> list[UserRow]:
    wanted = mentioned(text)
    if not wanted:
        return []
    return [each for each in people_of_client(session, client_id)
            if each.login in wanted and f"user:{each.login}" != actor]  # fmt: skip


_SUBJECT = {"en": "{name} asks you about invoice {number}", "fr": "{name} vous sollicite sur la facture {number}"}
_WORDS = {
    "en": "{name} wrote a comment for you.\n\n{link}\n",
    "fr": "{name} a laissé un commentaire à votre attention.\n\n{link}\n",
}


def _call(session: Session, document: DocumentRow, person: UserRow, link: str, actor: str, at: datetime) -> None:
    """One mail: the invoice's number and a link, nothing else of the document and no word of the comment."""
    side = person.language if person.language in _SUBJECT else "en"
    told = {"name": actor.removeprefix("user:"), "number": document.invoice_number or "–", "link": link}
    mail = queue_mail(session, kind="mention", recipient=person.email, subject=_SUBJECT[side].format(**told),
                      words=_WORDS[side].format(**told), at=at, client_id=document.client_id,
                      document_id=document.id)  # fmt: skip
    record(session, actor=actor, action="queue_mail", subject=f"document:{document.id}", client_id=document.client_id,
           after={"mail": mail.id, "kind": mail.kind, "to": person.login}, at=at)  # fmt: skip


def strike_comment(
    session: Session, document: DocumentRow, comment_id: str, *, actor: str, anyone: bool, at: datetime
) -> None:
    """Take a comment back: its words stay, struck through.

    Raises:
        ConflictError: It is not there, was struck already, or is somebody else's.
    """
    row = session.get(CommentRow, comment_id)
    if row is None or row.document_id != document.id or row.struck_at is not None:
        raise ConflictError("there is no such comment to strike")
    if row.actor != actor and not anyone:
        raise ConflictError("only who wrote a comment may strike it")
    row.struck_by, row.struck_at = actor, at
    session.add(row)
    record(session, actor=actor, action="strike_comment", subject=f"document:{document.id}",
           client_id=document.client_id, before={"comment": row.id, "term": row.term}, at=at)  # fmt: skip


def comments_of(session: Session, document_id: str) -> list[CommentRow]:
    """A document's comments, oldest first, struck ones too."""
    return list(session.exec(_COMMENTS, params={"document": document_id}))


def count_by_term(rows: Iterable[CommentRow]) -> dict[str, int]:
    """How many comments stand at each field; those of the document under the empty name."""
    found: dict[str, int] = {}
    for row in rows:
        if row.struck_at is None:
            found[row.term] = found.get(row.term, 0) + 1
    return found
