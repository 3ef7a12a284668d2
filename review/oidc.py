"""Sign-in by the company's identity provider: OpenID Connect, authorization code with PKCE, state and nonce.

A person is (issuer, subject), never a mail address. What comes back is believed only where the state was given to this
very browser and never used before, and where the ID token is signed with a key of the provider by an asymmetric
algorithm, for us, now, with our nonce. Addresses and keys come from the provider's discovery document, over TLS (plain
HTTP only on the loopback); keys are fetched again, at most once a minute, when a token names one that is not known.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
import urllib.error
import urllib.request
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException, HTTPMessage
from typing import IO
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from models.errors import FacturierError
from models.settings_review import OidcSettings

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
PENDING = timedelta(minutes=10)  # from the button to the answer
LEEWAY = 60  # seconds that two clocks may differ
_MOST_PENDING, _MOST_BYTES, _SECONDS = 1000, 2**20, 10
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
Claims = Mapping[str, object]


class SignInError(FacturierError):
    """The provider's answer is not believed, or the provider does not answer. `key` names what the person reads."""

    code = "oidc"
    advice = "Sign in again; if it stays so, ask your administrator."

    def __init__(self, why: str, key: str = "oidc.refused") -> None:
        super().__init__(why)
        self.key = key


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that a browser has begun: bound to it by `binding`, good for one answer."""

    binding: str
    nonce: str
    verifier: str
    redirect: str
    target: str
    at: datetime
    for_user: str = ""  # whose renewed sign-in this is; empty: anybody's first
    link: str = ""  # token of a one-time link that an administrator made


@dataclass(frozen=True, slots=True)
class Answered:
    """Who came back, with the page to go on to."""

    issuer: str
    subject: str
    claims: Claims
    begun: Begun


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A provider that sends us elsewhere is not followed."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follow nothing."""


_OPENER = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


class Provider:
    """The identity provider of the settings: its addresses and keys, and the sign-ins under way; thread-safe."""

    def __init__(self, settings: OidcSettings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._begun: OrderedDict[str, Begun] = OrderedDict()
        self._about: dict[str, object] = {}
        self._keys: KeySet | None = None
        self._keys_at: datetime | None = None

    def begin(self, redirect: str, target: str, *, for_user: str = "", link: str = "") -> tuple[str, str]:
        """Begin a sign-in: the provider's address to go to, and the binding that the browser must bring back."""
        about = self._discover()
        state, binding, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(4))
        begun = Begun(binding, nonce, verifier, redirect, target, self._clock(), for_user, link)
        with self._lock:
            self._begun[_digest(state)] = begun
            while len(self._begun) > _MOST_PENDING:
                self._begun.popitem(last=False)
        client = OAuth2Client(None, self._settings.client_id, scope="openid email profile", redirect_uri=redirect,
                              code_challenge_method="S256")  # fmt: skip
        anew = {"prompt": "login", "max_age": "0"} if for_user else {}
        address, _ = client.create_authorization_url(about["authorization_endpoint"], state=state, nonce=nonce,
                                                     code_verifier=verifier, **anew)  # fmt: skip
        return str(address), binding

    def finish(self, answer: Mapping[str, str], binding: str) -> Answered:
        """Who the provider says has come back.

        Raises:
            SignInError: Anything about the answer is not as it must be.
        """
        begun = self._take(answer.get("state", ""), binding)
        if answer.get("error"):
            raise SignInError(f"the provider refused: {answer['error'][:100]}")
        if answer.get("iss", self._settings.issuer) != self._settings.issuer:  # RFC 9207: not another provider's answer
            raise SignInError("the answer is of another issuer")
        claims = self._verify(self._redeem(answer.get("code", ""), begun), begun)
        return Answered(self._settings.issuer, str(claims["sub"]), claims, begun)

    def _take(self, state: str, binding: str) -> Begun:
        """The sign-in of a state: once only, in the same browser, in time."""
        with self._lock:
            begun = self._begun.pop(_digest(state), None)
        if begun is None or not hmac.compare_digest(begun.binding.encode(), binding.encode()):
            raise SignInError("no sign-in of this browser has this state")
        if self._clock() - begun.at >= PENDING:
            raise SignInError("the sign-in took too long", "oidc.expired")
        return begun

    def _redeem(self, code: str, begun: Begun) -> tuple[str, object]:
        """The ID token for a code, with the verifier that only we know, and the access token beside it."""
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": begun.redirect,
                 "client_id": self._settings.client_id, "code_verifier": begun.verifier}  # fmt: skip
        if self._settings.client_secret:
            asked["client_secret"] = self._settings.client_secret
        found = _fetch(str(self._discover()["token_endpoint"]), asked)
        token = found.get("id_token")
        if not isinstance(token, str):
            raise SignInError("the provider gave no ID token")
        return token, found.get("access_token")

    def _verify(self, tokens: tuple[str, object], begun: Begun) -> Claims:
        """The claims of an ID token that is signed, ours, of now, and with our nonce."""
        token, access = tokens
        named = {"iss": {"essential": True, "value": self._settings.issuer}, "aud": {"essential": True},
                 "sub": {"essential": True}, "exp": {"essential": True}, "iat": {"essential": True}}  # fmt: skip
        beside = {"nonce": begun.nonce, "client_id": self._settings.client_id, "access_token": access}
        try:
            decoded = self._decode(token)
            CodeIDToken(decoded.claims, decoded.header, named, beside).validate(
                int(self._clock().timestamp()), leeway=LEEWAY
            )
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise SignInError(f"the ID token is not believed: {type(error).__name__} {error}") from error
        claims: Claims = decoded.claims
        self._check_audience(claims)
        if begun.for_user:
            since = claims.get("auth_time")
            if not isinstance(since, int | float) or since < begun.at.timestamp() - LEEWAY:
                raise SignInError("the person did not sign in anew")
        return claims

    def _check_audience(self, claims: Claims) -> None:
        """The token is for us, and for nobody else beside."""
        audience = claims["aud"]
        named = [audience] if isinstance(audience, str) else audience
        ours = self._settings.client_id
        if named != [ours] or claims.get("azp", ours) != ours:
            raise SignInError("the ID token is for somebody else")
        if not str(claims["sub"]) or len(str(claims["sub"])) > 255:
            raise SignInError("the ID token names nobody")

    def _decode(self, token: str) -> jwt.Token:
        """The token by the keys at hand; by fresh ones where it names a key that is not among them."""
        try:
            return jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if not self._may_refresh():
                raise
            return jwt.decode(token, self._key_set(fresh=True), algorithms=ALGORITHMS)

    def _may_refresh(self) -> bool:
        return self._keys_at is None or self._clock() - self._keys_at >= timedelta(minutes=1)

    def _key_set(self, *, fresh: bool = False) -> KeySet:
        with self._lock:
            if self._keys is None or fresh:
                listed = _fetch(str(self._about["jwks_uri"])).get("keys")
                keys = listed if isinstance(listed, list) else []
                public = [key for key in keys if key.get("kty") in {"RSA", "EC"} and key.get("use", "sig") == "sig"]
                self._keys, self._keys_at = KeySet.import_key_set({"keys": public}), self._clock()
            return self._keys

    def _discover(self) -> dict[str, object]:
        with self._lock:
            if not self._about:
                issuer = self._settings.issuer
                found = _fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                if found.get("issuer") != issuer:
                    raise SignInError("the discovery document is of another issuer", "oidc.unreachable")
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    check_address(str(found.get(name, "")))
                self._about = found
            return self._about


def check_address(address: str) -> str:
    """An address over TLS, or on the loopback; raises SignInError for any other.

    >>> check_address("https://login.example/keys"), check_address("http://127.0.0.1:9000/keys")
    ('https://login.example/keys', 'http://127.0.0.1:9000/keys')
    """
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return address
    raise SignInError(f"{address!r} is not over TLS", "oidc.unreachable")


def _fetch(address: str, form: Mapping[str, str] | None = None) -> dict[str, object]:
    """A JSON object from the provider: no redirect, no proxy, at most 1 MiB."""
    body = urlencode(form).encode() if form is not None else None
    request = urllib.request.Request(check_address(address), body, {"Accept": "application/json"})  # noqa: S310 - checked
    try:
        with _OPENER.open(request, timeout=_SECONDS) as answer:
            found = json.loads(answer.read(_MOST_BYTES))
    except (urllib.error.URLError, HTTPException, OSError, ValueError) as error:
        why = f"{urlsplit(address).hostname} did not answer as it should: {error}"
        raise SignInError(why, "oidc.unreachable") from error
    if not isinstance(found, dict):
        raise SignInError(f"{urlsplit(address).hostname} answered with something else", "oidc.unreachable")
    return found


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
