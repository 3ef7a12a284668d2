"""From challenger to champion: the gate on documents that neither has learned from, the shadow, promotion and rollback.

Nothing is replaced by hand or by time alone: a challenger needs a passed gate and a shadow that is over without a sign
against it. An administrator may override with a reason, which is audited. One command goes back.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from extractors.fields.model import ReaderModel, load_model
from flows.champion import laid_out, register_shipped
from flows.house import House
from flows.shadow import ShadowReport, report_of
from flows.teaching import Order, make_challenger, reviewed, reviewed_examples, set_examples, truths
from learning.contest import Contest, contest, frozen_gold
from learning.corrections import Reviewed, at_most, is_held_out
from learning.material import Example
from models.errors import ConflictError, UnknownModelError
from models.settings import LearningSettings
from models.store import registry
from models.store.audit import now
from models.store.reviewed import count_corrections
from models.tables import ModelRow

READER = "reader"
MOST_PAST = 200  # past corrections that a challenger has to read: the newest


class NotReadyError(ConflictError):
    """A challenger has not shown what it must."""

    code = "challenger_not_ready"
    advice = "Wait for the shadow, train another, or let an administrator override it with a reason (--override)."


@dataclass(frozen=True, slots=True)
class Gold:
    """What the two are judged on, and the past corrections."""

    examples: Sequence[Example]
    past: Sequence[Example]
    corrected: dict[str, frozenset[str]]  # document to the terms that people corrected


def find_challenger(house: House, version: str | None, kind: str = READER) -> ModelRow:
    """The version named, of any kind, else the newest challenger of a kind; UnknownModelError if there is none."""
    with house.store.read() as session:
        row = registry.find_model(session, version) if version else registry.challenger(session, kind)
    if row is None:
        known = f"there is no version {version}" if version else f"there is no challenger of the {kind}"
        raise UnknownModelError(known)
    return row


def gold_of(house: House, data: Path | None = None, pages: Path | None = None) -> Gold:
    """The frozen documents of the generator, those of suppliers kept for judging, and sets of a folder."""
    settings = house.settings
    known = reviewed(house)
    kept = at_most([each for each in known if is_held_out(each.supplier)], settings.learning.per_supplier)
    past = [each for each in known if each.corrected][:MOST_PAST]
    both = {each.key: each for each in (*kept, *past)}
    found = {example.name: example for example in reviewed_examples(house, list(both.values()))}
    order = Order(day="", data=data, pages=pages)
    real = [e for name, lines in truths(order).items() for e in set_examples(order, name, lines, settings)]
    return Gold(
        examples=[*frozen_gold(settings.learning.gold_documents), *_of(kept, found), *real],
        past=_of(past, found),
        corrected={each.key: frozenset(each.corrected) for each in past},
    )


def run_gate(house: House, row: ModelRow, gold: Gold, *, actor: str) -> Contest:
    """Judge a challenger against what is in use, store what was said, and begin its shadow where it passed."""
    register_shipped(house)
    with house.store.read() as session:
        held = registry.champion(session, READER)
    told = contest(model_of(house, held), model_of(house, row), gold.examples, house.settings.reading,
                   gold.corrected, gold.past)  # fmt: skip
    return _noted(house, row, told, actor)


def judge(house: House, row: ModelRow, data: Path | None = None, pages: Path | None = None, *, actor: str) -> Contest:
    """Run the gate of a version's kind; `data` and `pages` are folders for the reader's (`gold_of`)."""
    if row.kind == READER:
        return run_gate(house, row, gold_of(house, data, pages), actor=actor)
    from flows.teaching_matcher import judge_matcher
    from flows.teaching_score import judge_score

    register_shipped(house)
    with house.store.read() as session:
        held = registry.champion(session, row.kind)
    gate = {"matcher": judge_matcher, "score": judge_score}[row.kind]
    return _noted(house, row, gate(house, row, held), actor)


def _noted(house: House, row: ModelRow, told: Contest, actor: str) -> Contest:
    """Store what the gate said; a reader that passed begins its shadow."""
    moment = now()
    said = {**told.as_dict(), "at": moment.isoformat()}
    if told.verdict.promote and row.kind == READER:
        said["shadow_from"] = moment.isoformat()
    role = registry.CHALLENGER if told.verdict.promote else registry.REFUSED
    with house.store.write() as session:
        stored = session.get_one(ModelRow, (row.kind, row.version))
        if stored.role == registry.CHAMPION:
            raise registry.ModelConflictError(f"{row.version} is in use already")
        registry.note(session, stored, said, role=role, actor=actor, at=moment)
    return told


def model_of(house: House, row: ModelRow | None) -> ReaderModel:
    """The model of a version; the one that came with the program where the version has no files."""
    folder = laid_out(house, row) if row is not None else None
    return load_model(str(folder)) if folder is not None else load_model()


def shadow_report(house: House, row: ModelRow, at: datetime | None = None) -> ShadowReport:
    """How a challenger's shadow stands."""
    with house.store.read() as session:
        return report_of(session, row, house.settings.learning, at or now())


def promote(house: House, row: ModelRow, *, actor: str, override: str = "", at: datetime | None = None) -> str:
    """Put a challenger into use; returns the version it replaces.

    Raises:
        NotReadyError: The gate is not passed, or the shadow is not over or speaks against it, and nothing overrides.
    """
    moment = at or now()
    with house.store.write() as session:
        stored = session.get_one(ModelRow, (row.kind, row.version))
        report = report_of(session, stored, house.settings.learning, moment)
        against = grounds_against(stored, report, house.settings.learning)
        if against and not override:
            raise NotReadyError(f"{row.version} is not promoted: {'; '.join(against)}")
        why = f"override: {override} (against: {'; '.join(against)})" if against else "gate and shadow passed"
        held = registry.promote(session, stored, actor=actor, at=moment, why=why)
    return held.version if held is not None else ""


def grounds_against(row: ModelRow, report: ShadowReport, settings: LearningSettings) -> list[str]:
    """What still stands against a promotion, each as half a sentence."""
    gate = registry.gate_of(row)
    if "promote" not in gate:
        return [f"the gate was not run: `facturier challenge {row.version}`"]
    if not gate["promote"]:
        return ["the gate refused it: " + ", ".join(f"{reason} ({detail})" for reason, detail in gate["reasons"])]
    if row.kind != READER:
        return []  # its gate has replayed what a shadow would see
    if report.failed:
        return [f"its shadow failed: {report.failed}"]
    if not report.is_over:
        asked = f"it ends {report.ends[:16].replace('T', ' ')} UTC and asks for {settings.shadow_documents} documents"
        return [f"its shadow is not over: {report.documents} documents so far, {asked}"]
    return []


def rollback(house: House, kind: str, *, actor: str, reason: str = "by command") -> tuple[str, str]:
    """Put the previous champion back; returns (version that goes, version that is back)."""
    register_shipped(house)
    with house.store.write() as session:
        gone, back = registry.rollback(session, kind, actor=actor, at=now(), why=reason)
    return gone.version, back.version


@dataclass(frozen=True, slots=True)
class Night:
    """What a nightly run did: `row` is None where there was too little to learn."""

    corrections: int
    row: ModelRow | None = None
    told: Contest | None = None
    others: tuple[tuple[ModelRow, Contest], ...] = ()  # matcher and score
    seconds: tuple[float, float] = (0.0, 0.0)  # of training and gate


def learn_by_night(house: House, *, documents: int = 1000, force: bool = False) -> Night:
    """Make a challenger where people corrected enough since the last, and run the gate on it."""
    register_shipped(house)
    with house.store.read() as session:
        trained = [row for row in registry.list_models(session) if row.kind == READER and registry.files_of(row)]
        made = [row.created_at for row in trained]
        corrections = count_corrections(session, max(made, default=None))
    if corrections < house.settings.learning.new_corrections and not force:
        return Night(corrections)
    order = Order(day=now().date().isoformat(), documents=documents, from_reviews=True)
    start = time.monotonic()
    row = make_challenger(house, order, actor="nightly")
    over = time.monotonic()
    # The same material as before has been judged before.
    told = None if registry.gate_of(row) else run_gate(house, row, gold_of(house), actor="nightly")
    spent = over - start, time.monotonic() - over
    return Night(corrections, row, told, _others(house, order), spent)


def _others(house: House, order: Order) -> tuple[tuple[ModelRow, Contest], ...]:
    """Matcher and score, of the same night's material; those that were judged before are left out."""
    from flows.teaching_matcher import make_matcher
    from flows.teaching_score import make_score

    made = [make_matcher(house, order.documents, seed=order.seed, day=order.day, actor="nightly"),
            make_score(house, order.documents, day=order.day, actor="nightly")]  # fmt: skip
    return tuple((row, judge(house, row, actor="nightly")) for row in made if not registry.gate_of(row))


def ends_of(row: ModelRow, settings: LearningSettings) -> datetime | None:
    """When a challenger's shadow is over; None where none began."""
    began = str(registry.gate_of(row).get("shadow_from") or "")
    return datetime.fromisoformat(began) + timedelta(days=settings.shadow_days) if began else None


def _of(wanted: Sequence[Reviewed], found: dict[str, Example]) -> list[Example]:
    return [found[each.key] for each in wanted if each.key in found]
