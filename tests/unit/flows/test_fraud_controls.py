"""Controls against fraud through the doors: changed accounts, rings, splitting, and what is never let through alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from flows.commands.fraud import run_guard
from flows.decide import decide
from flows.house import House
from flows.judge import Judgement, Office, judge_reading
from flows.master_files import import_master
from models.decision import Outcome
from models.extraction import Extraction
from models.finding import Finding, Severity
from models.invoice import Invoice
from models.match import MatchResult, SupplierMatch
from models.settings import PolicySettings, Settings
from models.status import Status
from models.store.approvals import FourEyesError
from models.store.blobs import Blobs
from models.store.documents import load_extraction
from models.store.edits import Edit
from models.store.engine import Store
from models.store.overrides import load_overrides
from models.store.reviewing import approve, release, save, send_back
from models.tables import ClientRow, DocumentRow, GuardedAccountRow, InvoiceRow, SupplierBankRow, SupplierRow
from tests.desk import IBAN, INVOICE, NOON, DocumentMaker, desk, load, make_document

__all__ = ["desk", "make_document"]
ANN, BOB = "user:ann", "user:bob"
CASES = 200
Judge = Callable[..., Judgement]


def iban(country: str, account: str) -> str:
    """A valid IBAN of a country."""
    digits = "".join(str(int(sign, 36)) for sign in f"{account}{country}00")
    return f"{country}{98 - int(digits) % 97:02}{account}"


@pytest.fixture
def judge(desk: Store, tmp_path: Path) -> Judge:
    """What the line says of a document as it is now."""
    house = Settings(home=tmp_path)

    def ask(document_id: str, client: str = "acme") -> Judgement:
        with desk.write() as session:
            office = Office(session.get_one(ClientRow, client), house)
            document = session.get_one(DocumentRow, document_id)
            extraction = load_extraction(session, document_id)
            assert extraction is not None
            return judge_reading(session, office, document, extraction)

    return ask


def rules_of(said: Judgement) -> set[str]:
    return {finding.rule for finding in said.findings}


def paper(at: int, account: str | None = IBAN, **terms: Any) -> Invoice:
    return INVOICE.model_copy(update={"invoice_number": f"F-{at:05}-X", "seller_name": "Papeterie", "iban": account,
                                      "gross_total": Decimal(100) + at, **terms})  # fmt: skip


# How an account comes that nobody verified: of another value, as the first, from abroad, malformed, typed, imported.
WAYS = ("differs", "first", "abroad", "invalid", "edited", "imported")


@pytest.mark.timeout(120)
def test_of_two_hundred_changed_accounts_none_leaves_on_one_persons_word(
    desk: Store, make_document: DocumentMaker, judge: Judge, tmp_path: Path
) -> None:
    draw = Random(79)
    for at in range(CASES):
        way = WAYS[at % len(WAYS)]
        account = iban("DE" if way == "abroad" else "FR", f"{draw.randrange(10**17):018}" if way == "abroad"
                       else f"{draw.randrange(10**22):023}")  # fmt: skip
        if way == "invalid":
            account = account[:2] + f"{(int(account[2:4]) + 1) % 97:02}" + account[4:]
        if way == "first":
            with desk.write() as session:
                session.merge(SupplierRow(client_id="acme", seller_id=f"N{at}", name=f"Nouveau {at}", updated_at=NOON))
        if way == "imported":
            file = tmp_path / "suppliers.csv"
            file.write_text(f"seller_id,name,iban\nS1,Papeterie,{IBAN} {account}\n", encoding="utf-8")
            report = import_master(desk, "suppliers", file, "acme", strict=True, actor="ann")
            assert report.notices, way
        typed = way == "edited"
        name = f"Nouveau {at}" if way == "first" else "Papeterie"
        document_id = make_document(invoice=paper(at, IBAN if typed else account, seller_name=name), name=f"{at}.pdf")
        if typed:
            with desk.write() as session:
                document = session.get_one(DocumentRow, document_id)
                save(session, document, Edit(invoice=paper(at, account)), actor=ANN, at=NOON)
        said = judge(document_id)
        assert said.decision.outcome is Outcome.HOLD, (way, rules_of(said))
        assert rules_of(said) & {"AP-BANK-NEW", "AP-BANK-INVALID"}, way
        _refuses_one_person(desk, document_id, way)
    with desk.read() as session:
        assert session.exec(select(InvoiceRow)).all() == []
        assert session.exec(select(DocumentRow.id).where(DocumentRow.state == Status.APPROVED)).all() == []


def _refuses_one_person(desk: Store, document_id: str, way: str) -> None:
    with desk.write() as session:
        document = session.get_one(DocumentRow, document_id)
        assert approve(session, document, actor=ANN, at=NOON) is Status.HELD, way
    with desk.write() as session, pytest.raises(FourEyesError):
        release(session, session.get_one(DocumentRow, document_id), actor=ANN, at=NOON, reason="it is right")
    assert load(desk, document_id).state == Status.HELD


def test_an_account_changed_after_approval_asks_for_two_persons_anew(desk: Store, make_document: DocumentMaker) -> None:
    document_id, account = make_document(invoice=paper(1)), iban("FR", f"{7:023}")
    with desk.write() as session:
        assert approve(session, session.get_one(DocumentRow, document_id), actor=ANN, at=NOON) is Status.APPROVED
    with desk.write() as session:
        document = session.get_one(DocumentRow, document_id)
        send_back(session, document, actor=ANN, at=NOON, reason="new account")
        save(session, document, Edit(invoice=paper(1, account)), actor=ANN, at=NOON)
        assert approve(session, document, actor=ANN, at=NOON) is Status.HELD
    with desk.write() as session:
        document = session.get_one(DocumentRow, document_id)
        assert release(session, document, actor=BOB, at=NOON, reason="called them") is Status.APPROVED
    with desk.read() as session:
        assert session.get_one(SupplierBankRow, ("acme", "S1", account)).verified_by == BOB
        assert [(each.kind, each.document_id) for each in load_overrides(session, "acme")] == [("release", document_id)]


def test_an_imported_change_is_a_proposal_and_the_same_file_again_verifies_nothing(desk: Store, tmp_path: Path) -> None:
    account, file = iban("FR", f"{8:023}"), tmp_path / "suppliers.csv"
    file.write_text(f"seller_id,name,iban\nS1,Papeterie,{account}\nS7,Encre,{account}\n", encoding="utf-8")
    for _ in range(2):
        import_master(desk, "suppliers", file, "acme", strict=True, actor="ann")
        with desk.read() as session:
            known = session.get_one(SupplierBankRow, ("acme", "S1", account))
            assert (known.verified_at, known.proposed_by) == (None, "ann")
            assert session.get_one(SupplierBankRow, ("acme", "S7", account)).verified_by == "import"
    file.write_text(f"seller_id,name,iban\nS8,Papier,{account}\n", encoding="utf-8")
    import_master(desk, "suppliers", file, "acme", strict=True, actor="ann", trusted=False)
    with desk.read() as session:
        assert session.get_one(SupplierBankRow, ("acme", "S8", account)).verified_at is None


def test_an_employees_account_is_held_even_where_it_was_verified(
    desk: Store, make_document: DocumentMaker, judge: Judge, tmp_path: Path
) -> None:
    file = tmp_path / "staff.csv"
    file.write_text(f"kind,label,iban\nemployee,4711,{IBAN[:4]} {IBAN[4:]}\nemployee,4712,FR00\n", encoding="utf-8")
    house = House(Settings(home=tmp_path), desk, Blobs(tmp_path))
    assert run_guard(house, file, "acme", strict=False, as_json=False) == 3
    with desk.read() as session:
        (row,) = session.exec(select(GuardedAccountRow)).all()
    assert IBAN not in row.account_hash
    said = judge(make_document(invoice=paper(1)))
    assert "AP-ACCOUNT-GUARDED" in rules_of(said)
    assert said.decision.outcome is Outcome.HOLD
    other = judge(make_document(invoice=paper(2), client="beta"), "beta")
    assert "AP-ACCOUNT-GUARDED" not in rules_of(other)  # another client's staff is nobody's business


def test_two_sellers_of_one_account_are_held_and_another_client_learns_no_more_than_that(
    make_document: DocumentMaker, judge: Judge
) -> None:
    account = iban("FR", f"{9:023}")
    first = paper(1, account, seller_name="Encre Dupont", seller_legal_id="732829320")
    second = paper(2, account, seller_name="Papier Martin", seller_legal_id="303265045")
    assert not rules_of(judge(make_document(invoice=first, name="1.pdf"))) & {"AP-ACCOUNT-RING", "AP-ACCOUNT-ELSEWHERE"}
    again = judge(make_document(invoice=first.model_copy(update={"invoice_number": "F-77"}), name="2.pdf"))
    assert "AP-ACCOUNT-RING" not in rules_of(again)  # the same seller
    ring = judge(make_document(invoice=second, name="3.pdf"))
    assert "AP-ACCOUNT-RING" in rules_of(ring)
    assert ring.decision.outcome is Outcome.HOLD
    elsewhere = judge(make_document(invoice=second, name="4.pdf", client="beta"), "beta")
    (told,) = [finding for finding in elsewhere.findings if finding.rule == "AP-ACCOUNT-ELSEWHERE"]
    assert "AP-ACCOUNT-RING" not in rules_of(elsewhere)
    assert "Dupont" not in told.model_dump_json()
    assert "acme" not in told.model_dump_json()


@pytest.mark.parametrize("seed", range(12))
def test_the_third_invoice_just_below_a_limit_is_told(
    seed: int, desk: Store, make_document: DocumentMaker, judge: Judge
) -> None:
    draw = Random(seed)
    day = date(2026, 11, 2)
    for at in range(3):
        amount = Decimal(draw.randint(950_000, 1_000_000)) / 100
        invoice = paper(at, gross_total=amount, issue_date=day + timedelta(days=draw.randint(0, 6)))
        document_id = make_document(invoice=invoice, name=f"{at}.pdf")
        with desk.write() as session:
            session.get_one(DocumentRow, document_id).seller_id = "S1"
        said = rules_of(judge(document_id))
        assert ("AP-SPLITTING" in said) == (at == 2), (at, said)
        assert "AP-JUST-BELOW" in said


HELD = tuple(
    Finding(rule=rule, severity=Severity.HOLD, message="...")
    for rule in ("AP-BANK-NEW", "AP-SUPPLIER-UNKNOWN", "AP-ACCOUNT-RING", "AP-ACCOUNT-GUARDED", "AP-SUPPLIER-LOOKALIKE")
)


@settings(max_examples=200, deadline=None)
@given(
    policy=st.builds(
        PolicySettings, straight_through=st.booleans(), release=st.sampled_from(["certified", "threshold", "shadow"]),
        confidence_threshold=st.floats(0, 1), amount_limit=st.decimals(0, 10**9, places=2),
        require_order=st.just(value=True),
    ),
    what=st.sampled_from(["seller", "order", *HELD]),
    source=st.sampled_from(["page", "xml"]), probability=st.floats(0, 1), gross=st.decimals(1, 10**6, places=2),
)  # fmt: skip
def test_unknown_supplier_unknown_account_or_no_order_is_never_let_through_alone(
    policy: PolicySettings, what: str | Finding, source: Any, probability: float, gross: Decimal
) -> None:
    supplier = SupplierMatch() if what == "seller" else SupplierMatch(seller_id="S1", probability=1.0)
    match = MatchResult(outcome="no_order" if what == "order" else "match", probability=probability, supplier=supplier,
                        orders=() if what == "order" else ("PO-1",))  # fmt: skip
    findings = (what,) if isinstance(what, Finding) else ()
    read = Extraction(invoice=Invoice(gross_total=gross, payable_total=gross), evidence={}, source=source)
    assert decide(read, match, findings, policy).outcome is not Outcome.APPROVE
