"""Keys of companies' identifiers; the functions stand below the stages, for the store files suppliers by them.

>>> sorted(identity_keys("FR 40 303 265 045", None))
['SIREN:303265045', 'VAT:FR40303265045']
"""

from __future__ import annotations

from models.identity import are_comparable, identity_keys, legal_keys, own_keys, vat_keys

__all__ = ["are_comparable", "identity_keys", "legal_keys", "own_keys", "vat_keys"]
