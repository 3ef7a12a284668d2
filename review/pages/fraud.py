"""Controls against fraud: accounts that an import proposes, who may use numbers again, and how amounts are spread.

The report says where to look and proves nothing; a proposed account is verified by somebody who did not import it, and
who says anew who is there.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.errors import ConflictError
from models.settings import client_policy
from models.settings_rules import client_rules
from models.store.amount_history import amount_histories
from models.store.approvals import FourEyesError
from models.store.fraud_facts import Asked, limits_of
from models.store.guarded_accounts import count_guarded
from models.store.proposed_accounts import proposed_accounts, settle_proposal
from models.store.reused_numbers import exceptions_of
from models.tables import ClientRow
from review.passwords import is_himself
from review.site import Site, not_found, show, site_of, visitor_of
from validators.benford import BENFORD, AmountReport, amount_report

router = APIRouter()
_LONGEST = 500
_DONE = frozenset({"verified", "refused"})


@router.get("/fraud")
def fraud_page(request: Request) -> Response:
    """A section for each client; `client` chooses one."""
    return _page(request)


@router.post("/fraud/accounts")
async def settle(request: Request) -> Response:
    """Verify a proposed account, or refuse it."""
    return await run_in_threadpool(_settle, request, await request.form())


def _settle(request: Request, form: FormData) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    client_id, seller_id, iban, reason, act, password = (
        str(form.get(name, "")) for name in ("client", "seller", "iban", "reason", "act", "password")
    )
    if client_id not in {client.id for client in visitor.clients} or act not in {"verify", "refuse"}:
        raise not_found()
    if act == "verify" and not is_himself(request, password):
        return _page(request, "release.password", 403)
    try:
        with site.store.write() as session:
            settle_proposal(session, (client_id, seller_id, iban), is_right=act == "verify",
                            reason=reason.strip()[:_LONGEST], actor=visitor.actor, at=site.clock())  # fmt: skip
    except FourEyesError:
        return _page(request, "fraud.four_eyes", 409)
    except ConflictError:
        return _page(request, "fraud.not_settled", 409)
    return RedirectResponse(f"/fraud?{urlencode({'done': 'verified' if act == 'verify' else 'refused'})}", 303)


def _page(request: Request, notice: str = "", status: int = 200) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    wanted, done = request.query_params.get("client", ""), request.query_params.get("done", "")
    clients = [client for client in visitor.clients if wanted in {"", client.id}]
    with site.store.read() as session:
        sections = [_section(session, site, client) for client in clients]
        proposals = proposed_accounts(session, {client.id for client in clients})
    return show(request, "fraud.html", status=status, sections=sections, proposals=proposals, notice=notice,
                done=done if done in _DONE else "", wanted=wanted, law=BENFORD)  # fmt: skip


def _section(session: Session, site: Site, client: ClientRow) -> dict[str, Any]:
    rules = client_rules(site.settings.rules, client.rules_json)
    asked = Asked(client, site.settings, client_policy(site.settings.policy, client.policy_json), rules)
    reports: list[AmountReport] = [
        amount_report(seller_id, name, past, limits=limits_of(asked), share=rules.splitting_share,
                      step=rules.round_amount, least=rules.benford_rows)
        for seller_id, name, past in amount_histories(session, client.id)
    ]  # fmt: skip
    reports.sort(key=lambda row: (-row.rows, row.seller_id))
    return {"client": client, "reports": reports, "limits": limits_of(asked), "rules": rules,
            "reused": exceptions_of(session, client.id), "guarded": count_guarded(session, client.id)}  # fmt: skip
