"""Knobs of the review queue: business hours and costs of waiting, micro-tasks, sign-in by another house, mail.

A client's contract may say otherwise: the table `client` holds what differs (review_json).
"""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.invoice import Frozen

Place = Literal["onshore", "nearshore", "offshore"]
PLACES: tuple[Place, ...] = ("onshore", "nearshore", "offshore")
Span = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$")]


class ReviewSettings(Frozen):
    """How documents wait, and who may see them. Amounts in the client's currency."""

    idle_minutes: int = Field(15, gt=0)  # without a key or a click: the document goes back to the queue
    country: str = Field("FR", pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")  # whose holidays count
    timezone: str = "Europe/Paris"
    hours: tuple[Span, ...] = ("08:30-12:30", "13:30-18:00")
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)  # Monday is 0
    sla_hours: float = Field(16.0, gt=0)  # business hours from receipt to settled
    sla_penalty: float = Field(5.0, ge=0)  # credit to the client for a late document
    late_interest_percent: float = Field(10.0, ge=0)  # a year, on what is paid too late
    late_fee: float = Field(40.0, ge=0)  # fixed indemnity of a late payment (directive 2011/7/EU, article 6)
    tied_up_percent: float = Field(4.0, ge=0)  # a year, on an amount that nobody can plan with
    pay_days: int = Field(2, ge=0)  # business days from settled to paid: finance's own part of the way
    reminder_days: int = Field(5, gt=0)  # business days without an answer of a supplier, then he is reminded
    review_minutes: float = Field(4.0, gt=0)  # of a person on one document, until measured
    places: tuple[Place, ...] = ()  # from where documents may be seen; empty: from anywhere
    micro_terms: tuple[str, ...] = ()  # values that may be shown as single snippets; empty: the client allows none
    four_eyes_amount: Decimal | None = Field(None, ge=0)  # gross, from which two persons approve; none: never
    four_eyes_override: bool = True  # approving against an open error takes two persons


class MicroSettings(Frozen):
    """One snippet, one question. No task is shown to a region without a wage floor."""

    enabled: bool = False  # a client's contract allows it (review_json says which fields are cut out)
    sure: float = Field(0.98, gt=0.5, lt=1)  # posterior at which a task is done
    floor: int = Field(2, ge=1)  # answers at least
    cap: int = Field(5, ge=1)  # answers at most; then an expert looks
    gold_share: float = Field(0.1, ge=0, le=0.5)
    qualify: int = Field(20, ge=1)  # gold questions before the first task that counts
    qualify_share: float = Field(0.8, gt=0, le=1)
    snippets: int = Field(2, ge=1)  # of one document to one worker
    idle_factor: float = Field(3.0, gt=1)  # longer than so many medians is a pause
    assumed_seconds: float = Field(20.0, gt=0)  # for one task, until it is measured


class OidcSettings(Frozen):
    """Sign-in by the company's identity provider. Off without an issuer."""

    issuer: str = ""
    client_id: str = ""
    client_secret: str = ""  # better by environment: FACTURIER__OIDC__CLIENT_SECRET
    label: str = ""  # on the button; empty: the issuer's host
    local: bool = True  # accounts with a password beside it


class MailSettings(Frozen):
    """Where mail leaves. Without a host mails wait in the table and are shown to the supervisor."""

    host: str = ""
    port: int = Field(587, gt=0, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: str = ""  # certificates that vouch for the server; empty: those of the system
    user: str = ""
    password: str = ""
    sender: str = ""  # empty: the user

    @model_validator(mode="after")
    def _has_sender(self) -> Self:
        if self.host and "@" not in (self.sender or self.user):
            raise ValueError("mail.sender is no mail address: who sends?")
        return self


def read_span(span: str) -> tuple[time, time]:
    """The beginning and end of a span of hours; 24:00 is the last microsecond of the day.

    >>> read_span("08:30-12:30")
    (datetime.time(8, 30), datetime.time(12, 30))
    """
    start, _, end = span.partition("-")
    return time.fromisoformat(start), time.max if end == "24:00" else time.fromisoformat(end)


def client_review(base: ReviewSettings, overrides: str | None) -> ReviewSettings:
    """A client's review settings: the office's, with what its own contract (JSON text) says instead."""
    if not overrides:
        return base
    own = ReviewSettings.model_validate_json(overrides)
    return base.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})
