"""Posting proposals for invoices without an order: account, cost centre and tax code from the client's own history.

Pure; `learning.coding` makes the coder from the history.
"""

from __future__ import annotations

from matching.coding.coder import Coder
from matching.coding.linear import LinearModel
from matching.coding.neighbours import History

__all__ = ["Coder", "History", "LinearModel"]
