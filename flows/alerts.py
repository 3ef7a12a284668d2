"""Alarms about clocks, levels of service, exports and the gate: found, and told by apprise, by mail, and as events.

Each key is told once. A text holds the client's id, a link, and an invoice number where settings allow it. Nothing goes
to the network unless `alerts.urls` or a mail server are set. A target that does not take a message is tried again with
the next run, a few times.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from assurance import weighted_rate
from flows.alert_words import words
from kpis.service import statements
from kpis.sla import Attainment
from models.contract import Service, contract_on
from models.settings import Settings
from models.store.acks import unacknowledged
from models.store.alerts import Alert, mark_alerts, take_alerts
from models.store.audit import now
from models.store.audit_samples import settled_audits
from models.store.certificates import certified, promise_since, standing_certificate
from models.store.engine import Store
from models.store.mail import queue_mail
from models.store.service import OPEN
from models.tables import DocumentRow, QualityRunRow, WebhookMessageRow

logger = logging.getLogger("facturier.alerts")
EVENT = "facturier.alert"
RECENT = timedelta(days=2)  # what is older was there before anybody asked to be told
_LEVEL = {"turnaround": "attainment", "availability": "attainment", "accuracy": "error_rate"}


def find_alerts(session: Session, settings: Settings, services: Mapping[str, Service], at: datetime) -> list[Alert]:
    """Everything that somebody should know of now, whether it was told before or not."""
    families = (_documents, _exports, _gate, _promises)
    found = [alert for family in families for alert in family(session, settings, at)]
    for client_id, service in services.items():
        found.extend(_levels(settings, client_id, service, at))
    return found


def _documents(session: Session, settings: Settings, at: datetime) -> Iterator[Alert]:
    """Open documents that are late, or will be."""
    running = (col(DocumentRow.state).in_(OPEN), col(DocumentRow.waits_since).is_(None))
    late = select(DocumentRow).where(*running, col(DocumentRow.due_at) <= at, col(DocumentRow.due_at) > at - RECENT)
    for row in session.exec(late.order_by(col(DocumentRow.due_at))):
        yield _about(settings, row, "late", f"late:{row.id}:{row.due_at:%Y%m%d%H%M}")
    soon = select(DocumentRow).where(
        *running, col(DocumentRow.due_at) > at, col(DocumentRow.breach_risk) >= settings.alerts.risk)  # fmt: skip
    for row in session.exec(soon.order_by(col(DocumentRow.due_at))):
        yield _about(settings, row, "breach_risk", f"breach_risk:{row.id}", share=f"{row.breach_risk or 0:.0%}",
                     due=f"{row.due_at:%Y-%m-%d %H:%M} UTC")  # fmt: skip


def _about(settings: Settings, row: DocumentRow, kind: str, key: str, **places: object) -> Alert:
    number = f" {row.invoice_number}" if settings.alerts.numbers and row.invoice_number else ""
    link = f"{site_url(settings)}/documents/{row.id}"
    return _alert(settings, kind, key, row.client_id, link, document=number, **places)


def _levels(settings: Settings, client_id: str, service: Service, at: datetime) -> Iterator[Alert]:
    """Targets that the month to date misses; once a month and target."""
    made = statements(service, at)
    contract = contract_on(service.contracts, at)
    if not made or contract is None:
        return
    link = f"{site_url(settings)}/sla?client={client_id}"
    for each in made[-1].attainments:
        if each.is_missed and each.value is not None:
            key = f"level:{client_id}:{each.name}:{made[-1].start:%Y%m%d}"
            yield _alert(settings, _LEVEL[each.kind], key, client_id, link, target=each.name, **_shares(each))


def _shares(each: Attainment) -> dict[str, object]:
    return {"value": f"{each.value or 0:.1%}", "wanted": f"{each.target:.1%}"}


def _exports(session: Session, settings: Settings, at: datetime) -> Iterator[Alert]:
    """Exports that nobody acknowledged, and messages that were given up."""
    link = f"{site_url(settings)}/integrations"
    for batch, missing in unacknowledged(session, at, hours=settings.api.ack_hours):
        yield _alert(settings, "unacked", f"unacked:{batch.id}", batch.client_id, link, batch=batch.id,
                     target=batch.target, count=missing)  # fmt: skip
    of = (WebhookMessageRow.client_id, WebhookMessageRow.webhook_id)
    dead = select(*of, func.count()).where(WebhookMessageRow.state == "dead").group_by(*of)
    for client_id, webhook_id, count in session.exec(dead):
        yield _alert(settings, "webhook", f"webhook:{webhook_id}:{at:%Y%m%d}", client_id, link, count=count)


def _gate(session: Session, settings: Settings, at: datetime) -> Iterator[Alert]:
    """Looks at whole tables that found something wrong."""
    failed = select(QualityRunRow).where(QualityRunRow.state == "failed", col(QualityRunRow.at) > at - RECENT)
    for row in session.exec(failed):
        yield _alert(settings, "gate", f"gate:{row.id}", row.client_id, site_url(settings), count=row.failed)


def _promises(session: Session, settings: Settings, at: datetime) -> Iterator[Alert]:
    """Certificates that the audits since contradict: the whole interval of the error rate lies above their bound."""
    for client_id, segment in certified(session):
        certificate = standing_certificate(session, client_id, segment)
        since = promise_since(session, client_id, segment)
        if certificate is None or certificate.threshold is None or certificate.bound is None or since is None:
            continue  # it lets nothing through
        seen = [one for one in settled_audits(session, client_id) if one.segment == segment and since <= one.at <= at]
        rate = weighted_rate([(one.wrong, one.weight) for one in seen])
        if seen and rate.interval.low > certificate.bound:
            yield _alert(settings, "certificate", f"certificate:{client_id}:{segment}:{since:%Y%m%d%H%M}", client_id,
                         f"{site_url(settings)}/certificates?client={client_id}", segment=segment,
                         value=f"{rate.value:.1%}", wanted=f"{certificate.bound:.1%}")  # fmt: skip


def _alert(settings: Settings, kind: str, key: str, client_id: str, link: str, **places: object) -> Alert:
    title, sentence = words(kind, settings.alerts.language, client=client_id, **places)
    return Alert(key, kind, title, f"{sentence}\n{link}", client_id)


def site_url(settings: Settings) -> str:
    """Where the review site is reached."""
    return (settings.web.public_url or f"http://{settings.web.host}:{settings.web.port}").rstrip("/")


def send_alerts(store: Store, settings: Settings) -> dict[str, int]:
    """Tell what waits; how many were told, and how many not. Without an address they count as told: they are shown."""
    with store.write() as session:
        waiting = take_alerts(session)
    told = [one.key for one in waiting if _tell(store, settings, one)]
    missed = sorted({one.key for one in waiting} - set(told))
    at = now()
    with store.write() as session:
        mark_alerts(session, told, is_told=True, at=at)
        mark_alerts(session, missed, is_told=False, at=at)
    return {"told": len(told), "failed": len(missed)}


def _tell(store: Store, settings: Settings, alert: Alert) -> bool:
    if not notify(settings.alerts.urls, alert):
        return False
    with store.write() as session:
        for recipient in settings.alerts.mail:
            queue_mail(session, kind="alert", recipient=recipient, subject=alert.title, words=alert.words, at=now(),
                       client_id=alert.client_id)  # fmt: skip
    return True


def notify(urls: Sequence[str], alert: Alert) -> bool:
    """Send one message to every address; False where one did not take it. Nothing is imported without an address."""
    if not urls:
        return True
    from apprise import Apprise, AppriseAsset, NotifyFormat

    target = Apprise(asset=AppriseAsset(app_id="Facturier", app_desc="", app_url="", async_mode=False))
    if not all([target.add(url) for url in urls]):  # noqa: C419 - each is tried, so that the good ones are told
        logger.error("an address of alerts.urls is none that apprise knows")
    if not len(target):
        return False
    return bool(target.notify(title=alert.title, body=alert.words, body_format=NotifyFormat.TEXT))
