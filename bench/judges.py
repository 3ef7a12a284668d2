"""What counts in the sets where no field is scored: contradictions, hostile files, and hints instead of truth.

A judge takes the truth rows of a folder and what `facturier extract` printed, and returns figures.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from bench.running import Run
from bench.scoring import OTHER_NAMES, fold

Json = dict[str, Any]

# What a person is told: they differ, the XML is broken or doubtful, or the page held nothing to compare it with.
FLAGS = frozenset({"page_xml_differ", "xml_broken", "xml_doubtful", "page_not_compared"})
PAGE_SECONDS = 30.0


def judge_mismatch(truth: list[Json], run: Run) -> Json:
    """Whether each document that contradicts itself is flagged with a field that differs; none may pass as certain."""
    answers = {Path(line["file"]).name: line for line in run.lines}
    asked = {Path(row["file"]).name: answers.get(Path(row["file"]).name, {}) for row in truth}
    flagged = [
        name for name, line in asked.items() if line.get("decision") != "auto" and FLAGS & set(line.get("reasons", ()))
    ]
    unnamed = [Path(row["file"]).name for row in truth if not _is_named(row, asked[Path(row["file"]).name])]
    passed = [name for name, line in asked.items() if line.get("decision") == "auto"]
    return {
        "documents": len(truth), "unanswered": sum(not line for line in asked.values()),
        "flagged": len(flagged), "flagged_share": share(len(flagged), len(truth)),
        "differing_field_not_named": unnamed,
        "let_through": passed, "not_flagged": sorted(set(asked) - set(flagged)),
    }  # fmt: skip


def _is_named(row: Json, line: Json) -> bool:
    """Whether a finding names one of the fields that differ; broken XML has none to name."""
    differing = {
        OTHER_NAMES.get(name, name) for name in row.get("mismatch") or (row.get("extra") or {}).get("mismatch") or ()
    }
    named = {term for finding in line.get("findings", ()) for term in finding.get("terms", ())}
    return not differing or bool(differing & named)


def judge_hints(truth: list[Json], run: Run) -> Json:
    """Where only a folder's country and a file's name tell of the truth: how often what was read agrees with them."""
    answers = {Path(line["file"]).name: line for line in run.lines}
    agrees: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for row in truth:
        hints, fields = row["extra"]["weak"], answers.get(Path(row["file"]).name, {}).get("fields", {})
        found = {name: str(fields.get(name, {}).get("value", "")) for name in _HINTED.values()}
        for hint, name in _HINTED.items():
            if hints.get(hint) and hints.get(f"{hint}_in_text", True):  # a cheap scanner's text may still have it
                known[name] += 1
                agrees[name] += "".join(fold(hints[hint]).split()) in "".join(fold(found[name]).split())
    return {
        "documents": len(truth), "unanswered": sum(Path(row["file"]).name not in answers for row in truth),
        "agree_with_hint": {name: {"share": share(agrees[name], known[name]), "known": known[name]} for name in known},
        "auto": sum(line["decision"] == "auto" for line in run.lines),
    }  # fmt: skip


_HINTED = {"currency_expected": "currency", "merchant_token": "seller_name", "number_token": "invoice_number"}


def judge_hostile(truth: list[Json], run: Run) -> Json:
    """One line or more for each file, in time, and what must not pass did not; `pauses` needs a single worker."""
    answers: dict[str, list[Json]] = {}
    slowest: list[tuple[float, str]] = []
    for line, pause in zip(run.lines, run.pauses, strict=True):
        answers.setdefault(top_of(line["file"]), []).append(line)
        slowest.append((pause / max(1, len(line["pages"])), top_of(line["file"])))
    wrong = [
        f"{row['category']}: {Path(row['file']).name}" for row in truth
        if not _behaves(row["category"], row["expect"], answers.get(Path(row["file"]).name, []))
    ]  # fmt: skip
    reasons = [line["reasons"][0] for line in run.lines if line["decision"] == "quarantine" and line["reasons"]]
    return {
        "documents": len(truth), "unanswered": sum(Path(row["file"]).name not in answers for row in truth),
        "tracebacks": run.errors.count("Traceback (most recent call last)"), "not_json": len(run.strange),
        "slowest_page_seconds": round(max(slowest)[0], 2) if slowest else None,
        "slowest": [f"{name}: {seconds:.1f} s" for seconds, name in sorted(slowest, reverse=True)[:3]],
        "over_time": sum(seconds > PAGE_SECONDS for seconds, _ in slowest),
        "quarantine_reasons": {each: reasons.count(each) for each in sorted(set(reasons))},
        "let_through": sorted({top_of(line["file"]) for line in run.lines if line["decision"] == "auto"}),
        "not_as_expected": wrong,
    }  # fmt: skip


# Category of the manifest -> decisions and reasons that are honest answers; "" stands for any that is not listed.
REFUSALS = frozenset(
    {"unreadable", "unsupported_type", "no_invoice", "resource_limit", "too_large", "timeout", "empty"}
)
CANNOT_OPEN = frozenset({"unreadable", "unsupported_type", "hostile"})


def _behaves(category: str, expected: str, lines: list[Json]) -> bool:
    """Whether the answers to a hostile file, their reason codes included, are among those that its manifest allows."""
    decisions = {line["decision"] for line in lines}
    refused = {reason for line in lines if line["decision"] == "quarantine" for reason in line["reasons"]}
    if not lines or any(line["decision"] != "auto" and not line["reasons"] for line in lines):
        return False
    if category == "xml_attack":
        return refused == {"hostile"}
    if category == "einvoice_broken":
        return all(line["decision"] != "auto" or "gross_total" in line["fields"] for line in lines)
    if category == "pdf_encrypted":  # opened with an empty password it may turn out to be blank
        return "encrypted" in refused or ("opened" in expected and not refused & CANNOT_OPEN)
    if expected.startswith("opens") and category in {"image_odd", "pdf_odd", "scan_awkward"}:
        return not refused & CANNOT_OPEN
    return "quarantine" not in decisions or bool(refused & (REFUSALS | {"encrypted", "hostile"}))


def top_of(file: str) -> str:
    """The name of the file that a line is about; a member of an archive is told as `archive.zip/member`."""
    parts = Path(file).parts
    return parts[parts.index("files") + 1] if "files" in parts[:-1] else parts[-1]


def share(part: int, whole: int) -> float:
    """A share, rounded; 0 of nothing."""
    return round(part / whole, 4) if whole else 0.0
