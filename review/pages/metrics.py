"""`/metrics` for Prometheus: the newest figures of each client, and how things stand now.

Figures are those of the page, digit for digit; a figure without a value is left out. Answers requests from this
machine that no proxy passed on, or those that bring the token of the settings: clients' names and volumes are in it.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import datetime
from ipaddress import ip_address

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from models.settings import WebSettings
from models.store.clients import list_clients
from models.store.figures import newest_figures
from models.store.gauges import Standing, how_it_stands
from models.tables import KpiRow
from review.site import site_of
from review.throttle import address_of

router = APIRouter()
_PASSED_ON = ("x-forwarded-for", "forwarded", "x-real-ip", "via")


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """The text that Prometheus reads."""
    site = site_of(request)
    if not _may_read(request, site.settings.web):
        raise HTTPException(403)
    with site.store.read() as session:
        rows = [row for client in list_clients(session) for row in newest_figures(session, client.id)]
        standing = how_it_stands(session)
    registry = CollectorRegistry()
    _figures(registry, rows)
    _standing(registry, standing, site.clock())
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def _may_read(request: Request, web: WebSettings) -> bool:
    """With a token in the settings: whoever brings it. Without one: this machine itself, not through a proxy."""
    if web.metrics_token:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {web.metrics_token}".encode())
    passed_on = any(name in request.headers for name in _PASSED_ON)
    return not passed_on and _is_loopback(address_of(request, web))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _figures(registry: CollectorRegistry, rows: Iterable[KpiRow]) -> None:
    value = Gauge("facturier_kpi", "A figure of the newest computation.", ("client", "name", "label", "unit"),
                  registry=registry)  # fmt: skip
    computed = Gauge("facturier_kpi_computed_timestamp_seconds", "When a client's figures were computed.", ("client",),
                     registry=registry)  # fmt: skip
    for row in rows:
        computed.labels(row.client_id).set(row.computed_at.timestamp())
        if row.value is not None:
            value.labels(row.client_id, row.name, row.label, row.unit).set(row.value)


def _standing(registry: CollectorRegistry, standing: Standing, at: datetime) -> None:
    documents = Gauge("facturier_documents", "Documents by state.", ("client", "state"), registry=registry)
    for key, count in standing.documents.items():
        documents.labels(*key).set(count)
    oldest = Gauge("facturier_oldest_open_seconds", "Age of the oldest document that is neither exported nor rejected.",
                   ("client",), registry=registry)  # fmt: skip
    for client, since in standing.oldest.items():
        oldest.labels(client).set((at - since).total_seconds())
    jobs = Gauge("facturier_jobs", "Work that is not done, by lane and state.", ("lane", "state"), registry=registry)
    for key, count in standing.jobs.items():
        jobs.labels(*key).set(count)
