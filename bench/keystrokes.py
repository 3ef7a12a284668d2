"""Keys and clicks to bring what the reader read to the truth with the page's own means, against keying it all.

    python bench/keystrokes.py [--folder sample_invoices] [--seeds 8] [--most 40] [--json]

Seconds by the keystroke-level model of Card, Moran and Newell (1980): a key of an average typist 0.28 s, pointing
1.10 s, a hand to another device 0.40 s, getting ready 1.35 s; a click is two strokes of 0.1 s. Reviewing is counted
twice: with a look at every doubtful value only (what the page leads to), and with a look at every value. A model of the
page plays the acts; a test plays the same acts in a real browser. Beside the samples stand invoices that the generator
of their history prints from other seeds; they are not kept as files.

>>> round(seconds([Act("type", "field.bic", "AB", keys=3, clicks=1)]), 2)
4.29
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

if not __package__:  # run as a file: this folder must not hide the package `matching`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import machine
from bench.scoring import is_same
from extractors import extract
from models.document import Document
from models.errors import FacturierError
from models.extraction import Extraction
from models.finding import Severity
from models.invoice import TERMS, Invoice
from models.match import MatchResult
from models.money import decimal_text
from models.settings import LimitSettings, ReadingSettings
from review.arithmetic import doubts_of
from sample_invoices.generator.demo.past import make_book
from sample_invoices.generator.demo.records import truth_lines
from validators import ValidationContext, validate
from validators.balance_search import Suggestion, suggest

KEY, POINT, HAND, READY, CLICK = 0.28, 1.10, 0.40, 1.35, 0.2
DOUBT = 0.9  # below it the page asks for a look
LINE_CELLS = ("item_name", "quantity", "unit_price", "vat_rate", "net_amount")
VAT_CELLS = ("rate", "taxable", "tax")
STRANGERS = 24  # senders of the generated history that the demo does not know
TEXTS = frozenset({"file", "kind", "source"})  # of a row, the rest are figures
Kind = Literal["look", "confirm", "alternative", "accept", "word", "type", "clear", "drop", "approve"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a person does: at which input, with what text, and what it costs."""

    kind: Kind
    target: str = ""
    text: str = ""
    keys: int = 0
    clicks: int = 0


def seconds(acts: Sequence[Act]) -> float:
    """What the acts take: each is got ready for; a click takes the hand to the mouse and back."""
    return sum(READY + one.keys * KEY + one.clicks * (POINT + CLICK) + (2 * HAND if one.clicks else 0) for one in acts)


def keyed(truth: Mapping[str, str]) -> list[Act]:
    """Keying every value from nothing, each with the Tab to the next."""
    return [Act("type", name, text, keys=len(text) + 1) for name, text in truth.items()] + [Act("approve", keys=2)]


def reviewed(extraction: Extraction, truth: Mapping[str, str], words: frozenset[str] = frozenset()) -> list[Act]:
    """What a person does with the page: doubtful values first, then what the sums tell, then what is left."""
    have = shown(extraction.invoice)
    acts = list(_doubtful(extraction, have, truth, words))
    acts += _sums(extraction, have, truth)
    for name, text in truth.items():
        if not _same(name, text, have.get(name)):
            acts.append(_fill(name, text, words))
            have[name] = text
    acts += [Act("drop", row, keys=2, clicks=1) for row in _surplus(have, truth)]
    return [*acts, Act("approve", keys=2)]


def shown(invoice: Invoice) -> dict[str, str]:
    """The values of a form, by input."""
    found = {f"field.{name}": getattr(invoice, name) for name in TERMS}
    for at, line in enumerate(invoice.lines):
        found |= {f"lines.{at}.{name}": getattr(line, name) for name in LINE_CELLS}
    for at, row in enumerate(invoice.vat_breakdown):
        found |= {f"vat.{at}.{name}": getattr(row, name) for name in VAT_CELLS}
    return {name: decimal_text(value) if isinstance(value, Decimal) else str(value)
            for name, value in found.items() if value is not None}  # fmt: skip


def wanted(row: Mapping[str, Any]) -> dict[str, str]:
    """What the record should hold: what the page shows of the truth."""
    fields, visible = row["fields"], set(row.get("visible") or row["fields"])
    found = {f"field.{name}": str(value) for name, value in fields.items() if name in TERMS and name in visible}
    for part, key, cells in (("lines", "lines", LINE_CELLS), ("vat", "vat_breakdown", VAT_CELLS)):
        for at, one in enumerate(fields.get(key) or ()):
            allowed = set(row.get("visible_in_lines") or cells) if part == "lines" else set(cells)
            found |= {f"{part}.{at}.{name}": str(one[name]) for name in cells if one.get(name) and name in allowed}
    return found


def _same(name: str, truth: str, found: str | None) -> bool:
    term = name.rpartition(".")[2]
    if name.startswith(("lines.", "vat.")) and term != "item_name":
        return found is not None and Decimal(truth) == Decimal(found)
    return is_same("seller_name" if term == "item_name" else term, truth, found)


def _doubtful(
    extraction: Extraction, have: dict[str, str], truth: Mapping[str, str], words: frozenset[str]
) -> Iterator[Act]:
    """The values that the page leads to: confirmed with Enter, or replaced by the cheapest means."""
    findings = validate(extraction.invoice, extraction, MatchResult(), ValidationContext(today=_day(extraction)))
    wrong = {term for one in findings if one.severity in {Severity.ERROR, Severity.HOLD} for term in one.terms}
    for term, seen in extraction.evidence.items():
        name = f"field.{term}"
        if term not in TERMS or name not in have or (seen.confidence >= DOUBT and term not in wrong):
            continue
        text = truth.get(name)
        if text is None or _same(name, text, have[name]):
            yield Act("confirm", name, keys=1)  # what the truth says nothing of is looked at, too
            continue
        others = [other.value for other in seen.alternatives if other.value != have[name]][:4]
        known = next((at for at, value in enumerate(others, 1) if _same(name, text, value)), None)
        yield Act("alternative", name, str(known), keys=2) if known else _fill(name, text, words)
        have[name] = text


def _day(extraction: Extraction) -> Any:  # noqa: ANN401 - a date
    from datetime import date

    return extraction.invoice.issue_date or date(2026, 11, 22)


def _sums(extraction: Extraction, have: dict[str, str], truth: Mapping[str, str]) -> list[Act]:
    """The first suggestion of the arithmetic, where all of it is true."""
    found = suggest(extraction.invoice, doubts_of(extraction), exact=extraction.source == "xml")
    first = found[0] if found else None
    fills = _fills(first) if first else {}
    if not fills or any(not _same(name, truth.get(name, ""), text) for name, text in fills.items() if name in truth):
        return []
    if not fills.keys() <= truth.keys() or all(_same(name, truth[name], have.get(name)) for name in fills):
        return []
    have.update(fills)
    return [Act("accept", keys=2)]


def _fills(one: Suggestion) -> dict[str, str]:
    if any(change.new is None or "+" in change.cell for change in one.changes):
        return {}
    names = {change.cell.replace("[", ".").replace("]", "").replace("vat_breakdown", "vat"): change.new
             for change in one.changes}  # fmt: skip
    return {
        name if "." in name else f"field.{name}": decimal_text(value)
        for name, value in names.items()
        if value is not None
    }


def _fill(name: str, text: str, words: frozenset[str]) -> Act:
    """A click on the word where it stands as one, else typing; the field is clicked first."""
    by_word, by_hand = Act("word", name, text, clicks=2), Act("type", name, text, keys=len(text) + 1, clicks=1)
    return by_word if text in words and seconds([by_word]) < seconds([by_hand]) else by_hand


def _surplus(have: Mapping[str, str], truth: Mapping[str, str]) -> list[str]:
    """Rows that the truth does not have."""

    def rows(names: Mapping[str, str]) -> set[str]:
        return {name.rpartition(".")[0] for name in names if name.startswith(("lines.", "vat."))}

    parts = {part for part in ("lines", "vat") if any(name.startswith(f"{part}.") for name in truth)}
    return sorted(row for row in rows(have) - rows(truth) if row.partition(".")[0] in parts)


def of_folder(folder: Path) -> Iterator[tuple[Document, list[Json]]]:
    """The files of a folder, each with its rows of the truth."""
    truth = [json.loads(line) for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    for file in dict.fromkeys(row["file"] for row in truth):
        path = folder / file
        yield Document(path.read_bytes(), path.name), [row for row in truth if row["file"] == file]


def of_seed(seed: int, most: int) -> Iterator[tuple[Document, list[Json]]]:
    """Printed invoices that the generator of the demo's history makes: other goods, amounts and, in part, senders."""
    plans = (
        plan.make(seed) for plans in make_book(seed, strangers=STRANGERS, rounds=2, scans=0).rounds for plan in plans
    )
    printed = (past.produced for past in plans if not past.produced.path.endswith(".xml"))
    for item in itertools.islice(printed, most):
        yield Document(item.content, Path(item.path).name), truth_lines(item, seed)


def measure(documents: Iterator[tuple[Document, list[Json]]], source: str) -> Iterator[Json]:
    """One row an invoice that can be read."""
    for document, rows in documents:
        try:
            read = extract(document, ReadingSettings(), LimitSettings())
        except FacturierError:
            continue  # nothing was read: there is no record to bring to the truth
        words = frozenset(word.text for page in read.seen for word in page.words)
        for row, extraction in zip(rows, read.extractions, strict=False):
            yield _row(row, extraction, words) | {"source": source}


def _row(row: Json, extraction: Extraction, words: frozenset[str]) -> Json:
    truth = wanted(row)
    page, hand = reviewed(extraction, truth, words), keyed(truth)
    return {
        "file": row["file"], "kind": row["kind"], "values": len(truth), "acts": len(page) - 1,
        "keys": sum(one.keys for one in page), "clicks": sum(one.clicks for one in page),
        "seconds": round(seconds(page), 1), "seconds_all_read": round(seconds(page) + READY * len(truth), 1),
        "keyed_keys": sum(one.keys for one in hand), "keyed_seconds": round(seconds(hand), 1),
    }  # fmt: skip


def totals(rows: Sequence[Json]) -> Json:
    """Sums and shares over all invoices."""
    added = {name: round(sum(row[name] for row in rows), 1) for name in rows[0] if name not in TEXTS}
    strokes, hand = added["keys"] + added["clicks"], added["keyed_keys"]
    return added | {
        "invoices": len(rows), "share_of_strokes": round(strokes / hand, 4),
        "share_of_seconds": round(added["seconds"] / added["keyed_seconds"], 4),
        "share_of_seconds_all_read": round(added["seconds_all_read"] / added["keyed_seconds"], 4),
    }  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Keys and clicks of a review against keying everything.")
    parser.add_argument("--folder", type=Path, default=Path("sample_invoices"))
    parser.add_argument("--seeds", type=int, nargs="*", default=[8], help="of invoices made beside them; default 8")
    parser.add_argument("--most", type=int, default=40, help="invoices of a seed; default 40")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    sources = {"samples": of_folder(given.folder)} | {f"seed {seed}": of_seed(seed, given.most) for seed in given.seeds}
    rows = [row for source, documents in sources.items() for row in measure(documents, source)]
    told = {source: totals([row for row in rows if row["source"] == source]) for source in sources}
    told["all"] = totals(rows)
    if given.json:
        sys.stdout.write(json.dumps({"machine": machine.describe(), "rows": rows, "totals": told}) + "\n")
        return 0
    sys.stdout.write(machine.header() + "\n")
    for row in rows:
        page = f"{row['keys']:5} keys {row['clicks']:3} clicks {row['seconds']:7} s"
        hand = f"keyed {row['keyed_keys']:5} keys {row['keyed_seconds']:7} s"
        sys.stdout.write(f"{row['source']:8} {row['file'][:42]:42} {row['values']:4} values {page}, {hand}\n")
    sys.stdout.write(
        "".join(f"{source}, {name}: {value}\n" for source, one in told.items() for name, value in one.items())
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
