"""The house keeps its own rules: sizes, floor plan, names, telemetry, and files that hold on any machine."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from flows.main import ONE_THREAD, QUIET, prepare_environment

ROOT = Path(__file__).parents[1]
ROOMS = (
    "assurance", "extractors", "flows", "kpis", "learning", "matching", "models", "reports", "review", "validators",
)  # fmt: skip
FILE_LINES = 300
FUNCTION_LINES = 40  # without the docstring, which may take what it needs
VAGUE = {"utils", "util", "common", "base", "helpers", "helper", "core", "misc", "services"}
OUTSIDE = {".git", ".venv", "var", "build", "dist", "__pycache__", "node_modules", ".hypothesis"}
# Brackets keep the patterns from finding themselves.
MACHINE = re.compile(
    r"p[y]pi[.]org|python[h]osted|index-url[= ]\w+://|/[w]ork/|/[r]oot/|/[U]sers/|/h[o]me/[a-z]+/|[.]pyenv"
)


def sources(*folders: str) -> list[Path]:
    """Python files that people write: migrations are written by Alembic, and never changed afterwards."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "versions" not in path.parts)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) and first.end_lineno:
        lines -= first.end_lineno - first.lineno + 1
    return lines


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file of the project, but not what git ignores."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [each for each in folders if each not in OUTSIDE and not each.endswith("_cache")]
        for name in names:
            path = Path(folder, name)
            content = path.read_bytes() if path.is_file() else b""
            if content and b"\0" not in content:
                yield path, content.decode("utf-8", errors="replace")


def test_no_file_is_longer_than_300_lines() -> None:
    sizes = {
        named(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources(*ROOMS, "sample_invoices", "bench")
    }
    assert {name: lines for name, lines in sizes.items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_40_lines() -> None:
    long = {
        f"{named(path)}:{function.lineno} {function.name}": code_lines(function)
        for path in sources(*ROOMS, "sample_invoices", "bench")
        for function in functions(parsed(path))
        if code_lines(function) > FUNCTION_LINES
    }
    assert long == {}


def test_every_module_says_what_it_is() -> None:
    silent = [
        named(path) for path in sources(*ROOMS, "sample_invoices", "bench") if not ast.get_docstring(parsed(path))
    ]
    assert silent == []


def test_no_module_bears_a_name_that_decides_nothing() -> None:
    assert [named(path) for path in sources(*ROOMS) if {path.stem, path.parent.name} & VAGUE] == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_tells_type_checkers_that_it_is_typed(room: str) -> None:
    assert (ROOT / room / "py.typed").is_file()


def test_every_room_is_packed_and_checked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    tools = project["tool"]
    packed = tools["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert (
        sorted(packed)
        == sorted(tools["mypy"]["packages"])
        == sorted(tools["importlinter"]["root_packages"])
        == sorted(ROOMS)
    )


def test_imports_follow_the_floor_plan() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_names_a_package_index_or_a_place_on_somebodys_machine() -> None:
    found = {f"{named(path)}: {hit.group()}" for path, text in texts() for hit in MACHINE.finditer(text)}
    assert found == set()


def test_telemetry_is_off_before_anything_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in QUIET:
        monkeypatch.setenv(name, "something else")
    prepare_environment()
    assert {name: os.environ[name] for name in QUIET} == QUIET
    assert {"DO_NOT_TRACK", "PREFECT_SERVER_ANALYTICS_ENABLED", "GX_ANALYTICS_ENABLED"} <= set(QUIET)


def test_the_makefile_sets_the_same_variables_as_the_program() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert dict(re.findall(r"^export (\w+) := (\w+)$", text, re.MULTILINE)).items() >= (QUIET | ONE_THREAD).items()


def test_the_deployments_set_the_same_variables_as_the_program() -> None:
    jobs = [each["work_pool"]["job_variables"]["env"] for each in deployments()]
    assert jobs
    assert all(environment.items() >= (QUIET | ONE_THREAD).items() for environment in jobs)


def deployments() -> list[dict[str, dict[str, dict[str, dict[str, str]]]]]:
    """The deployments of prefect.yaml."""
    found: list[dict[str, dict[str, dict[str, dict[str, str]]]]] = yaml.safe_load((ROOT / "prefect.yaml").read_text())[
        "deployments"
    ]
    return found


def test_every_deployment_names_a_flow_and_its_parameters() -> None:
    for deployment in deployments():
        module, _, name = str(deployment["entrypoint"]).rpartition(".")
        flow = getattr(importlib.import_module(module), name)
        assert set(deployment["parameters"]) <= set(flow.parameters.properties), name


def test_schedules_have_no_key_that_would_drop_every_deployment() -> None:
    known = {
        "cron",
        "interval",
        "rrule",
        "timezone",
        "anchor_date",
        "active",
        "parameters",
        "slug",
        "replaces",
        "day_or",
    }
    assert all(set(schedule) <= known for each in deployments() for schedule in each.get("schedules", []))
