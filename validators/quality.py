"""Whole tables against their suite, by Great Expectations: what is met, what is not, and which rows stand out.

An expectation that cannot be evaluated counts as not met. A frame without rows meets whatever is asked of it: a client
without orders has no bad order. Importing Great Expectations takes seconds, see `validators.gate`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from validators.expectations_tables import SUITES, Scope, TableExpectation, table_suite_hash
from validators.gate import ONE_AT_A_TIME, engine_context

Cell: TypeAlias = str | int | float | None
Frame: TypeAlias = Sequence[Mapping[str, Cell]]
KEY = "id"  # the column of every frame that names a row
SHOWN = 20  # rows that are named for one expectation


@dataclass(frozen=True, slots=True)
class QualityResult:
    """What a look at the tables gave. `failed` names the expectations that were not met, in the suite's order."""

    rows: int
    failed: tuple[str, ...]
    suite_hash: str
    result_json: str = field(repr=False)  # canonical: the same tables give the same text


def check_tables(scope: Scope, frames: Mapping[str, Frame]) -> QualityResult:
    """Hold frames against a suite. Each row has the column `id` and those that the suite names."""
    with ONE_AT_A_TIME:
        verdicts = [_verdict(row, found) for row, found in _validate(scope, frames)]
    rows = sum(len(frame) for frame in frames.values())
    whole = {"engine": _engine(), "suite": table_suite_hash(scope), "rows": rows, "results": verdicts}
    return QualityResult(
        rows=rows,
        failed=tuple(str(each["name"]) for each in verdicts if not each["success"]),
        suite_hash=table_suite_hash(scope),
        result_json=json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False),
    )


def _engine() -> str:
    import great_expectations as gx

    return f"great_expectations {gx.__version__}"


def _validate(scope: Scope, frames: Mapping[str, Frame]) -> list[tuple[TableExpectation, Mapping[str, Any]]]:
    """The suite's rows in their order with what the engine said; frames without rows are met by an empty answer."""
    found: dict[str, Mapping[str, Any]] = {}
    for name in dict.fromkeys(row.frame for row in SUITES[scope]):
        if frames.get(name):
            found |= _validate_frame(scope, name, frames[name])
    return [(row, found.get(row.name, {"success": True, "result": {"element_count": 0}})) for row in SUITES[scope]]


def _validate_frame(scope: Scope, name: str, frame: Frame) -> dict[str, Mapping[str, Any]]:
    import pandas as pd

    suite, definition = _definitions(scope, name)
    batch = definition.get_batch({"dataframe": pd.DataFrame([dict(row) for row in frame])})
    form = {"result_format": "COMPLETE", "unexpected_index_column_names": [KEY]}
    answer = batch.validate(suite, result_format=form).to_json_dict()
    return {result["expectation_config"]["meta"]["name"]: result for result in answer["results"]}


@cache
def _definitions(scope: Scope, name: str) -> tuple[Any, Any]:
    """Suite and batch definition of one frame, made once."""
    import great_expectations as gx
    import great_expectations.expectations as gxe

    context = engine_context()  # first: a suite asks for it
    suite = gx.ExpectationSuite(name=f"{scope}-{name}")
    for row in SUITES[scope]:
        if row.frame == name:
            suite.add_expectation(getattr(gxe, row.kind)(**row.arguments, meta={"name": row.name}))
    asset = context.data_sources.add_pandas(f"{scope}-{name}").add_dataframe_asset(name)
    return suite, asset.add_batch_definition_whole_dataframe("batch")


def _verdict(row: TableExpectation, result: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of one expectation: no clock and no run's id, so that it can be compared."""
    said = result.get("result") or {}
    stands_out = [str(each[KEY]) for each in said.get("unexpected_index_list") or () if each.get(KEY) is not None]
    return {
        "name": row.name,
        "frame": row.frame,
        "expectation": row.kind,
        "success": bool(result["success"]),
        "evaluated": bool(said),
        "rows": int(said.get("element_count") or 0),
        "against": int(said.get("unexpected_count") or 0),
        "unexpected": sorted(set(stands_out))[:SHOWN],
    }
