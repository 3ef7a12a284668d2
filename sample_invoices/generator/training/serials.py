"""Tax numbers, accounts and document numbers of companies that do not exist.

VAT ids have right check digits most of the time; about one in twelve has a wrong one, for paper has such.

>>> vat_id("NL", Random(3)).startswith("NL")
True
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from random import Random

from stdnum import luhn
from stdnum.es import cif
from stdnum.iso7064 import mod_11_10
from stdnum.pt import nif

from sample_invoices.generator.identifiers import british_vat, french_vat, irish_vat, random_digits, siren
from sample_invoices.generator.training.country import load_country, pattern

IBAN_SHAPES = {
    "DE": 18, "AT": 16, "CH": 17, "FR": 23, "BE": 12, "NL": "UUUU10", "ES": 20, "IT": "U22", "PT": 21, "PL": 24,
    "GB": "UUUU14", "IE": "UUUU14",
}  # fmt: skip
BANK_LETTERS = ("FICT", "ABNA", "INGB", "NWBK", "BARC", "AIBK", "RABO", "LOYD", "BOFI", "TRIO")
PORTUGUESE_STYLES = ("FT {y}/{n}", "FT A/{n}", "FT {l}{y}/{n}", "FR {y}{l}/{n}", "FAC {l}{l}/{n}", "FT FA.{y}/{n}")
NUMBER_STYLES = (
    "{n:04d}", "{n:05d}", "{n:06d}", "{y}{n:04d}", "{y}-{n:04d}", "{y}/{n:03d}", "{n}/{y}", "{n:03d}/{m:02d}/{y}",
    "INV-{n:05d}", "INV{n:06d}", "INV/{y}/{n:05d}", "RE-{y}-{n:04d}", "R{y}{m:02d}{n:03d}", "FA{yy}{n:05d}",
    "F{y}-{n:04d}", "FV/{n:03d}/{m:02d}/{yy}", "{n}-{yy}", "SI-{n:06d}", "90{n:07d}",
    "{yy}{m:02d}{n:04d}", "A{n:07d}", "{n:08d}", "{l}{l}-{n:05d}", "{l}{n:04d}-{n2:02d}", "{n:03d}-{n2:03d}-{n:06d}",
    "CS{n:08d}", "{n}/A", "VF{yy}-{n:05d}", "{y}.{n:05d}", "NO-{y}-{n:04d}", "{n:04d}{l}", "{n}",
    "{n:05d}/{n2:02d}/M/{n2:02d}/N", "{n:04d} {n2:04d}", "S{n:04d}/{yy}", "TX-{n:06d}", "20{yy}{n:06d}",
)  # fmt: skip
ORDER_STYLES = (
    "PO-{n:06d}", "45{n:08d}", "PO{n:05d}", "{y}-{n:04d}", "B{n:05d}", "{n:07d}", "{n:05d}", "P-{n:05d}", "{n}",
    "4500{n:06d}", "BE/{y}/{n:04d}", "{l}{l}{n:06d}", "{n:04d}/{yy}", "O-{yy}-{n:05d}", "{n}-{l}",
    "PO-{y}-{n:04d}", "{y}{m:02d}{n:03d}", "BC-{n:05d}", "{l}{l}/{n2:03d}/{yy}", "12{n:08d}", "Z{yy}/{n:05d}",
)  # fmt: skip


def weighted_check(digits: str, weights: tuple[int, ...], modulus: int) -> int:
    """The weighted sum of digits modulo a number."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % modulus


def german(rng: Random) -> str:
    """USt-IdNr."""
    body = str(rng.randrange(10_000_000, 100_000_000))
    return f"DE{body}{mod_11_10.calc_check_digit(body)}"


def french(rng: Random) -> str:
    """The VAT number of a SIREN."""
    return french_vat(siren(str(rng.randrange(30_000_000, 100_000_000))))


def polish(rng: Random) -> str:
    """NIP; drawn again where the check would be ten."""
    while True:
        body = str(rng.randrange(100_000_000, 1_000_000_000))
        check = weighted_check(body, (6, 5, 7, 2, 3, 4, 5, 6, 7), 11)
        if check < 10:
            return f"PL{body}{check}"


def dutch(rng: Random) -> str:
    """BTW number with the eleven test."""
    while True:
        body = str(rng.randrange(10_000_000, 100_000_000))
        check = weighted_check(body, (9, 8, 7, 6, 5, 4, 3, 2), 11)
        if check < 10:
            return f"NL{body}{check}B{rng.randrange(1, 4):02d}"


def belgian(rng: Random) -> str:
    """Enterprise number: 97 minus the rest."""
    body = f"0{rng.randrange(4_000_000, 8_000_000)}"
    return f"BE{body}{97 - int(body) % 97:02d}"


def spanish(rng: Random) -> str:
    """CIF of a company."""
    body = rng.choice("AB") + random_digits(rng, 7)
    return f"ES{body}{cif.calc_check_digits(body)[0]}"


def italian(rng: Random) -> str:
    """Partita IVA."""
    body = f"0{rng.randrange(100_000, 1_000_000)}{rng.randrange(1, 100):03d}"
    return f"IT{body}{luhn.calc_check_digit(body)}"


def portuguese(rng: Random) -> str:
    """NIF of a company."""
    body = f"5{random_digits(rng, 7)}"
    return f"PT{body}{nif.calc_check_digit(body)}"


def austrian(rng: Random) -> str:
    """UID."""
    body = random_digits(rng, 7)
    total = sum(sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(body))
    return f"ATU{body}{(96 - total) % 10}"


def swiss(rng: Random) -> str:
    """UID with MWST."""
    while True:
        body = str(rng.randrange(10_000_000, 100_000_000))
        check = 11 - weighted_check(body, (5, 4, 3, 2, 7, 6, 5, 4), 11)
        if check < 10:
            return f"CHE-{body[:3]}.{body[3:6]}.{body[6:]}{check} MWST"


MAKERS: dict[str, Callable[[Random], str]] = {
    "DE": german, "FR": french, "PL": polish, "NL": dutch, "BE": belgian, "ES": spanish, "IT": italian,
    "PT": portuguese, "AT": austrian, "CH": swiss,
    "GB": lambda rng: british_vat(str(rng.randrange(1_000_000, 10_000_000))),
    "IE": lambda rng: irish_vat(str(rng.randrange(1_000_000, 10_000_000))),
}  # fmt: skip


def vat_id(country: str, rng: Random) -> str:
    """A VAT id of the country, or the tax number that stands in its place outside of Europe."""
    maker = MAKERS.get(country)
    if maker is None:
        return pattern(rng.choice(load_country(country).tax_number), rng)
    text = maker(rng)
    if rng.random() < 0.08:
        place = max(index for index, sign in enumerate(text) if sign.isdigit())
        text = text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]
    return text


def iban(country: str, rng: Random) -> str:
    """An IBAN with a right checksum (one in fifteen wrong); "" where the country has none."""
    form = IBAN_SHAPES.get(country)
    if form is None:
        return ""
    letters = rng.choice(BANK_LETTERS)[: str(form).count("U")]
    count = int(str(form).replace("U", ""))
    body = letters + random_digits(rng, count)
    number = "".join(str(int(sign, 36)) for sign in f"{body}{country}00")
    check = 98 - int(number) % 97
    if rng.random() < 0.06:
        check = (check + 7) % 100
    return f"{country}{check:02d}{body}"


@cache
def bic_letters() -> str:
    """The letters of bank codes."""
    return "ABCDEFGHIKLMNOPRSTUVWZ"


def bic(country: str, rng: Random) -> str:
    """A BIC of eight or eleven signs."""
    body = "".join(rng.choice(bic_letters()) for _ in range(4))
    tail = rng.choice(("XXX", "", "", "600", "MUC"))
    return f"{body}{country}{rng.choice(('2L', 'PP', 'FF', '33', 'MM', '21', 'DE'))}{tail}"


def numbered(style: str, rng: Random, day: date) -> str:
    """A number in a style that fills in running number, year and month."""
    top = rng.choice((99, 999, 9999, 99999))
    values = {"n": rng.randint(1, top), "n2": rng.randint(1, 99), "l": rng.choice("ABCDEFGHKLMNPRSTVWXZ")}
    return style.format(y=day.year, yy=day.year % 100, m=day.month, **values)
