"""The benches that judge behaviour rather than fields, on answers made by hand, and their commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import machine, po
from bench.judges import judge_hostile, judge_mismatch
from bench.running import Run

ROOT = Path(__file__).parents[3]


def line(file: str, decision: str = "review", *reasons: str, **more: Any) -> dict[str, Any]:
    return {"file": f"data/files/{file}", "decision": decision, "reasons": list(reasons), "pages": [1],
            "fields": {}} | more  # fmt: skip


def run(*lines: dict[str, Any], errors: str = "", pause: float = 0.1) -> Run:
    return Run(lines=list(lines), pauses=[pause] * len(lines), errors=errors)


def hostile(category: str, *lines: dict[str, Any], expect: str = "no crash") -> list[str]:
    row = {"file": "files/a.pdf", "category": category, "expect": expect}
    return list(judge_hostile([row], run(*lines))["not_as_expected"])


def test_a_contradiction_counts_as_flagged_only_with_its_reason_and_without_auto() -> None:
    truth = [{"file": f"files/{name}.pdf"} for name in "abcd"]
    answers = run(line("a.pdf", "review", "page_xml_differ"), line("b.pdf", "auto"), line("c.pdf", "review", "other"))
    figures = judge_mismatch(truth, answers)
    assert (figures["flagged"], figures["unanswered"], figures["let_through"]) == (1, 1, ["b.pdf"])
    assert figures["not_flagged"] == ["b.pdf", "c.pdf", "d.pdf"]


def test_a_contradiction_must_be_told_with_a_field_that_differs() -> None:
    truth = [{"file": f"files/{name}.pdf", "extra": {"mismatch": ["supplier_name"]}} for name in "ab"]
    named, other = [{"rule": "AP-PAGE-XML", "terms": ["seller_name"]}], [{"rule": "AP-PAGE-XML", "terms": ["iban"]}]
    answers = run(
        line("a.pdf", "review", "page_xml_differ", findings=named),
        line("b.pdf", "review", "page_xml_differ", findings=other),
    )
    assert judge_mismatch(truth, answers)["differing_field_not_named"] == ["b.pdf"]


def test_a_file_that_should_open_is_not_refused_and_every_refusal_has_a_known_code() -> None:
    assert hostile("image_odd", line("a.pdf", "quarantine", "unreadable"), expect="opens (16 bit)") != []
    assert hostile("image_odd", line("a.pdf", "quarantine", "no_invoice"), expect="opens (16 bit)") == []
    assert hostile("pdf_fuzz", line("a.pdf", "quarantine", "something went wrong")) != []


@pytest.mark.parametrize(
    ("category", "good", "bad"),
    [
        ("xml_attack", line("a.pdf", "quarantine", "hostile"), line("a.pdf", "review")),
        ("einvoice_broken", line("a.pdf", "review", "xml_broken"), line("a.pdf", "auto")),
        ("pdf_encrypted", line("a.pdf", "quarantine", "encrypted"), line("a.pdf", "quarantine", "unreadable")),
        ("pdf_malformed", line("a.pdf", "quarantine", "unreadable"), line("a.pdf", "review")),
    ],
)
def test_a_hostile_file_must_be_answered_as_its_kind_demands(
    category: str, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    assert hostile(category, good) == []
    assert hostile(category, bad) == [f"{category}: a.pdf"]
    assert hostile(category) == [f"{category}: a.pdf"]


def test_a_traceback_and_a_page_that_takes_too_long_are_counted() -> None:
    row = {"file": "files/a.pdf", "category": "pdf_fuzz", "expect": ""}
    slow = run(line("a.pdf"), errors="Traceback (most recent call last):\n", pause=31.0)
    figures = judge_hostile([row], slow)
    assert (figures["tracebacks"], figures["over_time"], figures["slowest_page_seconds"]) == (1, 1, 31.0)


def test_a_member_of_an_archive_answers_for_the_archive() -> None:
    row = {"file": "files/a.zip", "category": "made_here", "expect": ""}
    figures = judge_hostile([row], run(line("a.zip/inner/b.pdf", "review", "arithmetic")))
    assert (figures["unanswered"], figures["not_as_expected"]) == (0, [])


BOOK = {
    "po_number": "PO-1", "status": "open", "supplier_name": "Alpha", "supplier_vat_id": "DE 1", "net_total": "20.00",
    "invoiced_total": "20.00",
    "lines": [{"line": 1, "description": "Nails", "quantity": "200", "unit_price": "10", "price_base_quantity": "100",
               "line_total": "20.00"}],
}  # fmt: skip


def test_a_price_for_a_hundred_becomes_the_price_of_one() -> None:
    (row,) = po.order_rows([BOOK])
    assert (row["unit_price"], row["quantity_invoiced"]) == ("0.100000", "200")
    assert set(row) == set(po.ORDER_COLUMNS)


def test_outcomes_are_shares_of_those_that_are_asked_for() -> None:
    truth = [
        {"file": "a.xml", "po_number": "PO-1", "expected": "match"},
        {"file": "b.xml", "po_number": "PO-2", "expected": "price_variance"},
        {"file": "c.xml", "po_number": "PO-3", "expected": "second_invoice_on_po"},
    ]
    answers = [
        {"file": "x/a.xml", "match": {"orders": ["po1"], "outcome": "match"}},
        {"file": "x/b.xml", "match": {"orders": [], "outcome": "no_order"}},
        {"file": "x/c.xml", "match": {"orders": ["PO-3"], "outcome": "quantity_variance"}},
    ]
    figures = po.judge(truth, answers)
    assert figures["documents"] == 3
    assert figures["order_right"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["outcome_right"] == 0.5


def test_the_memory_of_a_process_is_told_in_megabytes() -> None:
    assert 1 < machine.resident_mb(os.getpid(), peak=False) <= machine.resident_mb(os.getpid()) < 4000
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert machine.resident_mb(process.pid) == 0.0


def test_the_time_of_a_process_holds_that_of_its_children() -> None:
    before = machine.tree_cpu_seconds(os.getpid())
    subprocess.run([sys.executable, "-c", "sum(range(3_000_000))"], check=True)
    assert machine.tree_cpu_seconds(os.getpid()) > before


@pytest.mark.parametrize("name", ["accuracy", "speed", "throughput", "matching", "ocr"])
def test_every_bench_says_what_it_does_when_run_as_a_file(name: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "bench" / f"{name}.py", "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "--json" in done.stdout


def test_an_unknown_set_is_refused_with_the_names_of_those_there_are(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "bench" / "accuracy.py", tmp_path, "--sets", "nothing"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "xml_xrechnung" in done.stderr
