"""Countries: how each writes dates, numbers and money, and what its tax and its companies' numbers are called.

>>> country = load_country("DE")
>>> shape(Decimal("-1234.5"), country.thousands[0], country.decimal)
'-1.234,50'
>>> pattern("{r:2}/{r:3}", Random(1)).replace("/", "").isdigit()
True
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

TABLE = Path(__file__).parent / "countries.toml"
WEIGHTS = {
    "DE": 15, "AT": 3, "CH": 5, "FR": 14, "BE": 5, "NL": 8, "ES": 9, "IT": 9, "PT": 8, "PL": 9, "GB": 9, "IE": 3,
    "US": 10, "CA": 3, "AU": 3, "MY": 5, "SG": 3, "IN": 3, "NZ": 1,
}  # fmt: skip
_DIGITS = re.compile(r"\{([rnL]):?(\d*)\}")


@dataclass(frozen=True, slots=True, eq=False)
class Country:
    """A row of countries.toml."""

    code: str
    languages: tuple[str, ...]
    faker: str
    currency: str
    names: dict[str, str]
    dates: tuple[str, ...]
    thousands: tuple[str, ...]
    decimal: str
    money: tuple[str, ...]
    rates: tuple[Decimal, ...]
    tax: tuple[str, ...]
    taxes: dict[str, list[str]]
    town: tuple[str, ...]
    forms: tuple[str, ...]
    register: tuple[str, ...]
    tax_number: tuple[str, ...]
    banks: tuple[str, ...]
    phone: tuple[str, ...]
    postcode: str
    letter: bool

    def tax_words(self, language: str) -> tuple[str, ...]:
        """What the tax is called in a language of the country; abroad, English says VAT."""
        if language == "en" and self.languages[0] != "en":
            return ("VAT",)
        return tuple(self.taxes.get(language, self.tax))


@cache
def read_table() -> dict[str, Any]:
    """The whole table."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


@cache
def load_country(code: str) -> Country:
    """The country of a code; KeyError where there is none."""
    row = dict(read_table()[code])
    row.setdefault("taxes", {})
    row.setdefault("postcode", "")
    row.setdefault("letter", False)
    row["rates"] = [Decimal(rate) for rate in row["rates"]]
    frozen: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Country(code=code, **frozen)


def currency_sign(currency: str) -> str:
    """The sign of a currency; its code where it has none."""
    return str(read_table()["signs"].get(currency, currency))


def region(rng: Random, key: str) -> str:
    """A state or province."""
    return str(rng.choice(read_table()["regions"][key]))


def pattern(text: str, rng: Random) -> str:
    """`{r:3}` three digits, `{n:3}` three that start with no zero, `{L}` a letter."""

    def fill(match: re.Match[str]) -> str:
        kind, count = match.group(1), int(match.group(2) or 1)
        if kind == "L":
            return "".join(rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(count))
        low = 10 ** (count - 1) if kind == "n" else 0
        return str(rng.randrange(low, 10**count)).zfill(count)

    return _DIGITS.sub(fill, text)


def shape(number: Decimal, thousands: str, decimal: str, digits: int = 2) -> str:
    """A number in a country's signs, with a fixed count of decimals."""
    whole, _, fraction = f"{abs(number):,.{digits}f}".partition(".")
    sign = "-" if number < 0 else ""
    return sign + whole.replace(",", thousands) + (decimal + fraction if fraction else "")


def day_text(style: str, day: date, months: tuple[str, ...]) -> str:
    """A date in a style of the country."""
    month = months[day.month - 1]
    ending = "th" if 10 < day.day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    values = {"month": month, "mon": month[:3], "MON": month[:3].upper(), "th": ending}
    return style.format(d=day.day, m=day.month, y=day.year, yy=day.year % 100, **values)
