"""Forty French invoices, as words: exactly the legal mentions that are missing are named."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from extractors.mentions import find_mentions
from models.invoice import Invoice
from models.settings_rules import RulesSettings
from validators import ValidationContext, validate
from validators.rule import says

LATE, FORTY, DISCOUNT = "LATE-RATE", "FORTY", "DISCOUNT"
DELIVERY, COMPANY, FRANCHISE, BUYER, OPERATION, SELF = (
    "DELIVERY", "COMPANY", "FRANCHISE", "BUYER", "OPERATION", "SELF-BILLED")  # fmt: skip
ALL_OF_PAYMENT = {LATE, FORTY, DISCOUNT}
PAYMENT = (
    "Pénalités de retard : 3 fois le taux d'intérêt légal. Indemnité forfaitaire pour frais de recouvrement : 40 €. "
    "Pas d'escompte pour paiement anticipé."
)
RCS = "SARL au capital de 10 000 € - RCS Lyon 303 265 045"
DATED = "Date de livraison : 30/04/2026"
HEAD = f"{RCS} {DATED}"
WHOLE = f"{RCS}. {DATED}. {PAYMENT}"
ARTISAN = {"seller_name": "Jean Petit"}


class Paper(NamedTuple):
    """The words of an invoice, its values beyond the usual, and the mentions that it lacks."""

    name: str
    text: str
    missing: set[str]
    terms: dict[str, Any] = {}  # noqa: RUF012 - never changed
    why: bool = False  # whether it lacks the reason for charging no VAT


PAPERS = [
    Paper("whole", WHOLE, set()),
    Paper("nothing at all", "Facture", ALL_OF_PAYMENT | {COMPANY, DELIVERY}),
    Paper("no payment terms", f"{RCS} {DATED}", ALL_OF_PAYMENT),
    Paper("no indemnity", f"{HEAD} Escompte : néant. Intérêts de retard au taux de 12 %.", {FORTY}),
    Paper("no discount", f"{HEAD} Pénalités de retard 10 %. Indemnité de recouvrement 40 euros.", {DISCOUNT}),
    Paper("no rate", f"{HEAD} Indemnité de recouvrement : 40,00 EUR. Escompte 2 % à 8 jours.", {LATE}),
    Paper("indemnity in letters", f"{HEAD} Pénalités pour retard. Escompte néant. Indemnité forfaitaire de "
          "quarante euros pour frais de recouvrement.", set()),
    Paper("indemnity before its amount", f"{HEAD} Escompte 0. Pénalités de retard : BCE + 10. Une somme "
          "de 40€ est due à titre d'indemnité forfaitaire.", set()),
    Paper("another sum of forty euros", f"{HEAD} Escompte 0. Pénalités de retard. Transport 40 €.", {FORTY}),
    Paper("mention over two lines", f"{HEAD} Escompte 0. Pénalités de\nretard. Indemnité de\nrecouvrement 40\n€",
          set()),
    Paper("capitals without accents", WHOLE.upper().replace("É", "E"), set()),
    Paper("law named in place of the rate", f"{HEAD} En cas de retard de paiement, un taux {PAYMENT[22:]}",
          set()),
    Paper("no register", f"SARL au capital de 10 000 €. {DATED} {PAYMENT}", {COMPANY}),
    Paper("no capital", f"RCS Lyon 303 265 045. {DATED} {PAYMENT}", {COMPANY}),
    Paper("dotted register", f"S.A.R.L. au capital de 8000 euros, R.C.S. Lyon. {DATED} {PAYMENT}", set()),
    Paper("register in full", f"Capital social : 5 000 €, registre du commerce de Lyon. {DATED} {PAYMENT}", set()),
    Paper("sole trader", f"Entrepreneur individuel. {DATED} {PAYMENT}", set(), ARTISAN),
    Paper("sole trader by two letters", f"Jean Petit EI. {DATED} {PAYMENT}", set(), ARTISAN),
    Paper("person without a form", f"Jean Petit, plombier. {DATED} {PAYMENT}", {COMPANY}, ARTISAN),
    Paper("association", f"Association loi 1901. {DATED} {PAYMENT}", set(), {"seller_name": "Les Amis du Lac"}),
    Paper("public body", f"Établissement public. {DATED} {PAYMENT}", set(), {"seller_name": "Port de Sète"}),
    Paper("SAS by its name", f"{DATED} {PAYMENT}", {COMPANY}, {"seller_name": "Durand SAS"}),
    Paper("form in the words alone", f"Société par actions simplifiée. {DATED} {PAYMENT}", set(),
          {"seller_name": "Durand"}),
    Paper("no day of delivery", f"{RCS} {PAYMENT}", {DELIVERY}),
    Paper("day of delivery as a value", f"{RCS} {PAYMENT}", set(), {"delivery_date": "2026-04-30"}),
    Paper("a period", f"{RCS} {PAYMENT} Période du 01/04/2026 au 30/04/2026", set()),
    Paper("a month of service", f"{RCS} {PAYMENT} Prestations de avril 2026", set()),
    Paper("payment in advance", f"{RCS} {PAYMENT} Facture d'acompte n° 1", set()),
    Paper("franchise, no VAT", f"EI. TVA non applicable, art. 293 B du CGI. {DATED} {PAYMENT}", set(),
          ARTISAN | {"tax_total": "0", "gross_total": "100"}),
    Paper("franchise and VAT", f"EI. TVA non applicable, art. 293-B du CGI. {DATED} {PAYMENT}", {FRANCHISE}, ARTISAN),
    Paper("no VAT and no word of it", WHOLE, set(), {"tax_total": "0", "gross_total": "100"}, why=True),
    Paper("exempt training", f"{WHOLE} Exonération de TVA, art. 261-4-4° du CGI", set(),
          {"tax_total": "0", "gross_total": "100"}),
    Paper("reverse charge", f"{WHOLE} Autoliquidation", set(), {"tax_total": "0", "gross_total": "100",
          "buyer_vat_id": "FR39356000000"}),
    Paper("credit note is not paid late", f"Avoir. {RCS}", set(), {"type_code": "381"}),
    Paper("credit note of a company without capital", "Avoir. RCS Lyon", {COMPANY}, {"type_code": "381"}),
    Paper("written by the buyer, says so", f"{WHOLE} Autofacturation", set(), {"type_code": "389"}),
    Paper("written by the buyer, says nothing", WHOLE, {SELF}, {"type_code": "389"}),
    Paper("before the reform", WHOLE, set(), {"issue_date": "2027-08-31"}),
    Paper("since the reform, old mentions", WHOLE, {BUYER, OPERATION}, {"issue_date": "2027-09-01"}),
    Paper("since the reform, all mentions", f"{WHOLE} SIREN client 356 000 000. Prestation de services", set(),
          {"issue_date": "2027-10-01"}),
    Paper("since the reform, a German buyer", f"{WHOLE} Livraison de biens", set(),
          {"issue_date": "2027-10-01", "buyer_vat_id": "DE136695976"}),
    Paper("a German seller is asked for nothing", "Rechnung", set(), {"seller_vat_id": "DE136695976"}),
]  # fmt: skip
USUAL = {"seller_name": "Dupont SARL", "seller_vat_id": "FR40303265045", "issue_date": "2026-05-04", "net_total": "100",
         "tax_total": "20", "gross_total": "120"}  # fmt: skip


def missing(paper: Paper, **rules: Any) -> dict[str, str]:
    invoice = Invoice(**{**USUAL, **paper.terms})
    extraction = says(*find_mentions(paper.text)).model_copy(update={"invoice": invoice})
    context = ValidationContext.model_validate({"today": "2027-12-31", "rules": RulesSettings(**rules)})
    return {each.rule: each.severity.value for each in validate(invoice, extraction, None, context)}


@pytest.mark.parametrize("paper", PAPERS, ids=[paper.name for paper in PAPERS])
def test_exactly_the_missing_mentions_are_named(paper: Paper) -> None:
    found = missing(paper)
    assert {name.removeprefix("AP-FR-SAYS-") for name in found if name.startswith("AP-FR-SAYS-")} == paper.missing
    assert ("AP-VAT-SAYS-WHY" in found) == paper.why


def test_there_are_forty_papers() -> None:
    assert len(PAPERS) >= 40


def test_a_missing_mention_stops_nothing() -> None:
    found = missing(PAPERS[1])
    assert {severity for name, severity in found.items() if "SAYS" in name} == {"warning", "note"}


def test_a_client_may_take_missing_mentions_as_notes_or_not_at_all() -> None:
    as_notes = missing(PAPERS[1], french_mentions="note")
    assert {severity for name, severity in as_notes.items() if "FR-SAYS" in name} == {"note"}
    assert not any("FR-SAYS" in name for name in missing(PAPERS[1], french_mentions="off"))


def test_nothing_is_asked_where_nobody_read_the_words() -> None:
    invoice = Invoice(**USUAL)
    typed = says().model_copy(update={"invoice": invoice, "mentions": None})
    context = ValidationContext.model_validate({"today": "2026-06-30"})
    assert not any("SAYS" in each.rule for each in validate(invoice, typed, None, context))
