"""Checking a password: the slow hash outside of any transaction, failures counted, the same work for no account."""

from __future__ import annotations

from models.store.people import check_password, find_user, is_throttled, note_failure
from models.tables import UserRow
from review.site import Site


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
