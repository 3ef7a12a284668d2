"""The page of certificates, and what the document page says of its score."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from models.certificate import Certificate, DocumentEvidence, Label
from models.decision import Decision, Outcome
from models.store.alarms import raise_alarm
from models.store.audit import now
from models.store.certificates import add_certificate
from models.store.documents import add_decision
from models.store.engine import Store
from models.store.labels import put_labels
from models.tables import DocumentRow
from tests.browser import Desk

SEGMENT = "digital/known"
Visit = Callable[..., Desk]


def certificate(threshold: float | None, **other: Any) -> Certificate:
    values: dict[str, Any] = {
        "id": f"c{threshold}", "client_id": "acme", "segment": SEGMENT, "alpha": 0.02, "delta": 0.025,
        "threshold": threshold, "labelled": 240, "accepted": 0 if threshold is None else 231, "errors": 0,
        "bound": None if threshold is None else 0.0158, "missing": 77 if threshold is None else 0, "window_from": None,
        "window_to": None, "score_version": "v", "made_at": now(),
    }  # fmt: skip
    return Certificate(**values | other)


def stand(desk: Store, one: Certificate) -> None:
    with desk.write() as session:
        add_certificate(session, one, actor="test")


def labels(desk: Store) -> None:
    with desk.write() as session:
        put_labels(session, "acme", [
            Label(key=str(n), segment=SEGMENT, seller="S1", score=n / 100, wrong=n < 5, source="review",
                  score_version="v", at=now() - timedelta(days=1)) for n in range(100)
        ])  # fmt: skip


def test_without_certificates_the_page_says_that_everything_is_reviewed(visit: Visit) -> None:
    page = visit("ada", "supervisor").get("/certificates")
    assert page.status_code == 200
    assert page.text.count("no certificate yet") == 6


def test_it_says_how_many_labels_are_missing(visit: Visit, desk: Store) -> None:
    stand(desk, certificate(None))
    assert "at least 77" in visit("ada", "supervisor").get("/certificates").text


def test_a_certificate_shows_threshold_counts_and_bound(visit: Visit, desk: Store) -> None:
    stand(desk, certificate(0.9512))
    page = visit("ada", "auditor").get("/certificates").text
    assert [word for word in ("0.9512", "0 / 231", "1.6%", "certified") if word not in page] == []


def test_an_alarm_shows_at_once(visit: Visit, desk: Store) -> None:
    stand(desk, certificate(0.9))
    with desk.write() as session:
        raise_alarm(session, "acme", SEGMENT, kind="error_rate", detail={}, actor="test", at=now())
    page = visit("ada", "supervisor").get("/certificates").text
    assert "lowered by an alarm" in page
    assert 'href="/audit-sample"' in page


def test_the_curve_has_a_name_and_its_numbers_in_a_table(visit: Visit, desk: Store) -> None:
    stand(desk, certificate(0.9))
    labels(desk)
    page = visit("ada", "supervisor", language="fr").get("/certificates").text
    assert 'role="img" aria-labelledby="c-acme-1"' in page
    assert "<polyline" in page
    assert "Le moins cher" in page
    assert "style=" not in page  # the policy of the pages forbids it


def test_one_client_never_sees_anothers(visit: Visit, desk: Store) -> None:
    stand(desk, certificate(0.9512))
    page = visit("bob", "supervisor", ("beta",)).get("/certificates?client=acme").text
    assert "0.9512" not in page
    assert visit("eve", "reviewer").get("/certificates").status_code == 403


def judge(desk: Store, document_id: str, score: float, gates: float = 0.0) -> None:
    """What the policy said of it."""
    seen = DocumentEvidence(channel="digital", acquaintance="known", features={"gates": gates})
    said = Decision(outcome=Outcome.REVIEW, score=score, segment=SEGMENT, evidence=seen, versions={"score": "v"})
    with desk.write() as session:
        add_decision(session, session.get_one(DocumentRow, document_id), said, actor="policy")


@pytest.mark.parametrize(("score", "words"), [
    (0.968, "Of 97 checked documents that scored like this one or a little lower, 5 were wrong: 10.6% at most"),
    (0.4, "There is too little experience yet"),
])  # fmt: skip
def test_a_document_says_in_plain_words_how_many_like_it_were_wrong(
    visit: Visit, desk: Store, make_document: Callable[..., str], score: float, words: str
) -> None:
    document_id = make_document()
    labels(desk)
    judge(desk, document_id, score)
    assert words in visit("ada").get(f"/documents/{document_id}").text
    french = visit("ida", language="fr").get(f"/documents/{document_id}").text
    assert "documents contrôlés" in french


def test_of_a_document_that_a_rule_holds_labels_say_nothing(
    visit: Visit, desk: Store, make_document: Callable[..., str]
) -> None:
    document_id = make_document()
    labels(desk)
    judge(desk, document_id, 0.968, gates=1.0)
    assert "checked documents" not in visit("ada").get(f"/documents/{document_id}").text
