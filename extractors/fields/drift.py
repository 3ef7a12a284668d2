"""A known supplier whose page looks like none of its confirmed ones: its layout has changed, so a person looks first.

What memory and trees know of the old layout is no evidence for the new one. Two confirmed invoices make it known.
Measured on made suppliers by `bench/layouts.py`; docs/learning.md has the figures.
"""

from __future__ import annotations

from extractors.fields.memory import Memory
from models.finding import Finding, Severity
from models.memory import resemblance

RULE = "AP-LAYOUT-NEW"
ESTABLISHED = 3  # confirmed invoices of a supplier from which its layouts are known at all
FAMILIAR = 0.3  # resemblance to the best of a supplier's confirmed pages, below which a page is of a new layout
AGAIN = 0.25  # to the second best: one page alone, just confirmed, makes no layout known


def note_layout(memory: Memory) -> Finding | None:
    """The finding for a page in a layout that this supplier was not confirmed in; None where it is known."""
    if len(memory.supplier) < ESTABLISHED or not memory.asked.hashes:
        return None
    best, second, *_ = sorted((resemblance(memory.asked, one.fingerprint) for one in memory.supplier), reverse=True)
    if best >= FAMILIAR and second >= AGAIN:
        return None
    is_first = best < FAMILIAR
    return Finding(
        rule=RULE,
        severity=Severity.ERROR,
        message=f"The page is laid out otherwise than the {len(memory.supplier)} confirmed invoices of this supplier: "
        f"{'two' if is_first else 'one more'} in the new layout must be confirmed before such invoices may pass.",
    )
