r"""Words, dates and amounts in the reader's language, for pages and reports alike.

Catalogues are TOML, one file for each part of the site, and lie with its pages; a test keeps their keys alike.

Dates that are typed or shown in a form: day/month/year in French, ISO in English, because 03/04 reads differently in
London and New York.

>>> TONGUES["fr"].amount(Decimal("1234.5"), "EUR")
'1\u202f234,50\xa0€'
>>> TONGUES["en"].amount(Decimal("1234.5"), "EUR")
'€1,234.50'
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent

from models.decision import REASON_TEXTS, Reason
from models.invoice import Kind
from models.money import decimal_text

DEFAULT = "en"
_LOCALES = {"en": "en_GB", "fr": "fr_FR"}
_FORM_DATES = {"en": "%Y-%m-%d", "fr": "%d/%m/%Y"}
_POINTS = {"en": ".", "fr": ","}
_STORED: dict[Kind, Callable[[str], date | Decimal]] = {
    "date": date.fromisoformat,
    "amount": Decimal,
    "number": Decimal,
}


@dataclass(frozen=True)
class Tongue:
    """One language: its words and its ways to write dates and numbers."""

    code: str
    words: dict[str, str]

    @cached_property
    def locale(self) -> Locale:
        """The locale of babel."""
        return Locale.parse(_LOCALES[self.code])

    def t(self, key: str, /, *, n: int | None = None, **values: object) -> str:
        """The words of a key; `n` picks `key.one` or `key.other`. A key that is not there raises KeyError."""
        if n is not None:
            key = f"{key}.{'one' if self.locale.plural_form(n) == 'one' else 'other'}"
            values["n"] = str(n)
        return self.words[key].format_map(values) if values else self.words[key]

    def has(self, key: str) -> bool:
        """Whether there are words for a key."""
        return key in self.words

    def date(self, day: date | None) -> str:
        """A day, e.g. 22 Nov 2026."""
        return str(format_date(day, "medium", locale=self.locale)) if day else ""

    def moment(self, at: datetime | None) -> str:
        """A time in the zone of this machine, which is that of the office."""
        return str(format_datetime(at.astimezone(), "d MMM y HH:mm", locale=self.locale)) if at else ""

    def age(self, since: timedelta) -> str:
        """How long something took or waits, in its largest unit."""
        return str(format_timedelta(since, locale=self.locale, threshold=1.2))

    def amount(self, value: Decimal | None, currency: str | None) -> str:
        """An amount with its currency."""
        if value is None:
            return ""
        if not currency or not (len(currency) == 3 and currency.isalpha()):
            return str(format_decimal(value, "#,##0.00", locale=self.locale))
        return str(format_currency(value, currency.upper(), locale=self.locale))

    def number(self, value: float | Decimal | None, digits: int = 2) -> str:
        """A number with at most so many digits after the point."""
        if value is None:
            return ""
        return str(format_decimal(value, "#,##0." + "#" * digits, locale=self.locale))

    def signed(self, points: float) -> str:
        """A number with its sign, one digit after the point."""
        return str(format_decimal(round(points, 1) + 0.0, "+#,##0.0;-#,##0.0", locale=self.locale))

    def percent(self, share: float | None) -> str:
        """A share in [0, 1] as per cent, one digit after the point."""
        return (
            ""
            if share is None
            else str(format_percent(round(share, 3), locale=self.locale, decimal_quantization=False))
        )

    def form_value(self, value: Any) -> str:  # noqa: ANN401 - any value of an invoice
        """A value as it stands in a form: dates and numbers in the reader's way, without thousands separators."""
        if value is None:
            return ""
        if isinstance(value, Decimal):
            return decimal_text(value).replace(".", _POINTS[self.code])
        return value.strftime(_FORM_DATES[self.code]) if isinstance(value, date) else str(value)

    def stored_value(self, text: str | None, kind: Kind = "text") -> str:
        """A value in the contract's text form (ISO date, decimal) as it stands in a form."""
        if not text or kind not in _STORED:
            return text or ""
        try:
            return self.form_value(_STORED[kind](text))
        except (ValueError, ArithmeticError):
            return text


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in table.items():
        found |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: str(value)}
    return found


def _load(code: str) -> Tongue:
    """All catalogues of a language: one file for each part of the site, each key in one of them only."""
    words: dict[str, str] = {}
    for file in files("review").joinpath("catalogues", code).iterdir():
        if file.name.endswith(".toml"):
            found = _flat(tomllib.loads(file.read_text(encoding="utf-8")))
            twice = words.keys() & found.keys()
            if twice:
                raise ValueError(f"{file.name}: words given twice: {', '.join(sorted(twice))}")
            words |= found
    return Tongue(code, words)


TONGUES: dict[str, Tongue] = {code: _load(code) for code in _LOCALES}


def reason_texts(tongue: Tongue, reasons: str) -> tuple[str, ...]:
    """The reasons of a document in plain words."""
    side = 1 if tongue.code == "fr" else 0
    return tuple(REASON_TEXTS[Reason(word)][side] if word in set(Reason) else word for word in reasons.split())


def choose_language(header: str) -> str:
    """The best of our languages for an Accept-Language header.

    >>> choose_language("de, fr-CH;q=0.9, en;q=0.8")
    'fr'
    """
    wishes: list[tuple[float, str]] = []
    for part in header[:200].split(","):
        name, _, quality = part.strip().partition(";q=")
        try:
            wishes.append((-float(quality or 1), name.split("-")[0].lower()))
        except ValueError:
            continue
    return next((name for _, name in sorted(wishes, key=lambda wish: wish[0]) if name in TONGUES), DEFAULT)
