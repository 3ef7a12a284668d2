"""What is written down beside the samples: truth lines, one expectation a file, and the index of what each is for."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sample_invoices.generator.compose import Composed
from sample_invoices.generator.demo.produce import Produced
from sample_invoices.generator.demo.script import Sample
from sample_invoices.generator.facts import Facts
from sample_invoices.generator.truth import box_truth, field_truth, visible_line_terms, visible_terms

KINDS = {
    "pdf": "digital-pdf",
    "copy": "digital-pdf",
    "broken": "digital-pdf",
    "encrypted": "digital-pdf",
    "scan": "scan-pdf",
    "facturx": "hybrid-pdf",
    "ubl": "xml",
    "cii": "xml",
    "eml": "mail",
    "zip": "archive",
}
README_HEAD = """# Sample invoices

Made by our own seeded generator: `make samples` writes them anew, and this page too. Nobody in them exists; licence
Apache-2.0 like the rest. `files/` holds what goes into an inbox, `truth.jsonl` what is true of it (one line an
invoice), `expected/` the same for people, one file each. `suppliers.csv`, `purchase-orders.csv` and
`goods-receipts.csv` are the demo client's master data. How it works: docs/samples.md.

| file | what it is for | match | outcome |
|---|---|---|---|
"""


def truth_lines(produced: Produced, seed: int) -> list[dict[str, Any]]:
    """One line an invoice in the file; none can be read off a broken file, its line has no fields."""
    return [truth_line(produced, index, facts, seed) for index, facts in enumerate(produced.sample.facts)]


def truth_line(produced: Produced, index: int, facts: Facts, seed: int) -> dict[str, Any]:
    """The truth of one invoice."""
    sample = produced.sample
    composed = produced.composed[index] if produced.composed else None
    line: dict[str, Any] = {"file": f"files/{produced.path}"}
    if produced.members:
        line["member"] = produced.members[index]
    line |= {
        "kind": KINDS.get(sample.kind, "image"),
        "doc_type": "credit_note" if facts.invoice.is_credit_note else "invoice",
        "language": facts.language,
        "country": facts.seller.country,
        "group": f"samples-{sample.look}" if composed else f"samples-{sample.kind}",
        "pages": list(composed.pages) if composed else [],
    }
    line |= shown(produced, composed, facts)
    return line | {
        "traits": traits(sample),
        "expected": expectation(sample, index),
        "purpose": sample.purpose,
        "source": f"sample_invoices generator, seed {seed}",
        "licence": "Apache-2.0",
        "sha256": hashlib.sha256(produced.content).hexdigest(),
    }


def shown(produced: Produced, composed: Composed | None, facts: Facts) -> dict[str, Any]:
    """Fields, and what of them is visible where; nothing for a file that cannot be read."""
    if "quarantine" in produced.sample.expectation.acceptable:
        return {"fields": {}, "visible": []}
    fields = field_truth(facts)
    if composed is None:
        return {"fields": fields, "visible": [key for key in fields if key not in {"lines", "vat_breakdown"}]}
    return {
        "fields": fields,
        "visible": visible_terms(composed),
        "visible_in_lines": visible_line_terms(composed),
        "boxes": box_truth(composed, produced.matrices),
    }


def traits(sample: Sample) -> list[str]:
    """Words to pick samples by."""
    invoice, found = sample.facts[0].invoice, [sample.kind, f"look-{sample.look}"]
    if sample.recipe:
        found += [f"dpi-{sample.recipe.dpi[0]:.0f}", sample.recipe.mode]
    marks = {
        "several-rates": len(invoice.vat_breakdown) > 1,
        "several-orders": len(sample.orders[0]) > 1,
        "several-invoices": len(sample.facts) > 1,
        "credit-note": invoice.is_credit_note,
        "no-vat": not invoice.tax_total,
        "price-per-100": any(line.price_base_quantity for line in invoice.lines),
        "discount": invoice.allowance_total is not None,
        "many-lines": len(invoice.lines) > 20,
    }
    return found + [mark for mark, present in marks.items() if present]


def expectation(sample: Sample, index: int) -> dict[str, Any]:
    """What should become of the invoice."""
    expected = sample.expectation
    return {
        "match_kind": expected.match_kind,
        "match_outcome": expected.match_outcome,
        "orders": list(sample.orders[index]),
        "outcome": expected.acceptable[0],
        "acceptable": list(expected.acceptable),
        "reasons": list(expected.reasons),
    }


def dump(value: object, *, indent: int | None = None) -> str:
    """JSON with letters as they are."""
    return json.dumps(value, ensure_ascii=False, indent=indent)


def expected_file(lines: list[dict[str, Any]]) -> bytes:
    """The truth of one file for people: without boxes."""
    short = [{key: value for key, value in line.items() if key != "boxes"} for line in lines]
    return (dump(short, indent=2) + "\n").encode()


def index_toml(produced: list[Produced]) -> bytes:
    """What each sample is for."""
    blocks = ["# What each sample is for. Made by `make samples`.\n"]
    for item in produced:
        expected = item.sample.expectation
        blocks.append(
            f'["{item.path}"]\npurpose = {dump(item.sample.purpose)}\nkind = "{item.sample.kind}"\n'
            f'match = "{expected.match_kind}: {expected.match_outcome}"\noutcome = "{expected.acceptable[0]}"\n'
            f"reasons = {dump(list(expected.reasons))}\ntraits = {dump(traits(item.sample))}\n"
        )
    return "\n".join(blocks).encode()


def readme(produced: list[Produced]) -> bytes:
    """The same as a table for people."""
    rows = []
    for item in produced:
        expected = item.sample.expectation
        unread = "quarantine" in expected.acceptable
        match = "-" if unread else f"{expected.match_kind}: {expected.match_outcome}"
        why = f" ({', '.join(expected.reasons)})" if expected.reasons else ""
        rows.append(f"| {item.path} | {item.sample.purpose} | {match} | {expected.acceptable[0]}{why} |\n")
    return (README_HEAD + "".join(rows)).encode()
