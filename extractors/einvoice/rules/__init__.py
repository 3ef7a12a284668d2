"""Conformance rules of e-invoices: EN 16931, Factur-X, the French and German ones, and Peppol's."""

from __future__ import annotations

from extractors.einvoice.rules.checking import Engine, check, warm_up

__all__ = ["Engine", "check", "warm_up"]
