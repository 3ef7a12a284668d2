"""What every page needs: settings, store, pictures, templates; and the visitor whose request it is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from models.settings import Settings
from models.store.audit import now
from models.store.engine import Store
from models.store.seen import Pages
from models.tables import ClientRow, DocumentRow, UserRow
from reports.language import reason_texts
from review.language import DEFAULT, TONGUES, Tongue
from review.menu import is_here, menu_of
from review.messages import own_words, told
from review.rights import RIGHTS, Right
from review.weaving import Woven
from review.wording import said, said_tolerance


class PageReader(Protocol):
    """Draws a page of a file in a confined child; extractors.sandbox.ReaderPool is one."""

    def render(
        self, content: bytes, media_type: str, number: int, dpi: int, *, rotation: int = 0, skew: float = 0.0
    ) -> bytes:
        """Page `number` (from 1) as PNG, turned and straightened as its words were. Raises InvoiceError."""

    def words(self, content: bytes, media_type: str = "") -> Pages:
        """The pages with their words. Raises InvoiceError."""

    def attach(self, pdf: bytes, xml: bytes, about: Mapping[str, str]) -> bytes:
        """The pages of a PDF with an XML inside. Raises InvoiceError."""


@dataclass(frozen=True)
class Visitor:
    """Whose request it is. Which clients a person may see comes from here only, never from the request (R16)."""

    tongue: Tongue = field(default_factory=lambda: TONGUES[DEFAULT])
    user: UserRow | None = None
    clients: tuple[ClientRow, ...] = ()
    sees_all: bool = False
    token: str = ""
    csrf: str = ""
    refused: frozenset[str] = frozenset()  # clients that are the person's, but not from where the person works

    @property
    def actor(self) -> str:
        """How the person is written in audit rows, events and claims."""
        return f"user:{self.user.login}" if self.user else "nobody"

    @property
    def rights(self) -> frozenset[Right]:
        """What the person may do, by role."""
        return RIGHTS.get(self.user.role, frozenset()) if self.user else frozenset()

    @property
    def client_ids(self) -> frozenset[str] | None:
        """The clients that the person may see; None for every one."""
        return None if self.sees_all else frozenset(client.id for client in self.clients)


@dataclass(frozen=True)
class Site:
    """The site's parts, made once by create_app. `clock` gives the present in UTC."""

    settings: Settings
    store: Store
    reader: PageReader | None
    clock: Callable[[], datetime] = now


def site_of(request: Request) -> Site:
    """The site that a request came to."""
    site: Site = request.app.state.site
    return site


def visitor_of(request: Request) -> Visitor:
    """The visitor that the guard found; nobody before it ran."""
    visitor: Visitor = getattr(request.state, "visitor", Visitor())
    return visitor


def client_of(visitor: Visitor, document: DocumentRow) -> ClientRow | None:
    """The client of a document, as the guard found it; None where the visitor sees others only."""
    return next((client for client in visitor.clients if client.id == document.client_id), None)


def not_found() -> HTTPException:
    """What is answered for things that are not there and for those of another client alike."""
    return HTTPException(404)


@cache
def static_version(name: str) -> str:
    """A hash of a static file, so that a browser may keep it for ever."""
    return hashlib.sha256(files("review").joinpath("static", name).read_bytes()).hexdigest()[:12]


def segment_name(tongue: Tongue, segment: str) -> str:
    """A segment in words; a dash where a document has none.

    >>> segment_name(TONGUES["en"], "scan/known")
    'Scan, known supplier'
    """
    return tongue.t(f"segment.{segment.replace('/', '_')}") if segment else "–"


def _environment(tongue: Tongue) -> Environment:
    found = Environment(loader=PackageLoader("review"), autoescape=True, undefined=StrictUndefined,
                        trim_blocks=True, lstrip_blocks=True, auto_reload=False)  # fmt: skip
    found.globals |= {"tongue": tongue, "t": tongue.t}
    found.add_extension(Woven)
    found.globals |= {"static": lambda name: f"/static/{name}?v={static_version(name)}", "reason_texts": reason_texts}
    found.globals |= {"told": told, "own_words": own_words, "menu_of": menu_of, "is_here": is_here}
    found.globals |= {"said": said, "said_tolerance": said_tolerance, "segment_name": segment_name}
    return found


_TEMPLATES = {code: _environment(tongue) for code, tongue in TONGUES.items()}


def show(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401
    """A template as an answer, with the visitor, the words and the clock in it."""
    visitor = visitor_of(request)
    text = (
        _TEMPLATES[visitor.tongue.code]
        .get_template(template)
        .render(visitor=visitor, now=site_of(request).clock(), path=request.url.path, **context)
    )
    return HTMLResponse(text, status_code=status)
