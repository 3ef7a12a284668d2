"""The documentation cannot lag: every command, rule, setting, reason code, figure and term has its line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from flows import claiming
from flows.cli import app
from kpis.definitions import KPIS
from models.decision import REASON_TEXTS, Reason
from models.errors import INVOICE_ERRORS, FacturierError
from models.invoice import LINE_TERMS, TERMS, Term, VatBreakdown, terms_of
from models.settings import Settings
from models.status import Status
from models.views import VIEWS
from validators import RULES
from validators.expectations import EXPECTATIONS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
ADR_PARTS = ("## Context", "## Options", "## Decision", "## Consequences")
# A link to a page or file, not to the web and not within the page.
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def commands() -> list[str]:
    named = ((command.name, command.callback) for command in app.registered_commands)
    return [name or str(getattr(callback, "__name__", "")) for name, callback in named]


def kinds_of(kind: type[FacturierError]) -> Iterator[type[FacturierError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from kinds_of(child)


def shown(value: Any) -> str:
    """A default as the page writes it: as JSON, which is nearly TOML."""
    return "none" if value is None else json.dumps(value, default=str)


def knobs() -> Iterator[tuple[str, str]]:
    """Every key of the settings with its default as the page writes it."""
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        if not isinstance(default, BaseModel):
            yield name, shown(default)
            continue
        for key, inner in type(default).model_fields.items():
            # What a factory makes depends on the machine: the page says how instead.
            yield f"{name}.{key}", "cores" if inner.default_factory else shown(inner.get_default())


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented_and_has_help(command: str) -> None:
    assert f"`facturier {command}" in page("operations.md")
    entry = next(
        each for each in app.registered_commands if command in {each.name, getattr(each.callback, "__name__", "")}
    )
    assert getattr(entry.callback, "__doc__", None)


@pytest.mark.parametrize(("key", "default"), [*knobs()])
def test_every_setting_is_documented_with_its_default(key: str, default: str) -> None:
    assert f"| `{key}` | `{default}` |" in page("operations.md")


def test_no_setting_is_documented_that_there_is_not() -> None:
    written = set(
        re.findall(r"^\| `([a-z]+(?:\.[a-z_]+)?|database_url)` \| `[^|]*` \|", page("operations.md"), re.MULTILINE)
    )
    assert written - {key for key, _ in knobs()} == set()


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_documented_with_its_severity(rule: str) -> None:
    assert f"| `{rule}` | {RULES[rule].severity.value} | {', '.join(RULES[rule].terms)} |" in page("rules.md")


def test_every_rule_id_that_the_code_speaks_of_is_documented() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for room in ("extractors", "flows", "matching")
        for path in (ROOT / room).rglob("*.py")
    )
    raised = set(re.findall(r'(?:rule=|RULE = |_finding\(|_hold\()"((?:AP|BR)-[A-Z0-9-]+)"', code))
    assert len(raised) > 10
    assert {rule for rule in raised if f"| `{rule}` |" not in page("rules.md")} == set()


@pytest.mark.parametrize("name", [row.name for row in EXPECTATIONS])
def test_every_expectation_of_the_gate_is_documented(name: str) -> None:
    assert f"| `{name}` |" in page("rules.md")


def quarantine_codes() -> set[str]:
    return {
        *INVOICE_ERRORS,
        *claiming.PROBLEMS,
        *(kind.code for kind in kinds_of(FacturierError) if kind.__module__ == "models.errors"),
    }


@pytest.mark.parametrize("code", sorted(quarantine_codes()))
def test_every_reason_code_says_what_to_do(code: str) -> None:
    row = next((line for line in page("operations.md").splitlines() if line.startswith(f"| `{code}` |")), "")
    assert len(row.split("|")) == 5
    assert len(row.split("|")[3].strip()) > 10


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_for_a_person_is_explained(reason: Reason) -> None:
    assert f"| `{reason.value}` | {REASON_TEXTS[reason][0]} |" in page("operations.md")


@pytest.mark.parametrize("state", Status)
def test_every_state_is_explained(state: Status) -> None:
    assert f"| `{state.value}` |" in page("glossary.md")


@pytest.mark.parametrize("name", KPIS)
def test_every_figure_is_documented_with_its_unit(name: str) -> None:
    assert f"| `{name}` | {KPIS[name].unit} |" in page("figures.md")


@pytest.mark.parametrize(("name", "term"), [*TERMS.items(), *LINE_TERMS.items(), *terms_of(VatBreakdown).items()])
def test_every_term_stands_in_the_glossary_with_its_id(name: str, term: Term) -> None:
    assert f"| `{name}` | {term.bt} | {term.kind} |" in page("glossary.md")


@pytest.mark.parametrize("view", [view.name for view in VIEWS])
def test_every_output_view_is_documented(view: str) -> None:
    assert f"`{view}`" in page("operations.md")


@pytest.mark.parametrize("record", sorted((DOCS / "adr").glob("*.md")), ids=lambda path: str(path.stem))
def test_every_decision_record_has_its_parts_and_fits_a_page(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    assert [part for part in ADR_PARTS if part not in text] == []
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", record.stem)
    assert len(text.splitlines()) <= 60


@pytest.mark.parametrize(
    "name", ["README.md", "CHANGELOG.md", *(f"docs/{path.name}" for path in sorted(DOCS.glob("*.md")))]
)
def test_links_lead_somewhere(name: str) -> None:
    file = ROOT / name
    assert [link for link in LINK.findall(file.read_text(encoding="utf-8")) if not (file.parent / link).exists()] == []


def test_the_readme_fits_a_screen() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


def test_files_that_the_page_on_adding_things_names_exist() -> None:
    named = set(
        re.findall(
            r"`((?:extractors|flows|kpis|matching|models|review|tests|validators)/[\w/]+\.\w+)`", page("extending.md")
        )
    )
    assert len(named) > 20
    assert {path for path in named if not (ROOT / path).exists()} == set()
