"""The commands as scripts call them: exit codes, data alone on stdout, lines as the contract promises them."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from flows.main import ONE_THREAD
from models.invoice import LINE_TERMS, TERMS
from tests.hostile import make
from tests.running import ROOT, demo_home

pytestmark = pytest.mark.timeout(300)
SAMPLES = ROOT / "sample_invoices"
XML, PDF, FREE = (SAMPLES / "files" / name for name in ("de-06-xrechnung.xml", "de-01-din-5008.pdf",
                                                       "fr-06-sans-commande.pdf"))  # fmt: skip
COMMANDS = ("up", "process", "extract", "match", "import", "export", "kpis", "explain", "doctor", "migrate", "train",
            "verify-audit", "backup", "restore")  # fmt: skip
NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """Stdout, which must be one JSON value a line and nothing else."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Said]


def facturier(home: Path, *arguments: object, **environment: str) -> Said:
    """Run a command over a home; `--home` is left to the environment, as a service would have it."""
    done = subprocess.run(
        [sys.executable, "-m", "flows.main", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True,
        timeout=240, env=os.environ | ONE_THREAD | {"FACTURIER_HOME": str(home)} | environment, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Commands over an empty home of the test's own."""
    return lambda *arguments, **environment: facturier(tmp_path / "home", *arguments, **environment)


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    """A home in which two samples were processed against their orders, and what `process --json` said."""
    home = demo_home(tmp_path_factory.mktemp("cli"))
    done = facturier(home, "process", XML, FREE, "--json")
    assert done.code == 3, done.err
    return home, done.lines


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with good and bad files, a mail, an archive and a hidden file."""
    root = tmp_path_factory.mktemp("folder")
    (root / "b").mkdir()
    shutil.copy(XML, root / "b" / "einvoice.xml")
    (root / "a.pdf").write_bytes(make.text_pdf())
    (root / "c.pdf").write_bytes(make.locked_pdf())
    (root / "d.txt").write_text("no invoice")
    (root / ".hidden.pdf").write_bytes(make.text_pdf())
    message = EmailMessage()
    message["Subject"] = "our invoice"
    message.set_content("see attachment")
    message.add_attachment(XML.read_bytes(), maintype="application", subtype="xml", filename="in mail.xml")
    (root / "e.eml").write_bytes(message.as_bytes())
    with zipfile.ZipFile(root / "f.zip", "w") as archive:
        archive.write(XML, "in zip.xml")
        archive.writestr("bad.pdf", b"%PDF-1.7 cut off")
    return root


@pytest.fixture(scope="module")
def extracted(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Said:
    home = tmp_path_factory.mktemp("extract") / "home"
    return facturier(home, "extract", PDF, folder, folder / "missing.pdf", "--json")


def shape_of(line: dict[str, Any]) -> None:
    """Check one line of `extract --json` against the contract."""
    assert list(line)[:12] == ["file", "pages", "source", "document_type", "language", "fields", "lines",
                               "vat_breakdown", "findings", "decision", "reasons", "seconds"]  # fmt: skip
    assert line["source"] in {"page", "xml"}
    assert line["decision"] in {"auto", "review"}
    assert all(isinstance(number, int) for number in line["pages"])
    assert isinstance(line["seconds"], float)
    assert set(line["fields"]) <= set(TERMS)
    for name, field in line["fields"].items():
        assert field.keys() <= {"value", "confidence", "page", "box", "reader"}
        assert 0 <= field.get("confidence", 1) <= 1
        is_value_of(TERMS[name].kind, field["value"])
        if "box" in field:
            x0, y0, x1, y1 = field["box"]
            assert 0 <= x0 < x1 <= 900
            assert 0 <= y0 < y1 <= 1300
            assert field["page"] in line["pages"]
    for row in line["lines"]:
        assert set(row) <= set(LINE_TERMS)
        for name, value in row.items():
            is_value_of(LINE_TERMS[name].kind, value)
    for row in line["vat_breakdown"]:
        assert all(NUMBER.fullmatch(row[name]) for name in ("rate", "taxable", "tax") if name in row)
    assert all({"rule", "severity", "message"} <= found.keys() for found in line["findings"])


def is_value_of(kind: str, value: object) -> None:
    """Text always; of an amount in decimal notation, of a date ISO."""
    assert isinstance(value, str)
    if kind in {"amount", "number"}:
        assert NUMBER.fullmatch(value)
        Decimal(value)
    if kind == "date":
        date.fromisoformat(value)


def test_extract_gives_one_line_for_each_file_in_the_order_given(extracted: Said, folder: Path) -> None:
    names = [line["file"].removeprefix(f"{folder}/") for line in extracted.lines]
    assert names == [str(PDF), "a.pdf", "b/einvoice.xml", "c.pdf", "d.txt", "e.eml/in mail.xml", "f.zip/in zip.xml",
                     "f.zip/bad.pdf", "missing.pdf"]  # fmt: skip
    assert extracted.code == 3


def test_extract_lines_have_the_shape_of_the_contract(extracted: Said) -> None:
    read = [line for line in extracted.lines if line["decision"] != "quarantine"]
    assert len(read) == 5
    for line in read:
        shape_of(line)
    page, einvoice = read[0], read[2]
    assert (page["source"], page["pages"], page["language"]) == ("page", [1], "de")
    assert page["fields"]["invoice_number"]["value"] == "RE-2026-10412"
    assert page["fields"]["issue_date"]["value"] == "2026-09-03"
    assert page["fields"]["gross_total"]["value"] == "2969.05"
    assert {"page", "box", "confidence", "reader"} <= page["fields"]["gross_total"].keys()
    assert (einvoice["source"], einvoice["decision"]) == ("xml", "auto")
    assert "box" not in einvoice["fields"]["gross_total"]


def test_a_file_that_cannot_be_read_gives_a_line_with_reason_and_advice(extracted: Said, folder: Path) -> None:
    bad = {
        line["file"].removeprefix(f"{folder}/"): line for line in extracted.lines if line["decision"] == "quarantine"
    }
    assert bad.keys() == {"c.pdf", "d.txt", "f.zip/bad.pdf", "missing.pdf"}
    assert bad["c.pdf"]["reasons"] == ["encrypted"]
    assert bad["missing.pdf"]["message"] == "no such file"
    for line in bad.values():
        assert line["fields"] == {}
        assert len(line["advice"]) > 10


@pytest.mark.slow
def test_extract_for_people_tells_one_line_a_file_and_the_rest_on_stderr(run: Run) -> None:
    done = run("extract", XML)
    assert done.code == 0
    assert done.out.count("\n") == 1
    assert "20264502" in done.out
    assert "1 file read" in done.err


@pytest.mark.slow
def test_source_chooses_the_side_of_a_hybrid(run: Run) -> None:
    hybrid = SAMPLES / "files" / "fr-17-factur-x.pdf"
    for source in ("page", "xml"):
        [line] = run("extract", hybrid, "--json", "--source", source).lines
        assert line["source"] == source
    [line] = run("extract", PDF, "--json", "--source", "xml").lines
    assert line["decision"] == "quarantine"


def test_quiet_leaves_only_data(run: Run) -> None:
    done = run("--quiet", "extract", XML, "--json", NO_COLOR="1")
    assert (done.code, done.err, len(done.lines)) == (0, "", 1)


def test_process_says_what_became_of_each_file(processed: tuple[Path, list[Any]]) -> None:
    first, second = processed[1]
    assert (first["file"], first["state"], first["invoice_number"]) == (XML.name, "exported", "20264502")
    assert (second["file"], second["state"], second["reasons"]) == (FREE.name, "in_review", ["no_order"])


def test_processing_the_same_files_again_changes_nothing(processed: tuple[Path, list[Any]]) -> None:
    home, before = processed
    before_it = stored(home)
    again = facturier(home, "process", XML, FREE, "--json")
    assert again.code == 3
    assert [{**row, "receipt": ""} for row in again.lines] == [{**row, "receipt": ""} for row in before]
    assert stored(home)[2:] == before_it[2:]  # the arrival itself may be noted
    assert stored(home)[0] == before_it[0]


@pytest.mark.slow
def test_process_tells_files_that_are_no_documents(run: Run, folder: Path) -> None:
    done = run("process", folder / "d.txt", folder / "missing.pdf", "--client", "acme", "--json")
    assert done.code == 3
    assert [row["state"] for row in done.lines] == ["quarantined", "quarantined"]
    assert all(row["advice"] for row in done.lines)


def stored(home: Path) -> list[Any]:
    """How many rows the tables hold that a document leaves traces in."""
    tables = ("document", "receipt", "extraction", "match_result", "job", "audit", "event", "change")
    with closing(sqlite3.connect(f"file:{home / 'facturier.db'}?mode=ro", uri=True)) as database:
        return [database.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables]  # noqa: S608


def test_match_adds_the_match_and_stores_nothing(processed: tuple[Path, list[Any]]) -> None:
    home, _ = processed
    before = stored(home)
    [line, free] = facturier(home, "match", PDF, FREE, "--json").lines
    shape_of(line)
    match = line["match"]
    assert (match["kind"], match["outcome"], match["orders"]) == ("three_way", "match", ["CF-2026-0401"])
    assert 0.9 < match["probability"] <= 1
    assert {"order", "probability", "reasons"} <= match["candidates"][0].keys()
    assert {"invoice_line", "order", "order_line", "quantity", "probability"} == match["lines"][0].keys()
    assert NUMBER.fullmatch(match["lines"][0]["quantity"])
    assert (free["match"]["outcome"], free["match"]["orders"]) == ("no_order", [])
    assert stored(home) == before


def test_export_writes_the_tables_to_stdout(processed: tuple[Path, list[Any]]) -> None:
    table = facturier(processed[0], "export", "invoices")
    [row] = csv.DictReader(table.out.splitlines())
    assert (table.code, row["invoice_number"], row["gross_total"]) == (0, "20264502", "1204.00")
    feed = facturier(processed[0], "export", "changes", "--format", "jsonl")
    assert [(row["change_seq"], row["op"], row["client_id"]) for row in feed.lines] == [(1, "insert", "demo")]


@pytest.mark.slow
def test_export_writes_einvoices_into_a_folder(processed: tuple[Path, list[Any]], tmp_path: Path) -> None:
    done = facturier(processed[0], "export", "invoices", "--format", "ubl", "--out", tmp_path / "out")
    assert done.code == 0, done.err
    [xml] = (tmp_path / "out").rglob("*.xml")
    assert b"20264502" in xml.read_bytes()


@pytest.mark.slow
def test_figures_explanations_and_audit_are_told(processed: tuple[Path, list[Any]]) -> None:
    home, (first, _) = processed
    assert facturier(home, "kpis", "--json").lines
    explained = facturier(home, "explain", first["document_id"])
    assert explained.code == 0
    assert "20264502" in explained.out
    assert facturier(home, "explain", "nosuchdocument").code == 1
    audit = facturier(home, "verify-audit")
    assert (audit.code, audit.out[:3]) == (0, "OK:")


@pytest.mark.slow
def test_a_backup_is_restored_into_an_empty_home(processed: tuple[Path, list[Any]], tmp_path: Path) -> None:
    home, _ = processed
    assert facturier(home, "backup", tmp_path / "copy").code == 0
    other = tmp_path / "other"
    restored = facturier(other, "restore", tmp_path / "copy")
    assert restored.code == 0, restored.err
    table = ("export", "invoices", "--format", "csv")
    assert facturier(other, *table).out == facturier(home, *table).out
    assert facturier(home, "restore", tmp_path / "copy").code in {1, 2}  # not over what is there


def test_bad_rows_are_listed_with_their_line_and_good_ones_taken(run: Run, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("order_number;line_number;item_name;quantity;unit_price;status\n"
                      "A1;1;Paper;10;2,50;open\nA2;1;Pens;many;1.00;open\n", encoding="utf-8-sig")  # fmt: skip
    done = run("import", "purchase-orders", orders, "--client", "acme")
    assert done.code == 3
    assert "orders.csv:3:" in done.err
    strict = run("import", "purchase-orders", orders, "--client", "beta", "--strict")
    assert strict.code == 1


@pytest.mark.slow
def test_doctor_migrate_and_train_answer(run: Run, tmp_path: Path) -> None:
    migrated = run("migrate")
    assert (migrated.code, "schema" in migrated.out) == (0, True)
    doctor = run("doctor", "--json")
    assert doctor.code in {0, 1}
    assert doctor.lines
    assert run("train", "--documents", "50", "--out", tmp_path / "model").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("nothing",), 2, "No such command"),
        (("extract",), 2, "Missing argument"),
        (("extract", "x.pdf", "--source", "sky"), 2, "sky"),
        (("import", "suppliers", "missing.csv"), 2, "missing.csv"),
        (("process", "x.pdf", "--client", "../up"), 5, "client"),
        (("explain", "0"), 1, "0"),
    ],
)  # fmt: skip
def test_wrong_calls_are_told_on_stderr_with_their_exit_code(
    run: Run, arguments: Sequence[str], code: int, told: str
) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (code, "")
    assert told in done.err


@pytest.mark.parametrize("command", [("extract", XML), ("up",)])
def test_a_wrong_setting_ends_with_five_and_names_the_key(run: Run, command: tuple[object, ...]) -> None:
    done = run(*command, FACTURIER__WEB__PORT="many")
    assert done.code == 5
    assert "web.port" in done.err
    assert done.out == ""


def test_help_names_every_command(run: Run) -> None:
    done = run("--help")
    assert done.code == 0
    assert all(re.search(rf"^\W*{command}\b", done.out, re.MULTILINE) for command in COMMANDS)
