"""Secrets that must be read again later, sealed with a key that lies beside the database, not in it.

A compact JWE (RFC 7516): direct use of the home's key, AES-256-GCM. Who copies the database alone reads nothing.

>>> key = bytes(32)
>>> unseal(key, seal(key, "whsec_x"))
'whsec_x'
"""

from __future__ import annotations

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from models.errors import SettingsError

_HEADER = {"alg": "dir", "enc": "A256GCM"}


def seal(key: bytes, text: str) -> str:
    """The text, readable with the same key only; twice the same text gives two different sealings."""
    return str(jwe.encrypt_compact(dict(_HEADER), text.encode(), OctKey.import_key(key[:32])))


def unseal(key: bytes, sealed: str) -> str:
    """What was sealed.

    Raises:
        SettingsError: The key is another one, or the sealing was changed.
    """
    try:
        plain = jwe.decrypt_compact(sealed, OctKey.import_key(key[:32])).plaintext
    except (JoseError, ValueError) as error:
        raise SettingsError("a sealed secret does not open with the key of this home: was keys/ restored?") from error
    return (plain or b"").decode()
