"""VAT ids, IBANs and BICs by shape, with their check digits told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from extractors.fields import read_fields
from extractors.fields.identifiers import (
    find_bics,
    find_ibans,
    find_labelled_ibans,
    find_misread_ids,
    find_vat_ids,
    repair_iban,
    with_prefix,
)
from models.document import Page
from models.settings import ReadingSettings


def test_an_iban_in_groups_of_four_is_one_value() -> None:
    (found,) = find_ibans("IBAN : FR76 3000 6000 0112 3456 7890 189 - BIC : FIDCFR21XXX")
    assert (found.value, found.checked) == ("FR7630006000011234567890189", True)


def test_a_wrong_check_digit_is_told_and_the_value_kept() -> None:
    (found,) = find_ibans("DE00 5121 0800 1245 1261 99")
    assert (found.value, found.checked) == ("DE00512108001245126199", False)


def test_an_iban_of_a_wrong_length_is_found_by_its_label_only() -> None:
    assert not list(find_ibans("IBAN : DE12 1234 4321 9876 00"))
    (found,) = find_labelled_ibans("IBAN : DE12 1234 4321 9876 00")
    assert (found.value, found.checked) == ("DE1212344321987600", False)


def test_a_document_number_that_begins_like_a_country_is_no_vat_id() -> None:
    assert not list(find_vat_ids("Invoice SI-2024-6290"))


def test_vat_ids_with_spaces_and_dots_are_found() -> None:
    assert [v.value for v in find_vat_ids("BE 0428.759.497 / ATU 12345675 / NL004495445B01")] == [
        "BE0428759497",
        "ATU12345675",
        "NL004495445B01",
    ]


def test_a_national_number_gets_its_country() -> None:
    assert with_prefix("526-000-12-46", "PL") == "PL5260001246"
    assert with_prefix("123", "PL") is None


def test_a_bic_has_eight_or_eleven_characters() -> None:
    assert [b.value for b in find_bics("BIC COBADEFFXXX or NWBKGB2L, not ABCDEFG")] == ["COBADEFFXXX", "NWBKGB2L"]


@pytest.mark.parametrize(
    "misread",
    [
        "DE0212030000000202051",  # one 0 of seven is lost
        "DE021203000000000202051",  # one too many
        "DE02120300O00000202O51",  # letters for digits
    ],
)
def test_an_iban_is_mended_where_its_check_digits_leave_one_reading(misread: str) -> None:
    assert repair_iban(misread) == "DE02120300000000202051"


def test_an_iban_that_fits_no_reading_is_not_mended() -> None:
    assert repair_iban("DE00512108001245126199") is None  # a printed mistake stays what it is
    assert repair_iban("DE0251210800124512") is None


def test_only_misread_numbers_are_mended_and_only_to_right_ones() -> None:
    assert [(kind, found.value) for kind, found in find_misread_ids("USt-IdNr. DE1366959 76 / DE13669597G")] == []
    assert [(kind, found.value) for kind, found in find_misread_ids("USt-IdNr. DE1366959 76 DE I3669597B")] == []
    assert [found.value for _, found in find_misread_ids("USt-IdNr.: DE1366Q5976, DE1366S5976")] == []
    assert [found.value for _, found in find_misread_ids("Ust.-Id: DE1I8696407")] == ["DE118696407"]


def test_a_mended_iban_is_told_and_a_printed_one_never_mended(page_of: Callable[..., Page]) -> None:
    text = "Acme GmbH\nRechnung Nr. 4711\nDatum 26.07.2023\nGesamtbetrag EUR 119,00\nIBAN DE0212030000000202051"
    scanned, printed = (read_fields((page_of(text, 1, sure),), ReadingSettings(workers=1))[0] for sure in (0.97, 1.0))
    assert (scanned.invoice.iban, scanned.evidence["iban"].reader) == ("DE02120300000000202051", "repaired")
    assert printed.invoice.iban != "DE02120300000000202051"
