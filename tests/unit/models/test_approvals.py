"""Two persons where a rule asks for two, in the store and in the database below it; tiers of work."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import DatabaseError
from sqlmodel import select, text

from models.decision import Outcome
from models.errors import ConflictError
from models.finding import Finding, Severity
from models.settings_review import ReviewSettings
from models.status import Status
from models.store.approvals import FourEyesError, approvals_of, rules_for_two
from models.store.audit import verify
from models.store.bank_alarm import load_bank_alarm
from models.store.bulk import BulkOrder, chosen, perform, preview
from models.store.documents import new_id
from models.store.engine import Store
from models.store.people import add_user, find_user
from models.store.queue import Filters, list_documents, next_document
from models.store.reviewing import approve, release, send_back, undo
from models.store.tiers import TierError, escalate, escalate_by_rules, hands, return_to_routine
from models.tables import ApprovalRow, AuditRow, DocumentRow, EscalationRow, FindingRow
from tests.desk import INVOICE, NOON, DocumentMaker, desk, make_document

__all__ = ["desk", "make_document"]
NEW_IBAN = "DE89370400440532013000"
LIMIT = ReviewSettings(four_eyes_amount=Decimal(120))
ANN, BOB = "user:ann", "user:bob"


@pytest.fixture(autouse=True)
def people(desk: Store) -> None:
    with desk.write() as session:
        for login, role in (("ann", "expert"), ("bob", "expert"), ("ann2", "expert"), ("rita", "reviewer")):
            add_user(session, login=login, name=login, password_hash="!", role=role, actor="system")
        for login in ("ann", "ann2"):
            user = find_user(session, login)
            assert user is not None
            session.add(user.sqlmodel_update({"email": "Ann@Example.org" if login == "ann" else "ann@example.org"}))


def test_an_amount_at_the_limit_takes_two_and_one_below_takes_one(desk: Store, make_document: DocumentMaker) -> None:
    at, below = make_document(), make_document(
        invoice=INVOICE.model_copy(update={"gross_total": Decimal("119.99")}), name="b.pdf"
    )  # fmt: skip
    with desk.write() as session:
        assert approve(session, session.get_one(DocumentRow, below), actor=ANN, at=NOON, office=LIMIT) == "approved"
        document = session.get_one(DocumentRow, at)
        assert approve(session, document, actor=ANN, at=NOON, office=LIMIT) is Status.HELD
        with pytest.raises(FourEyesError):
            release(session, document, actor=ANN, at=NOON, reason="again", office=LIMIT)
        assert release(session, document, actor=BOB, at=NOON, reason="seen", office=LIMIT) is Status.APPROVED
        assert [row.rules for row in approvals_of(session, document)] == ["amount", "amount"]
        assert verify(session) is None


@pytest.mark.parametrize(("rule", "severity", "asked"), [
    ("BR-CO-15", "error", ("override",)), ("AP-SUPPLIER-UNKNOWN", "hold", ("override",)),
    ("AP-MATCH-NO-ORDER", "error", ()), ("BR-CO-15", "warning", ()), ("AP-DUPLICATE", "hold", ()),
])  # fmt: skip
def test_an_approval_against_an_open_error_takes_two(
    desk: Store, make_document: DocumentMaker, rule: str, severity: str, asked: tuple[str, ...]
) -> None:
    document_id = make_document()
    with desk.write() as session:
        document = session.get_one(DocumentRow, document_id)
        session.add(FindingRow(id=new_id(), client_id="acme", document_id=document_id, revision=document.revision,
                               rule=rule, severity=severity, terms="", message="", created_at=NOON))  # fmt: skip
        session.flush()
        assert rules_for_two(session, document) == asked
        assert rules_for_two(session, document, cleared=(rule,)) == ()
        assert rules_for_two(session, document, ReviewSettings(four_eyes_override=False)) == ()


def test_two_accounts_of_one_mail_address_are_one_person(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(invoice=INVOICE.model_copy(update={"iban": NEW_IBAN}))
    with desk.write() as session:
        document = session.get_one(DocumentRow, document_id)
        assert approve(session, document, actor=ANN, at=NOON) is Status.HELD
        for actor in ("user:ann", "user:ANN", "user:ann2"):
            with pytest.raises(FourEyesError):
                release(session, document, actor=actor, at=NOON, reason="me again")


def test_words_are_given_anew_after_sending_back_and_after_undo(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(invoice=INVOICE.model_copy(update={"iban": NEW_IBAN}))
    with desk.write() as session:
        document = session.get_one(DocumentRow, document_id)
        approve(session, document, actor=ANN, at=NOON)
        send_back(session, document, actor=BOB, at=NOON, reason="look again")
        assert approvals_of(session, document) == ()
        approve(session, document, actor=ANN, at=NOON)
        release(session, document, actor=BOB, at=NOON, reason="called")
        assert undo(session, document, actor=BOB, at=NOON) is Status.HELD
        assert approvals_of(session, document) == ()


def test_the_database_itself_lets_nothing_out_on_one_word(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(invoice=INVOICE.model_copy(update={"iban": NEW_IBAN}))
    with desk.write() as session:
        approve(session, session.get_one(DocumentRow, document_id), actor=ANN, at=NOON)
        ann = find_user(session, "ann")
        assert ann is not None
        user_id = ann.id
    columns = "(id, client_id, document_id, revision, user_id, rules, actor, at)"
    word = f"INSERT INTO approval {columns} VALUES ('x', 'acme', '{document_id}', 1, '%s', 'bank', '%s', '{NOON}')"  # noqa: S608
    for statement in (
        f"UPDATE document SET state = 'approved' WHERE id = '{document_id}'",  # noqa: S608
        word % (user_id, "user:other"),  # a second word of the same person
        word % ("somebody", "user:ann"),  # the last editor under another id
        "UPDATE approval SET user_id = 'somebody'",
    ):
        with pytest.raises(DatabaseError), desk.write() as session:
            session.connection().execute(text(statement))
    with desk.read() as session:
        assert session.get_one(DocumentRow, document_id).state == Status.HELD


def test_of_two_tabs_of_one_person_neither_releases(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(Status.HELD, invoice=INVOICE.model_copy(update={"iban": NEW_IBAN}),
                                outcome=Outcome.HOLD)  # fmt: skip
    done: list[str] = []
    start = threading.Barrier(2)

    def tab() -> None:
        start.wait()
        try:
            with desk.write() as session:
                document = session.get_one(DocumentRow, document_id)
                done.append(str(release(session, document, actor=ANN, at=NOON, reason="called")))
        except FourEyesError:
            done.append("refused")

    threads = [threading.Thread(target=tab) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["held", "refused"]
    with desk.read() as session:
        assert len(session.exec(select(ApprovalRow)).all()) == 1


def test_a_person_is_the_same_one_after_a_change_of_role(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(invoice=INVOICE.model_copy(update={"iban": NEW_IBAN}))
    with desk.write() as session:
        document = session.get_one(DocumentRow, document_id)
        assert approve(session, document, actor="user:rita", at=NOON) is Status.HELD
        rita = find_user(session, "rita")
        assert rita is not None
        session.add(rita.sqlmodel_update({"role": "supervisor"}))
        with pytest.raises(FourEyesError):
            release(session, document, actor="user:rita", at=NOON, reason="now I may")


def test_alarm_shows_old_and_new_account(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(Status.HELD, invoice=INVOICE.model_copy(update={"iban": NEW_IBAN}))
    with desk.read() as session:
        alarm = load_bank_alarm(session, session.get_one(DocumentRow, document_id))
    assert alarm is not None
    assert (alarm.iban, [one.iban[:2] for one in alarm.known], alarm.moves_country) == (NEW_IBAN, ["FR"], True)


def test_a_document_handed_to_the_experts_is_settled_by_them_only(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document()
    with desk.write() as session:
        document = session.get_one(DocumentRow, document_id)
        for wrong in ({"reason": " "}, {"skill": "magic"}):
            with pytest.raises(ConflictError):
                escalate(session, document, **({"skill": "tax", "reason": "which rate?"} | wrong), actor=ANN, at=NOON)
        escalate(session, document, skill="tax", reason="which rate?", actor="user:rita", at=NOON)
        assert (document.tier, document.skill) == ("expert", "tax")
        with pytest.raises(TierError):
            approve(session, document, actor="user:rita", at=NOON)
        with pytest.raises(TierError):
            return_to_routine(session, document, answer="mine", actor="user:rita", at=NOON)
        return_to_routine(session, document, answer="10 %", actor=ANN, at=NOON + timedelta(minutes=1))
        assert approve(session, document, actor="user:rita", at=NOON) is Status.APPROVED
        assert [row.to_tier for row in hands(session, document_id)] == ["expert", "routine"]
        actions = session.exec(select(AuditRow.action).where(AuditRow.action.in_(["escalate", "return_to_routine"])))  # type: ignore[attr-defined]
        assert list(actions) == ["escalate", "return_to_routine"]


def test_rules_hand_up_by_themselves_but_never_against_a_person(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document()
    untaxed = Finding(rule="AP-VAT-UNTAXED", severity=Severity.ERROR, message="no reason given")
    with desk.write() as session:
        document = session.get_one(DocumentRow, document_id)
        warning = untaxed.model_copy(update={"severity": Severity.WARNING})
        assert escalate_by_rules(session, document, [warning], at=NOON) == ""
        assert escalate_by_rules(session, document, [untaxed], at=NOON) == "tax"
        assert escalate_by_rules(session, document, [untaxed], at=NOON) == ""
        return_to_routine(session, document, answer="exempt", actor=ANN, at=NOON)
        assert escalate_by_rules(session, document, [untaxed], at=NOON) == ""
        assert len(session.exec(select(EscalationRow)).all()) == 2


def test_an_act_on_many_gives_way_to_two_persons_experts_and_places(desk: Store, make_document: DocumentMaker) -> None:
    small = INVOICE.model_copy(update={"gross_total": Decimal("119.99")})
    goes, large, expert, bank, foreign = (
        make_document(invoice=invoice, name=f"{number}.pdf", client=client) for number, (invoice, client) in enumerate((
            (small, "acme"), (INVOICE, "acme"), (small, "acme"),
            (small.model_copy(update={"iban": NEW_IBAN}), "acme"), (small, "beta"),
        ))
    )  # fmt: skip
    ids = [goes, large, expert, bank, foreign]
    with desk.write() as session:
        escalate(session, session.get_one(DocumentRow, expert), skill="tax", reason="rate", actor=ANN, at=NOON)
        rows = chosen(session, ids, frozenset({"acme"}))
        assert {row.id for row in rows} == set(ids) - {foreign}
        order = BulkOrder("approve", "user:rita", NOON, office=LIMIT)
        told = {reason: [row.id for row in some] for reason, some in preview(session, rows, order).cannot.items()}
        assert told == {"two_persons": [large], "expert_needed": [expert], "bank": [bank]}
        perform(session, {row.id: row.version for row in rows}, order, rows)
    with desk.read() as session:
        states = {each: session.get_one(DocumentRow, each).state for each in ids}
        assert [states[each] for each in ids] == ["approved"] + ["in_review"] * 4
        assert verify(session) is None


def test_an_expert_sees_what_asks_for_the_own_skill_first_page_by_page(
    desk: Store, make_document: DocumentMaker
) -> None:
    ids = [make_document(name=f"{number}.pdf") for number in range(7)]
    with desk.write() as session:
        for number, each in enumerate(ids):
            document = session.get_one(DocumentRow, each)
            session.add(document.sqlmodel_update({"waiting_rank": float(number)}))
            if number in {1, 4, 5}:
                escalate(session, document, skill="tax" if number < 5 else "dispute", reason="?", actor=ANN, at=NOON)
    mine = Filters(None, skills=frozenset({"tax"}), at=NOON)
    with desk.read() as session:
        seen, after, page = [], "", None
        while page is None or after:
            page = list_documents(session, replace(mine, after=after), limit=2)
            after, seen = page.next_key, seen + [ids.index(row.id) for row in page.rows]
        assert seen == [4, 1, 6, 5, 3, 2, 0]
        left = session.get_one(DocumentRow, ids[1])
        following = next_document(session, mine, left, actor=BOB, at=NOON)
        assert following is not None
        assert following.id == ids[6]
        assert [ids.index(row.id) for row in list_documents(session, Filters(None, at=NOON)).rows][:2] == [6, 5]
