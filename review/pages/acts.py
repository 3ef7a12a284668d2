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
from starlette.responses import Response

from models.errors import ConflictError
from models.invoice import TERMS
from models.settings_review import ReviewSettings
from models.status import Status
from models.store.approvals import FourEyesError, unverified_iban
from models.store.bundles import join
from models.store.claims import EDITABLE, check_turn
from models.store.coding import confirm_coding
from models.store.correcting import set_causes
from models.store.documents import load_extraction
from models.store.dossier import load_dossier
from models.store.jobs import JUDGE, add_job
from models.store.queue import next_document
from models.store.reviewing import (
    approve,
    reject,
    release,
    retry,
    save,
    send_back,
    touch,
    undo,
)
from models.store.shortages import TakenMeanwhileError
from models.store.tiers import TierError, escalate, return_to_routine
from models.tables import DocumentRow
from review.approving import cleared_rules
from review.causes import chosen_causes, proposer
from review.coding import read_coding
from review.filters import link, read_filters, timed
from review.forms import Typed, read_form
from review.merging import merge_inputs
from review.pages.document import CODABLE, show_document, visible_document
from review.passwords import is_himself
from review.pricing import price_now
from review.replay import answered, go_on
from review.site import Site, Visitor, site_of, visitor_of

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
    office: ReviewSettings

    def text(self, name: str) -> str:
        """A text of the form, at most 500 characters."""
        return str(self.form.get(name, "")).strip()[:500]

    @property
    def who(self) -> dict[str, Any]:
        """Actor and time, as the acts of the store take them."""
        return {"actor": self.visitor.actor, "at": self.at}

    @property
    def rules(self) -> dict[str, Any]:
        """What tells whether a second person is needed, as the acts of the store take it."""
        return {"office": self.office, "cleared": cleared_rules(self.session, self.document, self.at.date())}


class WrongInputError(Exception):
    """Something typed could not be read; nothing was written."""


class ReasonNeededError(Exception):
    """What is settled is opened again with a reason only; nothing was written."""


Doing = Callable[[Act], str]  # does the act, returns the word for what was done


def _save(act: Act) -> str:
    _keep(act)
    return "saved"


def _approve(act: Act) -> str:
    _keep(act, vouched=True)
    _post(act)
    return str(approve(act.session, act.document, **act.who, reason=act.text("reason"), **act.rules))


def _release(act: Act) -> str:
    _keep(act, vouched=True)
    return str(release(act.session, act.document, **act.who, reason=act.text("reason"), **act.rules))


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
    if act.document.state in _SETTLED and not act.text("reason"):
        raise ReasonNeededError
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


def _escalate(act: Act) -> str:
    if act.document.state in EDITABLE:
        _keep(act)
    escalate(act.session, act.document, skill=act.text("skill"), reason=act.text("escalate_reason"), **act.who)
    return "escalated"


def _return(act: Act) -> str:
    return_to_routine(act.session, act.document, answer=act.text("answer"), **act.who)
    return "returned"


def _keep(act: Act, *, vouched: bool = False) -> None:
    """Save what was typed; with `vouched` the person answers for every value of the form."""
    if act.typed.errors:
        raise WrongInputError
    typed = act.typed.edit
    edit = replace(typed, confirmed=typed.confirmed | set(TERMS)) if vouched else replace(typed, settles=True)
    save(act.session, act.document, edit, **act.who, cause=proposer(act.session, act.document, act.home))


_SETTLED = frozenset({Status.APPROVED, Status.EXPORTED, Status.REJECTED})
_ACTS: dict[str, Doing] = {
    "save": _save, "approve": _approve, "release": _release, "reject": _reject, "send-back": _send_back,
    "retry": _retry, "escalate": _escalate, "return": _return, "join": _join, "undo": _undo, "coding": _code,
}  # fmt: skip
_REFUSALS: dict[type[Exception], tuple[str, int]] = {  # what the page says; the first that fits
    ReasonNeededError: ("undo.reason_needed", 422),
    WrongInputError: ("document.wrong_input", 422), FourEyesError: ("release.four_eyes", 409),
    TierError: ("tier.expert_needed", 403), ConflictError: ("conflict.title", 409),
}  # fmt: skip
_STAY = frozenset({"saved", "sent_back", "undone", "joined", "coded", "returned"})  # goes on with the same document


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
    if name == "release" and not _is_himself(request, document_id, str(form.get("password", ""))):
        return _again(request, document_id, form, "release.password", 403)
    try:
        with site.store.write() as session:
            if earlier := answered(session, request, form):
                return earlier
            act = open_act(session, site, visitor, document_id, form)
            check_turn(act.document, act.typed.version, **act.who)
            done = _ACTS[name](act)
            price_now(session, site, act.document)
            set_causes(act.session, act.document, chosen_causes(act.form), **act.who)
            touch(session, act.document, act=name, opened_at=act.typed.opened_at, **act.who)
            return go_on(session, request, form, _target(request, act, done), act.document)
    except TakenMeanwhileError as error:
        with site.store.write() as session:  # nothing was approved; the match is made anew
            add_job(session, visible_document(session, document_id, visitor), kind=JUDGE, lane="xml", at=site.clock())
        return _again(request, document_id, form, "taken.title", 409, taken=error.shortages)
    except (WrongInputError, ReasonNeededError, FourEyesError, ConflictError) as error:
        notice, status = next(told for kind, told in _REFUSALS.items() if isinstance(error, kind))
        return _again(request, document_id, form, notice, status)


def open_act(session: Session, site: Site, visitor: Visitor, document_id: str, form: FormData) -> Act:
    """The act of a form on a document that the visitor may see."""
    at = site.clock()
    document = visible_document(session, document_id, visitor)
    revision = str(form.get("revision", ""))
    seen = int(revision) if revision.isascii() and revision.isdecimal() and len(revision) < 10 else None
    typed = read_form(form, load_extraction(session, document.id, seen), at)
    return Act(session, document, visitor, form, typed, at, site.settings.home, site.settings.review)


def _target(request: Request, act: Act, done: str) -> str:
    """Where to go on: the same document, or the next of the queue, with a word on what was done."""
    filters = timed(read_filters(request.query_params, act.visitor), site_of(request), act.visitor)
    tail = urlencode({"done": done, "was": act.document.id})
    if done in _STAY:
        stays = act.document.parent_id or act.document.id if done == "joined" else act.document.id
        return f"/documents/{stays}?{link(filters)}&{tail}"
    following = next_document(act.session, filters, act.document, **act.who)
    page = f"/documents/{following.id}" if following else "/queue"
    return f"{page}?{link(filters)}&{tail}"


def _is_himself(request: Request, document_id: str, password: str) -> bool:
    """Releasing a bank account asks who is there once more (R17); other releases do not."""
    with site_of(request).store.read() as session:
        open_iban = unverified_iban(session, visible_document(session, document_id, visitor_of(request)))
    return not open_iban or is_himself(request, password)


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
        act = open_act(session, site, visitor, document_id, form)
        dossier = load_dossier(session, act.document)
        seen = load_extraction(session, document_id, act.typed.revision) if act.typed.revision else None
    merged = merge_inputs(act.typed, seen, dossier.extraction, visitor.tongue)
    return show_document(request, dossier, typed=merged.typed, theirs=merged.theirs, notice=notice, status=status,
                         **context)  # fmt: skip
