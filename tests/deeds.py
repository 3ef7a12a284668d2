"""Every act of the site, as one that really does something: in which state, with which values, after what."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from models.status import Status
from models.store.audit import now
from models.store.documents import new_id
from models.store.people import open_session, session_key
from models.tables import (
    ActionRow,
    BulkRow,
    CommentRow,
    DocumentRow,
    IncidentRow,
    MailRow,
    MicroAnswerRow,
    MicroTaskRow,
    PauseRow,
    SavedFilterRow,
    SessionRow,
    SupplierRuleRow,
    UserRow,
)
from tests.desk import NOON

TOMORROW = (now() + timedelta(days=3)).date().isoformat()
RULE = '{"term": "iban", "kind": "after_label", "text": "IBAN"}'
D = "/documents/{document_id}/"


@dataclass(frozen=True)
class Deed:
    """One act that does something: in which state of a document, with which values, after which other acts."""

    state: Status = Status.IN_REVIEW
    values: dict[str, str] = field(default_factory=dict)
    first: tuple[str, ...] = ()
    form: bool = False  # the values of the document page come along


DEEDS: dict[str, Deed] = {
    "/integrations/keys": Deed(values={"name": "ERP", "clients": "acme", "scopes": "read"}),
    "/integrations/webhooks": Deed(values={"client": "acme", "url": "https://a.example/", "events": "batch.published"}),
    "/sla/pauses": Deed(values={"client": "acme", "reason": "client_answer"}),
    "/sla/pauses/{pause_id}/end": Deed(),
    "/sla/incidents": Deed(values={"client": "acme", "kind": "data", "title": "wrong order file"}),
    "/sla/incidents/{incident_id}/end": Deed(values={"detail": "loaded anew"}, first=("/sla/incidents",)),
    "/reports/export": Deed(values={"client": "acme", "month": f"{now():%Y-%m}", "language": "en", "form": "html"}),
    "/reports/actions": Deed(values={"client": "acme", "title": "order files by Monday", "owner": "Acme"}),
    "/reports/actions/{action_id}/done": Deed(first=("/reports/actions",)),
    "/account/language": Deed(values={"language": "fr"}),
    "/account/sessions/{key}": Deed(),
    "/queue/bulk/do": Deed(values={"act": "tag", "tags": "late"}),
    "/queue/bulk/{bulk_id}/undo": Deed(first=("/queue/bulk/do",)),
    "/queue/filters": Deed(values={"name": "Mine", "query": "tab=held"}),
    "/queue/filters/{filter_id}/drop": Deed(first=("/queue/filters",)),
    D + "assign": Deed(values={"login": "rita"}),
    D + "tag": Deed(values={"tags": "urgent"}),
    D + "postpone": Deed(values={"until": TOMORROW}),
    D + "ask": Deed(values={"subject": "F-1", "words": "Which order is this for?"}),
    D + "answer": Deed(values={"answer": "PO-1"}, first=(D + "ask",)),
    D + "withdraw": Deed(first=(D + "ask",)),
    D + "claim": Deed(),
    D + "leave": Deed(first=(D + "claim",)),
    D + "take-over": Deed(),
    D + "save": Deed(values={"field.invoice_number": "F-2"}, form=True),
    D + "approve": Deed(form=True),
    D + "release": Deed(Status.HELD, {"reason": "asked by telephone"}, form=True),
    D + "reject": Deed(values={"code": "OTHER", "reason": "not ours"}),
    D + "undo": Deed(first=(D + "reject",)),
    D + "send-back": Deed(Status.HELD, {"reason": "look again"}),
    D + "retry": Deed(Status.QUARANTINED),
    D + "escalate": Deed(values={"skill": "tax", "escalate_reason": "which rate?"}, form=True),
    D + "return": Deed(values={"answer": "20 %"}, first=(D + "escalate",)),
    D + "comments": Deed(values={"comment.words": "look at this"}),
    D + "comments/{comment_id}/strike": Deed(first=(D + "comments",)),
    D + "orders": Deed(values={"act": "choose", "order": "", "reason": "other", "note": "by contract"}),
    D + "compare/{other_id}": Deed(values={"verdict": "different", "reason": "two deliveries"}),
    "/steering/mail/{mail_id}/{act}": Deed(),
    "/teaching/{rule_id}/{to}": Deed(),
    "/pay/answers/{answer_id}": Deed(values={"words": "I could read it"}),
    "/people": Deed(values={"login": "nina", "name": "Nina", "role": "reviewer"}),
    "/people/{user_id}": Deed(values={"act": "person", "place": "onshore", "role": "expert"}),
    "/people/places/{client_id}": Deed(values={"places": "onshore"}),
}
NEWEST: dict[str, type[Any]] = {
    "bulk_id": BulkRow, "filter_id": SavedFilterRow, "comment_id": CommentRow, "mail_id": MailRow,
    "rule_id": SupplierRuleRow, "answer_id": MicroAnswerRow,
    "pause_id": PauseRow, "incident_id": IncidentRow, "action_id": ActionRow,
}  # fmt: skip


def furnish(session: Session, document_id: str) -> None:
    """A mail, a rule, a clock that stands and an answer that can be acted on."""
    who: dict[str, Any] = {"client_id": "acme", "document_id": document_id}
    ruth = session.exec(select(UserRow).where(UserRow.login == "ruth")).one()
    task = MicroTaskRow(id=new_id(), revision=1, term="invoice_number", kind="type", page=1, box_json="[0,0,9,9]",
                        choices_json="[]", proposed="F-1", state="done", created_at=NOON, **who)  # fmt: skip
    session.add(task)
    session.flush()
    open_session(session, ruth, at=now())
    session.add_all((
        MailRow(id=new_id(), kind="mention", recipient="a@b.example", subject="F-1", words="?", created_at=NOON, **who),
        SupplierRuleRow(id=new_id(), seller_id="S1", term="iban", kind="alias", rule_json=RULE, state="on",
                        actor="user:owner", at=NOON, **who),
        PauseRow(id=new_id(), started_at=NOON, reason="missing_order", actor="user:owner", **who),
        MicroAnswerRow(id=new_id(), client_id="acme", task_id=task.id, user_id=ruth.id, shown_at=NOON,
                       answered_at=NOON, answer="F-7", right=False),
    ))  # fmt: skip


def _moment(table: type[Any]) -> Any:
    return next(getattr(table, name) for name in ("at", "created_at", "shown_at", "started_at") if hasattr(table, name))


def address(session: Session, path: str, document_id: str, other_id: str) -> str:
    """The address of an act on the newest thing of each kind."""

    def found(hit: re.Match[str]) -> str:
        name = hit.group(1)
        if name in NEWEST:
            return str(session.exec(select(NEWEST[name].id).order_by(_moment(NEWEST[name]))).all()[-1])
        rows = session.exec(select(SessionRow).order_by(col(SessionRow.created_at))).all()
        user = session.exec(select(UserRow.id).order_by(col(UserRow.login) == "nina", UserRow.login)).all()[-1]
        return {"document_id": document_id, "other_id": other_id, "client_id": "beta", "act": "sent", "to": "off",
                "key": session_key(rows[-1]), "user_id": user}[name]  # fmt: skip

    return re.sub(r"\{(\w+)\}", found, path)


def do(desk: Any, path: str, document_id: str, other_id: str) -> Any:
    """One act as a browser sends it."""
    deed = DEEDS[path]
    with desk.store.read() as session:
        version = str(session.get_one(DocumentRow, document_id).version)
        where = address(session, path, document_id, other_id)
    typed = desk.form(document_id) if deed.form else {}
    beside = {"version": version, "do": f"{document_id}:{version}"} if "language" not in deed.values else {}
    return desk.post(where, **(typed | beside | deed.values))
