"""The gate before publication: a batch of invoices against the expectations, by Great Expectations.

Rows that fail are named and held back, the rest passes; when a table expectation fails, or one cannot be evaluated,
nothing passes. Amounts are held as integers in minor units or as `Decimal`, never as floats. Importing Great
Expectations takes seconds, so it is done at the first batch, and one context is kept for the process.
"""

from __future__ import annotations

import json
import os
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from models.expectation import ClientExpectation
from models.money import MINOR_UNITS, decimal_text
from validators.expectations import COLUMNS, EXPECTATIONS, Expectation, suite_hash
from validators.expectations_client import PREFIX, as_expectation

_AMOUNTS = ("sum_of_lines", "allowance_total", "charge_total", "net_total", "tax_total", "gross_total",
            "prepaid_total", "rounding", "payable_total")  # fmt: skip
_RESULT_FORMAT = {"result_format": "COMPLETE", "unexpected_index_column_names": ["document_id"]}
ONE_AT_A_TIME = threading.Lock()  # the context is one object with state of its own


@dataclass(frozen=True, slots=True)
class GateResult:
    """What the gate said. `held` maps a document to the expectation it failed first and to a sentence for a clerk."""

    passed: tuple[str, ...]
    held: dict[str, tuple[str, str]]
    table_failures: tuple[tuple[str, str], ...]  # (expectation, message)
    suite_hash: str
    result_json: str = field(repr=False)  # canonical: the same batch gives the same text

    @property
    def is_refused(self) -> bool:
        """Whether nothing may be published."""
        return bool(self.table_failures)


def check_batch(rows: Sequence[Mapping[str, Any]], own: tuple[ClientExpectation, ...] = ()) -> GateResult:
    """Hold a batch against the expectations.

    Args:
        rows: One mapping an invoice with exactly the keys of `expectations.COLUMNS`: amounts `Decimal`, dates `date`,
            all else text; None where the invoice has no such value.
        own: What the client expects besides; each holds back single invoices.
    """
    with ONE_AT_A_TIME:
        verdicts = _validate(rows, own)
    tables = tuple((row.name, _failure(row, result)) for row, result in verdicts if _is_table_failure(row, result))
    held = _held(verdicts, {str(row.get("document_id")): row for row in rows})
    named = [str(row.get("document_id")) for row in rows]
    return GateResult(
        passed=() if tables else tuple(name for name in named if name not in held),
        held=held,
        table_failures=tables,
        suite_hash=suite_hash(own),
        result_json=_report(verdicts, len(rows), own),
    )


@cache
def engine_context() -> Any:  # noqa: ANN401 - Great Expectations has no types
    """The one context of this process, with telemetry and progress bars off."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)  # noqa: FBT003 - its only argument
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


@lru_cache(maxsize=64)
def _definitions(own: tuple[ClientExpectation, ...]) -> tuple[Any, Any]:
    """The suite and the batch definition, made once for each list of a client's own expectations."""
    import great_expectations as gx
    import great_expectations.expectations as gxe

    context = engine_context()
    suite, name = gx.ExpectationSuite(name="publication"), f"batches-{suite_hash(own)[:16]}"
    for row in _all(own):
        suite.add_expectation(getattr(gxe, row.kind)(**row.arguments, meta={"name": row.name}))
    asset = context.data_sources.add_pandas(name).add_dataframe_asset("invoices")
    return suite, asset.add_batch_definition_whole_dataframe("batch")


def _all(own: tuple[ClientExpectation, ...]) -> tuple[Expectation, ...]:
    return (*EXPECTATIONS, *map(as_expectation, own))


def _validate(
    rows: Sequence[Mapping[str, Any]], own: tuple[ClientExpectation, ...]
) -> list[tuple[Expectation, Mapping[str, Any]]]:
    """Every expectation with its result, in their order."""
    import pandas as pd

    suite, definition = _definitions(own)
    columns = sorted({name for row in rows for name in row}) if rows else COLUMNS
    frame = pd.DataFrame(
        [{name: _cell(row.get(name)) for name in columns} | _derive(row) for row in rows],
        columns=[*columns, *_derive({})],
        dtype=object,
    )
    batch = definition.get_batch({"dataframe": frame})
    answer = batch.validate(suite, result_format=_RESULT_FORMAT).to_json_dict()
    found = {result["expectation_config"]["meta"]["name"]: result for result in answer["results"]}
    return [(row, found[row.name]) for row in _all(own)]


def _cell(value: Any) -> str | None:  # noqa: ANN401 - any cell
    """Text for every value: ISO dates sort as dates do, and no number becomes a float."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None or value == "" else str(value)


def _derive(row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of `expectations.DERIVED` for one row."""
    digits = MINOR_UNITS.get(str(row.get("currency")), 2)
    minor = {name: _minor(row.get(name), digits) for name in _AMOUNTS}
    gross = minor["gross_total"]
    excess = any(isinstance(amount, Decimal) for amount in minor.values())
    return {
        "net_minor": minor["net_total"],
        "tax_minor": minor["tax_total"],
        "gross_minor_negated": None if gross is None else -gross,
        "has_excess_decimals": "yes" if excess else "no",
    }


def _minor(amount: Any, digits: int) -> int | Decimal | None:  # noqa: ANN401 - whatever a caller has put there
    """The amount in minor units: an integer, or a Decimal where it has more decimals than the currency."""
    if not isinstance(amount, Decimal) or not amount.is_finite():
        return None
    scaled = amount.scaleb(digits)
    return int(scaled) if scaled == scaled.to_integral_value() else scaled


def _is_table_failure(row: Expectation, result: Mapping[str, Any]) -> bool:
    """A table expectation that failed, or any that could not be evaluated: then the gate stays shut."""
    if result["success"]:
        return False
    return row.scope == "table" or "unexpected_index_list" not in result.get("result", {})


def _failure(row: Expectation, result: Mapping[str, Any]) -> str:
    if result.get("result"):
        return f"{row.message}."
    return f"{row.message}, or it could not be checked."


def _held(
    verdicts: Sequence[tuple[Expectation, Mapping[str, Any]]], rows: Mapping[str, Mapping[str, Any]]
) -> dict[str, tuple[str, str]]:
    """The documents that fail a row expectation: with the first one they fail, and all sentences."""
    sentences: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row, result in verdicts:
        if row.scope == "row" and not result["success"]:
            for name in _failing(result):
                sentences[name].append((row.name, _sentence(row, rows.get(name, {}))))
    return {name: (found[0][0], " ".join(text for _, text in found)) for name, found in sentences.items()}


def _failing(result: Mapping[str, Any]) -> Iterator[str]:
    yield from (str(each["document_id"]) for each in result.get("result", {}).get("unexpected_index_list") or ())


def _sentence(row: Expectation, values: Mapping[str, Any]) -> str:
    shown = ", ".join(f"{term.replace('_', ' ')} {_cell(values.get(term)) or 'missing'}" for term in row.terms)
    return f"{row.message}: {shown}." if shown else f"{row.message}."


def _report(
    verdicts: Sequence[tuple[Expectation, Mapping[str, Any]]], count: int, own: tuple[ClientExpectation, ...]
) -> str:
    """The results as canonical JSON, without what changes from run to run; a client's own with their sentences."""
    import great_expectations as gx

    said = {PREFIX + each.name: {"says": {"en": each.en, "fr": each.fr}} for each in own}
    results = [
        {
            "name": row.name,
            "expectation": row.kind,
            "scope": row.scope,
            "success": bool(result["success"]),
            "unexpected": sorted(set(_failing(result))),
            "evaluated": bool(result.get("result")),
        }
        | said.get(row.name, {})
        for row, result in verdicts
    ]
    engine = f"great_expectations {gx.__version__}"
    whole = {"engine": engine, "suite": suite_hash(own), "rows": count, "results": results}
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
