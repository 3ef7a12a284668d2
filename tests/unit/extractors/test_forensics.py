"""Pages that were tampered with are told from those that were not, whatever program made them."""

from __future__ import annotations

import io
from collections.abc import Callable
from random import Random

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab import rl_config
from reportlab.lib.colors import HexColor, white
from reportlab.pdfgen.canvas import Canvas

from bench.forged_otherwise import OTHER_CHANGES
from bench.forged_pages import PDF_CHANGES, WHITE, appended, drawn_on, edited, plain, shown, signed
from extractors.forensics import examine
from extractors.forensics.layer import layer_findings
from extractors.pages import read_pages
from extractors.reader import extract
from models.document import Box, Document, Page, Unseen, Word
from models.extraction import Evidence, Extraction
from models.finding import Finding, Severity
from models.invoice import Invoice
from models.settings import LimitSettings, ReadingSettings
from sample_invoices.generator.einvoice.hybrid import embed_cii

QUIET = ReadingSettings(engine="null", second_engine="null")
LIMITS = LimitSettings()
RULES = {
    "edited": "AP-PDF-EDITED",
    "after signing": "AP-PDF-EDITED-AFTER-SIGNING",
    "inside signature": "AP-PDF-SIGNATURE-BROKEN",
}
A4 = (595.0, 842.0)


@pytest.fixture(autouse=True)
def letters_in_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inline pictures as text: a canvas cannot write them otherwise, and the sample generator switches it off."""
    monkeypatch.setattr(rl_config, "useA85", 1)


def invoice(number: int) -> bytes:
    """A plain page as a billing program prints it; font, columns and amounts vary."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setFont(("Helvetica", "Times-Roman", "Courier")[number % 3], 9 + number % 4)
    net = 1000 + 137 * number
    rows = ("Facture", f"Numéro F-2026-{number:04}", "Papeterie Bellecombe, 12 rue du Port, 44000 Nantes",
            f"Montant HT {net}.00", f"TVA 20 % {net * 0.2:.2f}", f"Total TTC {net * 1.2:.2f} EUR",
            "IBAN FR76 3000 6000 0112 3456 7890 189")  # fmt: skip
    for row, line in enumerate(rows):
        canvas.drawString(60 + 15 * (number % 5), 760 - 24 * row, line)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def resaved(content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        out = io.BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, linearize=True)
        return out.getvalue()


def banner(number: int) -> bytes:
    """White letters on a dark bar, a picture behind text, a table with grey rows: all of it is seen."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.setFillColor(HexColor(0x103060 + number))
    canvas.rect(40, 740, 500, 40, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(60, 752, f"Total {9000 + number}.50 EUR")
    canvas.drawInlineImage(Image.new("RGB", (20, 20), (200, 220, 255)), 40, 500, 500, 100)
    canvas.setFillColor(HexColor(0x000000))
    canvas.drawString(60, 540, f"Acompte {100 + number}.25")
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


PRODUCERS: tuple[Callable[[int], bytes], ...] = (
    invoice,
    lambda number: resaved(invoice(number)),
    banner,
    lambda number: signed(plain(invoice(number))),
    lambda number: embed_cii(invoice(number), b"<x/>", "F-1"),
)


def findings(content: bytes) -> tuple[Finding, ...]:
    return examine(content, read_pages(Document(content, "x"), "application/pdf", QUIET, LIMITS), ())


def rules(content: bytes) -> set[str]:
    return {finding.rule for finding in findings(content)}


@pytest.mark.parametrize("kind", OTHER_CHANGES)
def test_a_way_that_no_rule_was_made_for_is_told_too(kind: str) -> None:
    assert "AP-PDF-HIDDEN-TEXT" in rules(OTHER_CHANGES[kind](invoice(4), Random(4)) or b"")


def test_white_letters_into_which_other_words_reach_are_unseen_all_the_same() -> None:
    """The ink of the line above is in the upper part of their place."""
    forged = drawn_on(invoice(0), shown("Total 98765.43", at=(60, 760 - 24 * 3 - 8.2), how=WHITE))
    (finding,) = findings(forged)
    assert (finding.rule, finding.actual) == ("AP-PDF-HIDDEN-TEXT", "98765.43")


@pytest.mark.parametrize("kind", PDF_CHANGES)
@pytest.mark.parametrize("number", range(5))
def test_a_forged_page_is_told_by_its_rule(kind: str, number: int) -> None:
    forged = PDF_CHANGES[kind](invoice(number), Random(number))
    assert forged is not None
    expected = RULES.get(kind, "AP-PDF-HIDDEN-TEXT")
    severity = Severity.WARNING if kind == "edited" else Severity.HOLD
    assert (expected, severity) in {(finding.rule, finding.severity) for finding in findings(forged)}


@pytest.mark.parametrize("producer", range(len(PRODUCERS)))
@pytest.mark.parametrize("number", range(12))
def test_a_clean_page_of_any_producer_has_nothing_to_tell(producer: int, number: int) -> None:
    assert findings(PRODUCERS[producer](number)) == ()


def test_what_is_painted_over_is_no_word_any_more() -> None:
    forged = PDF_CHANGES["covered"](invoice(0), Random(1)) or b""
    (page,) = read_pages(Document(forged, "x"), "application/pdf", QUIET, LIMITS)
    assert "1200.00" in {word.text for word in page.hidden}
    assert "1200.00" not in {word.text for word in page.words}


def test_a_tampered_file_is_read_and_goes_to_a_person_who_is_told_why() -> None:
    read = extract(Document(PDF_CHANGES["white"](invoice(0), Random(1)) or b"", "x"), QUIET, LIMITS)
    assert read.extractions[0].decision == "review"
    assert "tampered" in read.extractions[0].reasons
    assert all(page.hidden == () for page in read.seen)


def test_hidden_words_that_the_page_shows_too_are_only_noted() -> None:
    shown = Word("1200.00", Box(0, 0, 40, 10))
    hidden = tuple(Unseen(text, Box(0, 20, 40, 30), "pale") for text in ("Total", "due", "now", "1.200,00"))
    (finding,) = examine(b"", (Page(1, *A4, (shown,), hidden=hidden),), ())
    assert (finding.rule, finding.severity) == ("AP-PDF-UNSEEN-TEXT", Severity.NOTE)


def scan(layer: str, *lines: str) -> Page:
    """A recognised page over a scanner's layer."""
    words = [Word(text, Box(50 * at, 20 * row, 50 * at + 45, 20 * row + 10))
             for row, line in enumerate(lines) for at, text in enumerate(line.split())]  # fmt: skip
    hidden = tuple(Unseen(text, Box(50 * at, 20 * row, 50 * at + 45, 20 * row + 10), "invisible")
                   for row, line in enumerate(layer.splitlines()) for at, text in enumerate(line.split()))  # fmt: skip
    return Page(1, *A4, tuple(words), reader="ppocr", hidden=hidden)


SEEN = ("Net 100.00", "VAT 20.00", "Total 120.00", "Paid 50.00", "Due 70.00", "IBAN DE75512108001245126199")
READ = Extraction(invoice=Invoice(gross_total="120.00"), source="page",
                  evidence={"gross_total": Evidence(confidence=0.97, reader="ppocr")})  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "terms"),
    [
        ("DE75512108001245126199", "FR7630006000011234567890189", ("iban",)),  # another right account
        ("DE75512108001245126199", "DE75512108001245126I99", ()),  # misread by the scanner
        ("120.00", "920.00", ("gross_total",)),  # another total in a layer that is faithful otherwise
        ("Total 120.00", "Total l2O.OO", ()),  # misread, and no amount at all
        ("Total 120.00", "Total 120 , 00 Fee 0.41", ()),  # parted at its point, and something misread
    ],
)
def test_a_layer_that_says_something_else_is_held_and_a_poor_one_is_not(
    before: str, after: str, terms: tuple[str, ...]
) -> None:
    layer = "\n".join((*SEEN, "Balance 30.00", "Fee 5.00", "Rest 65.00")).replace(before, after)
    found = [*layer_findings((scan(layer, *SEEN, "Balance 30.00", "Fee 5.00", "Rest 65.00"),), (READ,))]
    assert [finding.terms for finding in found] == ([terms] if terms else [])


def test_a_second_signature_is_no_edit() -> None:
    twice = signed(signed(plain(invoice(1))))
    assert findings(twice) == ()


def test_an_object_appended_after_signing_that_shows_nothing_is_no_edit() -> None:
    assert findings(appended(signed(plain(invoice(2))), {90: b"<< /Type /DSS >>"})) == ()


def test_an_edit_before_the_signature_is_not_held_against_it() -> None:
    changed = edited(plain(invoice(3)), Random(3)) or b""
    assert "AP-PDF-EDITED-AFTER-SIGNING" not in rules(signed(changed))


def test_what_was_changed_is_named() -> None:
    changed = edited(plain(invoice(4)), Random(4)) or b""
    (finding,) = [each for each in findings(changed) if each.rule == "AP-PDF-EDITED"]
    assert finding.actual
    assert finding.actual in finding.message


def test_a_script_and_an_annotation_with_an_account_are_shown() -> None:
    with pikepdf.open(io.BytesIO(invoice(5))) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FreeText, Rect=[10, 10, 300, 40],
                                  Contents="Pay to DE75 5121 0800 1245 1261 99")  # fmt: skip
        pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(note)])
        out = io.BytesIO()
        pdf.save(out)
    told = {finding.rule: finding.severity for finding in findings(out.getvalue())}
    assert told == {"AP-PDF-ACTIVE": Severity.WARNING, "AP-PDF-ANNOTATION": Severity.WARNING}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_makes_the_checks_fail(data: st.DataObject) -> None:
    whole = bytearray(edited(signed(plain(invoice(0))), Random(0)) or b"")
    for _ in range(data.draw(st.integers(1, 12))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(examine(bytes(whole[: data.draw(st.integers(1, len(whole)))]), (), ()), tuple)
