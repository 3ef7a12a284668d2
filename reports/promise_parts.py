"""Sections about what was promised: service levels and credits, certificates and audits, answers, actions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kpis.nps import net_promoter
from kpis.sla import Attainment, Statement
from models.certificate import Certificate
from models.governance import Lowered, Promise
from reports.content import Section, Table
from reports.review import NONE, Review

_SHOWN = 30  # late documents


def service(review: Review) -> Section:
    """Each target with what was reached, documents that missed theirs, and what it comes to."""
    made, title = review.statement, review.t("service")
    if made is None:
        return Section("service", title, (review.t("no_contract"),))
    lead = review.t("service_lead", contract=made.contract, documents=str(made.documents))
    tables = [
        review.table("targets", ("target", "promised", "reached", "counted_of", "result", "credit"),
                     tuple(_target(review, one) for one in made.attainments), {1, 2, 3, 5}),
        review.table("money", ("item", "amount"), _money(review, made), {1}),
    ]  # fmt: skip
    if made.missed:
        tables.append(_late(review, made))
    notes = (review.t("late_more", count=str(len(made.missed) - _SHOWN)),) if len(made.missed) > _SHOWN else ()
    said = (lead,) if made.missed else (lead, review.t("no_late"))
    return Section("service", title, said, tuple(tables), notes=notes)


def _target(review: Review, one: Attainment) -> tuple[str, ...]:
    tongue = review.tongue
    name = one.name if one.kind == "turnaround" else review.t(f"target_{one.kind}")
    side = "at_most" if one.kind == "accuracy" else "at_least"
    result = "nothing" if one.value is None else "missed" if one.is_missed else "met"
    reached = tongue.percent(one.value) or NONE
    if one.low is not None:
        reached = f"{reached} {review.t('between', low=tongue.percent(one.low), high=tongue.percent(one.high))}"
    counted = f"{tongue.number(one.met, 1)} / {tongue.number(one.total, 1)}"
    return (name, tongue.t(f"sla.{side}", share=tongue.percent(one.target)), reached, counted,
            tongue.t(f"sla.{result}"), f"{tongue.number(one.percent)} %")  # fmt: skip


def _money(review: Review, made: Statement) -> tuple[tuple[str, ...], ...]:
    amounts: tuple[tuple[str, Decimal], ...] = (
        ("fees", made.fees), ("credits", -made.credits), ("penalties", -made.penalties),
        ("deduction", -made.deduction), ("bonus", made.bonus), ("returned", made.returned), ("net", made.net),
    )  # fmt: skip
    return tuple(
        (review.t(f"money_{name}"), review.tongue.amount(amount + 0, made.currency)) for name, amount in amounts
    )


def _late(review: Review, made: Statement) -> Table:
    rows = tuple(
        (
            _number(review, one.document_id),
            one.target,
            review.moment(one.due),
            review.moment(one.stopped) if one.stopped else review.t("still_open"),
        )
        for one in made.missed[:_SHOWN]
    )
    return review.table("late", ("document", "target", "due", "done"), rows)


def _number(review: Review, document_id: str) -> str:
    """What the client knows a document by."""
    return review.facts.numbers.get(document_id) or document_id[:12]


def errors(review: Review) -> Section:
    """What is certified, on what it rests, and what the audits of what was let through say."""
    facts, tongue = review.facts, review.tongue
    audited = review.row("audited_error_rate")
    if audited.value is None:
        said = review.t("no_audits", drawn=str(facts.sampled.drawn), open=str(facts.sampled.open))
    else:
        said = review.t("audits", rate=review.value("audited_error_rate"), low=review.value("audited_error_rate_low"),
                        high=review.value("audited_error_rate_high"), wrong=tongue.number(audited.numerator, 0),
                        count=tongue.number(audited.denominator, 0), drawn=str(facts.sampled.drawn),
                        open=str(facts.sampled.open))  # fmt: skip
    lowered = {one.segment: one for one in facts.lowered}
    if not facts.certificates:
        return Section("errors", review.t("errors"), (said, review.t("no_certificates")))
    rows = tuple(_certificate(review, one, lowered.get(one.segment)) for one in facts.certificates)
    notes = tuple(sorted({note for one in facts.certificates for note in one.assumptions}))
    heads = ("segment", "limit", "threshold", "labels", "wrong", "bound", "state")
    return Section("errors", review.t("errors"), (said, review.t("certificates_lead")),
                   (review.table("certificates", heads, rows, {1, 2, 3, 4, 5}),), notes=notes)  # fmt: skip


def _certificate(review: Review, one: Certificate, lowered: Lowered | None) -> tuple[str, ...]:
    tongue = review.tongue
    if one.threshold is None:
        state = review.t("certificate_missing", missing=str(one.missing))
    elif lowered:
        state = review.t("certificate_lowered", at=review.day(lowered.since))
    else:
        state = review.t("certificate_stands", at=review.day(one.made_at))
    return (tongue.t(f"segment.{one.segment.replace('/', '_')}"), tongue.percent(one.alpha),
            NONE if one.threshold is None else tongue.number(one.threshold, 4), f"{one.accepted} / {one.labelled}",
            str(one.errors), NONE if one.bound is None else f"{tongue.number(100 * one.bound)} %", state)  # fmt: skip


def answers(review: Review) -> Section:
    """What the client said when it was asked."""
    facts, tongue = review.facts, review.tongue
    made = net_promoter(one.score for one in facts.answers)
    if made is None:
        return Section("answers", review.t("answers"), (review.t("no_answers", asked=str(facts.asked)),))
    said = review.t("nps", score=tongue.number(made.score, 0), count=str(made.answers), asked=str(facts.asked),
                    promoters=str(made.promoters), detractors=str(made.detractors), low=tongue.number(made.low, 0),
                    high=tongue.number(made.high, 0))  # fmt: skip
    rows = tuple((review.day(one.at), str(one.score), one.comment or NONE) for one in facts.answers)
    return Section("answers", review.t("answers"), (said,),
                   (review.table("answers_table", ("day", "score", "comment"), rows, {1}, (18, 10, 72)),),
                   notes=(review.t("nps_how"),))  # fmt: skip


def actions(review: Review) -> Section:
    """What was agreed: who, until when, and how it stands."""
    title = review.t("actions")
    if not review.facts.actions:
        return Section("actions", title, (review.t("no_actions"),))
    today = review.calendar.local_day(review.facts.period.at)
    rows = tuple(
        (one.title, one.owner, review.day(one.due), _state(review, one, today)) for one in review.facts.actions
    )
    late = sum(_is_late(one, today) for one in review.facts.actions)
    waiting = sum(one.done_at is None for one in review.facts.actions)
    said = review.t("actions_lead", open=str(waiting), late=str(late))
    return Section(
        "actions",
        title,
        (said,),
        (review.table("actions_table", ("action", "owner", "until", "state"), rows, widths=(46, 20, 15, 19)),),
    )


def _is_late(one: Promise, today: date) -> bool:
    return one.done_at is None and one.due is not None and one.due < today


def _state(review: Review, one: Promise, today: date) -> str:
    if one.done_at:
        return review.t("done_on", at=review.day(one.done_at))
    return review.t("is_late" if _is_late(one, today) else "is_open")
