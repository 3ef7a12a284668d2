"""Accounts, passwords and sign-ins."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlmodel import select

from models.errors import ConflictError
from models.settings import WebSettings
from models.store.access import clients_of
from models.store.engine import Store
from models.store.people import (
    FAILURES,
    WINDOW,
    add_user,
    check_password,
    close_session,
    ensure_first_user,
    find_session,
    hash_password,
    is_throttled,
    note_failure,
    open_session,
    readable_password,
    set_active,
    set_clients,
    set_password,
)
from models.tables import AuditRow, SessionRow, UserRow
from tests.desk import NOON, desk

__all__ = ["desk"]
WEB = WebSettings()


def add(desk: Store, login: str = "rita", role: str = "reviewer", clients: tuple[str, ...] = ("acme",)) -> str:
    with desk.write() as session:
        return add_user(session, login=login, name=login, password_hash="none", role=role, clients=clients,
                        actor="user:admin").id  # fmt: skip


def sign_in(desk: Store, user_id: str) -> str:
    with desk.write() as session:
        user = session.get(UserRow, user_id)
        assert user is not None
        return open_session(session, user, at=NOON)


def test_password_hash_is_argon2id_with_at_least_19_mib() -> None:
    hashed = hash_password("a long enough one")
    assert hashed.startswith("$argon2id$")
    assert "m=19456,t=2,p=1" in hashed
    assert check_password(hashed, "a long enough one")
    assert not check_password(hashed, "a long enough two")
    assert not check_password("not a hash", "a long enough one")


def test_unknown_login_takes_as_long_as_a_wrong_password() -> None:
    hashed = hash_password("right")
    check_password(None, "warm up")
    known, unknown = [], []
    for _ in range(5):
        for stored, times in ((hashed, known), (None, unknown)):
            start = time.process_time()
            check_password(stored, "wrong")
            times.append(time.process_time() - start)
    assert 0.4 < min(unknown) / min(known) < 2.5


def test_first_user_is_made_once_and_can_sign_in(desk: Store) -> None:
    with desk.write() as session:
        first = ensure_first_user(session)
        assert first is not None
        assert ensure_first_user(session) is None
        user = session.exec(select(UserRow)).one()
    assert first[0] == "admin"
    assert user.role == "administrator"
    assert check_password(user.password_hash, first[1])


def test_readable_passwords_differ_and_can_be_read_aloud() -> None:
    made = {readable_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(password) == 24 and password.replace("-", "").isalpha() for password in made)


def test_login_is_unique_whatever_its_case(desk: Store) -> None:
    add(desk, "rita")
    with pytest.raises(ConflictError):
        add(desk, "RITA")


def test_a_role_that_does_not_exist_is_refused(desk: Store) -> None:
    with pytest.raises(ValueError, match="no role"):
        add(desk, "eve", role="root")


def test_person_sees_own_clients_and_administrator_every_one(desk: Store) -> None:
    rita, admin = add(desk, "rita"), add(desk, "boss", "administrator", ())
    with desk.write() as session:
        users = {user.id: user for user in session.exec(select(UserRow))}
        assert [client.id for client in clients_of(session, users[rita])] == ["acme"]
        assert [client.id for client in clients_of(session, users[admin])] == ["acme", "beta"]
        set_clients(session, users[rita], ["beta", "no such client"], actor="user:boss")
        assert [client.id for client in clients_of(session, users[rita])] == ["beta"]


def test_only_the_hash_of_a_token_is_kept(desk: Store) -> None:
    token = sign_in(desk, add(desk))
    with desk.read() as session:
        row = session.exec(select(SessionRow)).one()
    assert token not in (row.token_hash, row.csrf)
    assert len(token) >= 43


@pytest.mark.parametrize(
    ("used", "asked", "alive"),
    [
        (timedelta(0), timedelta(minutes=29), True),
        (timedelta(0), timedelta(minutes=30), False),
        (timedelta(hours=11, minutes=50), timedelta(hours=11, minutes=59), True),
        (timedelta(hours=11, minutes=50), timedelta(hours=12), False),
    ],
)
def test_session_ends_idle_or_old(desk: Store, used: timedelta, asked: timedelta, alive: bool) -> None:  # noqa: FBT001
    token = sign_in(desk, add(desk))
    with desk.write() as session:
        row = session.exec(select(SessionRow)).one()
        row.seen_at = NOON + used
        session.add(row)
    with desk.read() as session:
        assert (find_session(session, token, WEB, at=NOON + asked) is not None) is alive


def test_sign_in_replaces_the_session_that_was_there(desk: Store) -> None:
    user_id = add(desk)
    planted = sign_in(desk, user_id)
    with desk.write() as session:
        user = session.get(UserRow, user_id)
        assert user is not None
        fresh = open_session(session, user, at=NOON, replaces=planted)
        assert find_session(session, planted, WEB, at=NOON) is None
        assert find_session(session, fresh, WEB, at=NOON) is not None


def test_sign_out_closing_and_new_password_end_sessions_at_once(desk: Store) -> None:
    user_id = add(desk)
    tokens = [sign_in(desk, user_id) for _ in range(3)]
    with desk.write() as session:
        user = session.get(UserRow, user_id)
        assert user is not None
        close_session(session, tokens[0])
        assert [find_session(session, token, WEB, at=NOON) is not None for token in tokens] == [False, True, True]
        set_password(session, user, "other", actor="user:rita")
        assert all(find_session(session, token, WEB, at=NOON) is None for token in tokens)
    token = sign_in(desk, user_id)
    with desk.write() as session:
        user = session.get(UserRow, user_id)
        assert user is not None
        user.active = False
        session.add(user)
        session.flush()
        assert find_session(session, token, WEB, at=NOON) is None
        set_active(session, user, active=True, actor="user:admin")


def test_ten_failures_close_the_account_for_the_rest_of_the_window(desk: Store) -> None:
    user_id = add(desk)
    with desk.write() as session:
        user = session.get(UserRow, user_id)
        assert user is not None
        for second in range(FAILURES - 1):
            note_failure(session, user, at=NOON + timedelta(seconds=second))
        assert not is_throttled(user, NOON + timedelta(seconds=20))
        note_failure(session, user, at=NOON + timedelta(seconds=10))
        assert is_throttled(user, NOON + timedelta(seconds=20))
        assert not is_throttled(user, NOON + WINDOW)
        note_failure(session, user, at=NOON + WINDOW)
        assert not is_throttled(user, NOON + WINDOW)
        assert len(session.exec(select(AuditRow).where(AuditRow.action == "refuse_sign_in")).all()) == FAILURES + 1
