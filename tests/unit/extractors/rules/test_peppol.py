"""Peppol's identifiers and national rules."""

from __future__ import annotations

import pytest
from lxml import etree

from extractors.einvoice.rules import check
from extractors.einvoice.rules.peppol import RULES, identifiers
from tests.unit.extractors.rules.bills import PEPPOL, changed, ubl


def broken(xml: str) -> set[str]:
    return {found.rule for found in check(etree.fromstring(xml), "auto")}


@pytest.mark.parametrize(
    ("check_digits", "right", "wrong"),
    [
        (identifiers.is_gln, "7300010000001", "7300010000002"),
        (identifiers.is_norwegian, "991825827", "991825828"),
        (identifiers.is_danish_company, "DK12345678", "DK1234567"),
        (identifiers.is_belgian, "0123456749", "0123456748"),
        (identifiers.is_codice_fiscale, "RSSMRA85M01H501Q", "RSSMRA85M01H5010"),
        (identifiers.is_italian_vat, "IT01234567897", "IT01234567898"),
        (identifiers.is_swedish, "2021005489", "2021005480"),
        (identifiers.is_abn, "51824753556", "51824753557"),
        (identifiers.is_luxembourg_vat, "LU26375245", "LU26375246"),
    ],
)
def test_check_digits_tell_right_from_wrong(check_digits, right: str, wrong: str) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    assert check_digits(right)
    assert not check_digits(wrong)


# Country of both parties -> rules that the Belgian invoice then breaks, and some that it does not.
AWAY = {
    "DK": ({"DK-R-002", "DK-R-005"}, {"DK-R-016", "SE-R-005"}),
    "DE": (set(), {"DE-R-001", "DE-R-002", "DE-R-015", "DE-R-023-1", "NL-R-008"}),
    "NL": (set(), {"NL-R-002", "NL-R-007", "NL-R-008", "DK-R-005"}),
    "IS": ({"IS-R-002", "IS-R-004"}, {"IS-R-001", "IS-R-003"}),
    "BE": (set(), {"DK-R-002", "IS-R-002"}),
}


@pytest.mark.parametrize("country", AWAY)
def test_national_rules_are_asked_of_their_country(country: str) -> None:
    xml = changed(ubl(PEPPOL), "<b:IdentificationCode>BE", f"<b:IdentificationCode>{country}")
    found = broken(xml)
    assert AWAY[country][0] <= found
    assert not AWAY[country][1] & found


@pytest.mark.parametrize("country", ["NO", "IT", "SE", "EL"])
def test_the_vat_number_makes_a_seller_of_a_country(country: str) -> None:
    xml = changed(
        ubl(PEPPOL), "BE0123456749", f"{country}123", "<b:IdentificationCode>BE", f"<b:IdentificationCode>{country}"
    )
    wanted = {"NO": "NO-R-001", "IT": "PEPPOL-COMMON-R040", "SE": "SE-R-001", "EL": "GR-R-001-1"}
    assert country == "IT" or wanted[country] in broken(xml)
    assert wanted[country] not in broken(ubl(PEPPOL))


def test_a_value_that_is_no_number_breaks_the_rule_that_needs_it() -> None:
    assert "PEPPOL-EN16931-R120" in broken(changed(ubl(PEPPOL), ">50.00<", ">fifty<"))


def test_every_rule_has_a_sentence_and_a_peppol_id() -> None:
    assert len(RULES) > 150
    assert all(rule.message.endswith(".") and len(rule.message) > 20 for rule in RULES.values())
    assert all(name.split("-")[0] in {"PEPPOL", "NO", "DK", "IT", "SE", "GR", "IS", "NL", "DE"} for name in RULES)
