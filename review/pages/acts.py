"""What a person does with a document: one route an act, each one transaction of values, state, audit and time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.errors import ConflictError
from models.invoice import TERMS
from models.status import Status
from models.store.bundles import join
from models.store.claims import check_turn, claim, drop_claim
from models.store.coding import confirm_coding
from models.store.documents import load_extraction
from models.store.dossier import load_dossier
from models.store.edits import apply_edit
from models.store.jobs import JUDGE, add_job
from models.store.queue import next_document
from models.store.reviewing import (
    FourEyesError,
    approve,
    reject,
    release,
    retry,
    save,
    send_back,
    set_causes,
    touch,
    undo,
    unverified_iban,
)
from models.store.shortages import TakenMeanwhileError
from models.tables import DocumentRow
from review.causes import chosen_causes, proposer
from review.checking import context_of, recheck
from review.coding import read_coding
from review.fields import sum_rows
from review.filters import link, read_filters
from review.forms import Typed, read_form
from review.merging import merge_inputs
from review.pages.document import CODABLE, show_document, visible_document
from review.passwords import check_login
from review.site import Site, Visitor, show, site_of, visitor_of

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Act:
    """One act in its transaction: who does what to which document, with which form."""

    session: Session
    document: DocumentRow
    visitor: Visitor
    form: FormData
    typed: Typed
    at: datetime
    home: Path

    def text(self, name: str) -> str:
        """A text of the form, at most 500 characters."""
        return str(self.form.get(name, "")).strip()[:500]

    @property
    def who(self) -> dict[str, Any]:
        """Actor and time, as the acts of the store take them."""
        return {"actor": self.visitor.actor, "at": self.at}


class WrongInputError(Exception):
    """Something typed could not be read; nothing was written."""


Doing = Callable[[Act], str]  # does the act, returns the word for what was done


def _save(act: Act) -> str:
    _keep(act)
    return "saved"


def _approve(act: Act) -> str:
    _keep(act, vouched=True)
    _post(act)
    return str(approve(act.session, act.document, **act.who, reason=act.text("reason")))


def _release(act: Act) -> str:
    _keep(act, vouched=True)
    return str(release(act.session, act.document, **act.who, reason=act.text("reason")))


def _code(act: Act) -> str:
    if act.document.state not in CODABLE:  # what is settled keeps its values
        _keep(act)
    _post(act)
    return "coded"


def _post(act: Act) -> None:
    """Keep how the person posts the lines, where the page showed the section."""
    postings, is_wrong = read_coding(act.form, str(act.form.get("shown_in", "")))
    if is_wrong:
        raise WrongInputError
    if postings:
        confirm_coding(act.session, act.document, postings, **act.who)


def _reject(act: Act) -> str:
    reject(act.session, act.document, code=act.text("code"), note=act.text("reason"), **act.who)
    return "rejected"


def _send_back(act: Act) -> str:
    if act.document.state in _SETTLED and "reopen" not in act.visitor.rights:
        raise HTTPException(403)
    send_back(act.session, act.document, **act.who, reason=act.text("reason"))
    return "sent_back"


def _retry(act: Act) -> str:
    retry(act.session, act.document, **act.who)
    return "retried"


def _join(act: Act) -> str:
    join(act.session, act.document, **act.who)
    return "joined"


def _undo(act: Act) -> str:
    undo(act.session, act.document, **act.who, anyone="reopen" in act.visitor.rights)
    return "undone"


def _keep(act: Act, *, vouched: bool = False) -> None:
    """Save what was typed; with `vouched` the person answers for every value of the form."""
    if act.typed.errors:
        raise WrongInputError
    edit = replace(act.typed.edit, confirmed=frozenset(TERMS)) if vouched else act.typed.edit
    save(act.session, act.document, edit, **act.who, cause=proposer(act.session, act.document, act.home))


_SETTLED = frozenset({Status.APPROVED, Status.EXPORTED, Status.REJECTED})
_ACTS: dict[str, Doing] = {
    "save": _save, "approve": _approve, "release": _release, "reject": _reject, "send-back": _send_back,
    "retry": _retry, "join": _join, "undo": _undo, "coding": _code,
}  # fmt: skip
_STAY = frozenset({"saved", "sent_back", "undone", "joined", "coded"})  # the person goes on with the same document


def _route(name: str) -> Callable[[Request, str], Awaitable[Response]]:
    async def act(request: Request, document_id: str) -> Response:
        return await run_in_threadpool(perform, request, document_id, await request.form(), name)

    act.__doc__ = f"Do `{name}` with a document and go on."
    return act


for _name in _ACTS:
    router.add_api_route(f"/documents/{{document_id}}/{_name}", _route(_name), methods=["POST"], name=_name)


def perform(request: Request, document_id: str, form: FormData, name: str) -> Response:
    """Do one act; what was typed is never lost: a refusal shows the page again with it."""
    site, visitor = site_of(request), visitor_of(request)
    if name == "release" and not _is_himself(site, visitor, document_id, str(form.get("password", ""))):
        return _again(request, document_id, form, "release.password", 403)
    try:
        with site.store.write() as session:
            act = _open_act(session, site, visitor, document_id, form)
            check_turn(act.document, act.typed.version, **act.who)
            done = _ACTS[name](act)
            set_causes(act.session, act.document, chosen_causes(act.form), **act.who)
            touch(session, act.document, act=name, opened_at=act.typed.opened_at, **act.who)
            return RedirectResponse(_target(request, act, done), 303)
    except WrongInputError:
        return _again(request, document_id, form, "document.wrong_input", 422)
    except FourEyesError:
        return _again(request, document_id, form, "release.four_eyes", 409)
    except TakenMeanwhileError as error:
        with site.store.write() as session:  # nothing was approved; the match is made anew
            add_job(session, visible_document(session, document_id, visitor), kind=JUDGE, lane="xml", at=site.clock())
        return _again(request, document_id, form, "taken.title", 409, taken=error.shortages)
    except ConflictError:
        return _again(request, document_id, form, "conflict.title", 409)


def _open_act(session: Session, site: Site, visitor: Visitor, document_id: str, form: FormData) -> Act:
    at = site.clock()
    document = visible_document(session, document_id, visitor)
    revision = str(form.get("revision", ""))
    seen = int(revision) if revision.isascii() and revision.isdecimal() and len(revision) < 10 else None
    typed = read_form(form, load_extraction(session, document.id, seen), at)
    return Act(session, document, visitor, form, typed, at, site.settings.home)


def _target(request: Request, act: Act, done: str) -> str:
    """Where to go on: the same document, or the next of the queue, with a word on what was done."""
    filters = read_filters(request.query_params, act.visitor)
    tail = urlencode({"done": done, "was": act.document.id})
    if done in _STAY:
        stays = act.document.parent_id or act.document.id if done == "joined" else act.document.id
        return f"/documents/{stays}?{link(filters)}&{tail}"
    following = next_document(act.session, filters, act.document, **act.who)
    page = f"/documents/{following.id}" if following else "/queue"
    return f"{page}?{link(filters)}&{tail}"


def _is_himself(site: Site, visitor: Visitor, document_id: str, password: str) -> bool:
    """Releasing a bank account asks for the password again (R17); other releases do not."""
    with site.store.read() as session:
        open_iban = unverified_iban(session, visible_document(session, document_id, visitor))
    return not open_iban or (visitor.user is not None and check_login(site, visitor.user.login, password) is not None)


def _again(
    request: Request,
    document_id: str,
    form: FormData,
    notice: str,
    status: int,
    **context: Any,  # noqa: ANN401
) -> Response:
    """The page once more with what was typed, over what the database holds now."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.read() as session:
        act = _open_act(session, site, visitor, document_id, form)
        dossier = load_dossier(session, act.document)
        seen = load_extraction(session, document_id, act.typed.revision) if act.typed.revision else None
    merged = merge_inputs(act.typed, seen, dossier.extraction, visitor.tongue)
    return show_document(request, dossier, typed=merged.typed, theirs=merged.theirs, notice=notice, status=status,
                         **context)  # fmt: skip


@router.post("/documents/{document_id}/claim")
def keep_claim(request: Request, document_id: str) -> Response:
    """The page's heartbeat: keep the document for five more minutes, or say who has it."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.write() as session:
        document = visible_document(session, document_id, visitor)
        held = claim(session, document, actor=visitor.actor, at=site.clock())
    return show(request, "claim.html", held=held, document=document)


@router.post("/documents/{document_id}/leave")
def leave(request: Request, document_id: str) -> Response:
    """Give the document back to the queue."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.write() as session:
        drop_claim(session, visible_document(session, document_id, visitor), actor=visitor.actor)
    return RedirectResponse(f"/queue?{link(read_filters(request.query_params, visitor))}", 303)


@router.post("/documents/{document_id}/check")
async def check(request: Request, document_id: str) -> Response:
    """What the rules say to the form as it stands, as a fragment; nothing is written."""
    return await run_in_threadpool(_check, request, document_id, await request.form())


def _check(request: Request, document_id: str, form: FormData) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    with site.store.read() as session:
        act = _open_act(session, site, visitor, document_id, form)
        dossier = load_dossier(session, act.document)
        facts = context_of(session, act.document, act.at.date())
    extraction = apply_edit(dossier.extraction, act.typed.edit).extraction
    findings = recheck(extraction, dossier.findings, dossier.match, facts)
    return show(request, "checks.html", findings=findings, errors=act.typed.errors, sums=sum_rows(extraction.invoice),
                dossier=dossier, live=True)  # fmt: skip
