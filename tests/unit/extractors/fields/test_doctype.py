from __future__ import annotations

import pytest

from extractors.fields.doctype import document_type, language_of, till_signs
from extractors.fields.sheet import prepare
from models.extraction import DocumentType
from tests.unit.extractors.fields.conftest import draw

TITLES: dict[DocumentType, dict[str, str]] = {
    "invoice": {
        "en": "Tax invoice", "fr": "FACTURE", "de": "Rechnung", "es": "Factura", "it": "Fattura", "nl": "Factuur",
        "pt": "Fatura", "pl": "Faktura VAT",
    },
    "credit_note": {
        "en": "Credit note", "fr": "AVOIR", "de": "Gutschrift", "es": "Factura rectificativa", "it": "Nota di credito",
        "nl": "Creditnota", "pt": "Nota de crédito", "pl": "Faktura korygująca",
    },
    "pro_forma": {
        "en": "Pro forma invoice", "fr": "Devis", "de": "Angebot", "es": "Presupuesto", "it": "Preventivo",
        "nl": "Offerte", "pt": "Orçamento", "pl": "Faktura pro forma",
    },
    "reminder": {
        "en": "Final reminder", "fr": "Relance", "de": "2. Mahnung", "es": "Recordatorio de pago",
        "it": "Sollecito di pagamento", "nl": "Aanmaning", "pt": "Aviso de pagamento", "pl": "Wezwanie do zapłaty",
    },
    "statement": {
        "en": "Statement of account", "fr": "Relevé de compte", "de": "Kontoauszug", "es": "Extracto de cuenta",
        "it": "Estratto conto", "nl": "Rekeningoverzicht", "pt": "Extrato de conta", "pl": "Zestawienie sald",
    },
    "order": {
        "en": "Purchase order", "fr": "Bon de commande", "de": "Bestellung", "es": "Pedido", "it": "Conferma d'ordine",
        "nl": "Orderbevestiging", "pt": "Nota de encomenda", "pl": "Zamówienie",
    },
    "delivery_note": {
        "en": "Delivery note", "fr": "Bon de livraison", "de": "Lieferschein", "es": "Albarán",
        "it": "Documento di trasporto", "nl": "Pakbon", "pt": "Guia de remessa", "pl": "Wydanie zewnętrzne",
    },
    "receipt": {
        "en": "Sales receipt", "fr": "Ticket de caisse", "de": "Kassenbon", "es": "Recibo", "it": "Scontrino",
        "nl": "Kassabon", "pt": "Talão", "pl": "Paragon fiskalny",
    },
    "other": {
        "en": "Employment contract", "fr": "Contrat de travail", "de": "Arbeitsvertrag", "es": "Contrato de trabajo",
        "it": "Contratto di lavoro", "nl": "Arbeidsovereenkomst", "pt": "Contrato de arrendamento",
        "pl": "Umowa o pracę",
    },
}  # fmt: skip
SENTENCES = {
    "en": "Thank you for your order and please make the payment to the bank named below",
    "fr": "Nous vous remercions de votre commande et vous prions de régler le montant par virement",
    "de": "Wir danken für Ihren Auftrag und bitten um Zahlung auf das Konto der Bank mit dem Betrag",
    "es": "Gracias por su pedido, el pago de la factura se hará por transferencia con la fecha de los productos",
    "it": "Grazie per il vostro ordine, il pagamento della fattura con bonifico entro la data di scadenza",
    "nl": "Bedankt voor uw bestelling, wij verzoeken u het bedrag van de factuur te betalen op de rekening",
    "pt": "Obrigado pela sua encomenda, o pagamento da fatura deve ser feito por transferência até à data",
    "pl": "Dziękujemy za zamówienie, prosimy o zapłatę kwoty na rachunek bankowy do dnia termin płatności faktura",
}
CASES = [(kind, title) for kind, titles in TITLES.items() for title in titles.values()]


def kind_of(text: str) -> DocumentType:
    return document_type([prepare(draw(text))])


@pytest.mark.parametrize(("kind", "title"), CASES)
def test_a_title_names_the_kind_in_every_language(kind: DocumentType, title: str) -> None:
    assert kind_of(f"Acme\nMain Street 1\n\n*{title}\n\n12.03.2026\nA  1  10,00\nB  2  20,00") == kind


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_is_enough_for_the_language(language: str) -> None:
    assert language_of(SENTENCES[language].split()) == language


@pytest.mark.parametrize(
    "reference", ["Bestellung Nr. 4711", "Lieferschein: LS-88", "Order number 12-99", "Bon de livraison BL-7"]
)
def test_a_document_that_an_invoice_quotes_is_not_its_kind(reference: str) -> None:
    assert (
        kind_of(f"Acme GmbH\n\n*Rechnung RE-100\n\n{reference}\nDatum 12.03.2026\n\nGesamtbetrag 119,00") == "invoice"
    )


def test_a_numbered_title_of_an_order_is_a_title() -> None:
    assert kind_of("Acme Ltd\n\n*Purchase order PO-4711\n\nPaper  2  10.00  20.00\nPens  1  5.00  5.00") == "order"


def test_a_short_slip_with_cash_and_a_time_is_a_receipt_though_titled_tax_invoice() -> None:
    assert (
        kind_of("Corner Shop\nTax Invoice\n12/03/2026 18:42\nTea 2.00\nTotal 2.00\nCash 5.00\nChange 3.00") == "receipt"
    )


def test_what_is_to_be_paid_by_transfer_is_no_receipt() -> None:
    text = "Shop Ltd\nInvoice 77\n12/03/2026 18:42\nTotal 2.00\nCash\nDue date 30/03/2026\nIBAN GB33BUKB20201555555555"
    assert till_signs([prepare(draw(text))]) < 1
    assert kind_of(text) == "invoice"


def test_a_word_of_receipts_in_what_an_invoice_quotes_is_no_title() -> None:
    text = "Acme\n\nN° pièce 117\nVotre bon de commande CF-2026-0314\nÀ régler avant le 30/10/26\nTotal TTC 120,00"
    assert kind_of(f"{text}\nCode IBAN FR76 3000 6000 0112 3456 7890 189") == "invoice"


def test_a_letter_without_any_total_is_something_else() -> None:
    assert kind_of("Dear Sir\n\nwe write to tell you that our office moves in May.\n\nKind regards") == "other"
