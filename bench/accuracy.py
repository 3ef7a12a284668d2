"""How much of what stands on invoices is read rightly, on folders of invoices with their truth beside them.

    python bench/accuracy.py DATA_DIR [--sets sroie,smartap] [--json] [--keep DIR] [--pages DIR] [--as-shipped]
    python bench/accuracy.py DATA_DIR --ablate all

Sets that the shipped model was trained on are read by other models of the same training, each without the layout group
that it reads (bench/folded.py); `--as-shipped` reads them with the shipped one instead, which flatters. All other sets
are read by `facturier extract --json`: page sets with `--source page`, scored on the fields that the page shows, XML
sets on all known fields; in `hybrid_mismatch` page and XML disagree, and what counts is that nobody is told one of the
two as certain; `hostile` asks for an honest answer in time. F1 is averaged over layout groups, with the 95 % interval
of drawing groups again.
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
from bench.scoring import Score, coverage, interval, score

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DataSet:
    """How one folder is read and scored."""

    judge: Callable[[list[Json], Run], Json]
    options: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    truth: str = "truth.jsonl"


def judge_pages(truth: list[Json], run: Run) -> Json:
    return figures(score(truth, run.lines, visible_only=True))


def judge_all(truth: list[Json], run: Run) -> Json:
    return figures(score(truth, run.lines))


def judge_receipts(truth: list[Json], run: Run) -> Json:
    """Fields where a row has some, hints where it has only those."""
    strong = [row for row in truth if row.get("fields")]
    hinted = [row for row in truth if "weak" in (row.get("extra") or {})]
    told = judge_pages(strong, run) if strong else {}
    return told | (judge_hints(hinted, run) if hinted else {})


_PAGES = DataSet(judge_pages, ("--source", "page"))
_ALL = DataSet(judge_all)
_ONE_WORKER = (("FACTURIER__READING__WORKERS", "1"),)
_WITHOUT_FIELDS = (judge_mismatch, judge_hostile, judge_receipts)
SETS: dict[str, DataSet] = {
    "xml_xrechnung": _ALL,
    "xml_misc": _ALL,
    "hybrid_mismatch": DataSet(judge_mismatch),
    "smartap": _PAGES,
    "hybrid_misc": _PAGES,
    "hybrid_ferd": _PAGES,
    "hybrid_scans": _PAGES,
    "sroie": _PAGES,
    "my_receipts": DataSet(judge_receipts, _PAGES.options),
    "hostile": DataSet(judge_hostile, settings=_ONE_WORKER, truth="manifest.jsonl"),
}


def measure(folder: Path, name: str, keep: Path | None = None) -> Json:
    """Read and score one set with the command as it is shipped."""
    which = SETS[name]
    known = [row for row in truth_of(folder, which) if row.get("fields") or which.judge in _WITHOUT_FIELDS]
    run = extract([folder / row["file"] for row in known], *which.options, settings=which.settings)
    keep_lines(keep, name, run.lines)
    return which.judge(known, run) | {"seconds": round(run.seconds, 1), "parent_mb": round(run.peak_mb)}


def truth_of(folder: Path, which: DataSet) -> list[Json]:
    """The truth rows of a set."""
    return [json.loads(line) for line in (folder / which.truth).read_text(encoding="utf-8").splitlines() if line]


def keep_lines(keep: Path | None, name: str, lines: Iterable[Json]) -> None:
    """Write what was read of a set, for other scorers."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (keep / f"{name}.jsonl").write_text(text, encoding="utf-8")


def figures(result: Score) -> Json:
    """The figures of a scored set."""
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
        "coverage_at_1_percent_error": coverage(result.sureness),
    }


def tell(name: str, told: Json) -> None:
    """Print the figures of one set."""
    how = (
        f"{told['seconds']} s, parent {told['parent_mb']} MB"
        if "seconds" in told
        else "by models that had not seen them"
    )
    print(f"\n{name}: {told['documents']} documents, {how}")
    if "f1_over_groups" not in told:
        for key in sorted(told.keys() - {"documents", "seconds", "parent_mb"}):
            print(f"  {key.replace('_', ' ')}: {told[key]}")
        return
    low, high = told["interval"]
    print(f"  F1 over {told['layout_groups']} layout groups {told['f1_over_groups']:.3f} [{low:.3f}, {high:.3f}]")
    line_f1 = "not known" if told["line_f1"] is None else f"{told['line_f1']:.3f} of {told['lines_known']}"
    print(f"  whole documents right {told['whole_documents_right']:.3f}, lines F1 {line_f1}")
    print(f"  let through {told['auto']}, of them with a wrong field {told['auto_wrong']}", end=" ")
    print(told["auto_wrong_fields"] or "", end="; ")
    print(f"coverage at 1 % error {told['coverage_at_1_percent_error']:.2f}")
    print("  " + ", ".join(f"{each} {count['f1']:.3f}" for each, count in told["fields"].items()))
    for column, other in told.get("columns", {}).items():
        print(f"  {column.replace('_', ' ')}: {other['f1_over_groups']:.3f} ({other['documents']} documents)")
    if "agree_with_hint" in told:
        print(f"  agree with hint: {told['agree_with_hint']}")


def main(arguments: Iterable[str] | None = None) -> int:
    """Measure what is asked for; see the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA_DIR")
    parser.add_argument("--sets", default=",".join(SETS), help="comma-separated; default: all that DATA_DIR holds")
    parser.add_argument("--keep", type=Path, help="keep the answers in this folder, one file a set")
    parser.add_argument("--pages", type=Path, help="keep the words of pages in this folder, and take them from it")
    parser.add_argument(
        "--as-shipped", action="store_true", help="read sets of the training with the shipped model too"
    )
    parser.add_argument("--generator", type=int, default=1000, help="documents that the generator adds to the training")
    parser.add_argument(
        "--ablate", default="", help="what to leave out, comma-separated, or `all`; see bench/ablations.py"
    )
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments if arguments is None else list(arguments))
    names = [name for name in given.sets.split(",") if name]
    if unknown := [name for name in names if name not in SETS]:
        parser.error(f"unknown set {', '.join(unknown)}; there are {', '.join(SETS)}")
    present = [name for name in names if (given.data / name / SETS[name].truth).is_file()]
    if not present:
        parser.error(f"none of the sets is in {given.data}")
    report: Json = {"machine": machine.describe()}
    if not given.json:
        print(machine.header())
    report |= _ablated(given, present) if given.ablate else {"sets": _measured(given, present)}
    if given.json:
        json.dump(report, sys.stdout, indent=1, ensure_ascii=False)
        print()
    return 0


def _measured(given: argparse.Namespace, present: list[str]) -> Json:
    from bench.folded import Trial, measure_folded, trained_sets

    folded = [] if given.as_shipped else [name for name in present if name in trained_sets()]
    found: Json = {}
    if folded:
        print(f"reading and training for {', '.join(folded)} ...", file=sys.stderr)
        trial = Trial(given.data, tuple(folded), given.generator, given.pages, given.keep)
        found |= measure_folded(trial)
    for name in present:
        if name not in folded:
            print(f"reading {name} ...", file=sys.stderr)
            found[name] = measure(given.data / name, name, given.keep)
        if not given.json:
            tell(name, found[name])
    if folded and not given.json:
        tell_gap(found["generator"])
    return found


def tell_gap(told: Json) -> None:
    """Print how much worse real documents are read than made ones, by a model of made ones alone."""
    print(f"\ngenerator: F1 {told['f1_over_groups']:.3f} on made documents of families that were not seen")
    for name, other in told["trained_on_made_alone"].items():
        print(f"  trained on made ones alone, {name}: {other:.3f}, {told['f1_over_groups'] - other:+.3f} worse")


def _ablated(given: argparse.Namespace, present: list[str]) -> Json:
    from bench.ablations import ablate
    from bench.folded import Trial, trained_sets

    trial = Trial(given.data, tuple(name for name in present if name in trained_sets()), given.generator, given.pages)
    found = ablate(trial, [name for name in given.ablate.split(",") if name])
    if not given.json:
        for name, row in found.items():
            print(f"{name:34} " + "  ".join(f"{each} {value:.3f}" for each, value in row.items()))
    return {"ablations": found}


if __name__ == "__main__":
    raise SystemExit(main())
