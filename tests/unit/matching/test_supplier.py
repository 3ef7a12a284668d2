"""The supplier by identifier, account and name; imitations are alerts, never matches."""

from __future__ import annotations

import random

import pytest
from faker import Faker

from matching import match_supplier
from models.invoice import Invoice
from models.order import Supplier

DUPONT = Supplier(
    seller_id="S1",
    name="Dupont Électricité SARL",
    legal_id="303265045",
    vat_id="FR40303265045",
    verified_ibans=("FR7630006000011234567890189",),
    address="12 rue de la Paix, 38000 Grenoble",
)
ACME = Supplier(seller_id="S2", name="Acme Tooling Ltd", vat_id="GB980780684")
MASTER = (DUPONT, ACME)


def rules(invoice: Invoice, master: tuple[Supplier, ...] = MASTER) -> list[str]:
    return [finding.rule for finding in match_supplier(invoice, master).findings]


@pytest.mark.parametrize(
    ("terms", "by"),
    [
        ({"seller_legal_id": "303 265 045"}, "legal_id"),
        ({"seller_legal_id": "SIRET 303 265 045 00017"}, "legal_id"),
        ({"seller_legal_id": "RCS Grenoble 303265045", "seller_vat_id": "fr 40 303265045"}, "legal_id"),
        ({"seller_vat_id": "FR 40 303 265 045"}, "vat_id"),
        ({"seller_vat_id": "FR99303265045"}, "vat_id"),  # the SIREN inside tells, whatever the key
        ({"iban": "FR76 3000 6000 0112 3456 7890 189"}, "iban"),
        ({"seller_name": "DUPONT ELECTRICITE"}, "name"),
        ({"seller_name": "Société à responsabilité limitée Dupont Electricité"}, "name"),
        ({"seller_name": "Dupont Electricite S.A.R.L."}, "name"),
    ],
)
def test_each_kind_of_evidence_finds_the_supplier(terms: dict[str, str], by: str) -> None:
    found = match_supplier(Invoice(**{"seller_name": "Dupont Electricité", **terms}), MASTER)
    assert (found.seller_id, found.by) == ("S1", by)
    assert found.probability >= 0.8


def test_identifier_wins_over_a_name_that_fits_another() -> None:
    found = match_supplier(Invoice(seller_name="Acme Tooling", seller_legal_id="303265045"), MASTER)
    assert found.seller_id == "S1"
    assert [finding.rule for finding in found.findings] == ["AP-SUPPLIER-NAME"]


def test_unknown_seller_matches_nobody() -> None:
    found = match_supplier(Invoice(seller_name="Boulangerie Martin", seller_vat_id="FR83404833048"), MASTER)
    assert (found.seller_id, found.by, found.findings) == (None, "none", ())


def test_empty_invoice_and_empty_master_match_nobody() -> None:
    assert match_supplier(Invoice(), MASTER).seller_id is None
    assert match_supplier(Invoice(seller_name="Dupont"), ()).seller_id is None


@pytest.mark.parametrize("own", ["FR40303265045", "303 265 045", "30326504500017"])
def test_own_entity_is_never_a_supplier(own: str) -> None:
    found = match_supplier(Invoice(seller_name="Dupont", seller_vat_id="FR40303265045"), MASTER, frozenset({own}))
    assert found.seller_id is None
    assert [finding.rule for finding in found.findings] == ["AP-OWN-ENTITY"]
    by_name = match_supplier(Invoice(seller_name="Dupont Électricité"), MASTER, frozenset({own}))
    assert by_name.seller_id is None


def test_account_of_a_supplier_under_other_identifiers_is_held() -> None:
    invoice = Invoice(seller_name="Other SAS", seller_vat_id="FR83404833048", iban=DUPONT.verified_ibans[0])
    found = match_supplier(invoice, MASTER)
    assert found.seller_id is None
    assert [finding.rule for finding in found.findings] == ["AP-BANK-SHARED"]


def test_account_of_another_supplier_is_held_although_the_identifier_fits() -> None:
    invoice = Invoice(seller_name="Acme Tooling", seller_vat_id="GB980780684", iban=DUPONT.verified_ibans[0])
    found = match_supplier(invoice, MASTER)
    assert found.seller_id == "S2"
    assert [(finding.rule, finding.severity.value) for finding in found.findings] == [("AP-BANK-SHARED", "hold")]


def test_identifiers_of_two_suppliers_are_held() -> None:
    found = match_supplier(Invoice(seller_legal_id="303265045", seller_vat_id="GB980780684"), MASTER)
    assert [(finding.rule, finding.severity.value) for finding in found.findings] == [("AP-SUPPLIER-CONFLICT", "hold")]
    assert found.probability <= 0.5


def test_an_account_that_several_suppliers_share_says_nothing_without_a_name() -> None:
    factor = tuple(
        Supplier(seller_id=name, name=name, verified_ibans=("DE89370400440532013000",))
        for name in ("Garage", "Laiterie")
    )
    assert match_supplier(Invoice(iban="DE89370400440532013000"), factor).seller_id is None
    assert (
        match_supplier(Invoice(iban="DE89370400440532013000", seller_name="LAITERIE"), factor).seller_id == "Laiterie"
    )


def test_two_establishments_with_one_vat_id_are_told_apart_by_name() -> None:
    twins = tuple(
        Supplier(seller_id=f"S{city}", name=f"Dupont {city}", vat_id="FR40303265045") for city in ("Lyon", "Nice")
    )
    found = match_supplier(Invoice(seller_name="DUPONT NICE", seller_vat_id="FR40303265045"), twins)
    assert found.seller_id == "SNice"


def test_namesakes_without_identifiers_are_left_to_a_person() -> None:
    twins = tuple(Supplier(seller_id=seller_id, name="Martin SARL") for seller_id in ("A", "B"))
    found = match_supplier(Invoice(seller_name="Martin"), twins)
    assert found.seller_id is None
    assert [finding.rule for finding in found.findings] == ["AP-SUPPLIER-AMBIGUOUS"]


def test_the_address_tells_namesakes_apart() -> None:
    north = Supplier(seller_id="A", name="Martin SARL", address="1 rue du Port, 59000 Lille")
    south = Supplier(seller_id="B", name="Martin SARL", address="8 quai Sud, 13000 Marseille")
    found = match_supplier(Invoice(seller_name="Martin", seller_address="8 Quai Sud 13000 MARSEILLE"), (north, south))
    assert found.seller_id == "B"


@pytest.mark.parametrize(
    "name",
    [
        "Acme Too1ing Ltd",  # a digit
        "Асme Tooling Ltd",  # Cyrillic A and c
        "Acme Toolings Ltd",
        "Acrne Tooling Ltd",  # r and n
        "Acme Toolnig Ltd",
        "Acme Tooling Ltd",  # the very name, under another company's number
    ],
)
def test_imitation_with_another_vat_id_is_an_alert_and_no_match(name: str) -> None:
    found = match_supplier(Invoice(seller_name=name, seller_vat_id="GB123456782"), MASTER)
    assert found.seller_id is None
    assert [(finding.rule, finding.severity.value) for finding in found.findings] == [("AP-SUPPLIER-LOOKALIKE", "hold")]


def test_homoglyphs_are_an_alert_even_without_identifiers() -> None:
    assert rules(Invoice(seller_name="Acme Тооling")) == ["AP-SUPPLIER-LOOKALIKE"]


def _imitate(name: str, random_source: random.Random) -> str:
    swaps = {"a": "а", "o": "0", "e": "е", "i": "1", "m": "rn", "l": "1", "c": "с", "p": "р"}
    able = [at for at, letter in enumerate(name) if letter in swaps]
    kind = random_source.randrange(3) if able else random_source.randrange(1, 3)
    if kind == 0:
        at = random_source.choice(able)
        return name[:at] + swaps[name[at]] + name[at + 1 :]
    inner = [at for at in range(1, len(name) - 1) if name[at].isalpha()]
    at = random_source.choice(inner)
    return name[:at] + name[at + 1 :] if kind == 1 else name[:at] + name[at] + name[at:]


def test_crafted_imitations_are_caught_and_honest_names_are_not() -> None:
    faker, source = Faker(["fr_FR", "en_GB", "de_DE"]), random.Random(81)
    faker.seed_instance(81)
    names = list(dict.fromkeys(faker.company() for _ in range(700)))
    suppliers = [
        Supplier(seller_id=str(at), name=name, vat_id=f"FR00{100_000_000 + at}") for at, name in enumerate(names)
    ]
    caught = sum(
        "AP-SUPPLIER-LOOKALIKE"
        in rules(Invoice(seller_name=_imitate(row.name, source), seller_vat_id="FR00999999999"), (row,))
        for row in suppliers[:300]
    )
    assert caught >= 0.95 * 300
    pairs = [(source.choice(names), source.choice(suppliers)) for _ in range(5000)]
    honest = [(name, row) for name, row in pairs if name != row.name]
    false = sum(bool(rules(Invoice(seller_name=name, seller_vat_id="FR00999999999"), (row,))) for name, row in honest)
    assert false <= 0.01 * len(honest)
