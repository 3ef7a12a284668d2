"""Random facts for the demo's looks, and random scans: companies and goods that never were.

>>> random_facts(Random(1)).invoice.gross_total is not None
True
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from faker import Faker

from sample_invoices.generator.facts import ZERO, Category, Company, Draft, Facts, Item, Terms, settle
from sample_invoices.generator.identifiers import ACCOUNT_DIGITS, bic, iban, random_digits, random_vat
from sample_invoices.generator.locales import Locale, languages, load_locale
from sample_invoices.generator.scan import Recipe

FAKER_LOCALES = {"FR": "fr_FR", "DE": "de_DE", "GB": "en_GB", "IE": "en_IE"}
FORMS = {
    "FR": ("SARL", "SAS", "SA", "EURL"),
    "DE": ("GmbH", "GmbH & Co. KG", "AG", "e.K."),
    "GB": ("Ltd", "PLC", "LLP"),
    "IE": ("Ltd", "DAC"),
}
NUMBER_STYLES = (
    "F-{y}-{n:04d}",
    "{y}{n:05d}",
    "INV-{n:06d}",
    "RE{n:07d}",
    "{y}/{n:03d}",
    "{n:06d}",
    "FA{yy}{n:05d}",
    "{n:04d}-{yy}",
)
ORDER_STYLES = ("PO-{n:06d}", "45{n:08d}", "CF-{y}-{n:04d}", "B{n:05d}", "{n:07d}")
COLOURS = ("#1f4e79", "#7a2e55", "#2f6f4f", "#8b1e1e", "#303a52", "#00697a", "#444444", "#b05a00")
EPOCH = date(2023, 1, 1)
DAYS = 1400


def random_facts(rng: Random) -> Facts:
    """An invoice between two random companies."""
    locale = load_locale(rng.choice(languages()))
    country = rng.choice(locale.countries)
    faker = Faker(FAKER_LOCALES[country])
    faker.seed_instance(rng.getrandbits(64))
    seller, buyer = random_company(rng, faker, country), random_company(rng, faker, country)
    drafts = [random_line(rng, faker, locale) for _ in range(line_count(rng))]
    category: Category = rng.choices(("S", "K", "AE"), (0.9, 0.05, 0.05))[0]
    invoice = settle(random_terms(rng, category, country), seller, buyer, drafts)
    wanted = [key for key in sorted(locale.mentions) if rng.random() < 0.25]
    mentions = tuple(key for key in wanted if key != "credit" or invoice.is_credit_note)
    customer = f"{rng.choice(('C-', 'K', ''))}{random_digits(rng, 5)}" if rng.random() < 0.6 else ""
    return Facts(invoice, seller, buyer, locale.language, mentions, customer_number=customer)


def line_count(rng: Random) -> int:
    """Mostly few lines, now and then very many."""
    return min(70, 1 + int(math.exp(rng.gauss(0.9, 0.8))))


def random_company(rng: Random, faker: Faker, country: str) -> Company:
    """A company with valid identifiers."""
    legal_id, vat_id = random_vat(rng, country)
    second = rng.choice(("", f"{faker.last_name()} ", f"{faker.city()} "))
    name = f"{faker.last_name()} {second}{rng.choice(FORMS[country])}"
    return Company(
        key=faker.last_name(),
        name=latin(name),
        street=latin(faker.street_address().replace("\n", ", ")),
        postcode=faker.postcode(),
        city=latin(faker.city()),
        country=country,
        vat_id=vat_id,
        iban=iban(country, random_digits(rng, ACCOUNT_DIGITS[country])),
        bic=bic(country),
        legal_id=legal_id,
        phone=latin(faker.phone_number()),
        email=f"{faker.user_name()}@{faker.domain_word()}.example",
        trade=latin(faker.job()),
        colour=rng.choice(COLOURS),
        currency="GBP" if country == "GB" else "EUR",
    )


def latin(text: str) -> str:
    """Only what the PDF's own fonts can print (Windows-1252)."""
    return text.encode("cp1252", "ignore").decode("cp1252")


def random_line(rng: Random, faker: Faker, locale: Locale) -> Draft:
    """One line: log-normal price, quantities that people order, sometimes priced for a hundred."""
    base = Decimal(100) if rng.random() < 0.05 else Decimal(1)
    price = Decimal(str(round(math.exp(rng.gauss(3.2, 1.3)), 2))) + Decimal("0.01")
    item = Item(
        code=rng.choice(("", "A", "ART-")) + random_digits(rng, rng.randint(3, 7)),
        name=latin(faker.sentence(nb_words=rng.randint(2, 6)).rstrip(".")),
        price=price,
        unit=rng.choice(sorted(locale.units)),
        rate=Decimal(rng.choice(locale.texts["rates"])),
        base=base,
    )
    quantity = Decimal(rng.choice((1, 1, 2, 3, 4, 5, 6, 8, 10, 12, 20, 25, 50, 100, 250)))
    return Draft(item, quantity * base if base > 1 else quantity)


def random_terms(rng: Random, category: Category, country: str) -> Terms:
    """The header: numbers in many styles, references that may be missing."""
    issued = EPOCH + timedelta(days=rng.randrange(DAYS))
    values = {"y": issued.year, "yy": issued.year % 100}
    due = issued + timedelta(days=rng.choice((0, 8, 10, 14, 20, 30, 30, 30, 45, 60)))
    return Terms(
        number=rng.choice(NUMBER_STYLES).format(n=rng.randint(1, 9999), **values),
        issue_date=issued,
        due_date=due if rng.random() < 0.75 else None,
        currency="GBP" if country == "GB" else "EUR",
        type_code="381" if rng.random() < 0.06 else "380",
        category=category,
        allowance_percent=Decimal(rng.choice((2, 3, 5, 10))) if rng.random() < 0.1 else ZERO,
        order_reference=rng.choice(ORDER_STYLES).format(n=rng.randint(1, 99999), **values)
        if rng.random() < 0.6
        else None,
        contract_reference=random_digits(rng, 8) if rng.random() < 0.1 else None,
        buyer_reference=latin(f"REF {random_digits(rng, 4)}") if rng.random() < 0.2 else None,
        delivery_date=issued - timedelta(days=rng.randint(0, 12)) if rng.random() < 0.35 else None,
    )


def random_recipe(rng: Random) -> Recipe:
    """A scan that is bad in some ways; for documents whose look uses the embedded font."""
    dpi = float(rng.choice((130, 150, 200, 200, 300)))
    return Recipe(
        dpi=(dpi, dpi),
        mode=rng.choices(("grey", "colour", "fax", "photo"), (0.6, 0.2, 0.08, 0.12))[0],
        tilt=round(rng.gauss(0, 1.2), 2),
        noise=rng.uniform(0, 14),
        blur=rng.choice((0.0, 0.0, 0.5, 0.9)),
        specks=rng.choice((0, 0, 40, 200)),
        fade=rng.uniform(0, 0.25),
        holes=rng.random() < 0.2,
        quality=rng.randint(30, 85),
    )
