"""Accounts, for administrators: add one, give it clients, a new password, close it. Passwords are shown once."""

from __future__ import annotations

from fastapi import APIRouter
from sqlmodel import select
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from models.errors import ConflictError
from models.store.people import (
    ROLES,
    add_user,
    hash_password,
    readable_password,
    set_active,
    set_clients,
    set_password,
)
from models.tables import UserClientRow, UserRow
from review.site import Site, Visitor, not_found, show, site_of, visitor_of

router = APIRouter()


@router.get("/people")
def people_page(request: Request) -> Response:
    """The list of accounts and the form for a new one."""
    return _page(request)


@router.post("/people")
async def add(request: Request) -> Response:
    """Add an account with a password made here."""
    form = await request.form()
    login, name, role = (str(form.get(field, "")).strip()[:100] for field in ("login", "name", "role"))
    if not login.isalnum() or not login.isascii() or role not in ROLES:
        return _page(request, message="people.bad_login", status=422)
    password = readable_password()
    hashed = await run_in_threadpool(hash_password, password)
    clients = [str(client) for client in form.getlist("clients")]
    site, visitor = site_of(request), visitor_of(request)
    try:
        with site.store.write() as session:
            add_user(session, login=login, name=name or login, password_hash=hashed, role=role, clients=clients,
                     language=visitor.tongue.code, actor=visitor.actor)  # fmt: skip
    except ConflictError:
        return _page(request, message="people.taken", status=409)
    return _page(request, shown=(login, password))


@router.post("/people/{user_id}")
async def change(request: Request, user_id: str) -> Response:
    """Change one account: `act` is clients, password, close or open."""
    form = await request.form()
    shown = await run_in_threadpool(_change, site_of(request), visitor_of(request), user_id, form)
    return _page(request, shown=shown)


def _change(site: Site, visitor: Visitor, user_id: str, form: FormData) -> tuple[str, str] | None:
    password = readable_password() if form.get("act") == "password" else ""
    hashed = hash_password(password) if password else ""
    with site.store.write() as session:
        user = session.get(UserRow, user_id)
        if user is None:
            raise not_found()
        if password:
            set_password(session, user, hashed, actor=visitor.actor)
            return user.login, password
        if form.get("act") == "clients":
            set_clients(session, user, [str(client) for client in form.getlist("clients")], actor=visitor.actor)
        elif visitor.user is not None and user.id != visitor.user.id:  # nobody locks himself out
            set_active(session, user, active=form.get("act") == "open", actor=visitor.actor)
    return None


def _page(
    request: Request, *, message: str = "", shown: tuple[str, str] | None = None, status: int = 200
) -> Response:  # fmt: skip
    with site_of(request).store.read() as session:
        users = session.exec(select(UserRow).order_by(UserRow.login)).all()
        links = session.exec(select(UserClientRow)).all()
    clients = {user.id: {link.client_id for link in links if link.user_id == user.id} for user in users}
    return show(request, "people.html", status=status, users=users, user_clients=clients, roles=ROLES, shown=shown,
                message=message)  # fmt: skip
