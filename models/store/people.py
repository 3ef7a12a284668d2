"""People: accounts, passwords, sign-ins. Passwords are argon2id hashes; of a session's token only the hash is kept.

Parameters: 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet). Ten wrong passwords within 15 minutes close
the account for the rest of those minutes. Verifying costs the same for a login that does not exist.

>>> check_password(hash_password("correct horse"), "correct horse")
True
>>> check_password(None, "correct horse")
False
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, func, select

from models.errors import ConflictError
from models.settings import WebSettings
from models.settings_review import PLACES
from models.store.audit import now, record
from models.store.documents import new_id
from models.tables import ClientRow, SessionRow, UserClientRow, UserRow

ROLES = ("reviewer", "expert", "supervisor", "client_viewer", "micro_worker", "auditor", "administrator")
FAILURES, WINDOW = 10, timedelta(minutes=15)
SKILLS = ("tax", "contract", "dispute")  # of experts, and what a document may ask for
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 256
_FITS: dict[str, Callable[[str], object]] = {
    "role": lambda text: text in ROLES,
    "place": lambda text: text in {"", *PLACES},
    "country": re.compile(r"([A-Z]{2})?").fullmatch,
    "region": re.compile(r"([A-Z]{2}(-[A-Z0-9]{1,3})?)?").fullmatch,
    "skills": lambda text: set(text.split()) <= set(SKILLS),
    "email": re.compile(r"([^@\s<>\"',;]{1,64}@[^@\s<>\"',;]{1,190})?").fullmatch,
}
_SEEN_STEP = timedelta(seconds=60)  # a session's last use is written at most this often
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_SIGN_IN = select(SessionRow, UserRow).join(UserRow, col(UserRow.id) == SessionRow.user_id).where(
    SessionRow.token_hash == bindparam("token_hash"))  # fmt: skip
_CONSONANTS, _VOWELS = "bdfghjklmnprstvz", "aeiou"


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its own salt and parameters."""
    return _HASHER.hash(password)


@cache
def _nobody() -> str:
    """A hash that no password has: what an unknown login is checked against, so that it takes as long."""
    return _HASHER.hash(secrets.token_hex(32))


def check_password(password_hash: str | None, password: str) -> bool:
    """Whether the password fits. Takes tens of milliseconds: never call it inside a write transaction."""
    try:
        return _HASHER.verify(password_hash or _nobody(), password[:LONGEST_PASSWORD]) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def readable_password() -> str:
    """A random password of 63 bits that can be read aloud: five groups of two syllables."""
    syllables = [secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(10)]
    return "-".join(syllables[index] + syllables[index + 1] for index in range(0, 10, 2))


def add_user(
    session: Session, *, login: str, name: str, password_hash: str, role: str, clients: Iterable[str] = (),
    language: str = "en", actor: str,
) -> UserRow:  # fmt: skip
    """Add an account; raises ConflictError where the login is taken, ValueError for a role that does not exist."""
    if role not in ROLES:
        raise ValueError(f"there is no role {role!r}")
    if find_user(session, login) is not None:
        raise ConflictError(f"the login {login} is taken")
    user = UserRow(id=new_id(), login=login.strip().lower(), name=name, password_hash=password_hash, role=role,
                   language=language, created_at=now())  # fmt: skip
    session.add(user)
    session.flush()
    record(session, actor=actor, action="add_user", subject=f"user:{user.id}", after={"login": login, "role": role})
    set_clients(session, user, clients, actor=actor)
    return user


def ensure_first_user(session: Session) -> tuple[str, str] | None:
    """Make the account `admin` where there is no account yet; returns its login and password, to be shown once."""
    if session.exec(select(func.count()).select_from(UserRow)).one():
        return None
    password = readable_password()
    add_user(session, login="admin", name="Administrator", password_hash=hash_password(password),
             role="administrator", actor="system")  # fmt: skip
    return "admin", password


def find_user(session: Session, login: str) -> UserRow | None:
    """The account with this login, whatever its case."""
    return session.exec(select(UserRow).where(UserRow.login == login.strip().lower())).first()


def set_clients(session: Session, user: UserRow, clients: Iterable[str], *, actor: str) -> None:
    """Let a person work for exactly these clients."""
    known = set(session.exec(select(ClientRow.id)).all())
    wanted = sorted(set(clients) & known)
    session.exec(delete(UserClientRow).where(col(UserClientRow.user_id) == user.id))
    session.add_all(UserClientRow(user_id=user.id, client_id=client) for client in wanted)
    record(session, actor=actor, action="set_clients", subject=f"user:{user.id}", after={"clients": wanted})


def set_person(session: Session, user: UserRow, values: Mapping[str, str], *, actor: str) -> bool:
    """Change who somebody is: role, place, country, region, skills, e-mail; whether anything was other than before.

    A new role or place ends the person's sign-ins: what is open in a browser belongs to the old one.

    Raises:
        ValueError: There is no such field, role, place or skill, or a country or address is none.
    """
    for name, value in values.items():
        if not _FITS[name](value):
            raise ValueError(f"{value!r} is no {name}")
    before = {name: getattr(user, name) for name, value in values.items() if getattr(user, name) != value}
    if not before:
        return False
    after = {name: values[name] for name in before}
    session.add(user.sqlmodel_update(after))
    if before.keys() & {"role", "place"}:
        end_sessions(session, user.id)
    record(session, actor=actor, action="set_person", subject=f"user:{user.id}", before=before, after=after)
    return True


def set_password(session: Session, user: UserRow, password_hash: str, *, actor: str) -> None:
    """Replace a password and end every sign-in of that person."""
    user.password_hash, user.failures, user.locked_until = password_hash, 0, None
    session.add(user)
    end_sessions(session, user.id)
    record(session, actor=actor, action="set_password", subject=f"user:{user.id}")


def set_active(session: Session, user: UserRow, *, active: bool, actor: str) -> None:
    """Open or close an account; closing ends its sign-ins at once."""
    user.active = active
    session.add(user)
    if not active:
        end_sessions(session, user.id)
    record(session, actor=actor, action="open_account" if active else "close_account", subject=f"user:{user.id}")


def is_throttled(user: UserRow, at: datetime) -> bool:
    """Whether too many wrong passwords were given lately."""
    return user.failures >= FAILURES and user.locked_until is not None and at < user.locked_until


def note_failure(session: Session, user: UserRow, *, at: datetime) -> None:
    """Count a wrong password; the window of 15 minutes starts with the first."""
    if user.locked_until is None or at >= user.locked_until:
        user.failures, user.locked_until = 0, at + WINDOW
    user.failures += 1
    session.add(user)
    record(session, actor="system", action="refuse_sign_in", subject=f"user:{user.id}", at=at)


def open_session(session: Session, user: UserRow, *, at: datetime, replaces: str | None = None) -> str:
    """Start a sign-in with a fresh token and return it; the session it replaces ends (no fixation)."""
    if replaces:
        close_session(session, replaces)
    token = secrets.token_urlsafe(32)
    user.failures, user.locked_until = 0, None
    session.add(user)
    session.add(SessionRow(token_hash=_digest(token), user_id=user.id, csrf=secrets.token_urlsafe(32),
                           created_at=at, seen_at=at))  # fmt: skip
    record(session, actor=f"user:{user.login}", action="sign_in", subject=f"user:{user.id}", at=at)
    return token


def find_session(
    session: Session, token: str, settings: WebSettings, *, at: datetime
) -> tuple[SessionRow, UserRow] | None:
    """The live sign-in of a token: not idle, not too old, and its account still open."""
    found = session.exec(_SIGN_IN, params={"token_hash": _digest(token)}).first()
    return found if found is not None and found[1].active and not _is_over(found[0], settings, at) else None


def _is_over(row: SessionRow, settings: WebSettings, at: datetime) -> bool:
    idle, whole = timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)
    return at - row.seen_at >= idle or at - row.created_at >= whole


def is_stale(row: SessionRow, at: datetime) -> bool:
    """Whether the session's last use should be written again."""
    return at - row.seen_at >= _SEEN_STEP


def touch_session(session: Session, token: str, *, at: datetime) -> None:
    """Write that a session was used."""
    row = session.get(SessionRow, _digest(token))
    if row is not None:
        row.seen_at = at
        session.add(row)


def close_session(session: Session, token: str) -> None:
    """End one sign-in."""
    session.exec(delete(SessionRow).where(col(SessionRow.token_hash) == _digest(token)))


def session_key(row: SessionRow) -> str:
    """How a sign-in is named on the account page: tells nothing of its token, nor of the hash by which it is found."""
    return _digest(row.token_hash)[:32]


def list_sessions(session: Session, user_id: str, settings: WebSettings, *, at: datetime) -> tuple[SessionRow, ...]:
    """The live sign-ins of a person, last used first."""
    rows = session.exec(
        select(SessionRow).where(SessionRow.user_id == user_id).order_by(col(SessionRow.seen_at).desc())
    )
    return tuple(row for row in rows if not _is_over(row, settings, at))


def end_session(session: Session, user_id: str, key: str, *, actor: str) -> bool:
    """End one sign-in of a person by its key; False where the person has none of that key."""
    rows = session.exec(select(SessionRow).where(SessionRow.user_id == user_id)).all()
    found = next((row for row in rows if session_key(row) == key), None)
    if found is None:
        return False
    session.delete(found)
    record(session, actor=actor, action="end_session", subject=f"user:{user_id}", after={"session": key})
    return True


def end_sessions(session: Session, user_id: str) -> None:
    """End every sign-in of a person."""
    session.exec(delete(SessionRow).where(col(SessionRow.user_id) == user_id))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
