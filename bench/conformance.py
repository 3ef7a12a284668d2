"""Whether the conformance rules answer as their own test cases expect, and how often they fire on real e-invoices.

    python bench/conformance.py DATA_DIR [--json] [--sets xml_xrechnung,xml_misc] [--engine auto|schematron]

`DATA_DIR/conformance/manifest.jsonl` says for each case which rules must fire (`error`, `warning`) and which must not
(`success`); everything is asked of `facturier extract --json`. The other sets hold invoices of real programs: rules
that fire there are listed, with the number of files. Milliseconds a file are measured over the whole command.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

if not __package__:  # run as a file: this folder must not hide the package `matching`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import machine
from bench.running import Run, extract

Json = dict[str, Any]

MUST_NOT_FIRE = "success"
REAL_SETS = ("xml_xrechnung", "xml_misc")
MOST_RULES = 40


def main() -> None:
    """Run and print."""
    options = _options()
    settings = {"FACTURIER__READING__RULES": options.engine}
    figures: Json = {
        "machine": machine.describe(),
        "engine": options.engine,
        "suites": judge_cases(options.data, settings),
    }
    figures["real"] = {name: judge_real(options.data / name, settings) for name in options.sets if name}
    print(json.dumps(figures, indent=2) if options.json else _shown(figures))


def judge_cases(data: Path, settings: Json) -> Json:
    """Each suite: how many rules that must fire did, how many that must not kept still, and what went wrong."""
    manifest = data / "conformance" / "manifest.jsonl"
    cases = [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines() if line.strip()]
    run = extract([manifest.parent / case["file"] for case in cases], settings=settings.items())
    answers = {
        Path(line["file"]).name: {each["rule"]: each["severity"] for each in line["findings"]} for line in run.lines
    }
    suites: Json = {}
    for case in cases:
        suite = suites.setdefault(case["suite"], _empty())
        _judge(case, answers.get(Path(case["file"]).name), suite)
    return {name: _with_shares(suite) | _speed(run) for name, suite in suites.items()}


def _empty() -> Json:
    return {"must_fire": 0, "fired": 0, "must_not_fire": 0, "kept_still": 0, "other_severity": 0, "wrong": []}


def _judge(case: Json, answer: dict[str, str] | None, suite: Json) -> None:
    for expected, rules in case["expect"].items():
        for rule in rules:
            quiet = expected == MUST_NOT_FIRE
            suite["must_not_fire" if quiet else "must_fire"] += 1
            is_right = answer is not None and (rule in answer) != quiet
            suite["kept_still" if quiet else "fired"] += is_right
            suite["other_severity"] += is_right and not quiet and (answer or {})[rule] != expected
            if not is_right:
                suite["wrong"].append(f"{case['file']}: {expected} {rule}")


def _with_shares(suite: Json) -> Json:
    total, right = suite["must_fire"] + suite["must_not_fire"], suite["fired"] + suite["kept_still"]
    return suite | {"share": round(right / total, 4)}


def _speed(run: Run) -> Json:
    return {"ms_a_file": round(1000 * run.seconds / max(1, len(run.lines)), 1)}


def judge_real(folder: Path, settings: Json) -> Json:
    """The rules that fire on a folder of real e-invoices: rule -> files, worst first."""
    run = extract([folder], settings=settings.items())
    lines = [line for line in run.lines if line.get("source") == "xml"]
    rules = Counter((each["severity"], each["rule"]) for line in lines for each in line["findings"])
    errors = sum(any(each["severity"] == "error" for each in line["findings"]) for line in lines)
    fired = {f"{severity} {rule}": files for (severity, rule), files in rules.most_common()}
    return {"files": len(lines), "with_errors": errors, "fired": fired} | _speed(run)


def _shown(figures: Json) -> str:
    rows = [machine.header(), f"rules: {figures['engine']}"]
    for name, suite in figures["suites"].items():
        rows.append(
            f"{name}: fired {suite['fired']} of {suite['must_fire']}, kept still {suite['kept_still']} of "
            f"{suite['must_not_fire']} ({suite['share']:.2%}), other severity {suite['other_severity']}, "
            f"{suite['ms_a_file']} ms a file"
        )
        rows += [f"  {wrong}" for wrong in suite["wrong"]]
    for name, real in figures["real"].items():
        rows.append(
            f"{name}: {real['with_errors']} of {real['files']} files break a rule, {real['ms_a_file']} ms a file"
        )
        rows += [f"  {files:4} {rule}" for rule, files in list(real["fired"].items())[:MOST_RULES]]
    return "\n".join(rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sets", type=lambda text: text.split(","), default=list(REAL_SETS))
    parser.add_argument("--engine", choices=("auto", "schematron"), default="auto")
    return parser.parse_args()


if __name__ == "__main__":
    main()
