"""VAT ids, IBANs and BICs by shape, with their check digits told."""

from __future__ import annotations

from extractors.fields.identifiers import find_bics, find_ibans, find_labelled_ibans, find_vat_ids, with_prefix


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
