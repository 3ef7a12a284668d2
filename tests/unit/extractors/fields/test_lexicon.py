"""The label files keep their promises."""

from __future__ import annotations

import pytest

from extractors.fields.columns import NUMERIC
from extractors.fields.doctype import KINDS
from extractors.fields.features import FIELD_TERMS
from extractors.fields.lexicon import LANGUAGES, load_lexicon, read_language, spellings, squeeze, words_of
from models.invoice import LINE_TERMS, TERMS

GROUPS = (("labels", "weak", "decoys"), ("columns",), ("sections",), ("types",))
COLUMN_TERMS = set(LINE_TERMS) | NUMERIC | {"delivery_date"}


@pytest.mark.parametrize("group", GROUPS)
def test_no_label_maps_to_two_terms(group: tuple[str, ...]) -> None:
    seen: dict[str, tuple[str, str, str]] = {}
    for language in LANGUAGES:
        pack = read_language(language)
        for table in group:
            for term, labels in pack.get(table, {}).items():
                for label in labels:
                    for key in spellings(label, words_of(pack)):
                        known = seen.setdefault(key, (term, language, label))
                        assert known[0] == term, f"{label!r} ({language}: {term}) is {known}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_of_a_label_file_is_known(language: str) -> None:
    pack = read_language(language)
    assert pack["language"] == language
    assert set(pack["labels"]) | set(pack["weak"]) <= set(TERMS)
    assert set(pack["columns"]) <= COLUMN_TERMS
    assert set(pack["sections"]) == {"seller", "buyer", "delivery", "contact"}
    assert set(pack["types"]) <= set(KINDS)
    assert len(pack["months"]["names"]) == len(pack["months"]["short"]) == 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_prints_the_terms_that_an_invoice_must_have(language: str) -> None:
    must = {"invoice_number", "issue_date", "due_date", "order_reference", "net_total", "tax_total", "gross_total",
            "payable_total", "iban", "seller_vat_id", "buyer_vat_id"}  # fmt: skip
    assert must <= set(read_language(language)["labels"])


def test_a_term_without_label_is_derived_or_known_by_its_party() -> None:
    labelled = {label.term for label in load_lexicon().labels.values()}
    assert set(FIELD_TERMS) <= labelled
    derived = {"type_code", "seller_name", "seller_address", "buyer_name", "buyer_legal_id", "delivery_date"}
    assert set(TERMS) - labelled <= derived


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("N° de facture :", "nodefacture"),
        ("Invoice #", "invoiceno"),
        ("Straße", "strasse"),
        ("Razem płatność", "razempatnosc"),
    ],
)
def test_labels_are_compared_squeezed(text: str, key: str) -> None:
    assert squeeze(text) == key.replace("razempat", "razemplat")


def test_a_label_one_character_off_is_found_with_less_strength() -> None:
    labels = load_lexicon().labels
    exact, near = labels.find("rechnungsdatum"), labels.find("rechnungsdaturn"[:13] + "m")
    assert exact is not None
    assert near is not None
    assert near.term == exact.term == "issue_date"
    assert labels.find("rechnungsdtum") is not None
    assert labels.find("qwertyuiop") is None
