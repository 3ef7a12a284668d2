"""Accounts, for administrators: who works here, from where, for whom. Passwords and links are shown once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.errors import ConflictError
from models.settings_review import PLACES
from models.store.access import EVERY_CLIENT, places_of, reach_of, set_client_places
from models.store.identities import add_link, answer_asked, asked_links, identities_of, unlink_identities
from models.store.people import (
    ROLES,
    SKILLS,
    add_user,
    hash_password,
    readable_password,
    set_active,
    set_clients,
    set_password,
    set_person,
)
from models.tables import ClientRow, UserClientRow, UserRow
from review.pages.oidc import fresh_link
from review.site import Site, Visitor, not_found, show, site_of, visitor_of

router = APIRouter()
WHERE = ("country", "region", "email")  # typed; role and place are chosen, skills are ticked


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown once: a password, or a link to tie an identity to the account."""

    key: str
    login: str
    secret: str


@dataclass(frozen=True, slots=True)
class _Change:
    """One change of one account, in its transaction."""

    session: Session
    site: Site
    visitor: Visitor
    user: UserRow
    form: FormData
    password: str  # made before the transaction: hashing takes its time
    hashed: str


@router.get("/people")
def people_page(request: Request) -> Response:
    """The list of accounts, the form for a new one, and from where each client's documents may be seen."""
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
    return _page(request, shown=Shown("people.shown", login, password))


@router.post("/people/{user_id}")
async def change(request: Request, user_id: str) -> Response:
    """Change one account: `act` is one of the table below."""
    form = await request.form()
    try:
        shown = await run_in_threadpool(_change, site_of(request), visitor_of(request), user_id, form)
    except ValueError:
        return _page(request, message="people.bad_person", status=422)
    return _page(request, shown=shown)


@router.post("/people/places/{client_id}")
async def places(request: Request, client_id: str) -> Response:
    """Say from where a client's documents may be seen."""
    form = await request.form()
    wanted = [str(place) for place in form.getlist("places")]
    with site_of(request).store.write() as session:
        client = session.get(ClientRow, client_id)
        if client is None:
            raise not_found()
        set_client_places(session, client, wanted, actor=visitor_of(request).actor)
    return RedirectResponse("/people#places", 303)


def _change(site: Site, visitor: Visitor, user_id: str, form: FormData) -> Shown | None:
    act = _ACTS.get(str(form.get("act", "")))
    if act is None:
        return None
    password = readable_password() if act is _password else ""
    hashed = hash_password(password) if password else ""
    with site.store.write() as session:
        user = session.get(UserRow, user_id)
        if user is None:
            raise not_found()
        return act(_Change(session, site, visitor, user, form, password, hashed))


def _clients(do: _Change) -> None:
    set_clients(do.session, do.user, [str(client) for client in do.form.getlist("clients")], actor=do.visitor.actor)


def _person(do: _Change) -> None:
    values = {name: str(do.form.get(name, "")).strip()[:255] for name in WHERE}
    values["country"], values["region"] = values["country"].upper(), values["region"].upper()
    values["skills"] = " ".join(skill for skill in SKILLS if skill in do.form.getlist("skills"))
    values["place"] = str(do.form.get("place", ""))
    if do.visitor.user is not None and do.user.id != do.visitor.user.id:  # nobody locks himself out
        values["role"] = str(do.form.get("role", ""))
    set_person(do.session, do.user, values, actor=do.visitor.actor)


def _password(do: _Change) -> Shown:
    set_password(do.session, do.user, do.hashed, actor=do.visitor.actor)
    return Shown("people.shown", do.user.login, do.password)


def _close(do: _Change) -> None:
    if do.visitor.user is not None and do.user.id != do.visitor.user.id:
        set_active(do.session, do.user, active=do.form.get("act") == "open", actor=do.visitor.actor)


def _link(do: _Change) -> Shown:
    token = fresh_link()
    add_link(do.session, do.user, token, actor=do.visitor.actor, at=do.site.clock())
    return Shown("people.link_shown", do.user.login, f"/sign-in/company?link={token}")


def _unlink(do: _Change) -> None:
    unlink_identities(do.session, do.user, actor=do.visitor.actor, at=do.site.clock())


def _asked(do: _Change) -> None:
    yes = do.form.get("act") == "accept"
    answer_asked(do.session, do.user, str(do.form.get("subject", "")), yes=yes, actor=do.visitor.actor,
                 at=do.site.clock())  # fmt: skip


_ACTS: dict[str, Callable[[_Change], Shown | None]] = {
    "clients": _clients, "person": _person, "password": _password, "close": _close, "open": _close, "link": _link,
    "unlink": _unlink, "accept": _asked, "refuse": _asked,
}  # fmt: skip


def _page(request: Request, *, message: str = "", shown: Shown | None = None, status: int = 200) -> Response:
    site = site_of(request)
    office = site.settings.review
    with site.store.read() as session:
        users = session.exec(select(UserRow).order_by(UserRow.login)).all()
        links = session.exec(select(UserClientRow)).all()
        clients = session.exec(select(ClientRow).order_by(col(ClientRow.name))).all()
        reach = {user.id: reach_of(session, user, office) for user in users}
        tied = {user.id: identities_of(session, user.id) for user in users}
        asked = {user.id: asked_links(session, user.id) for user in users}
    given = {user.id: {link.client_id for link in links if link.user_id == user.id} for user in users}
    return show(
        request, "people.html", status=status, users=users, user_clients=given, roles=ROLES, shown=shown,
        message=message, all_clients=clients, all_places=PLACES, skills=SKILLS, reach=reach, every=EVERY_CLIENT,
        allowed={client.id: places_of(client, office) for client in clients}, tied=tied, asked=asked,
        company=bool(site.settings.oidc.issuer),
        seen_by={client.id: [user for user in users if user.active and client in reach[user.id].clients]
                 for client in clients},
    )  # fmt: skip
