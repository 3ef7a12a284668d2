"""Knobs of what leaves the house: export files and their accounts, the API, webhooks.

A client's contract may say otherwise of exports: the table `client` holds what differs (output_json).
"""

from __future__ import annotations

from models.invoice import Frozen


class OutputSettings(Frozen):
    """Export files: conventions, accounts of the draft entries."""


class ApiSettings(Frozen):
    """The REST API."""


class WebhookSettings(Frozen):
    """How events are sent to other systems."""
