"""Certificates out of labels: for each segment of a client the lowest threshold whose promise the labels prove.

Labels are those of the window, of documents scored by the models in use; below a standing alarm only those that came
after it count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from assurance import ASSUMPTIONS, certify, split_risk
from flows.versions import SHIPPED, Places, model_versions
from models.certificate import SEGMENTS, Certificate, Label
from models.settings import PolicySettings
from models.store.alarms import lowering
from models.store.certificates import add_certificate
from models.store.documents import new_id
from models.store.labels import labels_of


@dataclass(frozen=True, slots=True)
class Window:
    """The labels that stand for what comes next, with what they were made under."""

    labels: tuple[Label, ...]
    score_version: str
    outdated: int  # labels of the window that other models scored


def open_window(
    session: Session, client_id: str, policy: PolicySettings, *, at: datetime, places: Places = SHIPPED
) -> Window:
    """A client's labels of the last `policy.label_days` days; `places` are the models in use."""
    version = model_versions(places)["score"]
    found = labels_of(session, client_id, since=at - timedelta(days=policy.label_days))
    fitting = tuple(label for label in found if label.score_version == version and label.at <= at)
    return Window(fitting, version, len(found) - len(fitting))


def certify_client(
    session: Session, client_id: str, policy: PolicySettings, *, at: datetime, actor: str, places: Places = SHIPPED
) -> list[Certificate]:
    """Make and keep a new certificate for each segment; one that lets nothing through says what is missing.

    A segment that an alarm lowered stays lowered unless its certificate rests on labels after the alarm alone.
    """
    window = open_window(session, client_id, policy, at=at, places=places)
    usable = {segment: _usable(session, client_id, segment, window.labels) for segment in SEGMENTS}
    risks = split_risk(policy.error_limit, policy.error_risk, Counter({s: len(found) for s, found in usable.items()}))
    made = []
    for segment, labels in usable.items():
        certificate = _certificate(client_id, segment, labels, policy, risks[segment], window.score_version, at)
        add_certificate(session, certificate, actor=actor)
        made.append(certificate)
    return made


def _usable(session: Session, client_id: str, segment: str, labels: Sequence[Label]) -> list[Label]:
    alarm = lowering(session, client_id, segment)
    return [label for label in labels if label.segment == segment and (alarm is None or label.at >= alarm.at)]


def _certificate(
    client_id: str, segment: str, labels: Sequence[Label], policy: PolicySettings, delta: float, version: str,
    at: datetime,
) -> Certificate:  # fmt: skip
    said = certify(labels, alpha=policy.error_limit, delta=delta)
    times = [label.at for label in labels]
    return Certificate(
        id=new_id(), client_id=client_id, segment=segment, alpha=policy.error_limit, delta=delta,
        threshold=said.threshold, labelled=said.labelled, accepted=said.accepted, errors=said.errors, bound=said.bound,
        missing=said.missing, window_from=min(times, default=None), window_to=max(times, default=None),
        score_version=version, assumptions=ASSUMPTIONS, made_at=at,
    )  # fmt: skip
