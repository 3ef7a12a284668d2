"""Passwords: checked by the slow hash outside of any transaction, failures counted; new ones weighed in guesses.

A guesser tries words, names, years, keyboard runs and repeats before letters at random: each such piece counts for
what it costs him, the rest 10 guesses a sign. A new password must cost 10^10 guesses.

>>> [weigh(text) >= ENOUGH for text in ("Password2026!", "azertyuiop123", "correct horse battery", "mufo-kiba-rolu")]
[False, False, True, True]
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from math import log10

from starlette.requests import Request

from models.store.people import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    check_password,
    find_user,
    is_throttled,
    note_failure,
)
from models.tables import UserRow
from review.site import Site, site_of, visitor_of

ENOUGH = 10.0  # decimal digits of the number of guesses
RENEWED = timedelta(minutes=5)
_MOST_RENEWED = 10_000
_WORD, _SIGN, _PIECE = 2.6, 1.0, 1.3  # digits for a common word, for a sign on its own, for a year, run or repeat
_PLAIN = str.maketrans("013457@$!€", "oieastasie")
_COMMON = (
    "password passwort motdepasse passe secret welcome bienvenue bonjour hello admin administrator administrateur root "
    "login user guest test demo changeme letmein master access monkey dragon football baseball soccer hockey sunshine "
    "princess shadow superman batman pokemon starwars iloveyou jetaime amour love lovely doudou loulou nicolas thomas "
    "julien camille marie sophie michael jennifer jordan ashley daniel charlie andrew matthew soleil chocolat vacances "
    "famille maison voiture chien chat coucou printemps automne hiver summer winter spring autumn monday lundi january "
    "janvier france paris lyon marseille london company entreprise societe office bureau compta comptabilite finance "
    "invoice facture facturier account compte client server serveur computer ordinateur internet orange freedom "
    "trustno mustang cheese killer pepper ginger banana cookie flower tigger purple silver google facebook linkedin "
    "whatever qwerty azerty qwertz asdf zxcv wxcv liverpool chelsea arsenal samsung iphone windows merci"
)
_WORDS = re.compile("|".join(sorted(_COMMON.split(), key=len, reverse=True)))
_YEAR = re.compile(r"(19|20)\d\d")
_REPEAT = re.compile(r"(.{1,6}?)\1{2,}")
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "azertyuiop", "qwertzuiop", "asdfghjkl",
         "qsdfghjklm", "zxcvbnm", "wxcvbn", "1qaz2wsx3edc", "&é\"'(-è_çà")  # fmt: skip


def _parts(run: str) -> set[str]:
    """Pieces of three and more of a run, and backwards."""
    pieces = {run[start:end] for start in range(len(run)) for end in range(start + 3, len(run) + 1)}
    return pieces | {piece[::-1] for piece in pieces}


_PIECES = sorted({piece for run in _RUNS for piece in _parts(run)}, key=len, reverse=True)


def weigh(password: str) -> float:
    """How many decimal digits the number of guesses has that a password would take."""
    rest, repeats = _REPEAT.subn(r"\1", password.casefold())
    rest, years = _YEAR.subn("", rest)
    digits = (repeats + years) * _PIECE
    for piece in _PIECES:
        if piece in rest:
            rest, digits = rest.replace(piece, ""), digits + _PIECE
    plain = rest.translate(_PLAIN)
    hits = {hit.group() for hit in _WORDS.finditer(plain)}
    left = _WORDS.sub("", plain)
    return digits + len(hits) * _WORD + len(set(left)) * _SIGN + log10(1 + len(left))


def objection(password: str, own: tuple[str, ...] = ()) -> str:
    """The key of what speaks against a new password; empty where nothing does. `own` are the person's login and name.

    >>> objection("short"), objection("rita likes paper", ("rita", "Rita Rossi")), objection("paper boats at noon")
    ('account.too_short', 'account.holds_name', '')
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return "account.too_short"
    plain = password.casefold()
    names = {part for name in own for part in re.split(r"[\W_]+", name.casefold()) if len(part) > 3}
    if any(name in plain for name in names | {"facturier"}):
        return "account.holds_name"
    return "" if weigh(password) >= ENOUGH else "account.guessable"


def check_login(site: Site, login: str, password: str) -> UserRow | None:
    """The open account that this login and password belong to, unless too many wrong ones were given lately."""
    with site.store.read() as session:
        user = find_user(session, login)
    right = check_password(user.password_hash if user else None, password)
    at = site.clock()
    if user is None or is_throttled(user, at):
        return None
    if right and user.active:
        return user
    with site.store.write() as session:
        fresh = find_user(session, login)
        if fresh is not None and not is_throttled(fresh, at):
            note_failure(session, fresh, at=at)
    return None


class Renewals:
    """Who signed in anew at the company's provider lately: as good as the password for acts that ask for it again."""

    def __init__(self) -> None:
        self._at: OrderedDict[str, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, token: str, at: datetime) -> None:
        """The person of this session signed in anew."""
        with self._lock:
            self._at[token] = at
            while len(self._at) > _MOST_RENEWED:
                self._at.popitem(last=False)

    def is_fresh(self, token: str, at: datetime) -> bool:
        """Whether that was within the last five minutes."""
        with self._lock:
            noted = self._at.get(token)
        return noted is not None and at - noted < RENEWED


def is_himself(request: Request, password: str) -> bool:
    """Whether the visitor has just shown to be who is signed in: by the password, or anew at the provider (R17)."""
    site, visitor = site_of(request), visitor_of(request)
    if visitor.user is None:
        return False
    if request.app.state.renewals.is_fresh(visitor.token, site.clock()):
        return True
    return bool(password) and site.settings.oidc.local and check_login(site, visitor.user.login, password) is not None
