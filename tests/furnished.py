"""An office in which every page of the site has something to show, for tests that go through all of them.

`furnish` fills a desk; `Rooms` names what stands where: the values of a route's places, and pages in rarer states.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from sqlmodel import Session, select

from flows.quality import look_at_tables
from flows.report_kpis import compute_and_store
from matching import match_invoice
from models.certificate import Certificate, Label
from models.decision import Decision, Outcome
from models.document import Box
from models.extraction import Alternative, Evidence, PageInfo
from models.finding import Finding, Severity
from models.invoice import Invoice, InvoiceLine
from models.match import MatchResult, SupplierMatch
from models.status import Status
from models.store.actions import add_action, finish_action
from models.store.alarms import raise_alarm
from models.store.api_keys import SCOPES, add_api_key, fresh_token
from models.store.audit import now
from models.store.audit_samples import add_sample
from models.store.certificates import add_certificate
from models.store.comments import add_comment
from models.store.desk_work import assign, set_tags
from models.store.documents import add_decision, add_extraction, add_judgement, load_extraction
from models.store.engine import Store
from models.store.labels import put_labels
from models.store.mail import queue_mail
from models.store.master import load_orders
from models.store.micro_pay import put_floors
from models.store.micro_people import set_standing, standing_of
from models.store.micro_tasks import make_tasks
from models.store.people import add_user, find_user
from models.store.surveys import answer, ask
from models.store.teaching import propose_rule
from models.store.webhooks import EVENTS, add_webhook
from models.tables import (
    DecisionRow,
    DocumentRow,
    InvoiceRow,
    MatchRow,
    OrderLineRow,
    OrderRow,
    PublishBatchRow,
    WageFloorRow,
    WebhookMessageRow,
)
from tests.desk import INVOICE, NOON, DocumentMaker, document_maker
from tests.pages.conftest import printer
from tests.publishing import publish_some

LONG_NAME = "Établissements Descartes & Fils – Fournitures industrielles et papeterie de l’Atlantique"
LONG_FILE = "2026-11-12_facture_descartes_et_fils_fournitures-industrielles_definitive_corrigee(2).pdf"
SEGMENT = "scan/known"
READ = {
    "invoice_number": Evidence(confidence=0.62, reader="ppocr", raw="F-1", page=1, box=Box(380, 81, 398, 92)),
    "gross_total": Evidence(confidence=0.7, reader="ppocr", raw="120,00", page=1, box=Box(480, 433, 516, 444),
                            alternatives=(Alternative(value="128.00", confidence=0.1, page=1,
                                                      box=Box(480, 453, 516, 464)),)),
    "iban": Evidence(confidence=0.97, reader="ppocr", page=1, box=Box(380, 101, 440, 112)),
}  # fmt: skip
ORDERED = INVOICE.model_copy(update={
    "invoice_number": "F-3", "order_reference": "PO-1", "net_total": Decimal("150.00"),
    "lines": (*INVOICE.lines, InvoiceLine(item_name="Agrafes de bureau 26/6, boîte de 5 000", quantity=Decimal(5),
                                          unit_price=Decimal("10.00"), net_amount=Decimal("50.00"))),
})  # fmt: skip
WRONG = (
    Finding(rule="BR-CO-15", severity=Severity.ERROR, terms=("gross_total", "net_total", "tax_total"),
            message="120.00 is not 100.00 + 24.00", expected="124.00", actual="120.00"),
    Finding(rule="BR-DE-1", severity=Severity.WARNING, terms=("due_date",), message="no due date"),
)  # fmt: skip


@dataclass
class Rooms:
    """What stands where: `places` for every route, `special` for routes that need another, `more` addresses."""

    places: dict[str, str] = field(default_factory=dict)
    special: dict[str, dict[str, str]] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)  # name -> address, of the administrator


def furnish(desk: Store, home: Path) -> Rooms:
    """Fill an office; what waits for a long time, for a second person, was drawn, was taught."""
    make, give = document_maker(desk), printer(desk, home)
    with desk.write() as session:
        for login in ("omar", "nora"):
            add_user(session, login=login, name=login.title(), password_hash="-", role="expert",
                     clients=("acme",), actor="system").email = f"{login}@exemple.fr"  # fmt: skip
    first = give(make(Status.APPROVED, name="first.pdf"))
    document = _document(desk, make, give)
    rooms = Rooms({"document_id": document, "other_id": first, "number": "1", "term": "gross_total"})
    rooms.special["/audit-sample/{document_id}"] = {"document_id": _drawn(desk, make, give, "drawn.pdf", blind=False)}
    rooms.special["/documents/{document_id}/orders"] = {"document_id": _ordered(desk, make, give)}
    held = make(Status.HELD, invoice=_numbered(4, iban="DE89370400440532013000"), outcome=Outcome.HOLD, name="h.pdf")
    rooms.special["/documents/{document_id}/bank"] = {"document_id": held}
    with desk.write() as session:
        rooms.places["rule_id"] = _taught(session, document)
        rooms.places["token"] = _asked(session)
        _figures(session)
    compute_and_store(desk, "acme", now())
    rooms.places |= _connected(desk, make)
    rooms.more |= {
        "document on hold": f"/documents/{held}",
        "document in quarantine": f"/documents/{make(Status.QUARANTINED, name='locked.pdf')}",
        "document done": f"/documents/{first}",
        "just saved": f"/documents/{document}?done=saved",
        "key blind": f"/audit-sample/{_drawn(desk, make, give, 'blind.pdf', blind=True)}",
        "found in the queue": "/queue?search=F-1&sort=oldest",
        "nothing in the queue": "/queue?search=nothing-like-this",
        "just approved": f"/queue?was={first}&done=approved",
        "approved ones": "/queue?tab=approved",
        "where a value stood": f"/documents/{document}/timeline?kind=read",
    }
    return rooms


def _numbered(number: int, **values: object) -> Invoice:
    return INVOICE.model_copy(update={"invoice_number": f"F-{number}", **values})


def _document(desk: Store, make: DocumentMaker, give: Callable[..., str]) -> str:
    """A document with a long name, doubts, findings, comments, somebody's, late; and micro-tasks cut from it."""
    again = INVOICE.model_copy(update={"seller_name": LONG_NAME, "tax_total": Decimal("24.00")})
    made = give(make(invoice=again, name=LONG_FILE, at=now() - timedelta(hours=30)), pages=2)
    with desk.write() as session:
        document, at = session.get_one(DocumentRow, made), now()
        extraction = load_extraction(session, made)
        assert extraction is not None
        sheets = tuple(PageInfo(number=at, width=595, height=842, reader="ppocr") for at in (1, 2))
        add_extraction(session, document, extraction.model_copy(update={"evidence": READ, "pages": (1, 2)}),
                       origin="reader", actor="system", pages=sheets)  # fmt: skip
        add_judgement(session, document, _match(session), WRONG, Decision(outcome=Outcome.REVIEW), actor="system")
        add_comment(session, document, words="Le total me semble faux, @omar ?", term="gross_total",
                    actor="user:nora", at=at)  # fmt: skip
        assign(session, document, "omar", actor="user:nora", at=at, steers=True)
        set_tags(session, document, "urgent travaux", actor="user:nora", at=at)
        queue_mail(session, kind="mention", recipient="omar@exemple.fr", subject="Nora asks about F-1", words="link",
                   at=at, client_id="acme", document_id=made)  # fmt: skip
        document.due_at = at - timedelta(hours=1)
        make_tasks(session, document, ("gross_total", "invoice_number"), at=NOON)
    return made


def _match(session: Session) -> MatchResult:
    return match_invoice(INVOICE, SupplierMatch(seller_id="S1"), load_orders(session, "acme", []))


def _ordered(desk: Store, make: DocumentMaker, give: Callable[..., str]) -> str:
    """An invoice of two lines, and two orders to choose from."""
    made = give(make(invoice=ORDERED, name="ordered.pdf"))
    with desk.write() as session:
        for number, names in (("PO-1", ("Paper", "Agrafes")), ("PO-2", ("Folders", "Ink"))):
            session.add(OrderRow(client_id="acme", order_number=number, canonical_number=number, net_cents=15000,
                                 status="open", currency="EUR", seller_id="S1", seller_name=LONG_NAME,
                                 order_date=date(2026, 10, 1), updated_at=NOON))  # fmt: skip
            for at, name in enumerate(names):
                session.add(OrderLineRow(client_id="acme", order_number=number, line_number=str(10 * (at + 1)),
                                         position=at, item_name=name, quantity=Decimal(20), unit_price=Decimal(10),
                                         net_amount=Decimal(200), quantity_invoiced=Decimal(4)))  # fmt: skip
        session.flush()
        match = match_invoice(ORDERED, SupplierMatch(seller_id="S1"), load_orders(session, "acme", ["PO-1", "PO-2"]))
        row = session.get_one(MatchRow, (made, 1))
        session.add(row.sqlmodel_update({"match_json": match.model_dump_json(exclude_none=True),
                                         "outcome": match.outcome}))  # fmt: skip
    return made


def _drawn(desk: Store, make: DocumentMaker, give: Callable[..., str], name: str, *, blind: bool) -> str:
    """A document that the policy let through and the lottery drew."""
    made = give(make(Status.APPROVED, name=name, invoice=_numbered(7 + blind)))
    with desk.write() as session:
        document = session.get_one(DocumentRow, made)
        add_decision(session, document, Decision(outcome=Outcome.APPROVE, score=0.97), actor="policy")
        session.flush()
        for row in session.exec(select(DecisionRow).where(DecisionRow.document_id == made)):
            session.add(row.sqlmodel_update({"segment": SEGMENT}))
        add_sample(session, document, share=0.5, blind=blind, actor="policy", at=NOON)
    return made


def _taught(session: Session, document_id: str) -> str:
    """A rule that a correction proposed."""
    rule = {"term": "invoice_number", "kind": "after_label", "text": "Facture n°"}
    counts = {"improved": 2, "worsened": 1, "changed": 2, "unchanged": 0}
    return propose_rule(session, session.get_one(DocumentRow, document_id), term="invoice_number", kind="after_label",
                        rule=rule, preview={"counts": counts}, actor="user:nora", at=now()).id  # fmt: skip


def _asked(session: Session) -> str:
    """A question to a client that waits, one that was answered, what was agreed; returns the first's secret."""
    tokens: list[str] = []

    def letter(token: str) -> tuple[str, str]:
        tokens.append(token)
        return "One question", token

    for name in ("anne", "marc"):
        ask(session, "acme", f"{name}@exemple.fr", "fr", letter, actor="operator", at=now())
    assert answer(session, tokens[1], 7, "Les écarts sont bien expliqués.", at=now())
    for title, due in (("Send orders before noon", date(2026, 1, 9)), ("Verify the new bank accounts", None)):
        row = add_action(session, "acme", title, "Nora", due, actor="user:nora", at=now())
    finish_action(session, row.id, ("acme",), actor="user:nora", at=now())
    return tokens[0]


def _figures(session: Session) -> None:
    """A certificate with its labels, an alarm, and a wage floor."""
    at = now()
    add_certificate(session, Certificate(
        id="c1", client_id="acme", segment=SEGMENT, alpha=0.02, delta=0.025, threshold=0.9512, labelled=240,
        accepted=231, errors=0, bound=0.0158, missing=0, window_from=None, window_to=None, score_version="v",
        made_at=at,
    ), actor="system")  # fmt: skip
    put_labels(session, "acme", [
        Label(key=str(n), segment=SEGMENT, seller="S1", score=n / 100, wrong=n < 5, source="review",
              score_version="v", at=at - timedelta(days=1)) for n in range(100)
    ])  # fmt: skip
    raise_alarm(session, "acme", "digital/known", kind="error_rate", actor="system", at=at,
                detail={"errors": 3, "audits": 40, "limit": 0.02})  # fmt: skip
    put_floors(session, [WageFloorRow(region="XA", valid_from=date(2026, 1, 1), hourly=Decimal(12), currency="EUR",
                                      source="made up for tests", actor="system", at=NOON)],
               actor="system", at=NOON)  # fmt: skip


def _connected(desk: Store, make: DocumentMaker) -> dict[str, str]:
    """A finance system: its key, its webhook with a message given up, a batch it never answered; a look at tables."""
    published, at = publish_some(desk, make, 2, first=60)[0], now()
    with desk.write() as session:
        add_api_key(session, fresh_token(), name="Comptabilité Sage 100, site de Nantes", clients=["acme"],
                    scopes=SCOPES, expires_at=at + timedelta(days=300), actor="user:nora", at=at)  # fmt: skip
        hook = add_webhook(session, client_id="acme", url="https://comptabilite.exemple.fr/facturier/evenements",
                           events=EVENTS, secret="", actor="user:nora", at=at)  # fmt: skip
        session.add(WebhookMessageRow(id=f"msg_{published}", webhook_id=hook.id, client_id="acme", state="dead",
                                      tries=8, event="batch.published", event_key="k", body="{}", created_at=at,
                                      next_at=at, last_status=503, last_error="answered 503"))  # fmt: skip
        batch = session.get_one(PublishBatchRow, session.get_one(InvoiceRow, (published, 1)).batch_id)
        batch.created_at = at - timedelta(days=3)
    return {"batch_id": batch.id, "run_id": look_at_tables(desk, "acme")[0].id}


def qualify(desk: Store, login: str) -> None:
    """Let a micro-worker work in the region that has a floor, as after the known questions."""
    with desk.write() as session:
        user = find_user(session, login)
        assert user is not None
        session.add(user.sqlmodel_update({"region": "XA"}))
        set_standing(session, standing_of(session, user, at=now()), "working", at=now() - timedelta(minutes=1))
