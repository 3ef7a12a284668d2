"""Companies that never were: names in the fashion of a country, its address order, numbers, bank, people.

Faker gives surnames, streets and towns; names of firms are built here from surnames, trades, places, invented words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

from faker import Faker

from sample_invoices.generator.training.country import Country, load_country, pattern, read_table, region
from sample_invoices.generator.training.serials import bic, iban, vat_id
from sample_invoices.generator.training.words import load_pack


@dataclass(frozen=True, slots=True)
class Party:
    """A company, shop or person as paper shows it. `town` may hold two rows parted by "~"."""

    name: str
    street: str
    town: str
    city: str
    country: str
    country_name: str
    vat_id: str
    legal_id: str
    tax_number: str
    iban: str
    bic: str
    iban2: str
    bank: str
    phone: str
    fax: str
    email: str
    web: str
    person: str
    person2: str
    surname: str
    trade: str
    extra: str = ""  # a row between name and street: department, attention

    @property
    def rows(self) -> list[str]:
        """Street and town, one row each."""
        return [self.street, *self.town.split("~")]

    @property
    def address(self) -> str:
        """The address in one line."""
        return ", ".join(self.rows)


@cache
def faker_of(locale: str) -> Faker:
    """One Faker a locale: making one takes a tenth of a second."""
    return Faker(locale)


def clean(text: str) -> str:
    """One line of Latin letters."""
    return " ".join(text.replace("\n", ", ").split())


def random_name(rng: Random, faker: Faker, country: Country, language: str, surname: str, city: str) -> str:
    """A firm's name."""
    trade = rng.choice(load_pack(language).lists["goods"]["trades"])
    form = rng.choice(country.forms).replace("{surname}", faker.last_name())
    parts = read_table()["invented"]
    coined = rng.choice(parts["heads"]) + rng.choice(parts["tails"])
    letters = "".join(rng.choice("ABCDEFGHKLMNPRSTVW") for _ in range(rng.randint(2, 4)))
    body = rng.choice((
        f"{surname} {trade}", f"{surname} & {faker.last_name()}", coined, f"{coined} {trade}", f"{trade} {city}",
        f"{trade} {surname}", f"{letters} {trade}", f"{surname}", f"{coined}-{trade}", f"{coined} {city}", f"{letters}",
        f"{faker.first_name()} {surname}", f"{surname}, {faker.last_name()} & Partner", f"{trade}-{coined}",
        f"{coined} {rng.choice(('Group', 'International', 'Europe', 'Service', 'Systems', '24', 'One'))}",
    ))  # fmt: skip
    name = f"{body} {form}".strip()
    return name.upper() if rng.random() < 0.14 else name


def random_party(rng: Random, code: str, language: str, *, person: bool = False) -> Party:
    """A company of a country; a person where asked for."""
    country = load_country(code)
    faker = faker_of(country.faker)
    faker.seed_instance(rng.getrandbits(48))
    surname, city = clean(faker.last_name()), clean(faker.city())
    town = random_town(rng, faker, country, city)
    human = f"{clean(faker.first_name())} {surname}"
    name = human if person else clean(random_name(rng, faker, country, language, surname, city))
    domain = "".join(sign for sign in name.lower().split(" ")[0] if sign.isascii() and sign.isalnum()) or "office"
    register = pattern(rng.choice(country.register), rng).replace("{city}", city)
    email = f"{rng.choice(('info', 'office', 'billing', 'accounts', 'mail', 'kontakt', 'contact'))}@{domain}.example"
    street = clean(faker.street_address())
    if code in {"MY", "SG", "IN"} and rng.random() < 0.7:
        quarter = rng.choice(read_table()["regions"]["quarters"])
        town = f"{quarter} {clean(faker.last_name())},~{town}"
    return Party(
        name=name,
        street=street,
        town=town,
        city=city,
        country=code,
        country_name=country.names.get(language, country.names.get("en", code)),
        vat_id=vat_id(code, rng),
        legal_id=register.replace("{PP}", region(rng, "PP")),
        tax_number=pattern(rng.choice(country.tax_number), rng),
        iban=iban(code, rng),
        bic=bic(code, rng),
        iban2=iban(code, rng),
        bank=rng.choice(country.banks).replace("{city}", city),
        phone=pattern(rng.choice(country.phone), rng),
        fax=pattern(rng.choice(country.phone), rng),
        email=email,
        web=f"www.{domain}.example",
        person=human if not person else clean(faker.name()),
        person2=f"{clean(faker.first_name())} {clean(faker.last_name())}",
        surname=surname,
        trade=str(rng.choice(load_pack(language).lists["goods"]["trades"])),
        extra=random_extra(rng, faker),
    )


def random_town(rng: Random, faker: Faker, country: Country, city: str) -> str:
    """Postcode and town in the country's order, with the state where it writes one."""
    code = pattern(country.postcode, rng) if country.postcode else faker.postcode()
    if country.code == "NL":
        code = f"{code[:4]} {code[-2:]}"
    text = rng.choice(country.town).replace("{postcode}", code).replace("{city}", city).replace("{CITY}", city.upper())
    for key in ("ST", "PR", "AS", "MS", "IS", "PP"):
        if "{" + key + "}" in text:
            text = text.replace("{" + key + "}", region(rng, key))
    return text


def random_extra(rng: Random, faker: Faker) -> str:
    """A row between name and street, mostly none."""
    if rng.random() > 0.2:
        return ""
    person = f"{clean(faker.first_name())} {clean(faker.last_name())}"
    return rng.choice(
        ("Accounts Payable", f"z.Hd. {person}", f"Attn: {person}", person, f"c/o {person}", "Dept. 42", "P.O. Box 1144")
    )
