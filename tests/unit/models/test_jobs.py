from __future__ import annotations

import errno
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from models.errors import ConflictError
from models.settings import JobSettings
from models.status import Status
from models.store import jobs
from models.store.documents import move
from models.tables import DocumentRow, JobRow

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
SETTINGS = JobSettings()


def later(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


@pytest.fixture
def filled(office: Any, some_pdf: Any) -> Any:
    """Twelve documents of acme and two of zeta, all ready for reading at T0."""
    office.add_client("zeta")
    for number in range(12):
        office.drop(f"{number:02}.pdf", some_pdf(f"acme {number}"))
    for number in range(2):
        office.drop(f"{number}.xml", b"<Invoice>%d</Invoice>" % number, "zeta")
    office.scan()
    office.scan("zeta")
    with office.store.write() as session:
        for job in session.query(JobRow).all():
            job.next_at = T0
    return office


def take(office: Any, limit: int = 1, at: datetime = T0, owner: str = "w1", **options: Any) -> list[jobs.Lease]:
    with office.store.write() as session:
        return jobs.take(session, owner, settings=SETTINGS, limit=limit, at=at, **options)


def fail(office: Any, lease: jobs.Lease, cause: Any, at: datetime = T0) -> jobs.Verdict:
    with office.store.write() as session:
        return jobs.fail(session, lease, cause, "it broke", settings=SETTINGS, at=at)


def sweep(office: Any, at: datetime) -> list[jobs.Verdict]:
    with office.store.write() as session:
        return jobs.sweep(session, settings=SETTINGS, at=at)


def finish(office: Any, lease: jobs.Lease) -> None:
    with office.store.write() as session:
        jobs.finish(session, lease)


def document_of(office: Any, lease: jobs.Lease) -> DocumentRow:
    return next(row for row in office.documents() if row.id == lease.document_id)


def test_a_small_client_is_served_in_turn_with_a_large_one(filled: Any) -> None:
    leases = take(filled, limit=4)
    assert sorted(lease.client_id for lease in leases) == ["acme", "acme", "zeta", "zeta"]


def test_no_job_is_taken_twice_and_all_are_taken(filled: Any) -> None:
    taken = [lease.job_id for number in range(6) for lease in take(filled, limit=3, owner=f"w{number}")]
    assert len(taken) == len(set(taken)) == 14


def test_a_worker_takes_only_its_lanes(filled: Any) -> None:
    assert {lease.lane for lease in take(filled, limit=20, lanes=("xml",))} == {"xml"}
    assert {lease.lane for lease in take(filled, limit=20)} == {"pdf"}


def test_a_finished_job_is_never_given_out_again(filled: Any) -> None:
    for lease in take(filled, limit=20):
        finish(filled, lease)
    assert take(filled, limit=20, at=later(1e6)) == []
    assert sweep(filled, later(1e6)) == []


def test_a_worker_that_comes_back_after_its_lease_is_refused(filled: Any) -> None:
    [zombie] = take(filled, owner="zombie", lanes=("xml",))
    assert [v.state for v in sweep(filled, later(121))] == ["ready"]
    with pytest.raises(ConflictError):
        finish(filled, zombie)  # swept, not taken yet
    second = next(x for x in take(filled, limit=9, at=later(200), lanes=("xml",)) if x.job_id == zombie.job_id)
    assert second.attempt == zombie.attempt + 1
    with pytest.raises(ConflictError):
        finish(filled, zombie)
    with pytest.raises(ConflictError):
        fail(filled, zombie, "error")
    finish(filled, second)
    with pytest.raises(ConflictError):
        finish(filled, zombie)


def test_the_result_of_a_zombie_is_rolled_back_with_its_refusal(filled: Any) -> None:
    [zombie] = take(filled)
    sweep(filled, later(121))

    def write_late() -> None:
        with filled.store.write() as session:
            move(session, session.get(DocumentRow, zombie.document_id), Status.EXTRACTED, actor="zombie")
            jobs.finish(session, zombie)

    with pytest.raises(ConflictError):
        write_late()
    assert document_of(filled, zombie).state == "received"


def test_a_renewed_lease_is_not_swept_and_a_lost_one_is_not_renewed(filled: Any) -> None:
    kept, lost = take(filled, limit=2)
    with filled.store.write() as session:
        assert jobs.renew(session, [kept], settings=SETTINGS, at=later(100)) == {kept.job_id}
    assert [verdict.job_id for verdict in sweep(filled, later(130))] == [lost.job_id]
    with filled.store.write() as session:
        assert jobs.renew(session, [kept, lost], settings=SETTINGS, at=later(131)) == {kept.job_id}


def test_released_work_is_ready_at_once_and_nothing_is_counted(filled: Any) -> None:
    leases = take(filled, limit=14)
    with filled.store.write() as session:
        jobs.release(session, leases, at=T0)
    assert len(take(filled, limit=20)) == 14
    assert {(row.crashes, row.errors) for row in filled.rows(JobRow)} == {(0, 0)}


def test_a_poison_document_is_quarantined_after_three_crashes_and_the_others_flow(filled: Any) -> None:
    poison, done, at = take(filled)[0].document_id, 0, 0.0
    sweep(filled, later(121))
    crashes = 1
    for _ in range(40):
        at += 700
        for lease in take(filled, limit=5, at=later(at)):
            if lease.document_id == poison:
                crashes += 1
                assert fail(filled, lease, "crash", later(at)).state == ("failed" if crashes == 3 else "ready")
            else:
                finish(filled, lease)
                done += 1
    assert (crashes, done) == (3, 13)
    row = next(row for row in filled.documents() if row.id == poison)
    assert (row.state, row.reason_code) == ("quarantined", "unreadable")
    assert "3 crashes" in row.reason_detail


def test_five_errors_quarantine_and_the_pauses_grow(filled: Any) -> None:
    [lease] = take(filled)
    pauses, at = [], 0.0
    for _ in range(5):
        verdict = fail(filled, lease, "error", later(at))
        if verdict.state == "failed":
            break
        job = next(row for row in filled.rows(JobRow) if row.id == lease.job_id)
        pauses.append((job.next_at - later(at)).total_seconds())
        at += pauses[-1]
        assert lease.job_id not in {x.job_id for x in take(filled, limit=20, at=later(at - 0.001), owner="other")}
        lease = next(x for x in take(filled, limit=20, at=later(at)) if x.job_id == lease.job_id)
    assert pauses == [10.0, 60.0, 600.0, 600.0]
    assert document_of(filled, lease).state == "quarantined"


def test_a_full_disk_is_not_the_documents_fault(filled: Any) -> None:
    [lease] = take(filled)
    for number in range(1, 20):
        assert fail(filled, lease, "environment", later(number * 100)).state == "ready"
        lease = next(x for x in take(filled, 20, later(number * 100 + 11)) if x.job_id == lease.job_id)
    assert document_of(filled, lease).state == "received"


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
def test_a_jump_of_the_clock_leaves_no_job_stuck(filled: Any, jump: float) -> None:
    [lease] = take(filled)
    fail(filled, take(filled)[0], "error", T0)
    sweep(filled, later(jump))
    sweep(filled, later(jump + 130))
    assert len(take(filled, limit=20, at=later(jump + 1000))) == 14
    with pytest.raises(ConflictError):
        finish(filled, lease)


def test_asking_again_for_the_same_work_starts_with_clean_counts_and_a_higher_token(filled: Any) -> None:
    first = take(filled)[0]
    fail(filled, first, "crash")
    with filled.store.write() as session:
        jobs.add_job(session, session.get(DocumentRow, first.document_id), at=later(1))
    again = next(x for x in take(filled, limit=20, at=later(1)) if x.job_id == first.job_id)
    assert again.attempt > first.attempt
    with filled.store.write() as session:
        judge = jobs.add_job(session, session.get(DocumentRow, first.document_id), kind="judge", at=later(1))
        assert judge.id != first.job_id


def test_a_document_that_a_person_has_is_not_quarantined_by_a_failing_job(filled: Any) -> None:
    [lease] = take(filled)
    with filled.store.write() as session:
        row = session.get(DocumentRow, lease.document_id)
        for state in (Status.EXTRACTED, Status.IN_REVIEW):
            move(session, row, state, actor="t")
    for number in range(3):
        verdict = fail(filled, lease, "crash", later(number * 1000))
        if verdict.state == "ready":
            lease = next(x for x in take(filled, 20, later(number * 1000 + 700)) if x.job_id == lease.job_id)
    assert verdict.state == "failed"
    assert document_of(filled, lease).state == "in_review"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.ENOSPC, "full"), True),
        (OSError(errno.EIO, "io"), True),
        (OSError(errno.ENOENT, "none"), False),
        (OperationalError("SELECT 1", {}, Exception("database is locked")), True),
        (ValueError("bad"), False),
    ],
)
def test_the_machine_is_told_from_the_document(error: Exception, *, expected: bool) -> None:
    assert jobs.is_environment(error) is expected
