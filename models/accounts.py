"""Bank accounts and sellers as salted hashes: they can be compared, and not be read back.

The salt is a key of the home (`models.secret`), beside the database: who copies the database alone cannot try all the
accounts that there may be.

>>> account_hash(b"salt", "FR76 3000") == account_hash(b"salt", "fr763000")
True
>>> account_hash(b"salt", "FR763000") == account_hash(b"pepper", "FR763000")
False
"""

from __future__ import annotations

import hashlib
import hmac

from models.identity import identity_keys
from models.invoice import Invoice
from models.names import skeleton
from models.reference import squeeze

SALT = "accounts"  # name of the home's key


def account_hash(salt: bytes, iban: str) -> str:
    """The hash of an account, in whatever notation."""
    return _hash(salt, f"account:{squeeze(iban)}")


def seller_hashes(salt: bytes, invoice: Invoice) -> tuple[str, str]:
    """The hash of the seller's identifiers, and of what the eye sees of its name.

    Without identifiers the name stands for both.

    >>> paper = Invoice(seller_name="Dupont SARL", seller_vat_id="FR40303265045")
    >>> seller_hashes(b"salt", paper)[0] == seller_hashes(b"salt", Invoice(seller_legal_id="303265045"))[0]
    True
    """
    name = f"name:{skeleton(invoice.seller_name or '')}"
    keys = sorted(identity_keys(invoice.seller_vat_id, invoice.seller_legal_id))  # SIREN sorts before VAT
    return _hash(salt, keys[0] if keys else name), _hash(salt, name)


def _hash(salt: bytes, text: str) -> str:
    return hmac.new(salt, text.encode(), hashlib.sha256).hexdigest()
