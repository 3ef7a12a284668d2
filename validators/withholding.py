"""Income tax that the buyer keeps back: the Spanish IRPF, the Italian ritenuta, the Portuguese retencao na fonte.

It is no VAT and no allowance: net and VAT make the gross total, and less than that is paid out.

>>> case = Case.of(net_total="1000", tax_total="210", gross_total="1210", payable_total="1060", seller_vat_id="ESB58378431")
>>> withheld(case, Decimal("150"))
Withheld(rate=Decimal('15'), amount=Decimal('150'))
"""  # noqa: E501 - one example, one line

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from models.finding import Severity
from validators.rule import CENT, Breach, Case, money, per_cent, rule

# Per cent of the net total. Sources: Ley 35/2006 art. 101 and RD 439/2007 art. 95 (ES); DPR 600/1973 art. 25 and 25-bis
# (IT; 4 for condominiums, 11.5 is 23 of a half, 4.6 is 23 of a fifth); CIRS art. 101 (PT).
_RATES: dict[str, tuple[str, ...]] = {
    "ES": ("1", "2", "7", "15", "18", "19", "20", "21", "24"),
    "IT": ("4", "4.6", "8", "10", "11.5", "20", "23", "30"),
    "PT": ("11.5", "16.5", "20", "23", "25"),
}
RATES = {country: tuple(map(Decimal, rates)) for country, rates in _RATES.items()}
EVERY_RATE = tuple(sorted({rate for rates in RATES.values() for rate in rates}))


class Withheld(NamedTuple):
    """What is kept back: per cent of the net total, and the amount."""

    rate: Decimal
    amount: Decimal


def withheld(case: Case, gap: Decimal) -> Withheld | None:
    """Whether `gap`, by which less is paid than the sums give, is a withheld tax: words or country, and a rate."""
    net, country = case.invoice.net_total, case.seller_country
    if not net or not gap or (gap > 0) != (net > 0):
        return None
    if country not in RATES and not case.says("withholding"):
        return None
    rate = next((r for r in RATES.get(country, EVERY_RATE) if abs(net * r / 100 - gap) <= CENT), None)
    return None if rate is None else Withheld(rate, gap)


def kept_back(case: Case) -> Withheld | None:
    """The tax that is kept back on this invoice: the gap under the gross total, or under what is to be paid."""
    terms = case.invoice
    if terms.net_total is None or terms.tax_total is None:
        return None
    full = terms.net_total + terms.tax_total
    for total in (terms.gross_total, terms.payable_total):
        gap = full - total - (terms.prepaid_total or 0) + (terms.rounding or 0) if total is not None else Decimal(0)
        if gap:
            return withheld(case, gap)
    return None


@rule("AP-WITHHOLDING", Severity.NOTE, ("payable_total", "gross_total", "net_total"),
      "Ley 35/2006 art. 101 (ES); DPR 600/1973 art. 25 (IT); CIRS art. 101 (PT)")  # fmt: skip
def nothing_kept_back(case: Case) -> Iterable[Breach]:
    """All of the gross total is paid to the seller; a withheld income tax is named, for whoever books and pays it.

    >>> spanish = {"seller_vat_id": "ESB58378431", "net_total": "1000", "tax_total": "210", "gross_total": "1210"}
    >>> list(nothing_kept_back(Case.of(payable_total="1210", **spanish)))
    []
    >>> [wrong.message for wrong in nothing_kept_back(Case.of(payable_total="1060", **spanish))]
    ['Income tax of 150.00 is kept back, 15 % of 1000.00.']
    """
    found = kept_back(case)
    if found is not None:
        rate, net = per_cent(found.rate), money(case.invoice.net_total)
        text = f"Income tax of {money(found.amount)} is kept back, {rate} % of {net}."
        yield Breach(text, actual=money(found.amount), figures={"rate": rate, "net": net})
