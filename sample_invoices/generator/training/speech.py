"""What one supplier's paper says and how it writes: one synonym a term, one way for dates, numbers and money.

A supplier keeps its speech over all its documents. Labels are chosen when first asked for, by a hash of the
supplier's seed and the term, so that asking in another order changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random
from zlib import crc32

from sample_invoices.generator.training.country import Country, currency_sign, day_text, shape
from sample_invoices.generator.training.words import Words, entries, load_pack

CASES = ("as_is", "upper", "lower", "title")
COLONS = (":", ":", ":", "", " :", ".", ": ")
BILINGUAL_TERMS = frozenset({"invoice_number", "issue_date", "due_date", "net_total", "gross_total", "payable_total",
                             "order_reference", "col_name", "col_quantity", "col_price", "col_amount", "title",
                             "customer_number", "tax_total", "bill_to"})  # fmt: skip


@dataclass(slots=True)
class Speech:
    """One supplier's words and formats."""

    language: str
    country: Country
    seed: int
    words: Words
    currency: str
    case: str
    colon: str
    date_style: str
    thousands: str
    decimal: str
    money_style: str
    tax: str
    second: str = ""  # a second language of the labels
    ascii: bool = False  # printed without accents, as tills do
    _chosen: dict[str, str] = field(default_factory=dict)

    def pick(self, section: str, key: str, *, salt: str = "") -> str:
        """One text of a list, always the same for this supplier; "" where the pack has none."""
        name = f"{section}.{key}{salt}"
        if name not in self._chosen:
            self._chosen[name] = self._choose(self.language, section, key, name)
        return self._chosen[name]

    def _choose(self, language: str, section: str, key: str, name: str) -> str:
        groups = entries(language, section, key, self.country.tax_words(language), self.words)
        if not groups:
            return ""
        number = crc32(f"{self.seed}:{name}".encode())
        group = groups[number % len(groups)]
        text = group[(number >> 12) % len(group)]
        return self.plain(text.replace("{c}", self.currency))

    def label(self, key: str) -> str:
        """The label of a term, in this supplier's case and languages."""
        name = f"label {key}"
        if name not in self._chosen:
            text = self.pick("labels", key)
            if self.second and key in BILINGUAL_TERMS:
                joint = (" / ", "/", " - ", " | ")[self.seed % 4]
                text += joint + self._choose(self.second, "labels", key, f"second.{key}")
            self._chosen[name] = self.cased(text)
        return self._chosen[name]

    def cased(self, text: str) -> str:
        """A text in this supplier's case."""
        if self.case == "upper":
            return text.upper().replace("{RATE}", "{rate}")
        if self.case == "lower":
            return text[:1] + text[1:].lower() if text else text
        return text[:1].upper() + text[1:] if self.case == "title" else text

    def currency_signs(self) -> tuple[str, ...]:
        """What names the currency on this paper: its code, and its sign where that is no letter of a word."""
        sign = currency_sign(self.currency)
        return tuple({self.currency, sign, *({"Rs."} if self.currency == "INR" else ())})

    def sentence_of(self, section: str, key: str, rng: Random) -> str:
        """Any one text of a list, another one each time."""
        groups = entries(self.language, section, key, self.country.tax_words(self.language), "all")
        return self.plain(rng.choice(rng.choice(groups))) if groups else ""

    def plain(self, text: str) -> str:
        """A text as this supplier's printer can print it."""
        return fold(text) if self.ascii else text

    def sentence(self, key: str, rng: Random, **values: object) -> str:
        """One sentence of a list, filled in."""
        groups = entries(self.language, "sentences", key, self.country.tax_words(self.language), "all")
        if not groups:
            return ""
        return self.plain(rng.choice(groups)[0].format(**{"c": self.currency, "rate": "", **values}))

    def day(self, day: date, style: str = "") -> str:
        """A date in this supplier's style."""
        return self.plain(day_text(style or self.date_style, day, load_pack(self.language).months))

    def number(self, number: Decimal, digits: int = 2) -> str:
        """A number with a fixed count of decimals."""
        return shape(number, self.thousands, self.decimal, digits)

    def short(self, number: Decimal) -> str:
        """A number without needless zeros."""
        return self.number(number, max(0, -int(number.normalize().as_tuple().exponent)))

    def money(self, amount: Decimal, style: str = "") -> str:
        """An amount with the currency as this supplier writes it."""
        filled = (style or self.money_style).format(a=self.number(abs(amount)))
        return f"-{filled}" if amount < 0 else filled


_FOLDS = str.maketrans(
    "àáâãäåąçćčďèéêëęěìíîïłñńňòóôõöøřśšťùúûüůýźżžÀÁÂÃÄĄÇĆÈÉÊËĘÌÍÎÏŁÑŃÒÓÔÕÖŚÙÚÛÜÝŹŻ",
    "aaaaaaacccdeeeeeeiiiilnnnoooooorsstuuuuuyzzzAAAAAACCEEEEEIIIILNNOOOOOSUUUUYZZ",
)


def fold(text: str) -> str:
    """A text without accents.

    >>> fold("Płatność ß")
    'Platnosc ss'
    """
    return text.translate(_FOLDS).replace("ß", "ss").replace("œ", "oe")


def random_speech(rng: Random, country: Country, words: Words) -> Speech:
    """A supplier's speech."""
    language = rng.choice(country.languages)
    foreign = language not in country.names or (language == "en" and len(country.languages) > 1)
    second = rng.choice(("en", "en", *country.languages)) if rng.random() < 0.06 else ""
    currency = country.currency if rng.random() < 0.93 else rng.choice(("EUR", "USD", "GBP", "CHF"))
    style = rng.choice(country.money)
    if currency != country.currency:
        style = rng.choice(("{a} {c}", "{c} {a}", "{a}"))
    english = foreign and country.decimal == "," and rng.random() < 0.3
    return Speech(
        language=language,
        country=country,
        seed=rng.getrandbits(32),
        words=words,
        currency=currency,
        case=rng.choices(CASES, (0.62, 0.2, 0.1, 0.08))[0],
        colon=" :" if language == "fr" and rng.random() < 0.6 else rng.choice(COLONS),
        date_style=rng.choice(country.dates),
        thousands="," if english else rng.choice(country.thousands),
        decimal="." if english else country.decimal,
        money_style=style.replace("{c}", currency),
        tax=rng.choice(country.tax_words(language)),
        second=second if second != language else "",
        ascii=language in {"pl", "pt", "es", "fr"} and rng.random() < 0.12,
    )
