"""Valid identifiers are accepted, every single wrong digit is caught."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from schwifty import IBAN
from stdnum import luhn
from stdnum.fr import siren

from models.invoice import Invoice
from models.order import Supplier
from validators import ValidationContext
from validators.identifiers import is_iban, is_vat_id
from validators.rule import Case


def _siren(source: random.Random) -> str:
    body = "".join(source.choices("0123456789", k=8))
    return body + luhn.calc_check_digit(body)


def _change_a_digit(number: str, source: random.Random, start: int = 0) -> str:
    at = source.choice([at for at in range(start, len(number)) if number[at].isdecimal()])
    return number[:at] + source.choice("0123456789".replace(number[at], "")) + number[at + 1 :]


def legal_findings(legal_id: str) -> int:
    from validators.identifiers import seller_legal_id

    return len(list(seller_legal_id(Case.of(seller_legal_id=legal_id, seller_vat_id="FR40303265045"))))


def _siret(source: random.Random) -> str:
    body = _siren(source) + "".join(source.choices("0123456789", k=4))
    return body + luhn.calc_check_digit(body)


def _vat_id(source: random.Random) -> str:
    return f"FR{siren.to_tva(_siren(source)).replace(' ', '')}"


def _iban(source: random.Random) -> str:
    """An IBAN of Germany, Belgium or France, its check digits by ISO 13616."""
    country, length = source.choice([("DE", 18), ("BE", 12), ("FR", 23)])
    body = "".join(source.choices("0123456789", k=length))
    if country == "BE":  # a national check of its own within
        body = body[:10] + f"{int(body[:10]) % 97 or 97:02d}"
    digits = body + "".join(str(int(sign, 36)) for sign in country) + "00"
    return f"{country}{98 - int(digits) % 97:02d}{body}"


def _is_right_legal(number: str) -> bool:
    return legal_findings(number) == 0


KINDS = [
    (_siren, 0, _is_right_legal),
    (_siret, 0, _is_right_legal),
    (_vat_id, 2, lambda number: is_vat_id(number) is True),
    (_iban, 2, is_iban),
]


@pytest.mark.parametrize(("make", "start", "is_right"), KINDS, ids=["siren", "siret", "vat id", "iban"])
def test_ten_thousand_identifiers_are_accepted_and_every_single_wrong_digit_is_caught(
    make: Callable[[random.Random], str], start: int, is_right: Callable[[str], bool]
) -> None:
    source, wrong, caught = random.Random(83), 0, 0
    for _ in range(10_000 // len(KINDS)):
        number = make(source)
        wrong += not is_right(number)
        caught += not is_right(_change_a_digit(number, source, start))
    assert wrong == 0
    assert caught == 10_000 // len(KINDS)


@pytest.mark.parametrize(
    ("siret", "is_right"),
    [
        ("35600000000048", True),
        ("35600000049837", True),
        ("35600000049838", False),
        ("30326504500011", True),
        ("30326504500012", False),
    ],
)
def test_branches_of_la_poste_follow_their_own_rule(siret: str, is_right: bool) -> None:  # noqa: FBT001
    assert (legal_findings(siret) == 0) == is_right


@pytest.mark.parametrize(
    "vat_id",
    [
        "DE136695976",
        "ATU13585627",
        "BE0403019261",
        "ESB58378431",
        "IT00743110157",
        "NL004495445B01",
        "GB980780684",
        "CHE107787577IVA",
        "EL094259216",
    ],
)
def test_vat_ids_of_many_countries_are_known(vat_id: str) -> None:
    assert is_vat_id(vat_id) is True


def test_a_country_without_a_known_scheme_is_not_judged() -> None:
    assert is_vat_id("ZZ123") is None
    assert is_vat_id("") is None


def test_two_hundred_bank_changes_are_all_held() -> None:
    """Other account, first account, invalid one, unknown seller: in every notation, none slips through."""
    from validators import validate

    source, held = random.Random(79), 0
    known = Supplier(seller_id="S1", name="Dupont", verified_ibans=("DE89370400440532013000",))
    for at in range(200):
        new = str(IBAN.generate("DE", bank_code="37040044", account_code=str(source.randrange(10**9, 10**10))))
        shown = (
            new,
            " ".join(new[i : i + 4] for i in range(0, len(new), 4)),
            new.lower(),
            _change_a_digit(new, source, 2),
        )[at % 4]
        supplier = (known, known.model_copy(update={"verified_ibans": ()}), None)[at % 3]
        context = ValidationContext.model_validate({"today": "2026-06-30", "supplier": supplier})
        rules = {row.rule for row in validate(Invoice(iban=shown), None, None, context) if row.severity == "hold"}
        held += "AP-BANK-NEW" in rules
    assert held == 200


@pytest.mark.parametrize(
    "shown", ["DE89370400440532013000", "de89 3704 0044 0532 0130 00", "DE89-3704-0044-0532-0130-00"]
)
def test_a_verified_account_is_known_in_every_notation(shown: str) -> None:
    from validators.payment import verified_account

    known = Supplier(seller_id="S1", name="Dupont", verified_ibans=("DE89 3704 0044 0532 0130 00",))
    assert list(verified_account(Case.of(iban=shown, supplier=known))) == []
