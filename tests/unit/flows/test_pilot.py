"""The pilot's report from rows: agreement, certificate, saving; and the import of the manual baseline."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.commands.master import run_import
from flows.commands.pilot import run_pilot
from flows.house import House
from models.certificate import Label
from models.extraction import Extraction
from models.invoice import Invoice
from models.status import Status
from models.store.blobs import Blobs
from models.store.documents import Arrival, Step, add_document, add_extraction, move_along, new_id
from models.tables import BlobRow, LabelRow, TouchRow

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
COUNT = 160


@pytest.fixture
def house(office: Any) -> House:
    """An office whose people settled 160 documents, each in 20 seconds; one was read wrong."""
    with office.store.write() as session:
        for number in range(COUNT):
            add_settled(session, number)
    return House(office.settings, office.store, Blobs(office.home))


def add_settled(session: Any, number: int) -> None:
    sha256, at = f"{number:064x}", START + timedelta(minutes=number)
    session.add(BlobRow(sha256=sha256, size=1, media_type="application/pdf", created_at=at))
    session.flush()
    arrival = Arrival("acme", sha256, f"{number}.pdf", "application/pdf", "folder", "")
    document = add_document(session, arrival, actor="test", at=at)
    read = Extraction(invoice=Invoice(invoice_number=f"F-{number}", gross_total="10.00"), evidence={}, source="page")
    add_extraction(session, document, read, origin="reader", actor="line")
    if number == 0:
        right = Invoice(invoice_number="F-0", gross_total="100.00")
        add_extraction(session, document, read.model_copy(update={"invoice": right}), origin="person", actor="user:a")
    document.seller_id = f"S{number % 80}"
    ways = (Status.EXTRACTED, Status.MATCHED, Status.IN_REVIEW, Status.APPROVED)
    move_along(session, document, [Step(state, "test") for state in ways])
    session.add(TouchRow(id=new_id(), client_id="acme", document_id=document.id, actor="user:a", started_at=at,
                         seconds=20.0, act="approve"))  # fmt: skip
    score = 0.1 if number == 0 else 0.9 + number / 10_000
    label = Label(key=document.id, segment="digital/known", seller=document.seller_id, wrong=number == 0, score=score,
                  source="review", score_version="v", at=at)  # fmt: skip
    session.add(LabelRow(client_id="acme", key=document.id, score_version="v", segment=label.segment,
                         label_json=label.model_dump_json(), at=at))  # fmt: skip


def import_baseline(house: House, tmp_path: Path, seconds: float) -> None:
    file = tmp_path / "times.csv"
    file.write_text("file,seconds,keyed_by\n" + "".join(f"{n}.pdf,{seconds},anna\n" for n in range(0, COUNT, 2)))
    assert run_import(house.store, "manual-baseline", file, "acme", strict=False) == 0


def report(house: House, capsys: pytest.CaptureFixture[str], **wanted: Any) -> dict[str, Any]:
    capsys.readouterr()
    wanted = {"since": None, "claim": 0.6, "as_json": True, "page": None} | wanted
    assert run_pilot(house, "acme", **wanted) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_claim_is_proved_for_invoices_that_took_five_times_as_long_by_hand(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_baseline(house, tmp_path, 100.0)
    facts = report(house, capsys)
    assert facts["verdict"] == "proved"
    assert facts["saving"]["as_piloted"]["share"] == pytest.approx(0.8)
    assert facts["saving"]["as_piloted"]["documents"] == COUNT / 2


def test_claim_is_refuted_where_people_were_nearly_as_fast_by_hand(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_baseline(house, tmp_path, 22.0)
    assert report(house, capsys)["verdict"] == "refuted"


def test_error_limit_that_the_labels_do_not_prove_gives_no_certificate_and_says_how_many_are_missing(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = report(house, capsys)
    row = facts["certificates"]["digital/known"]
    assert (row["threshold"], facts["would_pass"]["count"]) == (None, 0)
    assert row["missing"] == 598 - 159


def test_limit_that_they_prove_says_what_would_have_passed_and_that_it_was_right(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_baseline(house, tmp_path, 100.0)
    policy = house.settings.policy.model_copy(update={"error_limit": 0.02})
    house = House(house.settings.model_copy(update={"policy": policy}), house.store, house.blobs)
    facts = report(house, capsys)
    assert facts["certificates"]["digital/known"]["threshold"] is not None
    assert facts["would_pass"]["count"] >= 149
    assert facts["wrong_among_would_pass"]["count"] == 0
    assert facts["saving"]["with_automation"]["share"] > facts["saving"]["as_piloted"]["share"]


def test_agreement_counts_values_that_people_left_alone(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    agreed = {row["term"]: (row["right"], row["seen"]) for row in report(house, capsys)["agreement"]}
    assert agreed == {"invoice_number": (COUNT, COUNT), "gross_total": (COUNT - 1, COUNT)}


def test_page_and_terminal_say_the_same_verdict_and_a_missing_client_is_said(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "pilot.html"
    assert run_pilot(house, "acme", since=START, claim=0.6, as_json=False, page=page) == 0
    assert run_pilot(house, "acme", since=START, claim=0.6, as_json=False, page=None) == 0
    assert "OPEN" in capsys.readouterr().out
    assert "OPEN" in page.read_text()
    assert "http" not in page.read_text()
    assert run_pilot(house, "nobody", since=None, claim=0.6, as_json=False, page=None) == 2


def test_doubtful_times_are_taken_with_a_warning(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "times.csv"
    file.write_text("file;seconds\na.pdf;2\n;3\n")
    assert run_import(house.store, "manual-baseline", file, "acme", strict=False) == 3
    said = capsys.readouterr().err
    assert "is it minutes" in said
    assert "file is empty" in said
