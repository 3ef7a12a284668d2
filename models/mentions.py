"""What an invoice's words may say beside its values: the names under which reading and rules speak of it.

`extractors.mentions` finds them, `Extraction.mentions` carries them, `Case.says` asks for them.

>>> "late_rate" in MENTIONS
True
"""

from __future__ import annotations

MENTIONS: dict[str, str] = {
    "late_rate": "the rate of penalties for late payment",
    "forty_euros": "the fixed compensation of 40 euros for recovery costs",
    "early_discount": "the discount for early payment, or that there is none",
    "reverse_charge": "that the buyer owes the VAT",
    "franchise": "that no VAT is charged under the scheme for small businesses",
    "exemption": "why no VAT is charged: a law's article, or the word",
    "community": "a supply within the European Union, exempt",
    "export": "an export, exempt",
    "margin": "the margin scheme: no VAT is shown apart",
    "self_billing": "that the buyer wrote the invoice",
    "legal_form": "the seller's legal form",
    "capital": "the seller's share capital",
    "register": "the register in which the seller is entered",
    "sole_trader": "that the seller is a sole trader (EI)",
    "no_capital": "a form without capital to print: association, public body, liberal profession",
    "on_debits": "that VAT is due when invoiced (option sur les debits)",
    "operation": "the category of the operation: goods, services or both",
    "delivery_day": "the day of delivery or service, or its month",
    "delivery_place": "an address of delivery",
    "buyer_siren": "an identifier of the buyer's company",
    "withholding": "an income tax that the buyer keeps back",
    "construction": "work on a building",
    "prepayment": "an invoice for a payment in advance",
    "igic": "the tax of the Canary Islands",
    "vat_rate": "the rate of a VAT",
    "vat_in_euro": "the VAT's amount in euro",
    "vat_in_pound": "the VAT's amount in pound sterling",
    "other_tax_currency": "another currency for the VAT than for the invoice (BT-6)",
}
