"""Locale packs: what the paper says, and how amounts, dates and quantities are written there.

A pack is `locales/<language>.toml`. `Wording` is one document's choice out of a pack: one label for each term, one date
style, one way to write money. The choice is drawn from the random numbers given, so it repeats with the seed.

>>> words = Wording(load_locale("fr"), Random(1), varied=False, currency_style=0)
>>> words.amount(Decimal("1234.5"), "EUR").replace(NBSP, "_")
'1_234,50 €'
>>> words.day(date(2026, 9, 4))
'04/09/2026'
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from models.money import round_amount

PACKS = Path(__file__).parent / "locales"
NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class Locale:
    """A locale pack as it stands in its file."""

    language: str
    countries: tuple[str, ...]
    labels: dict[str, list[str]]
    units: dict[str, str]
    mentions: dict[str, str]
    formats: dict[str, Any]
    texts: dict[str, Any]


@cache
def load_locale(language: str) -> Locale:
    """The pack of a language; FileNotFoundError where there is none."""
    raw = tomllib.loads((PACKS / f"{language}.toml").read_text(encoding="utf-8"))
    return Locale(
        language=raw["language"],
        countries=tuple(raw["countries"]),
        labels=raw["labels"],
        units=raw["units"],
        mentions=raw["mentions"],
        formats=raw["format"],
        texts={key: value for key, value in raw.items() if key not in {"labels", "units", "mentions", "format"}},
    )


def languages() -> list[str]:
    """Every language that has a pack."""
    return sorted(path.stem for path in PACKS.glob("*.toml"))


class Wording:
    """One document's labels and formats. `varied=False` takes the commonest of each."""

    def __init__(self, locale: Locale, rng: Random, *, varied: bool = True, currency_style: int | None = None) -> None:
        """Draw the choice; `currency_style` is an index into the pack's list, drawn where it is None."""
        self.locale = locale
        self._labels = {key: rng.choice(names) if varied else names[0] for key, names in sorted(locale.labels.items())}
        self._date_style = rng.choice(locale.formats["dates"]) if varied else locale.formats["dates"][0]
        self._thousands = rng.choice(locale.formats["thousands"]) if varied else locale.formats["thousands"][0]
        self._vat_row = rng.choice(locale.texts["vat_row"]) if varied else locale.texts["vat_row"][0]
        self._currency_style = rng.randrange(4) if currency_style is None else currency_style

    def label(self, key: str) -> str:
        """The label chosen for a term or a table column."""
        return self._labels[key]

    def text(self, key: str, **values: object) -> str:
        """A text of the pack outside of the labels, filled in."""
        return str(self.locale.texts[key]).format(**values)

    def unit(self, code: str) -> str:
        """What people write for a unit code."""
        return self.locale.units.get(code, code)

    def country(self, code: str) -> str:
        """The country's name in this language."""
        return str(self.locale.texts["country_names"].get(code, code))

    def number(self, number: Decimal, digits: int = 2) -> str:
        """A number with a fixed count of decimals."""
        whole, _, fraction = f"{abs(number):,.{digits}f}".partition(".")
        grouped = whole.replace(",", self._thousands)
        sign = "-" if number < 0 else ""
        return sign + grouped + (self.locale.formats["decimal"] + fraction if fraction else "")

    def quantity(self, number: Decimal) -> str:
        """A quantity without needless zeros."""
        shortest = number.normalize()
        return self.number(number, max(0, -int(shortest.as_tuple().exponent)))

    def rate(self, rate: Decimal) -> str:
        """A VAT rate without its sign."""
        return self.quantity(rate)

    def price(self, price: Decimal) -> str:
        """A unit price: two decimals, more where it needs them."""
        return self.number(price, max(2, -int(price.normalize().as_tuple().exponent)))

    def amount(self, amount: Decimal, currency: str | None) -> str:
        """An amount, with its currency where the document's style shows one."""
        number = self.number(round_amount(amount, currency))
        styles = self._currency_styles(currency or "")
        return styles[self._currency_style % len(styles)].format(amount=number, currency=currency)

    def _currency_styles(self, currency: str) -> list[str]:
        formats = self.locale.formats
        own = formats["currency"] if currency == "EUR" else formats.get(f"currency_{currency.lower()}")
        return list(own) if own else [formats["currency_other"]]

    def day(self, day: date) -> str:
        """A date in the document's style."""
        month = self.locale.texts["months"][day.month - 1]
        return str(self._date_style).format(
            d=day.day, m=day.month, y=day.year, yy=day.year % 100, month=month, mon=month[:3]
        )

    def vat_label(self, rate: Decimal) -> str:
        """The label of one rate's tax."""
        return str(self._vat_row).format(rate=self.rate(rate))
