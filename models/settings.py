"""Every knob: one class per room, with unit, bounds and the reason for the default.

Order: flag > environment (`FACTURIER__SECTION__KEY`) > `facturier.toml` in the home > default. A stage gets its own
section as an argument; nothing below the doors reads environment, files or globals.

>>> Settings().limits.file_bytes
52428800
"""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from models.errors import SettingsError
from models.invoice import Frozen
from models.settings_output import ApiSettings, OutputSettings, WebhookSettings
from models.settings_review import MailSettings, MicroSettings, OidcSettings, ReviewSettings
from models.settings_rules import RulesSettings
from models.settings_service import AlertSettings, CostSettings, ForecastSettings

DEFAULT_HOME = Path("var")
Cron = Annotated[str, Field(pattern=r"^(|\S+( \S+){4})$")]  # minute hour day month weekday, or nothing


class LimitSettings(Frozen):
    """What untrusted bytes may cost (reliability.md R9)."""

    file_bytes: int = Field(50 * 2**20, gt=0)
    pages: int = Field(500, gt=0)
    ocr_pages: int = Field(50, gt=0)  # more go to a person: a scan of 50 pages is rarely one invoice
    page_side_pixels: int = Field(10_000, gt=0)
    page_pixels: int = Field(40_000_000, gt=0)
    xml_bytes: int = Field(20 * 2**20, gt=0)
    xml_depth: int = Field(64, gt=0)
    attachments: int = Field(20, gt=0)
    attachment_bytes: int = Field(20 * 2**20, gt=0)
    child_memory_bytes: int = Field(2**30, gt=0)  # over what the warm parent maps already
    child_cpu_seconds: int = Field(60, gt=0)
    parse_seconds: float = Field(30.0, gt=0)
    page_seconds: float = Field(20.0, gt=0)  # OCR, each page
    document_seconds: float = Field(300.0, gt=0)
    answer_bytes: int = Field(5 * 2**20, gt=0)


class ReadingSettings(Frozen):
    """How pages are read."""

    engine: str = "ppocr"  # a row of extractors.ocr.ENGINES
    second_engine: str = "tesseract"
    render_dpi: int = Field(200, ge=72, le=600)  # real scans have half as many doubtful numbers as at 150
    auto_threshold: float = Field(0.9, ge=0, le=1)  # every value must be at least this sure for "auto"
    source: Literal["auto", "page", "xml"] = "auto"
    bundles: Literal["split", "whole"] = "split"  # "whole": a file is one invoice, however many it seems to hold
    workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)
    rules: Literal["auto", "schematron", "off"] = "auto"  # by what e-invoices are held against their rules
    sandbox: Literal["auto", "bubblewrap", "none"] = "auto"  # "bubblewrap" refuses to start without it
    model: str = ""  # folder of a trained reader; empty: the champion of the home, else the one that came along
    shadow: str = ""  # folder of a challenger that reads along without effect


class MatchingSettings(Frozen):
    """Tolerances are inclusive: a difference equal to the tolerance passes. Per cent and amount: the larger wins."""

    price_tolerance_percent: Decimal = Field(Decimal("1"), ge=0)
    price_tolerance_amount: Decimal = Field(Decimal("0.01"), ge=0)  # per unit
    price_under_percent: Decimal | None = Field(None, ge=0)  # for prices below the order's; none: as for those above
    quantity_tolerance_percent: Decimal = Field(Decimal(0), ge=0)
    total_tolerance_percent: Decimal = Field(Decimal("0.5"), ge=0)
    total_tolerance_amount: Decimal = Field(Decimal("0.05"), ge=0)
    small_cost_limit: Decimal = Field(Decimal("25"), ge=0)  # freight and the like without an order line
    name_threshold: float = Field(88.0, ge=0, le=100)  # rapidfuzz score from which a name is a supplier
    probability_threshold: float = Field(0.9, ge=0, le=1)  # of ten orders taken at just this, nine are right
    ranker: Literal["trained", "weights"] = "trained"  # what weighs orders: the shipped trees, or weights set by hand
    three_way: Literal["auto", "always", "never"] = "auto"  # auto: where receipts exist for the order
    model: str = ""  # folder of a trained ranker; empty: the champion of the home, else the one that came along


class PolicySettings(Frozen):
    """What may go through without a person. Hard gates (R15) stand outside of it and cannot be switched off here."""

    straight_through: bool = True
    release: Literal["certified", "threshold", "shadow"] = "certified"  # by what documents are let through
    error_limit: float = Field(0.005, gt=0, lt=1)  # alpha: of the invoices let through, at most this share is wrong ...
    error_risk: float = Field(0.05, gt=0, lt=1)  # delta: ... but for this probability, shared out over the segments
    label_days: int = Field(90, gt=0)  # labels of this many days stand for what comes next
    audit_share: float = Field(0.05, ge=0, le=1)  # of what was let through, looked at nevertheless
    audit_weekly: int = Field(60, ge=0)  # at least so many a week, where as many were let through
    blind_share: float = Field(0.15, ge=0, le=1)  # of the audit sample, keyed without seeing what was read
    error_cost: float = Field(50.0, ge=0)  # of a wrong invoice let through: found, claimed back, booked anew
    review_cost: float = Field(2.0, ge=0)  # of a person's look at one invoice: four minutes
    confidence_threshold: float = Field(0.9, ge=0, le=1)
    amount_limit: Decimal = Field(Decimal("10000"), ge=0)  # gross, in the invoice's currency; above it a person looks
    require_order: bool = True
    score: str = ""  # folder of a trained document score; empty: the champion of the home, else the one that came along
    version: str = "1"


def client_policy(base: PolicySettings, overrides: str | None) -> PolicySettings:
    """A client's policy: the settings', with what its own contract (JSON text) says instead."""
    if not overrides:
        return base
    own = PolicySettings.model_validate_json(overrides)
    return base.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})


class LearningSettings(Frozen):
    """How the reader learns from what people correct, and what a new model has to show before it is used."""

    nightly: bool = True  # make a challenger by night where there are enough new corrections
    hour: int = Field(2, ge=0, le=23)  # of the nightly run, UTC
    new_corrections: int = Field(50, gt=0)  # since the last challenger: with fewer none is made
    per_supplier: int = Field(20, gt=0)  # corrected documents of one supplier that are learned from
    gold_documents: int = Field(600, ge=20)  # of the generator, in the set that decides
    shadow_days: int = Field(7, ge=0)
    shadow_share: float = Field(0.25, ge=0, le=1)  # of the documents: read by the challenger too, without effect
    shadow_documents: int = Field(20, ge=0)  # that it must have read along, at least


class IntakeSettings(Frozen):
    """How folders are watched (R1 to R4)."""

    scan_seconds: float = Field(2.0, gt=0)
    settle_seconds: float = Field(2.0, ge=0)  # quiet for this long before a file counts as complete
    incomplete_seconds: float = Field(300.0, gt=0)  # then it is quarantined as incomplete
    discard_seconds: float = Field(600.0, ge=0)  # claimed file is re-hashed, then unlinked
    archive_members: int = Field(1000, gt=0)
    archive_bytes: int = Field(500 * 2**20, gt=0)  # of all members unpacked


class JobSettings(Frozen):
    """Leases (R7)."""

    lease_seconds: float = Field(120.0, gt=0)
    sweep_seconds: float = Field(30.0, gt=0)
    backoff_seconds: tuple[float, ...] = (10.0, 60.0, 600.0)
    crashes: int = Field(3, gt=0)
    errors: int = Field(5, gt=0)
    chunk_documents: int = Field(25, gt=0)
    batch_documents: int = Field(2000, gt=0)


class WebSettings(Frozen):
    """The review site. Loopback unless told otherwise."""

    host: str = "127.0.0.1"
    port: int = Field(8321, ge=0, le=65535)
    session_idle_minutes: int = Field(30, gt=0)
    session_hours: int = Field(12, gt=0)
    secure_cookies: bool = False  # True behind TLS: cookies get the __Host- prefix
    public_url: str | None = None  # what links in Prefect point to; default http://host:port
    trusted_proxy: str = ""  # address of the proxy whose X-Forwarded-For is believed; empty: nobody's
    metrics_token: str = ""  # that a reader of /metrics brings; empty: only this machine may read it


class AuditSettings(Frozen):
    """Where heads of the audit chain are noted besides the home."""

    anchors: tuple[str, ...] = ()  # files that are only added to, best on another machine's disk


class PrefectSettings(Frozen):
    """The Prefect server that `up` starts when PREFECT_API_URL names none."""

    host: str = "127.0.0.1"
    port: int = Field(4200, ge=0, le=65535)
    schedules: dict[str, Cron] = Field({})  # of scheduled flows, in place of their own; an empty one: none


class Settings(BaseSettings):
    """All sections."""

    model_config = SettingsConfigDict(env_prefix="FACTURIER__", env_nested_delimiter="__", frozen=True, extra="forbid")

    home: Path = DEFAULT_HOME
    database_url: str | None = None  # default: SQLite in the home; or postgresql+psycopg://...
    limits: LimitSettings = LimitSettings()
    reading: ReadingSettings = ReadingSettings()
    matching: MatchingSettings = MatchingSettings()
    policy: PolicySettings = PolicySettings()
    learning: LearningSettings = LearningSettings()
    intake: IntakeSettings = IntakeSettings()
    jobs: JobSettings = JobSettings()
    web: WebSettings = WebSettings()
    review: ReviewSettings = ReviewSettings()
    micro: MicroSettings = MicroSettings()
    oidc: OidcSettings = OidcSettings()
    mail: MailSettings = MailSettings()
    rules: RulesSettings = RulesSettings()
    output: OutputSettings = OutputSettings()
    api: ApiSettings = ApiSettings()
    webhooks: WebhookSettings = WebhookSettings()
    costs: CostSettings = CostSettings()
    alerts: AlertSettings = AlertSettings()
    forecast: ForecastSettings = ForecastSettings()
    prefect: PrefectSettings = PrefectSettings()
    audit: AuditSettings = AuditSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - no .env file: secrets come by environment only
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, then environment, then the TOML file of the home."""
        toml = TomlConfigSettingsSource(settings_cls, toml_file=home_directory() / "facturier.toml")
        return (init_settings, env_settings, toml)

    @property
    def url(self) -> str:
        """The database: what is set, else an SQLite file in the home."""
        return self.database_url or f"sqlite:///{self.home.resolve() / 'facturier.db'}"


def home_directory() -> Path:
    """FACTURIER_HOME, else `./var`."""
    return Path(os.environ.get("FACTURIER_HOME") or os.environ.get("FACTURIER__HOME") or DEFAULT_HOME)


def load_settings(home: Path | None = None) -> Settings:
    """Load the settings of a home; raises SettingsError that names each wrong key."""
    if home is not None:
        os.environ["FACTURIER_HOME"] = str(home)  # children of this process must see the same home
    try:
        return Settings(home=home_directory())
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise SettingsError(wrong) from error
    except (ValueError, OSError) as error:  # a TOML that does not parse
        raise SettingsError(f"{home_directory() / 'facturier.toml'}: {error}") from error
