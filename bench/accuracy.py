"""How much of what stands on invoices is read rightly, on folders of invoices with their truth beside them.

    python bench/accuracy.py DATA_DIR [--sets sroie,smartap] [--json] [--keep DIR]

Every set is read by `facturier extract --json`. Page sets are read with `--source page` and scored on the fields that
the page shows; XML sets on all known fields; in `hybrid_mismatch` page and XML disagree, and what counts is that nobody
is told one of the two as certain; `hostile` asks only for an answer in time. F1 is averaged over layout groups, with
the 95 % interval of drawing groups again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if not __package__:  # run as a file: this folder must not hide the package `matching`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import machine
from bench.judges import judge_hints, judge_hostile, judge_mismatch, share
from bench.running import Run, extract
from bench.scoring import Score, interval, score

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DataSet:
    """How one folder is read and scored."""

    judge: Callable[[list[Json], Run], Json]
    options: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    truth: str = "truth.jsonl"


def judge_pages(truth: list[Json], run: Run) -> Json:
    return _figures(score(truth, run.lines, visible_only=True))


def judge_all(truth: list[Json], run: Run) -> Json:
    return _figures(score(truth, run.lines))


_PAGES = DataSet(judge_pages, ("--source", "page"))
_ALL = DataSet(judge_all)
_ONE_WORKER = (("FACTURIER__READING__WORKERS", "1"),)
_WITHOUT_FIELDS = (judge_mismatch, judge_hostile, judge_hints)
SETS: dict[str, DataSet] = {
    "xml_xrechnung": _ALL,
    "xml_misc": _ALL,
    "hybrid_mismatch": DataSet(judge_mismatch),
    "smartap": _PAGES,
    "hybrid_misc": _PAGES,
    "hybrid_ferd": _PAGES,
    "hybrid_scans": _PAGES,
    "sroie": _PAGES,
    "my_receipts": DataSet(judge_hints, _PAGES.options),
    "hostile": DataSet(judge_hostile, settings=_ONE_WORKER, truth="manifest.jsonl"),
}


def measure(folder: Path, name: str, keep: Path | None = None) -> Json:
    """Read and score one set."""
    which = SETS[name]
    truth = [json.loads(line) for line in (folder / which.truth).read_text(encoding="utf-8").splitlines() if line]
    known = [row for row in truth if row.get("fields") or which.judge in _WITHOUT_FIELDS]
    run = extract([folder / row["file"] for row in known], *which.options, settings=which.settings)
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in run.lines)
        (keep / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return which.judge(known, run) | {"seconds": round(run.seconds, 1), "parent_mb": round(run.peak_mb)}


def _figures(result: Score) -> Json:
    groups = [count.f1 for count in result.groups.values()]
    return {
        "documents": result.documents,
        "unanswered": result.unanswered,
        "layout_groups": len(groups),
        "f1_over_groups": round(result.f1_over_groups, 4),
        "interval": [round(each, 4) for each in interval(groups)],
        "fields": {
            name: {"f1": round(count.f1, 4), "known": count.known} for name, count in sorted(result.fields.items())
        },
        "whole_documents_right": share(result.whole_right, result.documents),
        "line_f1": round(result.lines.f1, 4) if result.lines.known else None,
        "lines_known": result.lines.known,
        "auto": result.auto,
        "auto_wrong": result.auto_wrong,
        "auto_wrong_fields": dict(sorted(result.auto_wrong_fields.items())),
    }


def tell(name: str, figures: Json) -> None:
    print(f"\n{name}: {figures['documents']} documents in {figures['seconds']} s, parent {figures['parent_mb']} MB")
    if "f1_over_groups" not in figures:
        for key in figures.keys() - {"documents", "seconds", "parent_mb"}:
            print(f"  {key.replace('_', ' ')}: {figures[key]}")
        return
    low, high = figures["interval"]
    print(f"  F1 over {figures['layout_groups']} layout groups {figures['f1_over_groups']:.3f} [{low:.3f}, {high:.3f}]")
    line_f1 = "not known" if figures["line_f1"] is None else f"{figures['line_f1']:.3f} of {figures['lines_known']}"
    print(f"  whole documents right {figures['whole_documents_right']:.3f}, lines F1 {line_f1}")
    print(f"  let through {figures['auto']}, of them with a wrong field {figures['auto_wrong']}", end=" ")
    print(figures["auto_wrong_fields"] or "")
    print("  " + ", ".join(f"{each} {count['f1']:.3f}" for each, count in figures["fields"].items()))


def main(arguments: Iterable[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA_DIR")
    parser.add_argument("--sets", default=",".join(SETS), help="comma-separated; default: all that DATA_DIR holds")
    parser.add_argument("--keep", type=Path, help="keep the answers in this folder, one file a set")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments if arguments is None else list(arguments))
    names = [name for name in given.sets.split(",") if name]
    if unknown := [name for name in names if name not in SETS]:
        parser.error(f"unknown set {', '.join(unknown)}; there are {', '.join(SETS)}")
    present = [name for name in names if (given.data / name / SETS[name].truth).is_file()]
    if not present:
        parser.error(f"none of the sets is in {given.data}")
    report: Json = {"machine": machine.describe(), "sets": {}}
    if not given.json:
        print(machine.header())
    for name in present:
        print(f"reading {name} ...", file=sys.stderr)
        report["sets"][name] = measure(given.data / name, name, given.keep)
        if not given.json:
            tell(name, report["sets"][name])
    if given.json:
        json.dump(report, sys.stdout, indent=1, ensure_ascii=False)
        print()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
