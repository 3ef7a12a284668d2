"""Knobs of the rules and of the controls against fraud. A client's contract may say otherwise (client.rules_json)."""

from __future__ import annotations

from models.invoice import Frozen


class RulesSettings(Frozen):
    """What rules hold and what merely informs."""
