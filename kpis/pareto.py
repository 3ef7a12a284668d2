"""The few causes that make most of the whole: parts ranked by size, with their share and the shares added up.

>>> [(row.rank, row.label, row.share, row.cumulative) for row in pareto({"ocr": 30.0, "label": 60.0, "parse": 10.0})]
[(1, 'label', 0.6, 0.6), (2, 'ocr', 0.3, 0.9), (3, 'parse', 0.1, 1.0)]
"""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum
from typing import NamedTuple


class Ranked(NamedTuple):
    """One part. Shares are in [0, 1]; `cumulative` is that of this part and all larger ones."""

    rank: int
    label: str
    value: float
    share: float
    cumulative: float


def pareto(parts: Mapping[str, float]) -> tuple[Ranked, ...]:
    """Parts above nothing, the largest first; equal ones by name."""
    ordered = sorted(((label, value) for label, value in parts.items() if value > 0), key=lambda row: (-row[1], row[0]))
    whole = fsum(value for _, value in ordered)
    return tuple(
        Ranked(rank, label, value, value / whole, fsum(before for _, before in ordered[:rank]) / whole)
        for rank, (label, value) in enumerate(ordered, 1)
    )
