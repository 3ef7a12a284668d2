"""XPath 2 as the published rules use it, compiled to Python functions over `rules.nodes`."""

from __future__ import annotations

from extractors.einvoice.rules.xpath.context import Context, Scope
from extractors.einvoice.rules.xpath.expression import compile_test, compile_value
from extractors.einvoice.rules.xpath.values import XPathError

__all__ = ["Context", "Scope", "XPathError", "compile_test", "compile_value"]
