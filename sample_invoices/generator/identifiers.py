"""Identifiers of companies that do not exist, with valid check digits.

Ranges are chosen so that nobody owns them: SIREN and VAT numbers from 999 upwards, bank codes that no registry lists.
Sources: INSEE (Luhn), ISO 7064 MOD 11,10 (German USt-IdNr.), HMRC MOD 97-55, ISO 13616 (IBAN).

>>> siren("99904210")
'999042104'
>>> french_vat("999042104")
'FR51999042104'
"""

from __future__ import annotations

from random import Random

from schwifty import IBAN
from stdnum import luhn
from stdnum.fr import siren as stdnum_siren
from stdnum.ie import vat as stdnum_ie
from stdnum.iso7064 import mod_11_10


def siren(first_eight: str) -> str:
    """Nine digits of a French company from its first eight."""
    return first_eight + luhn.calc_check_digit(first_eight)


def siret(company: str, establishment: int = 1) -> str:
    """Fourteen digits of an establishment: SIREN, five digits of the place, Luhn over all."""
    body = f"{company}{establishment:04d}"
    return body + luhn.calc_check_digit(body)


def french_vat(company: str) -> str:
    """The French VAT number of a SIREN."""
    return "FR" + str(stdnum_siren.to_tva(company)).replace(" ", "")


def german_vat(first_eight: str) -> str:
    """USt-IdNr. from its first eight digits."""
    return "DE" + first_eight + str(mod_11_10.calc_check_digit(first_eight))


def british_vat(first_seven: str) -> str:
    """UK VAT number: weights 8 to 2, the check is 97 minus (sum plus 55) modulo 97."""
    weighted = sum(weight * int(digit) for weight, digit in zip(range(8, 1, -1), first_seven, strict=True))
    return f"GB{first_seven}{97 - (weighted + 55) % 97:02d}"


def irish_vat(first_seven: str) -> str:
    """Irish VAT number with the one check letter of the form until 2013."""
    return f"IE{first_seven}{stdnum_ie.calc_check_digit(first_seven)}"


def iban(country: str, account: str, *, bank: str = "", branch: str = "") -> str:
    """IBAN at a bank that no registry lists."""
    bank_of = {"FR": ("99998", "00417"), "DE": ("99999901", ""), "GB": ("FICT", "990417"), "IE": ("FICT", "990417")}
    default_bank, default_branch = bank_of[country]
    code = IBAN.generate(
        country, bank_code=bank or default_bank, branch_code=branch or default_branch, account_code=account
    )
    return str(code)


def bic(country: str) -> str:
    """BIC of the bank that does not exist."""
    return f"FICT{country}{'PP' if country == 'FR' else '2L'}"


def random_digits(rng: Random, count: int) -> str:
    """`count` digits."""
    return "".join(str(rng.randrange(10)) for _ in range(count))


def random_vat(rng: Random, country: str) -> tuple[str | None, str]:
    """(legal id or None, VAT id) of a random company in FR, DE, GB or IE."""
    if country == "FR":
        company = siren("999" + random_digits(rng, 5))
        return company, french_vat(company)
    makers = {"DE": (german_vat, 5), "GB": (british_vat, 4), "IE": (irish_vat, 4)}
    maker, count = makers[country]
    return None, maker("999" + random_digits(rng, count))


ACCOUNT_DIGITS = {"FR": 11, "DE": 10, "GB": 8, "IE": 8}
