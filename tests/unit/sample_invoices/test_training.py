from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np
import pypdfium2
import pytest
from stdnum.ch import uid
from stdnum.eu import vat as european
from stdnum.gb import vat as british

from models.document import Box
from models.invoice import TERMS
from sample_invoices.generator import RandomDocument, generate, noisy
from sample_invoices.generator.randomly import random_recipe
from sample_invoices.generator.scan import scan_page
from sample_invoices.generator.training.country import WEIGHTS, load_country
from sample_invoices.generator.training.look import load_layouts
from sample_invoices.generator.training.paper import printable
from sample_invoices.generator.training.serials import MAKERS, iban
from sample_invoices.generator.training.sheets import BLOCKS
from sample_invoices.generator.training.words import entries, is_held_out, languages, load_pack, synonyms
from sample_invoices.make import main

LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pl", "pt")
RICH_TERMS = ("invoice_number", "issue_date", "due_date", "order_reference", "net_total", "tax_total", "gross_total",
              "payable_total", "seller_vat_id", "buyer_vat_id")  # fmt: skip


@pytest.fixture(scope="module")
def documents() -> list[RandomDocument]:
    return list(generate(3, 90))


def test_document_depends_on_seed_and_number_only() -> None:
    whole = [document.record() for document in generate(5, 6)]
    assert [document.record() for document in generate(5, 3, start=3)] == whole[3:]
    assert whole[0] != next(iter(generate(6, 1))).record()


def test_drawing_changes_no_word_and_no_box() -> None:
    plain = [document.record() for document in generate(11, 4)]
    drawn = list(generate(11, 4, render_pages=True))
    assert [document.record() for document in drawn] == plain
    assert all(document.pdf.startswith(b"%PDF") for document in drawn)


def test_words_of_random_documents_are_those_of_the_text_layer() -> None:
    for document in generate(23, 8, render_pages=True):
        for number, page in enumerate(pypdfium2.PdfDocument(document.pdf), start=1):
            text = "".join(page.get_textpage().get_text_bounded().split())
            words = [printable(word.text) for word in document.composed.words if word.page == number]
            missing = [word for word in words if word not in text]
            assert not missing, (document.number, document.composed.family.group, missing)


def test_random_documents_differ_in_language_layout_and_kind(documents: list[RandomDocument]) -> None:
    records = [document.record() for document in documents]
    assert {record["language"] for record in records} == set(languages()) == set(LANGUAGES)
    assert len({record["group"] for record in records}) > 80
    assert {"invoice", "receipt", "credit_note"} <= {record["doc_type"] for record in records}
    assert any(record["pages"] > 1 for record in records)


def test_labels_are_terms_of_the_product(documents: list[RandomDocument]) -> None:
    heads = {word.term.partition(".")[0] for document in documents for word in document.composed.words}
    assert heads <= {"", "lines", "vat_breakdown", *TERMS}


def test_every_word_lies_on_its_page(documents: list[RandomDocument]) -> None:
    for document in documents:
        paper = document.composed.paper
        for word in document.composed.words:
            inside = (
                0 <= word.box.x0 < word.box.x1 <= paper.width + 1 and 0 <= word.box.y0 < word.box.y1 <= paper.height
            )
            assert inside, (document.number, document.composed.family.group, word)


def test_words_do_not_print_over_one_another(documents: list[RandomDocument]) -> None:
    for document in documents:
        words = document.composed.words
        for index, word in enumerate(words):
            for other in islice(words, index + 1, None):
                across = min(word.box.x1, other.box.x1) - max(word.box.x0, other.box.x0)
                down = min(word.box.y1, other.box.y1) - max(word.box.y0, other.box.y0)
                heavy = word.page == other.page and across > 2 and down > 4
                assert not heavy, (document.number, document.composed.family.group, word, other)


def test_a_mark_holds_the_words_of_its_value(documents: list[RandomDocument]) -> None:
    for document in documents:
        words = document.composed.words
        for places in document.composed.marks.values():
            for place in places:
                inside = [word.text for word in words if word.page == place.page and within(word.box, place.box)]
                assert "".join(place.text.split()) in "".join(inside), (document.number, place, inside)


def within(inner: Box, outer: Box) -> bool:
    return outer.x0 - 0.1 <= inner.x0 <= inner.x1 <= outer.x1 + 0.1 and abs(inner.middle - outer.middle) < 1


def test_marked_amounts_are_the_values_of_the_truth(documents: list[RandomDocument]) -> None:
    for document in documents:
        fields, speech = document.record()["fields"], document.composed.family.speech
        for term in ("net_total", "tax_total", "gross_total", "payable_total"):
            for place in document.composed.marks.get(term, ()):
                shown = speech.number(abs(Decimal(fields[term])))
                assert shown in place.text, (document.number, term, place.text, fields[term])


def test_sums_of_invoices_are_right(documents: list[RandomDocument]) -> None:
    for document in documents:
        invoice = document.composed.deal.invoice
        assert invoice.gross_total is not None
        assert invoice.net_total is not None
        assert invoice.tax_total is not None
        rounding = invoice.rounding or Decimal(0)
        on_till = invoice.net_total + invoice.tax_total + rounding == invoice.gross_total
        assert on_till or invoice.net_total + invoice.tax_total == invoice.gross_total
        rest = (invoice.prepaid_total or 0) - (0 if on_till else rounding)
        assert invoice.payable_total == (abs(invoice.gross_total) - rest) * (-1 if invoice.gross_total < 0 else 1)


def test_what_is_visible_is_in_the_fields(documents: list[RandomDocument]) -> None:
    for document in documents:
        record = document.record()
        assert set(record["visible"]) <= set(record["fields"])
        assert {"gross_total", "issue_date"} <= set(record["visible"]) or record["doc_type"] == "delivery_note"


def test_most_invoices_show_seller_buyer_number_and_date(documents: list[RandomDocument]) -> None:
    invoices = [document.record() for document in documents if document.record()["doc_type"] == "invoice"]
    counts = Counter(term for record in invoices for term in record["visible"])
    for term in ("seller_name", "buyer_name", "invoice_number", "issue_date", "gross_total"):
        assert counts[term] >= 0.93 * len(invoices), (term, counts[term], len(invoices))


def test_training_never_says_a_held_out_word() -> None:
    for document in generate(8, 12, words="train"):
        speech = document.composed.family.speech
        for key in RICH_TERMS:
            assert not is_held_out(key, speech.pick("labels", key)), (speech.language, key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_has_words_to_train_on_and_words_to_hold_out(language: str) -> None:
    for key in RICH_TERMS:
        tax = load_country(next(code for code in WEIGHTS if language in load_country(code).languages)).tax_words(
            language
        )
        train = {text for group in entries(language, "labels", key, tax, "train") for text in group}
        held = {text for group in entries(language, "labels", key, tax, "held_out") for text in group}
        assert train
        assert held
        assert not train & held
        assert len(train | held) >= 10, (language, key)


def test_packs_say_the_same_terms() -> None:
    packs = [load_pack(language) for language in LANGUAGES]
    for pack in packs:
        for section in packs[0].lists:
            assert set(pack.lists[section]) == set(packs[0].lists[section]), (pack.language, section)


def test_synonyms_hold_no_open_part() -> None:
    for language in LANGUAGES:
        for key in load_pack(language).lists["labels"]:
            for text in synonyms(load_pack(language), key, ("VAT",)):
                assert "{" not in text.replace("{rate}", "").replace("{c}", ""), (language, key, text)


def test_documents_of_one_family_share_supplier_and_labels_but_no_number() -> None:
    first, second, third = (document.composed for document in generate(6, 3, per_family=2))
    assert first.family.seller == second.family.seller != third.family.seller
    assert first.family.group == second.family.group
    assert first.family.speech.label("gross_total") == second.family.speech.label("gross_total")
    assert first.deal.invoice.invoice_number != second.deal.invoice.invoice_number


def test_skeletons_name_blocks_that_exist() -> None:
    for skeleton in load_layouts()["skeletons"]:
        names = [name for row in skeleton.split(" / ") for name in row.split(" | ")]
        assert set(names) <= {*BLOCKS, "meta"}
        assert skeleton == "form" or "meta" in names


def test_noise_changes_letters_and_keeps_places() -> None:
    pages = next(iter(generate(2, 1))).composed.reading()
    assert noisy(pages, 0.0, Random(1)) == pages
    dirty = noisy(pages, 0.03, Random(1))
    assert dirty == noisy(pages, 0.03, Random(1)) != pages
    clean = {word.text for word in pages[0].words}
    kept = sum(word.text in clean for word in dirty[0].words) / len(dirty[0].words)
    assert 0.6 < kept < 1.0


@pytest.mark.parametrize("country", sorted(MAKERS))
def test_vat_ids_have_right_check_digits(country: str) -> None:
    check = {"GB": british.is_valid, "CH": lambda text: uid.is_valid(text.removesuffix(" MWST"))}.get(
        country, european.is_valid
    )
    rng = Random(1)
    assert all(check(MAKERS[country](rng)) for _ in range(30))


@pytest.mark.parametrize("country", ["DE", "FR", "NL", "PL", "GB"])
def test_most_ibans_have_a_right_checksum(country: str) -> None:
    rng = Random(2)
    texts = [iban(country, rng) for _ in range(60)]
    right = sum(int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1 for text in texts)
    assert 48 <= right < 60


def test_a_receipt_can_be_scanned() -> None:
    document = next(each for each in generate(4, 60, render_pages=True) if each.record()["doc_type"] == "receipt")
    recipe = replace(random_recipe(Random(2)), mode="grey", dpi=(100.0, 100.0), tilt=1.0)
    picture, _ = scan_page(document.pdf, 0, recipe, np.random.default_rng(1))
    assert abs(picture.width - document.composed.paper.width * 100 / 72) <= 1


def test_tool_writes_random_documents_with_words(tmp_path: Path) -> None:
    assert main(["--random", "2", "--seed", "9", "--out", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["random-00000.pdf", "random-00001.pdf", "words.jsonl"]
