"""The rules of Peppol BIS Billing 3.0 beyond EN 16931: own code, for UBL and CII.

Source: Peppol BIS Billing 3.0, "Rules" (business rules, code lists, national rules), releases 3.0.15 to 3.0.21.
"""

from __future__ import annotations

from extractors.einvoice.rules.peppol import (
    codes,
    countries,
    denmark,
    document,
    germany,
    greece,
    identifiers,
    lines,
    sweden,
)
from extractors.einvoice.rules.peppol.bill import Bill
from extractors.einvoice.rules.peppol.registry import RULES, PeppolRule

__all__ = ["RULES", "Bill", "PeppolRule"]

# Each enters its rules when it is imported.
PARTS = (document, lines, codes, identifiers, countries, denmark, germany, greece, sweden)
