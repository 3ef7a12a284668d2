"""VAT in the seller's currency: whoever invoices in another one shows the VAT in its own too.

>>> from validators.rule import RULES
>>> RULES["AP-VAT-CURRENCY"].terms
('tax_total', 'currency')
"""

from __future__ import annotations

from collections.abc import Iterable

from models.currency import EURO, convert
from models.finding import Severity
from models.invoice import Invoice
from models.order import Supplier
from validators.rule import Breach, Case, country_code, money, rule
from validators.vat import MEMBERS

# What VAT is declared in, where that is not the euro (directive 2006/112, art. 230: the member state's own currency).
OWN_CURRENCY = {"CZ": "CZK", "DK": "DKK", "HU": "HUF", "PL": "PLN", "RO": "RON", "SE": "SEK", "GB": "GBP", "CH": "CHF",
                "NO": "NOK"}  # fmt: skip
_SAID = {EURO: "vat_in_euro", "GBP": "vat_in_pound"}  # currencies whose amounts of VAT the words are searched for


def tax_currency(country: str) -> str:
    """The currency in which a country's VAT is declared; empty where we do not know.

    >>> tax_currency("FR"), tax_currency("PL"), tax_currency("US")
    ('EUR', 'PLN', '')
    """
    return OWN_CURRENCY.get(country) or (EURO if country in MEMBERS else "")


def currencies_of(invoice: Invoice, supplier: Supplier | None) -> tuple[str, ...]:
    """The currencies whose rates a validation may ask for: the invoice's and the one of the seller's country.

    >>> currencies_of(Invoice(currency="USD", seller_vat_id="PL5260001246"), None)
    ('USD', 'PLN')
    """
    country = country_code(invoice.seller_vat_id) or (supplier.country if supplier else None) or ""
    return tuple(code for code in (invoice.currency, tax_currency(country)) if code)


@rule("AP-VAT-CURRENCY", Severity.WARNING, ("tax_total", "currency"), "directive 2006/112 art. 91 and 230; BT-111")
def vat_in_own_currency(case: Case) -> Iterable[Breach]:
    """An invoice in a foreign currency shows its VAT in the currency of the seller's country too.

    >>> from models.currency import CurrencyRate
    >>> from validators.rule import says
    >>> foreign = {"seller_vat_id": "FR40303265045", "currency": "USD", "tax_total": "110", "issue_date": "2026-05-04"}
    >>> list(vat_in_own_currency(Case.of(extraction=says("vat_in_euro"), **foreign)))
    []
    >>> [wrong.message for wrong in vat_in_own_currency(Case.of(extraction=says(), **foreign))]
    ['The VAT of 110.00 USD must be shown in EUR too; it was not found.']
    >>> rate = CurrencyRate(currency="USD", day="2026-05-01", per_euro="1.10", source="ECB")
    >>> [wrong.message for wrong in vat_in_own_currency(Case.of(extraction=says(), rates=(rate,), **foreign))]
    ['The VAT of 110.00 USD must be shown in EUR too (100.00 at the rate of 2026-05-01); it was not found.']
    """
    terms, own = case.invoice, tax_currency(case.seller_country)
    if not terms.tax_total or not terms.currency or not own or own == terms.currency or case.mentions is None:
        return
    if case.says("other_tax_currency") or (own in _SAID and case.says(_SAID[own])) or (
        own not in _SAID and not case.is_xml
    ):  # fmt: skip
        return
    tax = money(terms.tax_total)
    figures = {"currency": terms.currency, "own": own}
    day = terms.delivery_date or terms.issue_date or case.context.today
    found = convert(terms.tax_total, terms.currency, own, day, case.context.rates)
    if found is None or found.day is None:
        yield Breach(f"The VAT of {tax} {terms.currency} must be shown in {own} too; it was not found.", actual=tax,
                     figures=figures)  # fmt: skip
        return
    due, on = money(found.amount), found.day.isoformat()
    text = f"must be shown in {own} too ({due} at the rate of {on}); it was not found."
    yield Breach(f"The VAT of {tax} {terms.currency} {text}", due, tax, says="rate", figures={**figures, "day": on})
