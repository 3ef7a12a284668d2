"""Certificates: what may go through without a person, client by client, how it was proved, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from assurance.curve import Point, cheapest, curve
from models.certificate import SEGMENTS, Certificate
from models.settings import PolicySettings, client_policy
from models.store.alarms import lowering
from models.store.certificates import standing_certificate
from models.store.labels import labels_of
from models.tables import AlarmRow, ClientRow
from review.site import show, site_of, visitor_of

router = APIRouter()
WIDTH, HEIGHT = 480, 160  # of the drawing, in its own units
FULL_SCALE = 0.02  # error rate at the top edge, at least


@dataclass(frozen=True, slots=True)
class Drawing:
    """The curve as it is drawn: a line, the limit's height, and the error rate at the top edge."""

    line: str
    limit: float
    top: float


@dataclass(frozen=True, slots=True)
class Row:
    """One segment of one client."""

    segment: str
    certificate: Certificate | None
    alarm: AlarmRow | None
    labels: int
    points: tuple[Point, ...]
    drawing: Drawing | None

    @property
    def state(self) -> str:
        """Key of its words: certified, lowered, missing, none."""
        if self.certificate is None:
            return "none"
        if self.certificate.threshold is None:
            return "missing"
        return "lowered" if self.alarm else "certified"

    @property
    def best(self) -> Point | None:
        """The cheapest threshold on the labels."""
        return cheapest(self.points) if self.points else None


@router.get("/certificates")
def certificates_page(request: Request) -> Response:
    """One table a client; `client` chooses one."""
    site, visitor = site_of(request), visitor_of(request)
    wanted = request.query_params.get("client", "")
    clients = [client for client in visitor.clients if wanted in {"", client.id}]
    with site.store.read() as session:
        policies = {client.id: client_policy(site.settings.policy, client.policy_json) for client in clients}
        rows = {client.id: _rows(session, client, policies[client.id], site.clock()) for client in clients}
    return show(request, "certificates.html", clients=clients, rows=rows, policies=policies, wanted=wanted,
                width=WIDTH, height=HEIGHT)  # fmt: skip


def _rows(session: Session, client: ClientRow, policy: PolicySettings, at: datetime) -> list[Row]:
    return [_row(session, client.id, segment, policy, at) for segment in SEGMENTS]


def _row(session: Session, client_id: str, segment: str, policy: PolicySettings, at: datetime) -> Row:
    certificate = standing_certificate(session, client_id, segment)
    version = certificate.score_version if certificate else None
    since = at - timedelta(days=policy.label_days)
    labels = labels_of(session, client_id, segment=segment, score_version=version, since=since)
    points = curve(labels, error_cost=policy.error_cost, review_cost=policy.review_cost)
    alarm = lowering(session, client_id, segment)
    return Row(segment, certificate, alarm, len(labels), points, draw(points, policy.error_limit))


def draw(points: tuple[Point, ...], limit: float) -> Drawing | None:
    """Automation from left to right, error rate from below; nothing to draw without labels.

    >>> draw((Point(1.0, 0, 0, 0.0, 0.0, 2.0), Point(0.0, 9, 0, 1.0, 0.0, 0.0)), 0.01).line
    '0,160 480,160'
    """
    if not points:
        return None
    top = max(FULL_SCALE, 2 * limit, 1.1 * max(point.error_rate for point in points))
    line = " ".join(f"{WIDTH * point.automation:.0f},{HEIGHT * (1 - point.error_rate / top):.0f}" for point in points)
    return Drawing(line, round(HEIGHT * (1 - limit / top), 1), top)
