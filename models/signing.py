"""Signatures of webhooks, as Standard Webhooks say: HMAC-SHA-256 over id, time and body, under secrets `whsec_...`.

Source: https://github.com/standard-webhooks/standard-webhooks, version 1.

>>> secret = "whsec_" + base64.b64encode(bytes(32)).decode()
>>> signature((secret,), "msg_1", 1700000000, "{}")
'v1,LzeNxZHo3O8fwpFJpLh/0B99ugILNFJw+/9lTgx0APs='
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

SECRETS = "webhooks"  # the home's key that seals them
_PREFIX, _BYTES = "whsec_", 32


def fresh_secret() -> str:
    """A secret to give to the receiver once."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signature(known: Iterable[str], message_id: str, timestamp: int, body: str) -> str:
    """The header `webhook-signature`: one signature for each secret that is in force."""
    signed = f"{message_id}.{timestamp}.{body}".encode()
    return " ".join(f"v1,{base64.b64encode(_sign(secret, signed)).decode()}" for secret in known)


def _sign(secret: str, signed: bytes) -> bytes:
    return hmac.new(base64.b64decode(secret.removeprefix(_PREFIX)), signed, hashlib.sha256).digest()
