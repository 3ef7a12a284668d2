"""Micro-tasks in the database: what is cut out, what comes of an answer, what a person may see, and pay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import Session, select

from flows.commands.wages import run_wages
from flows.micro import allowed_terms, cut_after_decision, tend
from flows.wages import read_floors
from models.document import Box
from models.errors import ConflictError
from models.extraction import Evidence
from models.settings import Settings
from models.settings_review import MicroSettings
from models.status import Status
from models.store.audit import verify as verify_audit
from models.store.claims import claim
from models.store.documents import add_extraction, load_extraction
from models.store.engine import Store
from models.store.micro_gold import altered, rotate_gold
from models.store.micro_outcome import settle_task
from models.store.micro_pay import add_rate, dispute, entries_of, find_floor, rate_row, settle_dispute
from models.store.micro_people import begin_again, set_standing, standing_of
from models.store.micro_tasks import CUTTABLE, make_tasks, may_see, withdraw_stale
from models.store.people import add_user
from models.store.reviewing import approve
from models.tables import (
    ClientRow,
    CorrectionRow,
    DocumentRow,
    MicroAnswerRow,
    MicroTaskRow,
    TopUpRow,
    UserRow,
)
from tests.desk import NOON, DocumentMaker, desk, load, make_document

__all__ = ["desk", "make_document"]
TERMS = ("gross_total", "iban", "seller_name", "invoice_number")
BOX = Box(100, 100, 160, 112)
Maker = Callable[..., str]
EXAMPLE = Path(__file__).parents[3] / "sample_invoices" / "wages-example.csv"


@pytest.fixture
def cut(desk: Store, make_document: DocumentMaker) -> Maker:
    """A document in review with doubtful values, cut out; returns its id."""

    def make(*terms: str, name: str = "scan.pdf", state: Status = Status.IN_REVIEW) -> str:
        document_id = make_document(name=name)
        with desk.write() as session:
            document = session.get_one(DocumentRow, document_id)
            extraction = load_extraction(session, document_id)
            assert extraction is not None
            seen = {term: Evidence(confidence=0.7, reader="ppocr", page=1, box=BOX) for term in terms or TERMS}
            add_extraction(session, document, extraction.model_copy(update={"evidence": seen}), origin="reader",
                           actor="system")  # fmt: skip
            make_tasks(session, document, CUTTABLE | {"seller_name"}, at=NOON)
            if state is Status.APPROVED:
                approve(session, document, actor="user:rita", at=NOON)
        return document_id

    return make


def task(session: Session, term: str) -> MicroTaskRow:
    return session.exec(select(MicroTaskRow).where(MicroTaskRow.term == term)).one()


def worker(session: Session, login: str = "ann") -> UserRow:
    user = add_user(session, login=login, name=login, password_hash="x", role="micro_worker", actor="system")
    user.region = "XA"
    return user


def test_names_are_never_cut_out_and_the_same_value_only_once(desk: Store, cut: Maker) -> None:
    document_id = cut()
    with desk.write() as session:
        assert make_tasks(session, session.get_one(DocumentRow, document_id), CUTTABLE, at=NOON) == ()
        assert {each.term for each in session.exec(select(MicroTaskRow))} == {"gross_total", "iban", "invoice_number"}


@pytest.mark.parametrize(("term", "seen", "may"), [
    ("gross_total", {"iban"}, False), ("iban", {"net_total"}, False), ("iban", {"invoice_number"}, False),
    ("invoice_number", {"gross_total"}, True), ("issue_date", {"gross_total", "currency"}, False),
])  # fmt: skip
def test_what_one_person_may_see_of_one_document(term: str, seen: set[str], *, may: bool) -> None:
    assert may_see(term, seen, 2) is may


def test_an_agreed_value_is_a_correction_of_nobodys_and_the_other_tasks_go_on(desk: Store, cut: Maker) -> None:
    document_id = cut()
    with desk.write() as session:
        settle_task(session, task(session, "gross_total"), answer="128.00", posterior=0.99, answers=2, at=NOON)
    document = load(desk, document_id)
    with desk.read() as session:
        row = session.exec(select(CorrectionRow)).one()
        extraction = load_extraction(session, document_id)
        assert task(session, "gross_total").state == "done"
        assert (task(session, "iban").state, task(session, "iban").revision) == ("open", document.revision)
        assert verify_audit(session) is None
    assert (row.actor, row.before, row.after, row.changed) == ("micro", "120.00", "128.00", True)
    assert extraction is not None
    assert extraction.invoice.gross_total == Decimal("128.00")
    assert (document.state, document.last_editor) == (Status.IN_REVIEW, None)  # no first pair of eyes on an account


def test_a_bank_account_that_was_read_differently_goes_to_an_expert(desk: Store, cut: Maker) -> None:
    cut()
    with desk.write() as session:
        other = "DE89370400440532013000"
        assert settle_task(session, task(session, "iban"), answer=other, posterior=0.99, answers=2, at=NOON) == "expert"
        assert session.exec(select(CorrectionRow)).all() == []


def test_nothing_is_written_on_a_document_that_somebody_has_open(desk: Store, cut: Maker) -> None:
    document_id = cut()
    with desk.write() as session:
        claim(session, session.get_one(DocumentRow, document_id), actor="user:rita", at=NOON)
        state = settle_task(session, task(session, "gross_total"), answer="1", posterior=0.99, answers=2, at=NOON)
        assert state == "withdrawn"
        assert withdraw_stale(session, at=NOON) == 2
        assert session.exec(select(CorrectionRow)).all() == []


def test_known_questions_come_of_what_people_confirmed_and_some_show_a_wrong_value(desk: Store, cut: Maker) -> None:
    documents = [cut("gross_total", name=f"{number}.pdf", state=Status.APPROVED) for number in range(30)]
    with desk.write() as session:
        for document_id in documents:
            for old in session.exec(select(MicroTaskRow).where(MicroTaskRow.document_id == document_id)).all():
                session.delete(old)
            session.add(CorrectionRow(id=f"c{documents.index(document_id)}", client_id="acme", cause="",
                                      document_id=document_id, revision=1, term="gross_total", before="1", after="1",
                                      changed=False, actor="user:rita", at=NOON))  # fmt: skip
        session.flush()
        made = rotate_gold(session, "acme", ("gross_total",), at=NOON, stock=25)
        gold = session.exec(select(MicroTaskRow)).all()
        assert made == len(gold) == 25
        assert {each.gold for each in gold} == {"yes", "no", "120.00"}
        assert rotate_gold(session, "acme", ("gross_total",), at=NOON, stock=25) == 0
        assert rotate_gold(session, "acme", ("gross_total",), at=NOON + timedelta(days=31), stock=0) == 0
        assert {each.state for each in gold} == {"withdrawn"}
    assert all(altered("1907.50", str(number)) != "1907.50" for number in range(50))


def test_micro_tasks_are_made_only_where_the_contract_names_values(
    desk: Store, make_document: DocumentMaker, tmp_path: Path
) -> None:
    document_id = make_document()
    settings = Settings(home=tmp_path, micro=MicroSettings(enabled=True))
    with desk.write() as session:
        client, document = session.get_one(ClientRow, "acme"), session.get_one(DocumentRow, document_id)
        assert cut_after_decision(session, settings, client, document, NOON) == 0
        client.review_json = '{"micro_terms": ["gross_total"]}'
        assert allowed_terms(Settings(home=tmp_path), client) == ()
        assert cut_after_decision(session, settings, client, document, NOON) == 1
        assert task(session, "gross_total").kind == "pick"  # the reader had two candidates
        session.add(client)
    assert tend(desk, settings, NOON).made == 0


def test_wage_floors_are_imported_with_their_source_only(desk: Store, tmp_path: Path) -> None:
    assert run_wages(desk, EXAMPLE) == 0
    assert run_wages(desk, tmp_path / "none.csv") == 2
    with desk.read() as session:
        assert find_floor(session, "XA", date(2025, 12, 31)) is None
        floor = find_floor(session, "XA-11", date(2026, 3, 1))  # a part of a country has the country's
        assert floor is not None
        assert floor.hourly == Decimal("12.00")
    header = b"region,valid_from,hourly,currency,source\n"
    _, bad = read_floors(header + b"XA,2026-01-01,12,EUR,\nXA,2026-13-01,1,EUR,a\nXA,2026-01-01,nan,EUR,a\nxa,,,,\n",
                         actor="a", at=NOON)  # fmt: skip
    assert [problem.line for problem in bad] == [2, 3, 4, 5]
    odd = b'\n\nXA,2026-01-01,12,EUR,"two\nlines"\nXA,2026-01-01,13,EUR,b\nXB,1.1.26,1,EUR,b\n'
    good, bad = read_floors(header + odd, actor="a", at=NOON)
    assert [(row.region, row.hourly) for row in good] == [("XA", Decimal(12))]  # the first of two for one day
    assert [tuple(problem) for problem in bad] == [  # the lines of the file, empty ones counted too
        (6, "XA has a wage from 2026-01-01 already"), (7, "1.1.26 is no date (YYYY-MM-DD)"),
    ]  # fmt: skip
    _, (long,) = read_floors(header + b"XA," + b"9" * 140_000, actor="a", at=NOON)
    assert long.line == 2
    assert read_floors(b"\xff\xfe", actor="a", at=NOON)[1][0].reason == "the file is not UTF-8"


def test_an_upheld_dispute_pays_and_corrects_and_the_week_is_topped_up_again(
    desk: Store, cut: Maker, tmp_path: Path
) -> None:
    cut("gross_total")
    run_wages(desk, EXAMPLE)
    settings = Settings(home=tmp_path)
    with desk.write() as session:
        floor = find_floor(session, "XA", NOON.date())
        assert floor is not None
        rate = add_rate(session, rate_row("yes_no", floor, "XA", seconds=Decimal(20), measured=0,
                                          per_task=Decimal("0.0667"), at=NOON))  # fmt: skip
        row = MicroAnswerRow(id="a", client_id="acme", task_id=task(session, "gross_total").id,
                             user_id=worker(session).id, shown_at=NOON, answered_at=NOON + timedelta(minutes=2),
                             answer="no", active_seconds=Decimal(60), right=False, pay=Decimal(0),
                             rate_id=rate.id)  # fmt: skip
        session.add(row)
    assert tend(desk, settings, NOON).weeks == 1
    with desk.write() as session:
        row = session.get_one(MicroAnswerRow, "a")
        with pytest.raises(ConflictError):
            dispute(session, row, "  ", actor="user:ann", at=NOON)
        dispute(session, row, "I was right", actor="user:ann", at=NOON)
        settle_dispute(session, row, upheld=True, seconds=Decimal(120), actor="user:rita", at=NOON)
        with pytest.raises(ConflictError):
            settle_dispute(session, row, upheld=False, seconds=Decimal(0), actor="user:rita", at=NOON)
    assert tend(desk, settings, NOON).weeks == 1
    assert tend(desk, settings, NOON).weeks == 0  # nothing new
    with desk.read() as session:
        (entry,) = entries_of(session, date(2026, 11, 16), "Europe/Paris")
        kept = session.exec(select(TopUpRow)).one()
    assert (entry.pay, entry.seconds) == (Decimal("0.0667"), Decimal(120))
    assert (kept.earned, kept.top_up) == (Decimal("0.07"), Decimal("0.33"))  # 120 s at 12 an hour are 0.40


def test_whoever_was_stopped_begins_again_the_next_day(desk: Store) -> None:
    with desk.write() as session:
        standing = standing_of(session, worker(session), at=NOON)
        with pytest.raises(ConflictError):
            begin_again(session, standing, at=NOON)
        set_standing(session, standing, "stopped", at=NOON)
        with pytest.raises(ConflictError):
            begin_again(session, standing, at=NOON + timedelta(hours=19))
        begin_again(session, standing, at=NOON + timedelta(hours=21))
        assert (standing.state, standing.rounds) == ("qualifying", 2)
