"""The pages of a file laid out into invoices: cut, join, move, set aside; shown before it is done, and taken back.

Each button is a form post that shows the layout it makes; only "apply" writes. Works without a script.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.arrangement import Arrangement
from models.store.arrangements import (
    SettledPartError,
    arrange,
    arrangement_of,
    files_parts,
    history_of,
    restore,
)
from models.store.pages_of import pages_of
from models.store.reviewing import touch
from models.tables import DocumentRow
from review.laying import Layout, do, read_layout, write_layout
from review.pages.document import visible_document
from review.site import show, site_of, visitor_of

router = APIRouter()


@router.get("/documents/{document_id}/pages")
def pages_page(request: Request, document_id: str) -> Response:
    """The pages of the file as they are laid out now."""
    return _page(request, document_id)


@router.post("/documents/{document_id}/pages")
async def act_on_pages(request: Request, document_id: str) -> Response:
    """Show what a button makes of the layout; apply it; or restore an earlier one."""
    return await run_in_threadpool(_act, request, document_id, await request.form())


def _act(request: Request, document_id: str, form: FormData) -> Response:
    act = str(form.get("do", ""))[:100]
    try:
        if act.startswith("restore:"):
            return _write(request, document_id, None, act.removeprefix("restore:"))
        layout = read_layout(str(form.get("layout", "")))
        if act == "apply":
            return _write(request, document_id, layout, "")
        return _page(request, document_id, layout=do(layout, act), active=act)
    except ValueError as error:
        raise HTTPException(400) from error
    except SettledPartError as error:
        return _page(request, document_id, layout=None, notice="pages.settled", names=error.names, status=409)


def _write(request: Request, document_id: str, layout: Layout | None, arrangement_id: str) -> Response:
    site, visitor, at = site_of(request), visitor_of(request), site_of(request).clock()
    with site.store.write() as session:
        document = visible_document(session, document_id, visitor)
        if layout is None:
            restore(session, document, arrangement_id, actor=visitor.actor, at=at)
        else:
            arrange(session, document, layout.groups, layout.aside, actor=visitor.actor, at=at)
        touch(session, document, act="arrange", opened_at=at, actor=visitor.actor, at=at)
        stays = document.parent_id or document.id
    return RedirectResponse(f"/documents/{stays}/pages?done={'restored' if layout is None else 'applied'}", 303)


def _page(
    request: Request, document_id: str, *, layout: Layout | None = None, active: str = "", notice: str = "",
    names: tuple[str, ...] = (), status: int = 200,
) -> Response:  # fmt: skip
    visitor = visitor_of(request)
    with site_of(request).store.read() as session:
        document = visible_document(session, document_id, visitor)
        stands = arrangement_of(session, document)
        parts = {row.part: row for row in files_parts(session, document)}
        history = history_of(session, document)
        count = len(pages_of(session, document.id))
    now = Layout(tuple(group.pages for group in stands.groups), stands.aside)
    shown = layout or now
    if sorted(_every(shown)) != list(range(1, count + 1)):
        raise HTTPException(400)
    done = request.query_params.get("done", "")
    told = [(row, _told(row.groups_json)) for row in history]
    return show(
        request, "compare_pages.html", status=status, document=document, layout=shown, text=write_layout(shown),
        is_changed=shown != now, owners=_owners(stands, parts), history=told,
        active=active, notice=notice, names=names, done=done if done in {"applied", "restored"} else "",
        editable="settle" in visitor.rights and document.source == "page", count=count,
    )  # fmt: skip


def _every(layout: Layout) -> list[int]:
    return [page for group in (*layout.groups, layout.aside) for page in group]


def _owners(stands: Arrangement, parts: dict[int, DocumentRow]) -> dict[int, DocumentRow]:
    """The document that each page belongs to now."""
    return {page: parts[group.part] for group in stands.groups if group.part in parts for page in group.pages}


def _told(groups_json: str) -> str:
    """An arrangement in one line: pages of each invoice."""
    stored = Arrangement.model_validate_json(groups_json)
    return " | ".join(", ".join(map(str, group.pages)) for group in stored.groups)
