"""Sixty texts that try to run: through every field, name and comment, in Chromium; none runs, none is even reported."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Page

from models.store.documents import new_id
from models.store.engine import Store
from models.tables import CommentRow, DocumentRow, SupplierRow
from tests.desk import INVOICE, NOON, DocumentMaker, desk, make_document
from tests.pages.conftest import Visit, site, site_settings, visit, with_page

__all__ = ["desk", "make_document", "site", "site_settings", "visit", "with_page"]
FOREIGN = "main script:not([src^='/static/']), main iframe, main object, main style"  # no element of ours
RUN = "document.title='hit'"
PAYLOADS: tuple[str, ...] = (
    # elements that run by themselves
    f"<script>{RUN}</script>", f"<ScRiPt>{RUN}</sCrIpT>", f"<script src=data:text/javascript,{RUN}></script>",
    f"</title><script>{RUN}</script>", f"</textarea><script>{RUN}</script>", f"--><script>{RUN}</script>",
    f"<script\x0c>{RUN}</script>", f"<<script>{RUN}//<</script>",
    # event handlers
    f"<img src=x onerror={RUN}>", f'"><img src=x onerror={RUN}>', f"'><img src=x onerror={RUN}>",
    f"<img/src/onerror={RUN}>", f"<body onload={RUN}>", f"<input autofocus onfocus={RUN}>",
    f"<details open ontoggle={RUN}>", f"<video><source onerror={RUN}></video>", f"<audio src=x onerror={RUN}>",
    f"<marquee onstart={RUN}>", f"<select autofocus onfocus={RUN}>", f"<div onpointerover={RUN}>x</div>",
    f"<style onload={RUN}></style>", f"<link rel=stylesheet href=x onerror={RUN}>", f"<object data=x onerror={RUN}>",
    f"<p tabindex=1 autofocus onfocus={RUN}>x", f"<dialog open onclose={RUN}>",
    # out of an attribute
    f'" autofocus onfocus="{RUN}', f"' autofocus onfocus='{RUN}", f"` onfocus=`{RUN}", f'" onmouseover={RUN} x="',
    f'"style="animation-name:x" onanimationstart="{RUN}', f"x onclick={RUN}//",
    # SVG and MathML
    f"<svg onload={RUN}>", f"<svg><script>{RUN}</script></svg>", f"<svg><animate onbegin={RUN} attributeName=x>",
    f"<svg><a xlink:href=javascript:{RUN}><text>x", f"<math><mtext><script>{RUN}</script></mtext></math>",
    f"<svg><foreignObject><img src=x onerror={RUN}>", f"<svg><use href=data:image/svg+xml,<svg/onload={RUN}>>",
    # schemes of addresses
    f"javascript:{RUN}", f"JaVaScRiPt:{RUN}", f"java\tscript:{RUN}", f"data:text/html,<script>{RUN}</script>",
    f"vbscript:{RUN}", f"<a href=javascript:{RUN}>x</a>", f"<iframe src=javascript:{RUN}>",
    f"<iframe srcdoc='<script>{RUN}</script>'>", f"<form action=javascript:{RUN}><button>x",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>", f"<base href=javascript:{RUN}//>",
    # templates
    "{{7*7}}{{constructor.constructor('" + RUN.replace("'", "\\'") + "')()}}", "{% include '/etc/passwd' %}", "${7*7}",
    "<%= 7*7 %>", "#{7*7}",
    # what a parser mends into something else
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    f"<math><mi><mglyph><style><!--</style><img src=x onerror={RUN}>-->",
    f"<table><td><form><form></table><img src=x onerror={RUN}>",
    # unicode and styles
    f"\u202e<script>{RUN}</script>\u202c", f"\uff1cscript\uff1e{RUN}\uff1c/script\uff1e",
    f"\ufeff<img src=x onerror={RUN}>",
    "<style>@import url(//evil.example/x.css);body{background:url(//evil.example/y)}</style>",
    "</style><style>*{display:none}</style>",
)  # fmt: skip


def settle(page: Page) -> None:
    """Give what would run its chance: focus, hover, toggles."""
    page.mouse.move(200, 300)
    more = page.locator("#acts-more")
    for summary in page.locator("main summary").all()[:12]:
        if not summary.is_visible() and more.is_visible():
            more.click(force=True)  # where the bar of acts is narrow, some stand behind it
        if summary.is_visible():
            summary.click(force=True)
    page.keyboard.press("Tab")


def infect(store: Store, document_id: str, texts: Sequence[str]) -> None:
    """Put texts wherever a document keeps words of strangers, past every check."""
    turn = [texts[index % len(texts)] for index in range(12)]
    with store.write() as session:
        document = session.get_one(DocumentRow, document_id)
        session.add(document.sqlmodel_update({
            "name": turn[0] + ".pdf", "batch": turn[1], "seller_name": turn[2], "invoice_number": turn[3],
            "order_reference": turn[4], "reason_detail": turn[5], "tags": turn[6].replace(" ", ""),
            "currency": "EUR",
        }))  # fmt: skip
        session.add(CommentRow(id=new_id(), client_id="acme", document_id=document_id, term="", words=" ".join(turn),
                               actor="user:rita", at=NOON))  # fmt: skip
        supplier = session.get_one(SupplierRow, ("acme", "S1"))
        session.add(supplier.sqlmodel_update({"name": turn[7], "address": turn[8]}))


def hostile_invoice(texts: Sequence[str]) -> object:
    """An invoice whose every text is hostile."""
    held = [name for name, value in INVOICE if isinstance(value, str)]
    named = [*held, "buyer_name", "seller_address", "remittance", "buyer_reference", "payment_terms"]
    values = {name: texts[index % len(texts)] for index, name in enumerate(named) if name not in {"currency", "iban"}}
    line = INVOICE.lines[0].model_copy(update={"item_name": texts[0], "seller_item_id": texts[-1]})
    return INVOICE.model_copy(update=values | {"lines": (line,)})


def visit_all(
    visit: Callable[..., Visit], make_document: DocumentMaker, with_page: Callable[..., str], desk: Store,
    payloads: Sequence[str], group: int,
) -> None:  # fmt: skip
    """Open queue, document, comparison and supervisor's page with these payloads in every text."""
    visitor = visit("rita", "administrator")
    visitor.page.on("dialog", lambda dialog: visitor.errors.append(f"dialog {dialog.message}"))
    chunks = [payloads[start : start + group] for start in range(0, len(payloads), group)]
    ids = []
    for number, texts in enumerate(chunks):
        document_id = make_document(invoice=hostile_invoice(texts), name=f"{number}.pdf")
        printed = [(20.0, 40.0 + 14 * row, text) for row, text in enumerate(texts)]
        with_page(document_id, [(left, base, text.encode("latin-1", "replace").decode("latin-1"))
                                for left, base, text in printed])  # fmt: skip
        infect(desk, document_id, texts)
        ids.append(document_id)
    paths = [f"/documents/{one}" for one in ids] + ["/queue", "/queue?tab=all&search=%3Cscript%3E", "/steering",
             "/timeline", "/people", f"/documents/{ids[0]}/timeline", f"/documents/{ids[0]}/bank"]  # fmt: skip
    if len(ids) > 1:
        paths.append(f"/documents/{ids[0]}/compare/{ids[1]}")
    for path in paths:
        page = visitor.open(path)
        settle(page)
        assert page.title() != "hit", path
        assert page.locator(FOREIGN).count() == 0, path
    assert visitor.errors == []


def test_there_are_sixty_payloads_and_none_twice() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 60


def test_a_handful_of_hostile_texts_runs_nowhere(
    visit: Callable[..., Visit], make_document: DocumentMaker, with_page: Callable[..., str], desk: Store,
) -> None:  # fmt: skip
    visit_all(visit, make_document, with_page, desk, PAYLOADS[::10], 7)


@pytest.mark.slow
def test_sixty_hostile_texts_run_nowhere(
    visit: Callable[..., Visit], make_document: DocumentMaker, with_page: Callable[..., str], desk: Store
) -> None:
    visit_all(visit, make_document, with_page, desk, PAYLOADS, 6)
