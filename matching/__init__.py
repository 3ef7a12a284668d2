"""Matching: which supplier, which purchase orders, line by line, and what differs. Pure; the doors are named here."""

from __future__ import annotations

from matching.blocking import blocking_keys, canonical_number, number_variants, order_query
from matching.orders import match_invoice
from matching.supplier import match_supplier

__all__ = ["blocking_keys", "canonical_number", "match_invoice", "match_supplier", "number_variants", "order_query"]
