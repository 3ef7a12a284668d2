"""A false identity provider on the loopback, which lies as it is told to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

Claims = dict[str, Any]


@dataclass
class FalseProvider:
    """Issues codes and tokens; `lie` changes the claims, `signer` the signing, `kid` the key that it names."""

    client_id: str = "facturier"
    subject: str = "s-1"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}))
    lie: Callable[[Claims], Claims] = dict
    signer: Callable[[FalseProvider, Claims], str] | None = None
    issuer: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key_fetches: int = 0
    server: ThreadingHTTPServer | None = None

    def start(self) -> FalseProvider:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._say(provider.page(urlsplit(self.path).path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._say(provider.redeem({name: values[0] for name, values in parse_qs(body).items()}))

            def _say(self, found: dict[str, Any] | None) -> None:
                content = json.dumps(found or {"error": "invalid_grant"}).encode()
                self.send_response(200 if found else 400)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        assert self.server is not None
        self.server.shutdown()
        self.server.server_close()

    def page(self, path: str) -> dict[str, Any] | None:
        if path == "/keys":
            self.key_fetches += 1
            return {"keys": [self.key.as_dict(private=False)]}
        return {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/enter",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys"}  # fmt: skip

    def enter(self, address: str) -> dict[str, str]:
        """The person signs in at the address that the site sent the browser to: what comes back to the site."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = hashlib.sha256(asked["state"].encode()).hexdigest()
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def redeem(self, form: dict[str, str]) -> dict[str, Any] | None:
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or form.get("redirect_uri") != asked["redirect_uri"]:
            return None
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if challenge.rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        moment = int(time.time())
        claims = self.lie({"iss": self.issuer, "sub": self.subject, "aud": self.client_id, "nonce": asked["nonce"],
                           "iat": moment, "exp": moment + 300, "auth_time": moment,
                           "email": "rita@example.org"})  # fmt: skip
        return {"access_token": "x", "token_type": "Bearer", "id_token": (self.signer or _sign)(self, claims)}


def _sign(provider: FalseProvider, claims: Claims) -> str:
    return jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, provider.key)


def _joined(header: Claims, claims: Claims) -> str:
    return ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unsigned(_provider: FalseProvider, claims: Claims) -> str:
    """`alg: none`: no signature at all."""
    return _joined({"alg": "none"}, claims) + "."


def by_public_key(provider: FalseProvider, claims: Claims) -> str:
    """HS256 with the public key, which everybody has, as its secret."""
    body = _joined({"alg": "HS256", "kid": provider.key.kid}, claims)
    secret = provider.key.as_pem(private=False)
    return f"{body}.{_encoded(hmac.new(secret, body.encode(), hashlib.sha256).digest())}"


def by_another_key(provider: FalseProvider, claims: Claims) -> str:
    """A key of somebody else under the name of the provider's."""
    other = RSAKey.generate_key(2048, {"kid": provider.key.kid})
    return jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, other)


def ago(seconds: int) -> int:
    return int(datetime.now(UTC).timestamp()) - seconds
