"""The currency of papers that print a sign of several currencies, or none at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from extractors.fields.currency import hints_in
from models.extraction import Extraction

Reader = Callable[..., Extraction]
BILL = """
   Corner Grill
   {address}
   {contact}
Check: 120375        {date}
1 Burger             {sign}12.00
1 Soup               {sign}3.50
Total                {sign}15.50
   {foot}
"""


def bill(address: str = "", contact: str = "", foot: str = "", sign: str = "", date: str = "2026-04-03") -> str:
    return BILL.format(address=address, contact=contact, foot=foot, sign=sign, date=date)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        (bill("12 Main Street, Austin, TX 78701", sign="$"), "USD"),
        (bill("12 Notre-Dame Est", "Montreal, QC H2Y 1B7", sign="$"), "CAD"),
        (bill("12 George Street, Sydney", "ABN 51 824 753 556", sign="$"), "AUD"),
        (bill("Storgatan 4, 111 22 Stockholm", "Tel +46 8 123 456", sign="kr "), "SEK"),
        (bill("Karl Johans gate 4, 0154 Oslo", "Tel +47 22 33 44 55", sign="kr "), "NOK"),
    ],
)
def test_a_sign_of_several_currencies_means_the_countrys(read_one: Reader, text: str, currency: str) -> None:
    assert read_one(text).invoice.currency == currency


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        (bill("Hauptstr. 9, 04109 Leipzig", foot="enth. MwSt 19% 2.47"), "EUR"),
        (bill("400 Sutter St", "San Francisco, CA 94112"), "USD"),
        (bill("Castle Hill, Edinburgh", foot="VAT REG GB123456789"), "GBP"),
        (bill("No 4, Jalan Manis, 56100 Kuala Lumpur"), "MYR"),
    ],
)
def test_a_currency_that_is_not_printed_follows_from_the_country(read_one: Reader, text: str, currency: str) -> None:
    found = read_one(text)
    proof = found.evidence["currency"]
    assert (found.invoice.currency, proof.reader, proof.box) == (currency, "derived", None)
    assert proof.confidence < 0.95


def test_without_any_sign_no_currency_is_given(read_one: Reader) -> None:
    assert read_one(bill()).invoice.currency is None


def test_a_printed_sign_is_believed_whatever_the_country(read_one: Reader) -> None:
    found = read_one(bill("Hauptstr. 9, 04109 Leipzig", foot="MwSt 19%", sign="£"))
    assert (found.invoice.currency, found.evidence["currency"].reader) == ("GBP", "text")


def test_the_head_of_a_column_names_the_currency(read_one: Reader) -> None:
    text = "Corner Grill\n1 Burger      12.00\nTotal CHF\n              12.00"
    assert read_one(text).invoice.currency == "CHF"


def test_what_is_said_twice_counts_once() -> None:
    assert hints_in("MwSt 19%\nMwSt 7%") == hints_in("MwSt 19%")
