"""The learning loop on a real home: corrections through the review's form, challengers, gate, shadow, way back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlmodel import select

from extractors import ReaderPool
from extractors.fields import load_model
from extractors.fields.model import ARRAYS, MANIFEST
from flows import challenge as loop
from flows.champion import FOLDER, keep_files, laid_out, models_in_use, reader_pool, register_shipped
from flows.commands.models import run_models, run_promote
from flows.house import House
from flows.line import Line
from flows.teaching import Order, gather, reviewed, reviewed_examples, shipped_folder
from flows.teaching_matcher import judge_matcher, make_matcher
from flows.versions import version_of
from learning.contest import contest
from learning.corrections import is_held_out
from learning.material import synthetic
from models.errors import ConflictError, SettingsError
from models.settings import LimitSettings, ReadingSettings, Settings
from models.store import registry
from models.store.approvals import give_word
from models.store.audit import now
from models.store.blobs import Blobs
from models.store.documents import load_extraction
from models.store.seen import kept_words
from models.store.shadows import add_shadow
from models.tables import AuditRow, CorrectionRow, DecisionRow, DocumentRow, ExtractionRow, ModelRow, ShadowRow
from review.app import create_app
from tests import harbour
from tests.browser import PASSWORD, Desk, Painter, sign_in
from tests.harbour import FIRST, SECOND, TRUTH

NULL = ReadingSettings(engine="null", second_engine="null", workers=1, sandbox="none")
GOLD = 24


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(NULL, LimitSettings()) as made:
        yield made


@pytest.fixture
def house(office: Any) -> House:
    learning = {"gold_documents": GOLD, "shadow_documents": 2, "shadow_share": 1.0}
    settings = office.settings.model_copy(
        update={"learning": Settings.model_validate({"learning": learning}).learning, "reading": NULL}
    )
    return House(settings, office.store, Blobs(office.home))


@pytest.fixture
def line(house: House, pool: ReaderPool) -> Line:
    return Line(house, pool, owner="worker-1")


def walk(office: Any, line: Line, name: str, content: bytes) -> str:
    office.drop(name, content)
    office.scan()
    list(line.work(line.take(10)))
    (found,) = [row.id for row in office.documents() if row.name == name]
    return str(found)


def read(office: Any, document_id: str) -> Any:
    with office.store.read() as session:
        found = load_extraction(session, document_id)
    assert found is not None
    return found


def correct(desk: Desk, document_id: str, act: str, truth: dict[str, str] = TRUTH) -> Any:
    """Type the right values into the page's form and send it, as a browser does."""
    typed = desk.form(document_id) | {f"field.{term}": value for term, value in truth.items()}
    return desk.post(f"/documents/{document_id}/{act}", **typed)


def teach(office: Any, line: Line) -> str:
    """Two people settle the first invoice on the review's page, and the line learns from it."""
    first = walk(office, line, "first.pdf", FIRST)
    settle(line, first, TRUTH, *desks(office))
    return first


def desks(office: Any) -> tuple[Desk, Desk]:
    app = create_app(office.settings, office.store, Painter())
    return sign_in(app, office.store, "anna", role="expert"), sign_in(app, office.store, "ben", role="expert")


def settle(line: Line, document_id: str, truth: dict[str, str], anna: Desk, ben: Desk) -> None:
    assert correct(anna, document_id, "save", truth).status_code == 303
    act = "release" if anna.state(document_id) == "held" else "approve"
    for desk in (ben, anna):  # a supplier whom nobody knows takes two words; hers counts only where she typed something
        if anna.state(document_id) != "approved":
            form = desk.form(document_id) | {"reason": "known to us", "password": PASSWORD}
            assert desk.post(f"/documents/{document_id}/{act}", **form).status_code == 303
        act = "release"
    assert anna.state(document_id) == "approved"
    list(line.work(line.take(10)))


def shaken(home: Path, version: str, strength: float) -> Path:
    """The shipped model with its trees' answers turned around: a real model, and a bad one."""
    folder = home / "made" / version
    shutil.copytree(shipped_folder(), folder)
    with np.load(folder / ARRAYS) as stored:
        arrays = {name: each * strength if name == "fields.value" else each for name, each in stored.items()}
    np.savez_compressed(folder / ARRAYS, allow_pickle=False, **arrays)
    return named(folder, version)


def named(folder: Path, version: str) -> Path:
    import hashlib

    told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    told |= {"version": version, "arrays_sha256": hashlib.sha256((folder / ARRAYS).read_bytes()).hexdigest()}
    (folder / MANIFEST).write_text(json.dumps(told), encoding="utf-8")
    return folder


def registered(house: House, folder: Path) -> ModelRow:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    kept = keep_files(house, folder)
    with house.store.write() as session:
        return registry.register(session, "reader", manifest["version"], files=kept, manifest=manifest,
                                 actor="operator", at=now())  # fmt: skip


def bad(house: House) -> ModelRow:
    return registered(house, shaken(house.home, "bad", -1.0))


def good(house: House) -> ModelRow:
    """The shipped model again, under a name of its own."""
    folder = house.home / "made" / "good"
    shutil.copytree(shipped_folder(), folder)
    return registered(house, named(folder, "good"))


def passed(house: House, row: ModelRow, days_ago: float = 8.0) -> ModelRow:
    """A gate that was passed so many days ago."""
    began = (now() - timedelta(days=days_ago)).isoformat()
    with house.store.write() as session:
        stored = session.get_one(ModelRow, (row.kind, row.version))
        registry.note(session, stored, {"promote": True, "reasons": [], "shadow_from": began}, actor="t", at=now())
        return stored


def in_use(house: House) -> dict[str, str]:
    with house.store.read() as session:
        return registry.versions_in_use(session)


def shipped_version() -> str:
    return load_model().version


# --- corrections ----------------------------------------------------------------------------------------------------


def test_a_layout_corrected_once_on_the_review_page_is_read_right_the_second_time(office: Any, line: Line) -> None:
    first = teach(office, line)
    assert read(office, first).invoice.invoice_number == "88-1041-K"
    found = read(office, walk(office, line, "second.pdf", SECOND)).invoice
    assert found.model_dump(include=set(TRUTH), mode="json") == TRUTH | {
        "invoice_number": "88-1056-K", "issue_date": "2026-06-19",
        "net_total": "240.00", "tax_total": "45.60", "gross_total": "285.60",
    }  # fmt: skip


def test_a_new_layout_of_a_supplier_goes_to_a_person_until_two_are_confirmed(office: Any, line: Line) -> None:
    people = desks(office)

    def arrives(number: int, kind: Any) -> str:
        net, tax, gross = f"{100 + number},00", f"{19 + number},00", f"{119 + 2 * number},00"
        content = kind(f"88-10{number}-K", f"{number}.05.2026", net, tax, gross)
        return walk(office, line, f"{kind.__name__}-{number}.pdf", content)

    def confirm(document_id: str, number: int) -> None:
        totals = {"net_total": f"{100 + number}.00", "tax_total": f"{19 + number}.00",
                  "gross_total": f"{119 + 2 * number}.00"}  # fmt: skip
        told = {"invoice_number": f"88-10{number}-K", "issue_date": f"2026-05-{number}", **totals}
        settle(line, document_id, TRUTH | told, *people)

    def is_noticed(document_id: str) -> bool:
        reasons = next(row.reasons for row in office.documents() if row.id == document_id)
        return "new_layout" in reasons.split()

    for number in (11, 12, 13):
        known = arrives(number, harbour.page)
        assert not is_noticed(known)
        confirm(known, number)
    assert not is_noticed(arrives(14, harbour.page))
    for number in (21, 22):
        new = arrives(number, harbour.moved)
        assert is_noticed(new), f"not noticed: {number}"
        confirm(new, number)
    assert not is_noticed(arrives(23, harbour.moved))
    assert not is_noticed(arrives(15, harbour.page)), "the old layout stays known"


def test_a_correction_gets_a_cause_which_the_reviewer_may_change(office: Any, line: Line) -> None:
    first = walk(office, line, "first.pdf", FIRST)
    anna = sign_in(create_app(office.settings, office.store, Painter()), office.store, "anna")
    assert correct(anna, first, "save").status_code == 303
    changed = [row for row in office.rows(CorrectionRow) if row.changed]
    assert changed
    assert {row.cause for row in changed} <= {"ocr", "parse", "label", "master_data", "supplier_fault", "unknown"}
    page = anna.get(f"/documents/{first}").text
    assert f'name="cause:{changed[0].id}"' in page
    form = anna.form(first) | {f"cause:{changed[0].id}": "supplier_fault", "cause:nobody": "ocr"}
    assert anna.post(f"/documents/{first}/save", **form).status_code == 303
    with office.store.read() as session:
        assert session.get_one(CorrectionRow, changed[0].id).cause == "supplier_fault"
        assert session.exec(select(AuditRow).where(AuditRow.action == "set_cause")).one().actor == "user:anna"


def test_what_people_approved_becomes_examples_with_the_words_of_its_pages(office: Any, line: Line) -> None:
    first = teach(office, line)
    (told,) = reviewed(line.house)
    assert told.corrected["invoice_number"][1] == "88-1041-K"
    (example,) = reviewed_examples(line.house, [told])
    assert example.name == first
    assert example.fields["gross_total"] == "119.00"
    assert {"invoice_number", "gross_total", "seller_name"} <= example.visible
    assert "currency" not in example.visible
    assert len(list((line.house.home / "learning" / "words").iterdir())) == 1
    material = gather(Order("2026-01-31", documents=5, from_reviews=True), line.house.settings, line.house)
    assert len(material.made) == 5
    assert [each.name for each in material.found] == ([] if is_held_out(told.supplier) else [first])


def test_another_clients_reviews_are_left_out_on_demand(office: Any, line: Line) -> None:
    teach(office, line)
    assert len(reviewed(line.house, "acme")) == 1
    assert reviewed(line.house, "beta") == []


def test_a_value_that_stands_elsewhere_on_the_page_was_labelled_wrongly_even_if_the_reader_had_not_seen_it(
    office: Any, line: Line
) -> None:
    first = walk(office, line, "first.pdf", FIRST)
    assert kept_words(office.home, office.documents()[0].sha256).exists()
    anna, _ = desks(office)
    assert correct(anna, first, "save", TRUTH | {"invoice_number": "10m"}).status_code == 303  # a word of the goods
    (row,) = [row for row in office.rows(CorrectionRow) if row.term == "invoice_number"]
    assert row.cause == "label"


# --- matcher and score ----------------------------------------------------------------------------------------------


def last_versions(office: Any, document_id: str) -> dict[str, str]:
    told = [row for row in office.rows(DecisionRow) if row.document_id == document_id]
    return dict(json.loads(max(told, key=lambda row: row.created_at).versions_json))


def other(house: House, kind: str) -> ModelRow:
    """A version of a kind under a name of its own."""
    folder = house.home / "made" / kind
    if kind == "matcher":
        shutil.copytree(Path(str(files("matching"))) / "trained", folder)
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        (folder / MANIFEST).write_text(json.dumps(told | {"version": "own"}), encoding="utf-8")
    else:
        folder.mkdir(parents=True)
        (folder / "score.json").write_text(json.dumps({"weights": {"least": 0.5}, "shift": 0.25}), encoding="utf-8")
    with house.store.write() as session:
        return registry.register(session, kind, version_of(kind, str(folder)), files=keep_files(house, folder),
                                 manifest={}, actor="operator", at=now())  # fmt: skip


@pytest.mark.parametrize("kind", ["matcher", "score"])
def test_another_matcher_or_score_is_used_named_on_decisions_and_taken_back(
    office: Any, house: House, line: Line, kind: str
) -> None:
    register_shipped(house)
    before = last_versions(office, walk(office, line, "a.pdf", FIRST))
    assert before["reader"] == in_use(house)["reader"]
    assert before["matcher"] == in_use(house)["matcher"]
    assert before["score"].startswith(in_use(house)["score"] + "-")
    row = other(house, kind)
    with pytest.raises(loop.NotReadyError, match="gate was not run"):
        loop.promote(house, row, actor="operator")
    loop.promote(house, row, actor="operator", override="a trial")
    during = last_versions(office, walk(office, line, "b.pdf", FIRST + b"%"))
    assert during[kind].startswith(row.version)
    assert during["score"] != before["score"], "labels of other models prove nothing about these"
    loop.rollback(house, kind, actor="operator")
    assert last_versions(office, walk(office, line, "c.pdf", FIRST + b"%%")) == before


def test_a_score_for_other_evidence_is_not_used(house: House, caplog: pytest.LogCaptureFixture) -> None:
    register_shipped(house)
    row = other(house, "score")
    with house.store.write() as session:
        stored = session.get_one(ModelRow, ("score", row.version))
        copy = house.home / "wrong" / "score.json"
        copy.parent.mkdir()
        copy.write_text(json.dumps({"weights": {"moon": 1.0}, "shift": 0.0}), encoding="utf-8")
        stored.files_json = json.dumps(keep_files(house, copy.parent))
        session.add(stored)
    loop.promote(house, row, actor="operator", override="a trial")
    assert models_in_use(house).score == ""
    assert "cannot be used" in caplog.text
    assert in_use(house)["score"] == version_of("score")


@pytest.mark.slow
def test_a_matcher_of_confirmed_matches_is_judged_on_the_frozen_book(house: House) -> None:
    register_shipped(house)
    row = make_matcher(house, 400, seed=3, day="2026-01-31", actor="operator")
    assert registry.manifest_of(row)["sets"]["generator"]["cases"] == 400
    told = judge_matcher(house, row, None, books=3)
    assert told.champion.documents == 120
    assert told.challenger.right > 100
    assert set(told.verdict.fields) == {"order"}


# --- the gate -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """The shipped model and the bad one."""
    from extractors.fields.model import read_model

    return load_model(), read_model(shaken(tmp_path_factory.mktemp("sides"), "bad", -1.0))


def test_a_worse_challenger_is_refused_and_a_better_one_passes(sides: tuple[Any, Any]) -> None:
    shipped, worse = sides
    gold = list(synthetic(4711, GOLD))
    refused = contest(shipped, worse, gold, NULL).verdict
    assert not refused.promote
    assert "critical_field" in {ground.reason for ground in refused.reasons}
    told = contest(worse, shipped, gold, NULL).verdict
    assert told.reasons[0].reason == "better"
    assert told.document.p < 0.05


def test_a_past_correction_that_is_forgotten_stops_a_challenger(sides: tuple[Any, Any]) -> None:
    shipped, worse = sides
    gold = list(synthetic(4711, 6))
    past = {example.name: frozenset({"invoice_number", "gross_total"}) for example in gold}
    told = contest(shipped, worse, gold[:1], NULL, past, gold).verdict
    assert "past_correction" in {ground.reason for ground in told.reasons}


def test_the_gates_word_is_stored_and_a_refused_challenger_cannot_be_promoted(house: House) -> None:
    row = bad(house)
    told = loop.run_gate(house, row, loop.Gold(list(synthetic(4711, 8)), (), {}), actor="operator")
    assert not told.verdict.promote
    with house.store.read() as session:
        stored = session.get_one(ModelRow, ("reader", "bad"))
    assert stored.role == registry.REFUSED
    assert registry.gate_of(stored)["challenger"]["version"] == "bad"
    with pytest.raises(loop.NotReadyError, match="the gate refused it"):
        loop.promote(house, stored, actor="operator")
    assert in_use(house)["reader"] == shipped_version()


# --- shadow, promotion, rollback ------------------------------------------------------------------------------------


def test_a_challenger_reads_along_without_effect_and_is_promoted_when_its_shadow_is_over(
    office: Any, house: House
) -> None:
    walled = house.settings.model_copy(update={"reading": NULL.model_copy(update={"sandbox": "auto"})})
    house = House(walled, house.store, house.blobs)
    register_shipped(house)
    row = passed(house, good(house), days_ago=1)
    with reader_pool(house) as pool:
        line = Line(house, pool)
        first = walk(office, line, "first.pdf", FIRST)
        (shadow,) = office.rows(ShadowRow)
        assert (shadow.document_id, shadow.version) == (first, "good")
        assert json.loads(shadow.verdict_json)["differences"] == {}
        with pytest.raises(loop.NotReadyError, match="not over"):
            loop.promote(house, row, actor="operator")
        walk(office, line, "second.pdf", SECOND)
        row = passed(house, row, days_ago=8)
        assert loop.promote(house, row, actor="operator") == shipped_version()
    assert in_use(house)["reader"] == "good"
    assert models_in_use(house).reading.model.endswith("reader/good")


def test_a_shadow_in_which_people_side_with_the_champion_is_not_promoted(office: Any, house: House, line: Line) -> None:
    register_shipped(house)
    row = passed(house, good(house))
    ids = [walk(office, line, f"{at}.pdf", FIRST + b"%" * (at + 1)) for at in range(6)]
    with house.store.write() as session:
        for each in ids:
            document = session.get_one(DocumentRow, each)
            for person in ("user:anna", "user:ben"):  # an unknown supplier's invoice is let go by two
                give_word(session, document, ("override",), actor=person, at=now())
            document.state = "approved"
            right = load_extraction(session, each).invoice.gross_total
            add_shadow(session, document, "reader", "good", {"gross_total": (f"{right}", "1.00")}, at=now())
        report = loop.report_of(session, session.get_one(ModelRow, ("reader", "good")), house.settings.learning, now())
    assert (report.better, report.worse) == (0, 6)
    with pytest.raises(loop.NotReadyError, match="shadow failed"):
        loop.promote(house, row, actor="operator")


def test_an_override_takes_an_administrator_and_a_reason_and_is_audited(
    office: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    house = House(office.settings, office.store, Blobs(office.home))
    register_shipped(house)
    bad(house)
    app = create_app(office.settings, office.store, Painter())
    sign_in(app, office.store, "rita")
    sign_in(app, office.store, "root", role="administrator")
    assert run_promote("bad", override="a demonstration", login="rita", home=office.home) == 2
    assert run_promote("bad", override="a demonstration", login="root", home=office.home) == 0
    with office.store.read() as session:
        row = session.exec(select(AuditRow).where(AuditRow.action == "model_champion")).all()[-1]
    assert row.actor == "user:root"
    assert "a demonstration" in (row.after_json or "")
    assert "certify" in capsys.readouterr().err
    assert run_models(office.home, as_json=True) == 0
    told = [json.loads(each) for each in capsys.readouterr().out.splitlines()]
    assert {each["version"]: each["role"] for each in told if each["kind"] == "reader"} == {
        "bad": "champion", shipped_version(): "retired",
    }  # fmt: skip


def test_a_rollback_restores_the_decisions_byte_for_byte(office: Any, house: House, line: Line) -> None:
    register_shipped(house)

    def read_again(name: str) -> str:
        document_id = walk(office, line, name, FIRST + name.encode())
        with office.store.read() as session:
            return str(session.get_one(ExtractionRow, (document_id, 1)).extraction_json)

    before = read_again("a.pdf")
    row = bad(house)
    loop.promote(house, row, actor="operator", override="a trial")
    assert read_again("b.pdf") != before
    assert loop.rollback(house, "reader", actor="operator") == ("bad", shipped_version())
    assert read_again("c.pdf") == before
    with pytest.raises(ConflictError):
        loop.rollback(house, "reader", actor="operator")


def test_a_damaged_copy_is_mended_and_a_damaged_store_falls_back(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    register_shipped(house)
    row = good(house)
    loop.promote(house, row, actor="operator", override="a trial")
    place = Path(models_in_use(house).reading.model)
    (place / ARRAYS).write_bytes(b"nonsense")
    assert models_in_use(house).reading.model == str(place)
    assert (place / ARRAYS).read_bytes() == (shipped_folder() / ARRAYS).read_bytes()
    (place / ARRAYS).write_bytes(b"nonsense")
    house.blobs.path(registry.files_of(row)[ARRAYS]).write_bytes(b"nonsense too")
    assert models_in_use(house).reading.model == ""
    assert "cannot be used" in caplog.text
    assert in_use(house)["reader"] == shipped_version()


def test_a_model_whose_arrays_are_not_those_of_its_manifest_is_not_loaded(house: House) -> None:
    folder = laid_out(house, good(house))
    assert folder is not None
    assert folder.parent.parent.name == FOLDER
    (folder / ARRAYS).write_bytes((folder / ARRAYS).read_bytes()[:-1] + b"x")
    with pytest.raises(SettingsError, match="manifest"):
        load_model(str(folder))


def test_the_program_with_another_model_brings_it_into_use_unless_a_trained_one_is(office: Any) -> None:
    with office.store.write() as session:
        registry.adopt_shipped(session, "reader", "one", {}, at=now())
        registry.adopt_shipped(session, "reader", "two", {}, at=now())
        assert registry.versions_in_use(session) == {"reader": "two"}
        trained = registry.register(session, "reader", "own", files={"a": "b"}, manifest={}, actor="t", at=now())
        registry.promote(session, trained, actor="t", at=now(), why="a trial")
        registry.adopt_shipped(session, "reader", "three", {}, at=now())
        assert registry.versions_in_use(session) == {"reader": "own"}
        gone, back = registry.rollback(session, "reader", actor="t", at=now(), why="a trial")
        assert (gone.version, back.version) == ("own", "two")


@pytest.mark.slow
def test_a_night_with_enough_corrections_makes_a_challenger_judges_it_and_is_idle_the_next(
    office: Any, line: Line
) -> None:
    teach(office, line)
    settings = line.house.settings
    eager = settings.learning.model_copy(update={"new_corrections": 1})
    house = House(settings.model_copy(update={"learning": eager}), line.house.store, line.house.blobs)
    night = loop.learn_by_night(house, documents=50)
    assert night.corrections >= 1
    assert night.row is not None
    assert registry.manifest_of(night.row)["sets"]["generator"]["documents"] == 50
    assert night.told is not None
    assert night.told.challenger.version == night.row.version
    assert loop.learn_by_night(house, documents=50).row is None


def test_nothing_is_trained_by_night_without_enough_new_corrections(house: House) -> None:
    assert loop.learn_by_night(house).row is None
