"""The governance pack: what a client and its auditors read of a period, from one set of facts."""

from __future__ import annotations

from datetime import timedelta

from kpis.nps import net_promoter
from models.governance import Governance
from models.settings_review import ReviewSettings
from models.settings_service import CostSettings
from reports import control_parts, promise_parts, work_parts
from reports.content import Pack, Tile, Words
from reports.language import TONGUES
from reports.review import NONE, Review, review_of

_PARTS = (
    work_parts.summary, promise_parts.service, work_parts.figures, work_parts.exceptions, promise_parts.errors,
    work_parts.volumes, work_parts.cost, control_parts.holds, control_parts.incidents, control_parts.gates,
    control_parts.chain, control_parts.access, control_parts.places, promise_parts.answers, promise_parts.actions,
)  # fmt: skip
_INSTANT = timedelta(microseconds=1)


def governance_pack(
    facts: Governance, language: str, *, office: ReviewSettings | None = None, costs: CostSettings | None = None
) -> Pack:
    """The pack of a period in one language; the same facts give the same pack."""
    review = review_of(facts, TONGUES[language], office or ReviewSettings(), costs or CostSettings())
    start, end, at = facts.period
    period = review.t("period", start=review.day(start), end=review.day(end - _INSTANT))
    made = review.t("made", at=review.moment(at))
    return Pack(
        review.t("title"), facts.client_name, period, language, made, press_words(review.tongue.words, made),
        _tiles(review), tuple(part(review) for part in _PARTS),
    )  # fmt: skip


def press_words(words: dict[str, str], made: str) -> Words:
    """What the presses say of themselves."""
    return Words(words["pack.contents"], words["pack.page"], made)


def _tiles(review: Review) -> tuple[Tile, ...]:
    """Six figures at a glance."""
    made, nps = review.statement, net_promoter(one.score for one in review.facts.answers)
    measured = [one for one in made.attainments if one.value is not None] if made else []
    met = f"{sum(not one.is_missed for one in measured)} / {len(measured)}" if measured else NONE
    score = review.tongue.number(nps.score, 0) if nps else NONE
    names = ("straight_through_rate", "turnaround_median", "audited_error_rate", "cost_per_invoice")
    figures = [Tile(review.tongue.t(f"kpi.{name}"), review.value(name), _before(review, name)) for name in names]
    return (Tile(review.t("tile_targets"), met), *figures, Tile(review.t("tile_nps"), score))


def _before(review: Review, name: str) -> str:
    row = review.row(name)
    if row.previous is None:
        return ""
    return review.tongue.t("kpis.before", value=review.value_before(name))
