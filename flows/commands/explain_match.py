"""What `facturier explain` says of the match: supplier, each candidate order and each linked line, with points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flows.commands.plain import columns
from flows.terminal import safe, write_line

Facts = dict[str, Any]
LEAST_POINTS = 0.05  # rows of a waterfall that give less are left out
WORDS = {
    "price_same": "same price", "price_near": "a little different", "price_other": "another price",
    "quantity_same": "all that is open", "quantity_part": "a part of what is open",
    "quantity_more": "a little more than is open", "quantity_other": "far more than is open",
    "amount_same": "same amount", "amount_near": "nearly the amount", "amount_part": "a part of the amount",
    "amount_other": "more than is open", "days_before": "invoice before the order", "days_soon": "soon after the order",
    "days_later": "long after the order", "days_old": "very old order", "number_same": "same number",
    "number_misread": "misread or cut", "number_near": "nearly the number", "number_other": "another number",
}  # fmt: skip
SUMMED = "in all: each point doubles the odds, 0 is one chance in two"


def show_match(match: Facts) -> None:
    """Supplier, outcome, candidates, links, and what differs by more than the tolerance."""
    supplier = match["supplier"]
    seller = safe(supplier.get("seller_id") or "unknown")
    orders = f", orders {' '.join(map(safe, match['orders']))}" if match["orders"] else ""
    outcome = f"{match['kind']}: {match['outcome']}".replace("_", " ")
    write_line(f"  supplier {seller} by {supplier['by'].replace('_', ' ')} ({supplier['probability']:.1%})")
    write_line(f"  {outcome} ({match['probability']:.1%}){orders}")
    for candidate in match["candidates"]:
        write_line(f"  candidate {safe(candidate['order'])} ({candidate['probability']:.1%})")
        _show_waterfall(candidate["waterfall"])
    for line in match["lines"]:
        taken = f"takes {safe(line['quantity'])} of order {safe(line['order'])} line {safe(line['order_line'])}"
        write_line(f"  line {line['invoice_line']} {taken} ({line['probability']:.1%})")
        _show_waterfall(line.get("waterfall", ()))
    columns([("differs", row["kind"].replace("_", " "), _where(row), _how_much(row)) for row in match["variances"]])


def _show_waterfall(told: Sequence[Facts]) -> None:
    telling = [row for row in told if row["name"] == "prior" or abs(row["weight"]) >= LEAST_POINTS]
    columns([("", f"{row['weight']:+.1f}", row["name"].replace("_", " "), _both_sides(row)) for row in telling])
    if told:
        write_line(f"    {sum(row['weight'] for row in told):+.1f} {SUMMED}")


def _both_sides(row: Facts) -> str:
    """What the invoice and the order say, and the word for how far they differ."""
    word = row.get("word")
    sides = f"{row['invoice_value'] or '-'} / {row['order_value'] or '-'}"
    sides = "" if sides == "- / -" else sides
    return f"{sides} ({WORDS.get(word, word.replace('_', ' '))})" if word else sides


def _where(row: Facts) -> str:
    return f"line {row['invoice_line']}" if "invoice_line" in row else "whole"


def _how_much(row: Facts) -> str:
    allowed = f", tolerance {row['tolerance']}" if row.get("tolerance") else ""
    return f"expected {row['expected']}, is {row['actual']}{allowed}"
